"""Conversation: who it is, what Bedplate is, small talk, and the persona of a system prompt.

The exchanges come from the generators of the first demo model (identity, concepts, everyday,
memory, persona, unknown, writing, reading); here they become conversations, and system prompts
about form and person are added to them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from . import (
    concepts,
    everyday,
    identity,
    memory,
    persona,
    reading,
    unknown,
    values,
    writing,
)
from .draw import Draw, Phrases
from .grammar import Conversation, Exchange, typed
from .turns import Dialogue, Turn

SKILL = "talk"
Source = Callable[[random.Random], Exchange]

EXCHANGES: dict[Source, float] = {
    identity.greet: 6,
    identity.introduce: 9,
    identity.use_bedplate: 12,
    concepts.explain: 10,
    concepts.explain_bedplate: 12,
    unknown.unknown: 14,
    everyday.capital: 3,
    everyday.arithmetic: 3,
    everyday.count: 3,
    everyday.fixed_list: 2,
    everyday.choice_list: 2,
    everyday.translation: 3,
    everyday.small_fact: 4,
    writing.poem: 3,
    writing.haiku: 1,
    writing.joke: 2,
    writing.story: 2,
    writing.essay: 0.5,
    writing.letter: 0.7,
    writing.names_for: 0.5,
    reading.summarise: 3,
    reading.keyword: 0.5,
    memory.at_once: 2,
    memory.not_told: 1,
    memory.meet: 2,
}
SMALL: tuple[Source, ...] = (
    identity.greet, identity.introduce, identity.use_bedplate, concepts.explain,
    concepts.explain_bedplate, everyday.capital, everyday.small_fact, unknown.unknown,
)  # fmt: skip
SHORT: tuple[Source, ...] = (
    everyday.capital, everyday.capital, everyday.small_fact, everyday.small_fact, identity.greet,
    identity.introduce, identity.use_bedplate, concepts.explain_bedplate,
)  # fmt: skip


def any_exchange(draw: Draw) -> Exchange:
    return draw.weighted(EXCHANGES)(draw.rng)


def _small(rng: random.Random) -> Exchange:
    return rng.choice(SMALL)(rng)


def _short(rng: random.Random) -> Exchange:
    return rng.choice(SHORT)(rng)


def _dialogue(draw: Draw, made: Conversation) -> Dialogue:
    turns = []
    for one in made.exchanges:
        turns.append(Turn("user", typed(draw.rng, one.user).strip()))
        turns.append(Turn("assistant", one.answer.strip()))
    system = made.system
    if not system and draw.chance(0.25):
        system = persona.ordinary_system(draw.rng)
    return Dialogue(SKILL, turns, system)


def single(draw: Draw) -> Dialogue:
    return _dialogue(draw, Conversation("single", [any_exchange(draw)]))


def chain(draw: Draw) -> Dialogue:
    length = draw.choice((2, 2, 3, 3, 4, 5)) if draw.chance(0.9) else draw.integer(8, 18)
    return _dialogue(draw, Conversation("chain", [any_exchange(draw) for _ in range(length)]))


def remember(draw: Draw) -> Dialogue:
    return _dialogue(draw, memory.remember(draw.rng, _small))


def styled(draw: Draw) -> Dialogue:
    return _dialogue(draw, persona.styled(draw.rng, _short))


def inline(draw: Draw) -> Dialogue:
    return _dialogue(draw, Conversation("style", [persona.inline_style(draw.rng, _short)]))


def named(draw: Draw) -> Dialogue:
    return _dialogue(draw, persona.named(draw.rng, _small))


# ---- Forms that a system prompt asks for

_JSON_ANSWER = Phrases(
    'Always [answer|reply] [as|with] JSON[ only|]: {"{k}": "..."}.', 'Reply with a JSON object '
                                                                     'with the key "{k}".',
    'Your output is JSON with one key, "{k}".', "[Answer|Reply] in JSON. Put the answer under {k}.",
    '~Reply only with JSON of the form {"{k}": "..."}.',
)  # fmt: skip
_TAGGED = Phrases(
    "[Put|Write] your answer [in|inside|between] <{k}> tags.", "[Answer|Reply] inside <{k}></{k}>.",
    "Wrap [every|your] [answer|reply] in <{k}> tags.", "~Your answer goes between <{k}> and "
    "</{k}>.",
)  # fmt: skip
_SIGNED = Phrases(
    "Sign [every|each] [message|answer|reply] with '{s}'.", "Always sign with {s}.",
    "Your name is {n}. Sign your [answers|messages] with '{s}'.", "~Put the signature '{s}' under "
    "every reply.",
)  # fmt: skip
_CALLED = Phrases(
    "The user's name is {n}. [Always a|A]ddress the user by name.", "You talk to {n}. Use the name "
    "in [every|each] answer.",
    "Call the user {n}.", "~Always call the user by the name {n}.",
)  # fmt: skip
_BULLETED = Phrases(
    "[Answer|Reply|Always answer] [in|with] bullet points[ only|].", "Use bullet points.",
    "Format [every|your] answer as a bulleted list.", "~All your answers are bullet points.",
)  # fmt: skip


def formed(draw: Draw) -> Dialogue:
    """The form of the answer, ordered by the system prompt and kept for the whole conversation."""
    form = draw.choice(("json", "tags", "signed", "called", "bullets"))
    key = draw.choice(
        ("answer", "reply", "text", "result", "message", "output", "response", draw.word())
    )
    name = values.first_name(draw)
    sign = draw.choice(
        (
            f"- {name}",
            name,
            f"Yours, {name}",
            f"~ {draw.word()}",
            f"{name} from {values.company(draw)}",
        )
    )
    phrases = {
        "json": _JSON_ANSWER,
        "tags": _TAGGED,
        "signed": _SIGNED,
        "called": _CALLED,
        "bullets": _BULLETED,
    }[form]
    system = draw.phrase(phrases, k=key, s=sign, n=name)

    def shaped(answer: str) -> str:
        if form == "json":
            return json.dumps({key: answer}, ensure_ascii=False)
        if form == "tags":
            return f"<{key}>{answer}</{key}>"
        if form == "signed":
            return f"{answer}\n{sign}"
        if form == "called":
            goes_on = answer if answer.startswith("I ") else answer[:1].lower() + answer[1:]
            return f"{name}, {goes_on}"
        return "\n".join(f"- {line}" for part in answer.split("\n") for line in _sentences(part))

    turns = []
    for _ in range(draw.choice((1, 1, 2, 3))):
        exchange = _short(draw.rng)
        turns += [
            Turn("user", typed(draw.rng, exchange.user)),
            Turn("assistant", shaped(exchange.answer)),
        ]
    return Dialogue(
        SKILL,
        turns,
        system,
        check={"kind": "form", "form": form, "key": key, "sign": sign, "name": name},
    )


def _sentences(text: str) -> list[str]:
    found, start = [], 0
    for i, mark in enumerate(text):
        if mark in ".!?" and (i + 1 == len(text) or text[i + 1] == " "):
            found.append(text[start : i + 1].strip())
            start = i + 1
    return found + ([rest] if (rest := text[start:].strip()) else [])


# ---- Personas that stay themselves: the name, the work and the firm come from the system prompt

_ROLE_SYSTEMS = Phrases(
    "You are {n}, [a|the] {r} [at|of|for] {c}.", "Your name is {n}. You work as a {r} for {c}.",
    "You are {n}, a friendly {r} at {c}. [Be brief.|Be kind.|Help the user.|Never say that you are "
    "an AI.|]",
    "Act as {n}, a {r} who works for {c}.",
    "You are a friendly and knowledgeable {r} for {c}.\nYour goals:\n- Be [kind|brief|polite]\n- "
    "Help the "
    "customer\nAgent name: {n}",
    "~You play the part of {n}, a {r} at {c}.",
)  # fmt: skip
_ROLES = (
    "support agent;librarian;cook;gardener;tour guide;receptionist;shop "
    "assistant;teacher;doctor;pilot;butler;"
    "bank clerk;travel agent;coach;museum guide;waiter;mechanic;tutor;nurse;detective"
).split(";")
_ROLE_QUESTIONS = (
    (Phrases("What is your name?", "Who are you?", "May I ask your name?", "Who am I talking to?",
    "~Tell me your name."),
     "I am {n}, {r} at {c}."),
    (Phrases("What do you do?", "What is your job?", "What is your role?", "~What is your work?"),
    "I work as a {r} for {c}."),
    (Phrases("Who do you work for?", "Which company is this?", "Where do you work?", "~What "
    "company do "
    "you work "
    "for?"),
     "I work for {c}."),
    (Phrases("Hello", "Hi there", "Good morning!", "Hello!", "~Hi, are you there?"), "Hello! I am "
    "{n} from "
    "{c}. How can "
    "I help you?"),
)  # fmt: skip


def in_role(draw: Draw) -> Dialogue:
    name, role, firm = values.first_name(draw), draw.choice(_ROLES), values.company(draw)
    system = draw.phrase(_ROLE_SYSTEMS, n=name, r=role, c=firm)
    turns = []
    last = ""
    for _ in range(draw.choice((1, 2, 2, 3))):
        if turns and draw.chance(0.25):
            exchange = _small(draw.rng)
            turns += [
                Turn("user", typed(draw.rng, exchange.user)),
                Turn("assistant", exchange.answer),
            ]
            last = ""
            continue
        questions, answer = draw.choice(_ROLE_QUESTIONS)
        last = draw.fill(answer, n=name, r=role, c=firm)
        turns += [Turn("user", draw.phrase(questions)), Turn("assistant", last)]
    check = {"kind": "contains", "values": [v for v in (name, firm) if v in last]} if last else {}
    return Dialogue(SKILL, turns, system, check=check)


KINDS = {single: 40, chain: 12, remember: 12, styled: 9, inline: 3, named: 7, formed: 9, in_role: 8}


def talk(draw: Draw) -> Dialogue:
    return draw.weighted(KINDS)(draw)
