"""The evaluation's cases, and the proof that the training has none of them.

    python -m demo_model.held_out --dialogues 200000 [--seed 1]

The split is by construction (corpus/draw.py): wordings, names, numbers and invented words of the
evaluation never reach a training conversation. On top of it every training conversation is held
against the prompts of all cases while it is made, and dropped on a hit. This program counts both
over freshly made training conversations: prompts that are the same (there must be none: it exits
with 1), and, for information, how many of the cases' eight-word runs occur in them at all.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from .corpus import fields, passages, routing, sentiment, small, steps, talk, tools
from .corpus.draw import Draw
from .corpus.turns import Dialogue, Turn

FIRST_QUESTIONS = Path(__file__).with_name("eval_cases.json")
SEED = 20_261
CASES = 100  # of each skill
_WORD = re.compile(r"[\w+*/=-]+")


def _until(condition: Callable[[Dialogue], bool], make: Callable[[Draw], Dialogue]):
    def made(draw: Draw) -> Dialogue:
        while not condition(one := make(draw)):
            pass
        return one

    return made


def _thinking(draw: Draw) -> Dialogue:
    return steps.two_steps(draw, thinking=True)


def _is(kind: str) -> Callable[[Dialogue], bool]:
    return lambda one: one.check.get("kind") == kind


# The rows of the evaluation. A row's cases depend on its name and SEED alone.
ROWS: dict[str, Callable[[Draw], Dialogue]] = {
    "persona and form": _until(
        lambda one: bool(one.check), lambda d: d.choice((talk.formed, talk.in_role))(d)
    ),
    "passage: answered": _until(_is("span"), passages.answer_from_passage),
    "passage: not in it": _until(_is("absent"), passages.answer_from_passage),
    "extract: as text": _until(lambda one: one.schema is None, fields.extract),
    "extract: by schema": _until(lambda one: one.schema is not None, fields.extract),
    "extract: by tool": _until(lambda one: one.turns[-1].forced, fields.extract_by_tool),
    "sentiment": sentiment.sentiment,
    "routing": routing.routing,
    "tools: known kinds": lambda d: tools.case(d, 1.0),
    "tools: new kinds": lambda d: tools.case(d, 0.0),
    "arithmetic, reasoning": _thinking,
    "arithmetic, plain": lambda d: steps.two_steps(d, thinking=False),
    "list of": small.list_of,
    "exactly N points": small.points_of_text,
    "summarise a list": small.summarise_list,
    "repeat": small.repeat,
    "letter case": small.letter_case,
    "count": small.count_items,
}


def cases(row: str, count: int = CASES) -> list[Dialogue]:
    draw = Draw(random.Random(SEED + zlib.crc32(row.encode())), held_out=True)
    return [ROWS[row](draw) for _ in range(count)]


def first_questions() -> list[dict]:
    return json.loads(FIRST_QUESTIONS.read_text())["cases"]


def normalised(text: str) -> str:
    """Prompts that differ only in case, punctuation or spaces count as the same."""
    return " ".join(_WORD.findall(text.lower()))


def _context(system: str, users: list[str]) -> int:
    return hash(normalised("\n".join((system, *users))))


class HeldOut:
    """Recognises the prompts of the evaluation."""

    def __init__(self, dialogues: list[Dialogue], questions: list[dict]) -> None:
        self.contexts = {
            _context(one.system, [t.content for t in one.turns[:-1] if t.role == "user"])
            for one in dialogues
        }
        lone = [q for q in questions if not q.get("system") and len(q["messages"]) == 1]
        # A lone question must be new as such; in a conversation it is the whole that must be new:
        # "What is my name?" itself is certainly in the training data.
        self.prompts = {hash(normalised(q["messages"][0])) for q in lone}
        self.contexts |= {
            _context(q.get("system", ""), q["messages"]) for q in questions if q not in lone
        }

    @classmethod
    @lru_cache(maxsize=1)
    def default(cls) -> HeldOut:
        return cls([one for row in ROWS for one in cases(row)], first_questions())

    def found_in(self, one: Dialogue) -> bool:
        users = [turn.content for turn in one.turns if turn.role == "user"]
        if any(hash(normalised(user)) in self.prompts for user in users if len(user) < 200):
            return True
        return any(
            _context(one.system, users[:end]) in self.contexts for end in range(1, len(users) + 1)
        )


def _runs(text: str, length: int = 8) -> Iterator[int]:
    words = normalised(text).split()
    for start in range(len(words) - length + 1):
        yield hash(tuple(words[start : start + length]))


def _text(turns: list[Turn]) -> str:
    return " ".join(turn.content for turn in turns)


def check(seed: int, dialogues: int) -> int:
    from .mixture import training

    held_out = HeldOut.default()
    asked = [one for row in ROWS for one in cases(row)]
    runs = {run for one in asked for run in _runs(one.system + " " + _text(one.turns[:-1]))}
    same, met = 0, set()
    for one in training(seed, dialogues):
        same += held_out.found_in(one)
        met |= runs.intersection(_runs(one.system + " " + _text(one.turns)))
    print(
        f"{len(asked) + len(first_questions()):,} cases, {dialogues:,} training conversations of "
        f"seed {seed}: {same} prompts the same; {len(met):,} of {len(runs):,} eight-word runs of "
        f"the cases occur ({100 * len(met) / max(1, len(runs)):.1f} %: common wordings and "
        f"templates)"
    )
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.exit(1 if check(options.seed, options.dialogues) else 0)


if __name__ == "__main__":
    main()
