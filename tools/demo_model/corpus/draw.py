"""What every generator draws from: chance, wordings, and which side of the split it is on.

Nothing that the evaluation asks may be known from the training. So every pool is cut in two, by
construction and not by luck:

wordings    `Phrases` keeps those marked with `~` for the evaluation, the others for the training.
            (Where a phrase is no more than a filler around the task it has no marked ones, and
            both sides use all of it.)
values      names, numbers, dates and invented words belong to one side by a hash of their text.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

Item = TypeVar("Item")
HELD_OUT_SHARE = 8  # one value in so many is the evaluation's

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_ONSETS = (
    "b c d f g h j k l m n p r s t v w z br ch cl cr dr fl gr kl kr pl pr sh sk st th tr qu sp"
).split()
_VOWELS = "a e i o u a e i o u ai ea ee oo ou ia y".split()
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "x", "nd", "rt", "st", "ck", "th", "ng", "lf", "p"]


@lru_cache(maxsize=1 << 16)
def is_held_out(value: str) -> bool:
    """Whether a value belongs to the evaluation."""
    return zlib.crc32(value.lower().encode()) % HELD_OUT_SHARE == 0


class Phrases:
    """Wordings of one thing; `[a|b|]` in them is an alternative, `{slot}` a place for a value."""

    def __init__(self, *lines: str) -> None:
        marked = [line[1:] for line in lines if line.startswith("~")]
        self.trained = tuple(line for line in lines if not line.startswith("~"))
        self.held_out = tuple(marked) or self.trained

    @classmethod
    def parse(cls, text: str) -> Phrases:
        """One wording between semicolons."""
        return cls(*(line for part in text.split(";") if (line := part.strip())))


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


class Draw:
    """A source of chance that knows its side of the split."""

    def __init__(self, rng: random.Random, held_out: bool = False) -> None:
        self.rng = rng
        self.held_out = held_out
        self.random = rng.random

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def choice(self, items: Sequence[Item]) -> Item:
        return items[int(self.random() * len(items))]

    def weighted(self, items: dict[Item, float]) -> Item:
        return self.rng.choices(list(items), weights=list(items.values()))[0]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        return self.rng.sample(items, min(count, len(items)))

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        return self.rng.sample(items, len(items))

    def integer(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def fits(self, value: str) -> bool:
        """Whether a value may be used on this side."""
        return is_held_out(value) == self.held_out

    def of_side(self, make, tries: int = 400) -> str:
        """What `make()` gives, of this side."""
        for _ in range(tries):
            value = make()
            if self.fits(value):
                return value
        raise ValueError(f"nothing for this side of the split: {make}")

    def one_of(self, pool: Sequence[str]) -> str:
        """An entry of a pool whose entries are split by value."""
        return self.of_side(lambda: self.choice(pool))

    def phrase(self, phrases: Phrases, **slots: str) -> str:
        lines = phrases.held_out if self.held_out else phrases.trained
        return self.fill(self.choice(lines), **slots)

    def fill(self, template: str, **slots: str) -> str:
        """Chooses among alternatives, innermost first; then fills the slots."""
        while "[" in template:
            chosen = _ALTERNATIVES.sub(lambda m: self.choice(m.group(1).split("|")), template)
            if chosen == template:
                break
            template = chosen
        for name, value in slots.items():
            template = template.replace("{" + name + "}", value)
        return template

    # ---- Invented values

    def syllables(self, count: int) -> str:
        return "".join(
            self.choice(_ONSETS) + self.choice(_VOWELS) + self.choice(_CODAS) for _ in range(count)
        )

    def word(self) -> str:
        """A word that means nothing: it can be copied, but not remembered."""
        return self.of_side(lambda: self.syllables(self.choice((1, 2, 2, 2, 3, 3))))

    def invented_name(self) -> str:
        return capitalised(self.of_side(lambda: self.syllables(self.choice((2, 2, 3)))))

    def digits(self, low: int, high: int) -> str:
        """A number of `low` to `high` digits, without a leading zero."""
        count = self.integer(low, high)
        return self.of_side(lambda: str(self.integer(10 ** (count - 1), 10**count - 1)))


# Verbs with which requests begin: only then they can be turned into "Could you …?".
_REQUESTING = frozenset(
    "show get look find search cancel delete remove create add make change update list give assign "
    "book reserve rate check track send email write text schedule put plan set remind start "
    "translate convert open transfer pay read play order buy tell calculate compute turn switch "
    "save reset classify sort name count spell repeat summarise summarize extract return".split()
)
_COURTESIES = (
    "Please {r}.", "Could you {r}?", "Can you {r}?", "Could you please {r}?", "I want you to {r}.",
    "I need you to {r}.", "{R}, please.", "I would like you to {r}.", "Would you {r}?",
    "Can you please {r}?", "Now {r}.", "{R} for me.", "Hey, {r}.", "Go ahead and {r}.",
    "I'd like you to {r}.", "Help me: {r}.",
)  # fmt: skip


def courteous(draw: Draw, text: str) -> str:
    """A request such as 'Find the team X.' with or without courtesies around it."""
    first = text.split(" ", 1)[0].lower()
    plain = text[:-1] if text.endswith(".") else text
    if first not in _REQUESTING or plain[-1:] in "?!." or draw.chance(0.5):
        return text
    lowered = plain[:1].lower() + plain[1:]
    return draw.choice(_COURTESIES).replace("{r}", lowered).replace("{R}", plain)


def sloppy(draw: Draw, text: str) -> str:
    """The text as somebody might have typed it: a lost capital, lost punctuation."""
    if draw.chance(0.15):
        text = text[:1].lower() + text[1:]
    if draw.chance(0.12):
        text = text.rstrip(".?!")
    return text
