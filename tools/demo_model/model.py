"""The demo model: a small Llama-style decoder.

Every choice here mirrors what llama.cpp does for `general.architecture = llama`, so that
export_gguf.py can copy the tensors without changing them. In particular the rotary embedding
rotates *adjacent* pairs (llama.cpp's "normal" layout), which is the layout Meta trained with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the network. Each row length is a multiple of 32, as the blocks of Q4_0 demand."""

    vocabulary: int = 6144
    width: int = 448
    layers: int = 12
    heads: int = 8
    kv_heads: int = 4
    feed_forward: int = 1216
    context: int = 4096
    rope_base: float = 50_000.0
    norm_epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def to_dict(self) -> dict[str, int | float]:
        return asdict(self)


# Sizes by what they cost where they run; README.md has the measured speeds.
CONFIGS = {
    "tiny": ModelConfig(1024, 64, 2, 4, 2, 192, 512),  # for the tests
    "trial": ModelConfig(2048, 128, 4, 4, 2, 352, 2048),  # learns formats on a CPU in minutes
    "compact": ModelConfig(layers=9),
    "base": ModelConfig(),
    "large": ModelConfig(width=576, layers=14, heads=9, kv_heads=3, feed_forward=1536),
}


def rounded(weight: Tensor) -> Tensor:
    """The weight as Q4_0 will give it back: blocks of 32, a half-precision scale, sixteen steps.

    Training with the rounding in place makes the weights fit it, so that four bits cost nothing
    later. Gradients pass as if there were no rounding.
    """
    blocks = weight.float().unflatten(-1, (-1, 32))
    high, low = blocks.amax(-1, keepdim=True), blocks.amin(-1, keepdim=True)
    scale = torch.where(high >= -low, high, low) / -8
    inverse = torch.where(scale == 0, torch.zeros_like(scale), 1 / scale)
    steps = (blocks * inverse + 8.5).floor().clamp(0, 15) - 8
    near = (steps * scale.half().float()).flatten(-2)
    return weight + (near - weight).detach()


class Matrix(nn.Linear):
    """A linear map without bias; `rounds` says whether it computes with rounded weights."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)
        self.rounds = False

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, rounded(self.weight) if self.rounds else self.weight)


class RmsNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


def rope_tables(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each [context, head_width / 2]."""
    exponents = torch.arange(0, config.head_width, 2).float() / config.head_width
    angles = torch.outer(torch.arange(config.context).float(), config.rope_base**-exponents)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the adjacent pairs of x [batch, heads, time, head_width] by their position."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)
    return turned.to(x.dtype)


class Attention(nn.Module):
    """Causal attention in which groups of query heads share one key and value head."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        kv_width = config.kv_heads * config.head_width
        self.query = Matrix(config.width, config.width)
        self.key = Matrix(config.width, kv_width)
        self.value = Matrix(config.width, kv_width)
        self.output = Matrix(config.width, config.width)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        shape = (-1, self.config.head_width)
        query = rotate(self.query(x).unflatten(-1, shape).transpose(1, 2), cos, sin)
        key = rotate(self.key(x).unflatten(-1, shape).transpose(1, 2), cos, sin)
        value = self.value(x).unflatten(-1, shape).transpose(1, 2)
        group = self.config.heads // self.config.kv_heads
        mixed = F.scaled_dot_product_attention(
            query,
            key.repeat_interleave(group, dim=1),
            value.repeat_interleave(group, dim=1),
            is_causal=True,
        )
        return self.output(mixed.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate = Matrix(config.width, config.feed_forward)
        self.up = Matrix(config.width, config.feed_forward)
        self.down = Matrix(config.feed_forward, config.width)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention_norm = RmsNorm(config.width, config.norm_epsilon)
        self.attention = Attention(config)
        self.feed_forward_norm = RmsNorm(config.width, config.norm_epsilon)
        self.feed_forward = FeedForward(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos, sin)
        return x + self.feed_forward(self.feed_forward_norm(x))


class DemoModel(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        # The output layer shares the embedding's weights.
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.final_norm = RmsNorm(config.width, config.norm_epsilon)
        cos, sin = rope_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.ndim < 2:
                continue
            std = 0.02 if "embedding" in name else self.config.width**-0.5
            nn.init.normal_(parameter, std=std)
            if name.endswith(("output.weight", "down.weight")):
                # Each block starts as the identity, which lets the learning rate be high.
                nn.init.zeros_(parameter)

    def round_weights(self, rounds: bool) -> None:
        for module in self.modules():
            if isinstance(module, Matrix):
                module.rounds = rounds

    def hidden(self, tokens: Tensor) -> Tensor:
        """Final hidden states [batch, time, width] of token ids [batch, time]."""
        time = tokens.shape[1]
        cos, sin = self.cos[:time], self.sin[:time]
        x = self.embedding(tokens)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.final_norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits [batch, time, vocabulary]."""
        return F.linear(self.hidden(tokens), self.embedding.weight)

    def loss(self, tokens: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """Mean cross-entropy of the next tokens, each counted by its weight."""
        logits = self(tokens).flatten(0, 1).float()
        each = F.cross_entropy(logits, targets.flatten(), reduction="none")
        return (each * weights.flatten()).sum() / weights.sum().clamp(min=1e-6)


def parameter_count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
