#!/usr/bin/env python3
"""Generates the demo model's training conversations.

Everything comes from the grammars in corpus/; the same seed gives the same text. Conversations
that contain a prompt of the evaluation (eval_cases.json) are thrown away here, so that the
scores measure new phrasings.

    generate.py --count 1000 --seed 1 --out conversations.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from corpus import concepts, everyday, identity, memory, persona, reading, unknown, writing
from corpus.grammar import Conversation, Exchange, typed

EVAL_CASES = Path(__file__).with_name("eval_cases.json")

Source = Callable[[random.Random], Exchange]

# How often each kind of exchange is drawn. What tutorials ask first and what is hard to learn
# (sums, the honest "I don't know") comes more often.
EXCHANGES: dict[Source, float] = {
    identity.greet: 5,
    identity.introduce: 6,
    identity.use_bedplate: 10,
    concepts.explain: 12,
    concepts.explain_bedplate: 8,
    unknown.unknown: 20,
    everyday.capital: 5,
    everyday.count: 5,
    everyday.arithmetic: 10,
    everyday.fixed_list: 4,
    everyday.choice_list: 4,
    everyday.translation: 5,
    everyday.small_fact: 6,
    writing.poem: 4,
    writing.haiku: 2,
    writing.joke: 2,
    writing.story: 3,
    writing.essay: 1,
    writing.letter: 1,
    writing.names_for: 0.5,
    reading.repeat: 6,
    reading.summarise: 4,
    reading.sentiment: 5,
    reading.answer_from_context: 6,
    reading.keyword: 0.5,
    memory.at_once: 2,
    memory.not_told: 1,
    memory.meet: 2,
}
# Short enough to stand between two other exchanges or to be restyled.
SMALL: tuple[Source, ...] = (
    identity.greet,
    identity.introduce,
    identity.use_bedplate,
    concepts.explain,
    everyday.capital,
    everyday.arithmetic,
    everyday.small_fact,
    everyday.translation,
    unknown.unknown,
    everyday.fixed_list,
)
WITH_SHORT_ANSWER: tuple[Source, ...] = (
    everyday.capital,
    everyday.capital,
    everyday.arithmetic,
    everyday.small_fact,
    everyday.small_fact,
    identity.greet,
    identity.introduce,
    identity.use_bedplate,
)


def any_exchange(rng: random.Random) -> Exchange:
    return rng.choices(list(EXCHANGES), weights=list(EXCHANGES.values()))[0](rng)


def small_exchange(rng: random.Random) -> Exchange:
    return rng.choice(SMALL)(rng)


def restylable_exchange(rng: random.Random) -> Exchange:
    return rng.choice(WITH_SHORT_ANSWER)(rng)


def single(rng: random.Random) -> Conversation:
    return Conversation("single", [any_exchange(rng)])


def chain(rng: random.Random) -> Conversation:
    """Unrelated exchanges in a row: the last question counts, not the earlier ones."""
    length = rng.choice((2, 2, 3, 3, 4, 5)) if rng.random() < 0.9 else rng.randint(8, 18)
    return Conversation("chain", [any_exchange(rng) for _ in range(length)])


def remember(rng: random.Random) -> Conversation:
    return memory.remember(rng, small_exchange)


def inline_style(rng: random.Random) -> Conversation:
    return Conversation("style", [persona.inline_style(rng, restylable_exchange)])


CONVERSATIONS: dict[Callable[[random.Random], Conversation], float] = {
    single: 62,
    chain: 10,
    remember: 11,
    lambda rng: persona.styled(rng, restylable_exchange): 8,
    lambda rng: persona.named(rng, small_exchange): 6,
    inline_style: 3,
}


def conversation(rng: random.Random) -> Conversation:
    made = rng.choices(list(CONVERSATIONS), weights=list(CONVERSATIONS.values()))[0](rng)
    system = made.system
    if not system and rng.random() < 0.22:
        system = persona.ordinary_system(rng)
    exchanges = [
        Exchange(typed(rng, one.user).strip(), one.answer.strip(), one.short)
        for one in made.exchanges
    ]
    return Conversation(made.kind, exchanges, system)


def normalised(text: str) -> str:
    """Two prompts that differ only in case, punctuation or spaces count as the same."""
    return " ".join(re.findall(r"[\w+*/=-]+", text.lower()))


def context_key(system: str, user_messages: list[str]) -> str:
    return "\n".join(normalised(text) for text in (system, *user_messages))


def read_cases(path: Path = EVAL_CASES) -> list[dict]:
    return json.loads(path.read_text())["cases"]


class HeldOut:
    """Recognises the evaluation's prompts.

    A lone question must be new as such. In a case with a system prompt or a history, it is the
    whole context that must be new: "What is my name?" itself is certainly in the training data.
    """

    def __init__(self, cases: list[dict]) -> None:
        lone = [case for case in cases if not case.get("system") and len(case["messages"]) == 1]
        self.prompts = {normalised(case["messages"][0]) for case in lone}
        self.contexts = {
            context_key(case.get("system", ""), case["messages"])
            for case in cases
            if case not in lone
        }

    def found_in(self, one: Conversation) -> bool:
        users = [exchange.user for exchange in one.exchanges]
        if any(normalised(user) in self.prompts for user in users):
            return True
        return any(
            context_key(one.system, users[start:end]) in self.contexts
            for start in range(len(users))
            for end in range(start + 1, len(users) + 1)
        )


def conversations(seed: int, count: int) -> Iterator[Conversation]:
    rng = random.Random(seed)
    held_out = HeldOut(read_cases())
    made = 0
    while made < count:
        one = conversation(rng)
        if not held_out.found_in(one):
            made += 1
            yield one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with options.out.open("w") as file:
        for one in conversations(options.seed, options.count):
            file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
