"""What each family of architectures adds to a GGUF file: hyperparameters, tokenizer, tensors."""

from __future__ import annotations

from abc import ABC, abstractmethod

import gguf
import numpy as np

from .checkpoint import Checkpoint, CheckpointError


class Family(ABC):
    """One family. `arch` is llama.cpp's name for it, and what its tensor names are made from."""

    arch: gguf.MODEL_ARCH

    def __init__(self, checkpoint: Checkpoint):
        self.checkpoint = checkpoint
        self.config = checkpoint.config
        self.layers = self.number("num_hidden_layers")
        self.names = gguf.get_tensor_name_map(self.arch, self.layers)

    def number(self, key: str, default: float | None = None) -> float:
        value = self.config.get(key, default)
        if value is None:
            raise CheckpointError(f"config.json lacks {key}")
        return value

    @abstractmethod
    def add_sizes(self, writer: gguf.GGUFWriter) -> None:
        """Writes the hyperparameters."""

    @abstractmethod
    def add_tokenizer(self, writer: gguf.GGUFWriter) -> None:
        """Writes vocabulary, marks and, of a chat model, the template."""

    def skips(self, name: str) -> bool:
        """Whether a tensor of the checkpoint has no place in the GGUF file."""
        return False

    def shaped(self, name: str, values: np.ndarray) -> np.ndarray:
        """A tensor as llama.cpp computes with it, where that differs."""
        return values

    def keeps_precision(self, name: str) -> bool:
        """Whether a matrix (GGUF name) is too sensitive, or too small, to be rounded."""
        return False

    def tensor_name(self, name: str) -> str:
        found = self.names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise CheckpointError(f"there is no place for the tensor {name}")
        return found
