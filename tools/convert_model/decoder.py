"""Decoders of the Llama kind: Llama 2 and 3, Mistral, and Qwen2, which differs in little."""

from __future__ import annotations

import gguf
import numpy as np

from .byte_pairs import add_byte_pairs
from .checkpoint import CheckpointError
from .family import Family
from .sentence_pieces import add_sentence_pieces, is_sentence_pieces


class Llama(Family):
    """Llama and Mistral: the same computation under two names."""

    arch = gguf.MODEL_ARCH.LLAMA

    def __init__(self, checkpoint):
        super().__init__(checkpoint)
        self.heads = self.number("num_attention_heads")
        self.kv_heads = self.number("num_key_value_heads", self.heads)
        self.head_width = self.config.get("head_dim") or self.number("hidden_size") // self.heads

    def add_sizes(self, writer: gguf.GGUFWriter) -> None:
        writer.add_context_length(self.number("max_position_embeddings"))
        writer.add_embedding_length(self.number("hidden_size"))
        writer.add_block_count(self.layers)
        writer.add_feed_forward_length(self.number("intermediate_size"))
        writer.add_head_count(self.heads)
        writer.add_head_count_kv(self.kv_heads)
        writer.add_key_length(self.head_width)
        writer.add_value_length(self.head_width)
        writer.add_rope_dimension_count(self.head_width)
        writer.add_rope_freq_base(self.rope_base())
        writer.add_layer_norm_rms_eps(self.number("rms_norm_eps"))
        writer.add_vocab_size(self.number("vocab_size"))
        if self.config.get("sliding_window") and self.config.get("use_sliding_window", True):
            # llama.cpp attends to everything; within the window that is the same.
            window = self.config["sliding_window"]
            if window < self.number("max_position_embeddings"):
                raise CheckpointError("sliding-window attention is not supported")

    def rope_base(self) -> float:
        parameters = self.config.get("rope_parameters") or self.config.get("rope_scaling") or {}
        kind = parameters.get("rope_type", parameters.get("type", "default"))
        if kind != "default":
            raise CheckpointError(f"rotary scaling of the kind {kind} is not supported")
        return parameters.get("rope_theta") or self.number("rope_theta", 10000.0)

    def add_tokenizer(self, writer: gguf.GGUFWriter) -> None:
        tokenizer = self.checkpoint.json("tokenizer.json")
        if tokenizer is None or tokenizer["model"].get("type") != "BPE":
            raise CheckpointError("there is no tokenizer.json with a BPE vocabulary")
        if is_sentence_pieces(tokenizer):
            add_sentence_pieces(self.checkpoint, tokenizer, writer)
        else:
            add_byte_pairs(self.checkpoint, tokenizer, writer)

    def skips(self, name: str) -> bool:
        tied = self.config.get("tie_word_embeddings", False) and name == "lm_head.weight"
        return tied or name.endswith("rotary_emb.inv_freq")

    def shaped(self, name: str, values: np.ndarray) -> np.ndarray:
        if name.endswith(("q_proj.weight", "q_proj.bias")):
            return _interleaved(values, self.heads)
        if name.endswith(("k_proj.weight", "k_proj.bias")):
            return _interleaved(values, self.kv_heads)
        return values


class Qwen2(Llama):
    """Qwen2 and 2.5: rotates by halves, as the checkpoint has it."""

    arch = gguf.MODEL_ARCH.QWEN2

    def add_sizes(self, writer: gguf.GGUFWriter) -> None:
        if self.config.get("use_sliding_window", False):
            raise CheckpointError("sliding-window attention is not supported")
        self.config = {**self.config, "sliding_window": None}
        super().add_sizes(writer)

    def shaped(self, name: str, values: np.ndarray) -> np.ndarray:
        return values


def _interleaved(values: np.ndarray, heads: int) -> np.ndarray:
    """Llama's rotation pairs neighbours in GGUF, but the two halves of a head in a checkpoint."""
    rest = values.shape[1:]
    return values.reshape(heads, 2, -1, *rest).swapaxes(1, 2).reshape(values.shape)
