"""BERT and Llama in plain NumPy, as the published models compute: what the converted files must
come to."""

from __future__ import annotations

import math

import numpy as np

_erf = np.vectorize(math.erf)


def softmax(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def layer_norm(x, weights, name, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def linear(x, weights, name):
    return x @ weights[f"{name}.weight"].T + weights.get(f"{name}.bias", 0)


def bert_mean(weights: dict, config: dict, tokens: list[int]) -> np.ndarray:
    """The mean of the last layer's states."""
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    x = weights["embeddings.word_embeddings.weight"][tokens]
    x = x + weights["embeddings.position_embeddings.weight"][: len(tokens)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, weights, "embeddings.LayerNorm", epsilon)
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"

        def head(name, x=x, at=at):
            y = linear(x, weights, f"{at}.attention.self.{name}")
            return y.reshape(len(tokens), heads, -1).swapaxes(0, 1)

        query, key, value = head("query"), head("key"), head("value")
        scores = softmax(query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1]))
        mixed = (scores @ value).swapaxes(0, 1).reshape(len(tokens), -1)
        attended = linear(mixed, weights, f"{at}.attention.output.dense")
        x = layer_norm(x + attended, weights, f"{at}.attention.output.LayerNorm", epsilon)
        inner = linear(x, weights, f"{at}.intermediate.dense")
        inner = inner * 0.5 * (1 + _erf(inner / np.sqrt(2)))
        outer = linear(inner, weights, f"{at}.output.dense")
        x = layer_norm(x + outer, weights, f"{at}.output.LayerNorm", epsilon)
    return x.mean(axis=0)


def rms_norm(x, weight, epsilon):
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + epsilon) * weight


def rotated(x: np.ndarray, base: float) -> np.ndarray:
    """Rotary positions: the two halves of a head's width are paired. x: heads, tokens, width."""
    half = x.shape[-1] // 2
    angles = np.arange(x.shape[1])[:, None] * base ** (-np.arange(half) / half)
    cosine, sine = np.cos(angles), np.sin(angles)
    first, second = x[..., :half], x[..., half:]
    return np.concatenate(
        [first * cosine - second * sine, second * cosine + first * sine], axis=-1
    )


def llama_log_probabilities(weights: dict, config: dict, tokens: list[int]) -> np.ndarray:
    """Of every token as the next one after `tokens`."""
    epsilon, heads = config["rms_norm_eps"], config["num_attention_heads"]
    kv_heads, base = config["num_key_value_heads"], config["rope_theta"]
    x = weights["model.embed_tokens.weight"][tokens]
    causal = np.triu(np.full((len(tokens), len(tokens)), -np.inf), 1)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        y = rms_norm(x, weights[f"{at}.input_layernorm.weight"], epsilon)

        def head(name, count, y=y, at=at):
            z = linear(y, weights, f"{at}.self_attn.{name}")
            return z.reshape(len(tokens), count, -1).swapaxes(0, 1)

        query = rotated(head("q_proj", heads), base)
        key = rotated(head("k_proj", kv_heads), base).repeat(heads // kv_heads, axis=0)
        value = head("v_proj", kv_heads).repeat(heads // kv_heads, axis=0)
        scores = softmax(query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1]) + causal)
        mixed = (scores @ value).swapaxes(0, 1).reshape(len(tokens), -1)
        x = x + linear(mixed, weights, f"{at}.self_attn.o_proj")
        y = rms_norm(x, weights[f"{at}.post_attention_layernorm.weight"], epsilon)
        gate = linear(y, weights, f"{at}.mlp.gate_proj")
        up = linear(y, weights, f"{at}.mlp.up_proj")
        x = x + linear(gate / (1 + np.exp(-gate)) * up, weights, f"{at}.mlp.down_proj")
    last = rms_norm(x[-1], weights["model.norm.weight"], epsilon)
    head_weights = weights.get("lm_head.weight", weights["model.embed_tokens.weight"])
    return np.log(softmax(head_weights @ last))
