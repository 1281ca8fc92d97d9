"""A model in Hugging Face's layout: config.json, *.safetensors, a tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

# NumPy has no bfloat16: such tensors are read as raw 16 bits and widened here.
_DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}
_HEADER_BYTES_MAX = 100_000_000


class CheckpointError(Exception):
    """What is wrong with a checkpoint, for the person who wants it converted."""


class Checkpoint:
    def __init__(self, folder: Path):
        self.folder = folder
        self.config = self.json("config.json")
        if self.config is None:
            raise CheckpointError(f"{folder} holds no config.json")

    def json(self, name: str) -> dict | list | None:
        """A JSON file of the folder; None when it is not there."""
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as problem:
            raise CheckpointError(f"{path} is not JSON: {problem}") from problem

    @property
    def architecture(self) -> str:
        names = self.config.get("architectures") or ["?"]
        return names[0]

    def files(self) -> list[Path]:
        """The weights' files; of split weights those that the index names."""
        index = self.json("model.safetensors.index.json")
        names = sorted(set(index["weight_map"].values())) if index else ["model.safetensors"]
        paths = [self.folder / name for name in names]
        for path in paths:
            if not path.is_file():
                raise CheckpointError(f"{path} is missing")
        return paths

    def tensors(self) -> Iterator[tuple[str, np.ndarray]]:
        """Every floating-point tensor, one at a time: the whole may not fit into memory."""
        for path in self.files():
            try:
                yield from _tensors_of(path)
            except (SafetensorError, ValueError, OSError) as problem:
                raise CheckpointError(f"{path} cannot be read: {problem}") from problem


def _tensors_of(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 0 < size < _HEADER_BYTES_MAX:
            raise ValueError("it is no safetensors file")
        header = json.loads(file.read(size))
        start = 8 + size
        with safe_open(path, framework="np") as checked:  # its own checks of offsets and sizes
            names = set(checked.keys())
        for name in sorted(names):
            entry = header[name]
            begin, end = entry["data_offsets"]
            file.seek(start + begin)
            data = file.read(end - begin)
            values = _floats(data, entry["dtype"])
            if values is not None:
                yield name, values.reshape(entry["shape"])


def _floats(data: bytes, dtype: str) -> np.ndarray | None:
    """The values; None for whole numbers, which are buffers (position ids), not weights."""
    if dtype == "BF16":
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    if dtype in _DTYPES:
        return np.frombuffer(data, _DTYPES[dtype]).astype(np.float32)
    if dtype.startswith(("I", "U")) or dtype == "BOOL":
        return None
    raise ValueError(f"tensors of type {dtype} are not supported")
