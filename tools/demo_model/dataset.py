"""From generated conversations to batches of token ids."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from corpus import reading
from corpus.grammar import Conversation
from generate import conversations
from tokenizer import ChatFormat

# Programs that predate chat templates write their own turn marks; a text model gets those too.
PLAIN_FORMS = (
    "\n\nHuman: {user}\n\nAssistant:",
    "Human: {user}\n\nAssistant:",
    "User: {user}\nBot:",
    "User: {user}\nAssistant:",
    "[INST] {user} [/INST]",
    "<s>[INST] {user} [/INST]",
    "Question: {user}\nAnswer:",
    "{user}\n",
    "{user}",
)
PLAIN_SHARE = 0.05
DRILL_SHARE = 0.06


@dataclass
class Batch:
    inputs: Tensor  # [rows, time] token ids
    targets: Tensor  # [rows, time] the next ids, or -100 where nothing is to be learned


def plain_text(
    chat: ChatFormat, rng: random.Random, one: Conversation
) -> tuple[list[int], list[bool]]:
    """A conversation without a template: a bare prompt continued, or just running text."""
    exchange = one.exchanges[0]
    prompt = rng.choice(PLAIN_FORMS).replace("{user}", exchange.user)
    gap = "" if prompt.endswith("\n") else rng.choice((" ", "\n", "\n\n"))
    answer = chat.encode(gap + exchange.answer) + [chat.end]
    if len(exchange.answer) > 60 and rng.random() < 0.5:
        text = chat.encode(exchange.answer) + [chat.end]
        return [chat.begin, *text], [False] + [True] * len(text)
    asked = chat.encode(prompt)
    return [chat.begin, *asked, *answer], [False] * (1 + len(asked)) + [True] * len(answer)


def copy_drill(chat: ChatFormat, rng: random.Random) -> tuple[list[int], list[bool]]:
    """Meaningless words, twice; only the second time is learned.

    Looking back and copying is what names, colours and passages need. Drills bring the model to
    it many times sooner than conversations alone, where few tokens are copied.
    """
    words = chat.encode("".join(f" {reading.any_word(rng)}" for _ in range(rng.randint(4, 40))))
    gap = chat.encode("\n")
    ids = [chat.begin, *words, *gap, *words, chat.end]
    return ids, [False] * (1 + len(words) + len(gap)) + [True] * (len(words) + 1)


def tokenised(
    chat: ChatFormat, seed: int, count: int, limit: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """`count` conversations of at most `limit` tokens each."""
    rng = random.Random(seed)
    rows = []
    for one in conversations(seed, count):
        roll = rng.random()
        if roll < DRILL_SHARE:
            ids, learned = copy_drill(chat, rng)
        elif roll < DRILL_SHARE + PLAIN_SHARE:
            ids, learned = plain_text(chat, rng, one)
        else:
            ids, learned = chat.conversation(one)
        # A client may send the begin token twice or not at all: neither should matter.
        roll = rng.random()
        if roll < 0.03:
            ids, learned = [chat.begin, *ids], [False, *learned]
        elif roll < 0.05:
            ids, learned = ids[1:], learned[1:]
        if len(ids) <= limit:
            rows.append((np.array(ids, np.int16), np.array(learned, bool)))
    return rows


def batches(
    rows: list[tuple[np.ndarray, np.ndarray]], tokens_per_batch: int, seed: int
) -> Iterator[Batch]:
    """Endless batches. Rows of like length share a batch, so that little is spent on padding."""
    rng = random.Random(seed)
    while True:
        order = list(range(len(rows)))
        rng.shuffle(order)
        for start in range(0, len(order), 4096):
            pool = sorted(order[start : start + 4096], key=lambda index: len(rows[index][0]))
            groups = list(_groups(pool, rows, tokens_per_batch))
            rng.shuffle(groups)
            for group in groups:
                yield _batch([rows[index] for index in group])


def _groups(
    pool: list[int], rows: list[tuple[np.ndarray, np.ndarray]], tokens_per_batch: int
) -> Iterator[list[int]]:
    group: list[int] = []
    for index in pool:
        if group and (len(group) + 1) * len(rows[index][0]) > tokens_per_batch:
            yield group
            group = []
        group.append(index)
    yield group


def _batch(rows: list[tuple[np.ndarray, np.ndarray]]) -> Batch:
    longest = max(len(ids) for ids, _ in rows)
    inputs = torch.zeros(len(rows), longest - 1, dtype=torch.long)
    targets = torch.full((len(rows), longest - 1), -100, dtype=torch.long)
    for row, (ids, learned) in enumerate(rows):
        tokens = torch.from_numpy(ids.astype(np.int64))
        inputs[row, : len(ids) - 1] = tokens[:-1]
        targets[row, : len(ids) - 1] = torch.where(torch.from_numpy(learned[1:]), tokens[1:], -100)
    return Batch(inputs, targets)
