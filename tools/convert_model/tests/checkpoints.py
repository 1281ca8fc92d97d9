"""Tiny random checkpoints in Hugging Face's layout."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "sea", "##s", "is", "wide", ".", "s"]
BERT = {
    "architectures": ["BertModel"],
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
    "type_vocab_size": 2,
    "vocab_size": len(WORDS),
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}
LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 96,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
}
LLAMA_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_SPLIT = LLAMA_SPLIT.replace(r"\p{N}{1,3}", r"\p{N}")


def write(folder: Path, config: dict, weights: dict[str, np.ndarray], files: dict) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    save_file(weights, folder / "model.safetensors")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def _random(shapes: dict[str, tuple], seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    weights = {}
    for name, shape in shapes.items():
        values = random.normal(0, 0.3, shape)
        weights[name] = (values + ("norm" in name.lower() and "weight" in name)).astype(np.float32)
    return weights


def bert_weights(config: dict = BERT, seed: int = 1) -> dict[str, np.ndarray]:
    width, inner = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], width),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], width),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], width),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        matrices = {f"{at}.attention.self.{p}": (width, width) for p in ("query", "key", "value")}
        matrices[f"{at}.attention.output.dense"] = (width, width)
        matrices[f"{at}.intermediate.dense"] = (inner, width)
        matrices[f"{at}.output.dense"] = (width, inner)
        for name, shape in matrices.items():
            shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
        norms += [f"{at}.attention.output.LayerNorm", f"{at}.output.LayerNorm"]
    for name in norms:
        shapes |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    shapes |= {"pooler.dense.weight": (width, width), "pooler.dense.bias": (width,)}
    weights = _random(shapes, seed)
    weights["embeddings.position_ids"] = np.arange(64, dtype=np.int64)[None]
    return weights


def bert_files(pooling: str = "pooling_mode_mean_tokens") -> dict:
    return {
        "vocab.txt": "\n".join(WORDS) + "\n",
        "modules.json": [
            {"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": 32, pooling: True},
    }


def byte_characters() -> list[str]:
    """The character that byte-level BPE writes for each byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (byte for byte in range(256) if byte not in shown)
    table = {byte: chr(byte) for byte in shown}
    table |= {byte: chr(256 + index) for index, byte in enumerate(others)}
    return [table[byte] for byte in range(256)]


def byte_tokenizer(split: str) -> dict:
    """Bytes, two merges, and one mark at the end."""
    vocabulary = {character: index for index, character in enumerate(byte_characters())}
    vocabulary |= {"se": 256, "sea": 257}
    return {
        "model": {"type": "BPE", "vocab": vocabulary, "merges": ["s e", ["se", "a"]]},
        "added_tokens": [{"id": 258, "content": "<|begin|>", "special": True}],
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": split}, "behavior": "Isolated"},
                {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False},
            ],
        },
    }


VOCABULARY = 259


def decoder_weights(
    config: dict, biases: bool = False, seed: int = 2, vocabulary: int = VOCABULARY
) -> dict[str, np.ndarray]:
    width, inner = config["hidden_size"], config["intermediate_size"]
    head = width // config["num_attention_heads"]
    narrow = head * config["num_key_value_heads"]
    shapes = {
        "model.embed_tokens.weight": (vocabulary, width),
        "model.norm.weight": (width,),
        "lm_head.weight": (vocabulary, width),
    }
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        for name, rows in (("q", width), ("k", narrow), ("v", narrow)):
            shapes[f"{at}.self_attn.{name}_proj.weight"] = (rows, width)
            if biases:
                shapes[f"{at}.self_attn.{name}_proj.bias"] = (rows,)
        shapes |= {
            f"{at}.self_attn.o_proj.weight": (width, width),
            f"{at}.mlp.gate_proj.weight": (inner, width),
            f"{at}.mlp.up_proj.weight": (inner, width),
            f"{at}.mlp.down_proj.weight": (width, inner),
            f"{at}.input_layernorm.weight": (width,),
            f"{at}.post_attention_layernorm.weight": (width,),
        }
    return _random(shapes, seed)


def decoder_files(split: str) -> dict:
    return {
        "tokenizer.json": byte_tokenizer(split),
        "tokenizer_config.json": {"bos_token": "<|begin|>", "eos_token": "<|begin|>"},
    }


def sentence_piece_files(space_first: bool = True) -> dict:
    """Marks, bytes, letters and what they merge to."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces += ["\u2581", "s", "e", "a", "se", "sea", "\u2581sea", "as", "\u2581a", "eas", "ea"]
    # "ea" would be made before "sea" if ranks did not count.
    merges = ["s e", "se a", "\u2581 sea", "a s", "\u2581 a", "e as", "e a"]
    tokenizer = {
        "model": {
            "type": "BPE",
            "byte_fallback": True,
            "unk_token": "<unk>",
            "vocab": {piece: index for index, piece in enumerate(pieces)},
            "merges": merges,
        },
        "added_tokens": [
            {"id": index, "content": piece, "special": True}
            for index, piece in enumerate(pieces[:3])
        ],
        "pre_tokenizer": {
            "type": "Metaspace",
            "prepend_scheme": "first" if space_first else "never",
        },
    }
    config = {"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": True}
    return {"tokenizer.json": tokenizer, "tokenizer_config.json": config}


SENTENCE_PIECES = 3 + 256 + 11
