"""Training data made while it is trained on: workers generate, tokenise and pack shards.

A shard is a function of the run's seed and its number alone, and shards are used in their order, so
the same seed gives the same batches however fast the workers are. Conversations are packed into
rows of two lengths, so that a compiled model meets two shapes only. What no
conversation fills is padding; a conversation is never cut.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from . import mixture
from .corpus.turns import Dialogue
from .tokenizer import ChatFormat

SHORT_ROW = 1024  # the others are as long as the context
OPEN_ROWS = 24  # rows that a conversation may still go into
STARTING_SHARDS = 24
PROMPT_WEIGHT = 0.08  # of a token that the model need not say, in the loss
ANSWER_MARK = 255  # stored as a byte: the weight in 255ths


@dataclass
class Rows:
    """Packed rows of one length. Weights say how much each token counts as a target."""

    ids: np.ndarray  # [rows, length] uint16
    weights: np.ndarray  # [rows, length] uint8

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def joined(parts: list[Rows], length: int) -> Rows:
        if not parts:
            return Rows(np.zeros((0, length), np.uint16), np.zeros((0, length), np.uint8))
        return Rows(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.weights for part in parts]),
        )


@dataclass
class Shard:
    short: Rows
    long: Rows
    tokens: int


class _Packer:
    """Puts conversations into rows, each into the fullest open row that has room for it."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.open: list[tuple[list[int], list[int]]] = []
        self.full: list[tuple[list[int], list[int]]] = []

    def add(self, ids: list[int], weights: list[int]) -> None:
        room = [row for row in self.open if len(row[0]) + len(ids) <= self.length]
        if room:
            row = max(room, key=lambda one: len(one[0]))
            row[0].extend(ids)
            row[1].extend(weights)
            return
        self.open.append((list(ids), list(weights)))
        if len(self.open) > OPEN_ROWS:
            fullest = max(range(len(self.open)), key=lambda i: len(self.open[i][0]))
            self.full.append(self.open.pop(fullest))

    def rows(self) -> Rows:
        done = self.full + self.open
        ids = np.zeros((len(done), self.length), np.uint16)
        weights = np.zeros((len(done), self.length), np.uint8)
        for number, (row_ids, row_weights) in enumerate(done):
            ids[number, : len(row_ids)] = row_ids
            weights[number, : len(row_weights)] = row_weights
        return Rows(ids, weights)


def pack(chat: ChatFormat, dialogues: Iterable[Dialogue], context: int) -> Shard:
    """Conversations longer than the context are left out."""
    short, long = _Packer(min(SHORT_ROW, context)), _Packer(context)
    tokens = 0
    prompt_mark = round(PROMPT_WEIGHT * ANSWER_MARK)
    for dialogue in dialogues:
        ids, learned = chat.tokens(dialogue)
        weights = [ANSWER_MARK if learn else prompt_mark for learn in learned]
        weights[0] = 0  # nothing foretells the beginning of a conversation
        if len(ids) <= context:
            tokens += len(ids)
            (short if len(ids) <= short.length else long).add(ids, weights)
    return Shard(short.rows(), long.rows(), tokens)


_chat: ChatFormat | None = None


def _start_worker(tokenizer: str) -> None:
    global _chat
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _chat = ChatFormat.load(Path(tokenizer))


def make_shard(seed: int, number: int, conversations: int, context: int) -> Shard:
    """Shard `number` of a run. Its conversations are those of a seed of its own."""
    assert _chat is not None
    own_seed = seed * 1_000_003 + number
    starting = number < STARTING_SHARDS
    return pack(_chat, mixture.training(own_seed, conversations, starting), context)


def shards(
    tokenizer: Path, seed: int, workers: int, conversations: int, context: int, first: int = 0
) -> Iterator[Shard]:
    """Endless shards in their order, made ahead by worker processes."""
    if workers == 0:
        _start_worker(str(tokenizer))
        number = first
        while True:
            yield make_shard(seed, number, conversations, context)
            number += 1
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_start_worker, initargs=(str(tokenizer),)
    )
    try:
        waiting: list[Future] = []
        number = first
        while True:
            while len(waiting) < 2 * workers:
                waiting.append(pool.submit(make_shard, seed, number, conversations, context))
                number += 1
            yield waiting.pop(0).result()
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass
class Batch:
    ids: np.ndarray  # [rows, length]
    weights: np.ndarray


@dataclass
class Position:
    """Where a run is in its data: enough to go on with the next group of shards."""

    group: int = 0
    batch: int = 0


def batches(
    source: Iterator[Shard], seed: int, tokens: int, group_size: int, passes: int, start: Position
) -> Iterator[tuple[Batch, Position]]:
    """Batches of exactly `tokens` tokens. Each group of shards is gone through `passes` times.

    start: the group that `source` begins with, and how many of its batches to leave out.
    """
    group = start.group
    skipped = start.batch
    while True:
        parts = [next(source) for _ in range(group_size)]
        rows = [
            Rows.joined([part.short for part in parts], parts[0].short.ids.shape[1]),
            Rows.joined([part.long for part in parts], parts[0].long.ids.shape[1]),
        ]
        made = list(_plan(rows, seed, group, tokens, passes))
        for number in range(skipped, len(made)):
            kind, chosen = made[number]
            batch = Batch(rows[kind].ids[chosen], rows[kind].weights[chosen])
            yield batch, Position(group, number + 1)
        group, skipped = group + 1, 0


def _plan(
    rows: list[Rows], seed: int, group: int, tokens: int, passes: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Which rows make each batch; rows that fill none wait in vain, they are few."""
    plan = []
    for turn in range(passes):
        rng = np.random.default_rng((seed, group, turn))
        once = []
        for kind, some in enumerate(rows):
            per_batch = max(1, tokens // some.ids.shape[1])
            order = rng.permutation(len(some))
            for first in range(0, len(order) - per_batch + 1, per_batch):
                once.append((kind, order[first : first + per_batch]))
        plan += [once[i] for i in rng.permutation(len(once))]
    return iter(plan)
