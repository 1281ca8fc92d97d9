"""Goes on from weights that are already exported: a checkpoint travels as its GGUF file.

Q8_0 rounds; the first steps of training heal that. The optimizers start anew.
"""

from __future__ import annotations

from pathlib import Path

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Tokenizer

from .export_gguf import BLOCK_TENSORS
from .tokenizer import build_tokenizer

_PARTS = {value: key for key, value in BLOCK_TENSORS.items()}


def _texts(reader: GGUFReader, key: str) -> list[str]:
    field = reader.fields[key]
    return [bytes(field.parts[index]).decode() for index in field.data]


def tokenizer_of(path: Path) -> Tokenizer:
    reader = GGUFReader(path)
    merges = [tuple(merge.split(" ", 1)) for merge in _texts(reader, "tokenizer.ggml.merges")]
    return build_tokenizer(_texts(reader, "tokenizer.ggml.tokens"), merges)


def _model_name(name: str) -> str:
    """GGUF's name of a tensor → model.py's."""
    if name == "token_embd.weight":
        return "embedding.weight"
    if name == "output_norm.weight":
        return "final_norm.weight"
    _, block, part = name.removesuffix(".weight").split(".", 2)
    return f"blocks.{block}.{_PARTS[part]}.weight"


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    found = {}
    for tensor in GGUFReader(path).tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        shape = tuple(int(length) for length in reversed(tensor.shape))
        found[_model_name(tensor.name)] = torch.from_numpy(values.reshape(shape).copy())
    return found
