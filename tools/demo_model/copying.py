"""A head start for copying: the first two blocks begin as an induction circuit.

To give back a name, the model must find where the words before it last stood and copy what came
next. Networks discover this by themselves only after very much text; ours sees little. So the
circuit is laid out by hand at the start, and training does the rest:

block 0  Every position looks at the one before it and notes its token in a spare part of the
         residual stream. To look exactly one back, query and key need a component that is the
         same for all tokens: a constant is added to every embedding. (To the output layer, which
         shares the embedding, a constant makes no difference: softmax cancels it.)
block 1  Every position looks for a place whose note is its own token, that is, for the place after
         an earlier occurrence of itself, and adds a little of the token found there. One spare
         head takes the constant away again.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from model import DemoModel, ModelConfig

# Rotary pairs turn fast at the low indices and slowly at the high ones. The fast ones tell
# neighbours apart; the slow ones hardly notice distance, so contents can be compared in them.
FAST_PAIRS = 6
LOOK_BACK_SHARPNESS = 8.0  # size of query and key per fast pair
MATCH_SHARPNESS = 2.6  # size of query and key per compared direction
NOTE_SIZE = 0.5  # of the note in the residual stream, relative to the token itself
COPY_SIZE = 0.5  # of the copied token, likewise


@torch.no_grad()
def initialise_copying(model: DemoModel) -> None:
    """Overwrites the attention of the first two blocks and shifts the embedding."""
    config = model.config
    directions = _principal_directions(model.embedding.weight)
    constant = directions[-1]  # the direction in which tokens differ least
    size = _shift_embedding(model.embedding.weight, constant)
    # After the norm every vector has length sqrt(width); token and constant share it equally.
    normed_size = math.sqrt(config.width / 2)
    spread = config.kv_heads * config.head_width
    token_directions = _dealt(directions[:spread], config)
    note_directions = _dealt(directions[spread - 1 : -1].flip(0), config)
    scale = size / normed_size
    _look_one_back(model, constant / normed_size, token_directions, note_directions, scale)
    _copy_what_followed(model, constant / normed_size, token_directions, note_directions, scale)


def _principal_directions(embedding: Tensor) -> Tensor:
    """Orthonormal rows, ordered from the direction of most variance to that of least."""
    centred = embedding - embedding.mean(0)
    return torch.linalg.eigh(centred.T @ centred).eigenvectors.T.flip(0).contiguous()


def _shift_embedding(embedding: Tensor, constant: Tensor) -> float:
    """Gives every token the same component along `constant`, as long as a typical token."""
    size = embedding.norm(dim=1).mean().item()
    embedding -= torch.outer(embedding @ constant, constant)
    embedding += size * constant
    return size


def _dealt(directions: Tensor, config: ModelConfig) -> Tensor:
    """Deals directions out like cards, so that each head gets strong and weak ones alike."""
    return directions.unflatten(0, (config.head_width, config.kv_heads)).transpose(0, 1)


def _look_one_back(
    model: DemoModel, detector: Tensor, tokens: Tensor, notes: Tensor, scale: float
) -> None:
    config, attention = model.config, model.blocks[0].attention
    pairs = torch.arange(0, 2 * FAST_PAIRS, 2)
    angles = config.rope_base ** (-pairs.float() / config.head_width)
    query, key = torch.zeros(2, config.head_width)
    # The rotation of one step is put into the query in advance: it then fits the key before it.
    query[pairs], query[pairs + 1] = angles.cos(), -angles.sin()
    key[pairs] = 1.0
    queries, keys, values, outputs = _views(attention, config)
    for head in range(config.kv_heads):
        queries[2 * head] = LOOK_BACK_SHARPNESS * torch.outer(query, detector)
        keys[head] = LOOK_BACK_SHARPNESS * torch.outer(key, detector)
        values[head] = tokens[head]
        outputs[:, 2 * head] = NOTE_SIZE * scale * notes[head].T


def _copy_what_followed(
    model: DemoModel, detector: Tensor, tokens: Tensor, notes: Tensor, scale: float
) -> None:
    config, attention = model.config, model.blocks[1].attention
    slow = slice(2 * FAST_PAIRS, config.head_width)
    compared = config.head_width - 2 * FAST_PAIRS
    queries, keys, values, outputs = _views(attention, config)
    for head in range(config.kv_heads):
        queries[2 * head] = 0.0
        keys[head] = 0.0
        queries[2 * head, slow] = MATCH_SHARPNESS * tokens[head, :compared]
        keys[head, slow] = MATCH_SHARPNESS * notes[head, :compared]
        values[head] = tokens[head]
        outputs[:, 2 * head] = COPY_SIZE * scale * tokens[head].T
    # Attention weights sum to one, so a constant passes unchanged through any head.
    values[0, -1] = detector
    outputs[:, 0, -1] = 0.0
    outputs[:, 1, -1] = -scale * math.sqrt(config.width / 2) * detector / detector.norm()


def _views(attention: torch.nn.Module, config: ModelConfig) -> tuple[Tensor, ...]:
    """The four matrices by head: [head, head_width, width], the output [width, head, head_width]."""
    if config.heads != 2 * config.kv_heads:
        raise ValueError("the circuit is laid out for two query heads per key head")
    shape = (-1, config.head_width)
    return (
        attention.query.weight.data.unflatten(0, shape),
        attention.key.weight.data.unflatten(0, shape),
        attention.value.weight.data.unflatten(0, shape),
        attention.output.weight.data.unflatten(1, shape),
    )
