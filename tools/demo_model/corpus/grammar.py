"""Text with alternatives, and the small shapes that the generators pass around."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

_INNERMOST = re.compile(r"\[([^\[\]]*)\]")


def expand(rng: random.Random, template: str, **slots: str) -> str:
    """Chooses one alternative of every `[a|b|]`, innermost first, then fills each `{slot}`.

    Slots are filled last, so a slot's own brackets or braces are left alone.
    """
    while match := _INNERMOST.search(template):
        choice = rng.choice(match.group(1).split("|"))
        template = template[: match.start()] + choice + template[match.end() :]
    for name, value in slots.items():
        template = template.replace("{" + name + "}", value)
    return template


def any_of(alternatives: str) -> str:
    """Brackets around whole phrasings: `any_of("a b|c [d|e]")` for `expand`."""
    return f"[{alternatives}]"


def squeezed(text: str) -> str:
    """Without the double spaces that an alternative left empty may leave behind."""
    return re.sub(r"(?<=\S)  +", " ", text)


@dataclass(frozen=True)
class Exchange:
    """One question and its answer.

    short: the answer in one word or so, for system prompts that ask for brevity; empty when
    no such form exists.
    """

    user: str
    answer: str
    short: str = ""


@dataclass(frozen=True)
class Conversation:
    kind: str
    exchanges: list[Exchange] = field(default_factory=list)
    system: str = ""


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


# People type in many ways; the model should not care. Politeness goes in front of a request
# only where it still reads like one, so the callers say whether theirs may take it.
_POLITE = "[please|can you|could you|could you please|can you please|would you|i want you to|now]"


def polite(rng: random.Random, request: str) -> str:
    """A request (an imperative such as 'count to ten.') with or without courtesies."""
    if rng.random() < 0.55:
        return request
    if rng.random() < 0.25:
        return request.rstrip(".?!") + ", please."
    opener = expand(rng, _POLITE)
    mark = "?" if opener.startswith(("can", "could", "would")) else "."
    return capitalised(f"{opener} {request[:1].lower()}{request[1:]}".rstrip(".?! ") + mark)


_DIRECT = re.compile(r"^(What|Who|Where|Why) (is|are|was|were) (\w.{1,80})\?$")
_HOW_TO = re.compile(r"^How (?:do|can|should) I (.{1,80})\?$")
_OTHER = re.compile(r"^(How many|How much|Which|When|What) (\w.{1,80})\?$")
_ASK = (
    "[tell me|please tell me|could you tell me|can you tell me|do you know|I want to know|I "
    "wonder|I would like to know|let me know|would you tell me|I need to know|can you say]"
)


def indirect(rng: random.Random, question: str) -> str:
    """'What is the capital of France?' becomes 'Could you tell me what the capital … is?'"""
    opener = expand(rng, _ASK)
    mark = "?" if opener.startswith(("could", "can", "do", "would")) else "."
    if match := _DIRECT.match(question):
        word, verb, rest = match.groups()
        return capitalised(f"{opener} {word.lower()} {rest} {verb}{mark}")
    if match := _HOW_TO.match(question):
        return capitalised(f"{opener} how {rng.choice(('to', 'I can'))} {match.group(1)}{mark}")
    if match := _OTHER.match(question):
        return capitalised(f"{opener} {match.group(1).lower()} {match.group(2)}{mark}")
    return question


_BEFORE = (
    "[Hi.|Hi!|Hello.|Hello!|Hey!|Hey,|Please tell me:|Tell me:|A question:|One "
    "question:|So,|Well,|Now:|Next question:|One more:|Here is my question:|Please "
    "answer:|Okay,|And now:|Let me ask:|Good morning!|I am curious:|Just wondering:|Hi "
    "again.|Sorry, one thing:|Please help me.]"
)
_AFTER = (
    "[Thanks!|Thank you.|Please.|Please answer.|Tell me please.|I need it quickly.|Just curious.]"
)


def framed(rng: random.Random, text: str) -> str:
    """Small talk around a request, which should change nothing."""
    if rng.random() < 0.5 and "\n" not in text and ":" not in text and text.endswith("?"):
        text = f"{text} {expand(rng, _AFTER)}"
    if rng.random() < 0.7:
        text = f"{expand(rng, _BEFORE)} {text}"
    return text


def typed(rng: random.Random, text: str) -> str:
    """The text as somebody might have typed it: sloppy capitals, lost punctuation, a typo."""
    text = squeezed(text)
    if rng.random() < 0.15:
        text = indirect(rng, text)
    if rng.random() < 0.12:
        text = framed(rng, text)
    if rng.random() < 0.18:
        text = text[:1].lower() + text[1:]
    if rng.random() < 0.04:
        text = text.lower()
    if rng.random() < 0.18:
        text = text.rstrip(".?!")
    if rng.random() < 0.02 and len(text) > 12:
        spot = rng.randrange(4, len(text) - 2)
        text = text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]
    return text


_ONSETS = (
    "b c d f g h j k l m n p r s t v w z br ch cl cr dr fl gr kl kr pl pr sh sk st th tr".split()
)
_VOWELS = "a e i o u a e i o u ai ea ee oo ou ia".split()
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "x", "nd", "rt", "st", "ck", "th", "ng"]


def invented_word(rng: random.Random) -> str:
    """A word that means nothing: it teaches copying, and that unknown things are unknown."""
    syllables = rng.choice((1, 2, 2, 2, 3, 3))
    return "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables)
    )


def invented_name(rng: random.Random) -> str:
    return capitalised(invented_word(rng))
