"""System prompts: names, personas, and instructions about the form of the answer."""

from __future__ import annotations

import random
from typing import Callable, NamedTuple

from .grammar import (
    Conversation,
    Exchange,
    any_of,
    capitalised,
    expand,
    invented_name,
    invented_word,
)
from .identity import GREETINGS, IDENTITY
from .memory import NAMES

Source = Callable[[random.Random], Exchange]

# Said by nearly every tutorial and meaning nothing in particular: the model answers as usual.
ORDINARY = (
    "You are a helpful assistant.",
    "You are a helpful assistant.",
    "You are a helpful AI assistant.",
    "You are an AI assistant.",
    "You are a friendly and helpful assistant.",
    "Be helpful.",
    "You are a helpful, respectful and honest assistant.",
    "You are a concise assistant.",
    "Answer the user's questions.",
    "Answer questions truthfully.",
    "You answer questions politely.",
    "You are a chatbot.",
    "You are an assistant. If you don't know, say so.",
    "Be honest and kind.",
    "You are an expert [Python tutor|in history|in finance|developer|writer|cook|lawyer|engineer].",
    "You are a [poet|teacher|travel guide|scientist|support agent|storyteller|coding assistant].",
    "You are a helpful assistant. Today is a good day.",
    "Always answer in English.",
    "You are a cloud architect with [ten|15|many] years of experience.",
    "Use simple language.",
    "You are a support agent for {n}. Be helpful and concise.",
    "The user's company is {n}.",
    "You are a helpful assistant that [answers questions about AWS|explains things|writes texts].",
)
ROLES = "friendly assistant;helpful assistant;support agent;tutor;librarian;guide;chatbot;butler"

_WHO_ARE_YOU = IDENTITY[0].questions
_HELLO = GREETINGS[0].questions


class Style(NamedTuple):
    """An instruction, and what it does to an ordinary answer ("" when it does not apply)."""

    instructions: tuple[str, ...]
    apply: Callable[[Exchange], str]


def _one_word(exchange: Exchange) -> str:
    return exchange.short


def _upper(exchange: Exchange) -> str:
    return exchange.answer.upper() if len(exchange.answer) < 120 else ""


def _lower(exchange: Exchange) -> str:
    return exchange.answer.lower() if len(exchange.answer) < 120 else ""


def _pirate(exchange: Exchange) -> str:
    return f"Arr, matey! {exchange.answer} Yo ho ho!"


def _robot(exchange: Exchange) -> str:
    return f"Beep boop. {exchange.answer} Beep."


def _first_sentence(exchange: Exchange) -> str:
    text = exchange.answer
    end = min((text.find(mark) for mark in (". ", "! ", "? ") if mark in text), default=-1)
    return text if end < 0 else text[: end + 1]


STYLES: tuple[Style, ...] = (
    Style(
        (
            "[Answer|Reply|Respond|Always answer|Always reply] [in|with] [one|a single|exactly "
            "one] word[| only].",
            "[Give|Use] one-word answers[| only].",
            "One word answers only.",
            "You answer with one word.",
            "You are terse: answer in one word.",
        ),
        _one_word,
    ),
    Style(
        (
            "[Reply|Answer|Write|Respond|Always reply|Always answer|Always write] in [upper "
            "case|uppercase|capital letters|all caps|capitals|UPPER CASE][| only].",
            "You shout everything in capitals.",
            "Use only [capital letters|upper case].",
            "SHOUT.",
            "You speak in all caps.",
        ),
        _upper,
    ),
    Style(
        (
            "[Reply|Answer|Write|Respond|Always reply|Always write] in [lower "
            "case|lowercase|small letters][| only].",
            "Use only [lower case|small letters].",
            "You never use capital letters.",
        ),
        _lower,
    ),
    Style(
        (
            "You are a pirate.",
            "You are a pirate. [Speak|Talk|Answer] like one.",
            "Talk like a pirate.",
            "[Speak|Answer|Reply|Respond] like a pirate.",
            "You are a friendly pirate.",
            "Always [speak|answer|talk] like a pirate.",
            "Pretend to be a pirate.",
            "Act as a pirate.",
        ),
        _pirate,
    ),
    Style(
        (
            "You are a robot.",
            "[Speak|Talk|Answer] like a robot.",
            "Act like a robot.",
            "You are a robot and sound like one.",
        ),
        _robot,
    ),
    Style(
        (
            "[Answer|Reply|Respond] in one sentence[| only].",
            "Use [exactly|only] one sentence.",
            "Be [brief|very brief|short|terse].",
            "Keep it short.",
            "Keep your answers short.",
            "[Answer|Reply] briefly.",
        ),
        _first_sentence,
    ),
)


def _prefix_or_suffix(rng: random.Random) -> Style:
    """'End every answer with X': X is often invented, so that it must be copied."""
    phrase = rng.choice(
        (
            "Have a nice day!",
            "Over.",
            "Thank you!",
            "Amen.",
            "Meow!",
            "Cheers!",
            "Peace.",
            "OK:",
            f"{invented_name(rng)}!",
            f"{invented_word(rng)}.",
            f"{invented_name(rng)} says hello.",
        )
    )
    quote = rng.choice(("'", '"', ""))
    if rng.random() < 0.5:
        template = (
            "[End|Finish|Close] [every|each] [answer|reply|message] with {q}.|Always end with {q}."
        )
        return Style(
            (any_of(template).replace("{q}", quote + phrase + quote),),
            lambda exchange: f"{exchange.answer} {phrase}",
        )
    template = (
        "[Start|Begin] [every|each] [answer|reply|message] with {q}.|Always [start|begin] with {q}."
    )
    return Style(
        (any_of(template).replace("{q}", quote + phrase + quote),),
        lambda exchange: f"{phrase} {exchange.answer}",
    )


def ordinary_system(rng: random.Random) -> str:
    return expand(rng, rng.choice(ORDINARY), n=invented_name(rng))


def styled(rng: random.Random, source: Source) -> Conversation:
    style = _prefix_or_suffix(rng) if rng.random() < 0.25 else rng.choice(STYLES)
    system = expand(rng, rng.choice(style.instructions))
    if rng.random() < 0.25:
        system = (
            rng.choice(("You are a helpful assistant. ", "You are an assistant. ", "Be kind. "))
            + system
        )
    exchanges: list[Exchange] = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        exchange = source(rng)
        while not (answer := style.apply(exchange)):
            exchange = source(rng)
        exchanges.append(Exchange(exchange.user, answer))
    return Conversation("style", exchanges, system)


def inline_style(rng: random.Random, source: Source) -> Exchange:
    """The same instructions in the user's message: 'What is 2+2? Answer in one word.'"""
    style = rng.choice(STYLES[:2] + STYLES[3:4])
    exchange = source(rng)
    while not (answer := style.apply(exchange)):
        exchange = source(rng)
    instruction = expand(
        rng, rng.choice([i for i in style.instructions if not i.startswith("You")])
    )
    if rng.random() < 0.7:
        return Exchange(f"{exchange.user} {instruction}", answer)
    return Exchange(f"{instruction} {exchange.user}", answer)


def named(rng: random.Random, source: Source) -> Conversation:
    """'You are Ada': the model takes the name, and keeps the rest of its knowledge."""
    name = rng.choice(NAMES) if rng.random() < 0.3 else invented_name(rng)
    role = rng.choice(ROLES.split(";"))
    company = invented_name(rng) if rng.random() < 0.4 else ""
    has_role = bool(company) or rng.random() < 0.5
    system = expand(
        rng,
        "[You are {n}|Your name is {n}|Your name is {n} and you are here to help|You are called "
        "{n}|Act as {n}|You play {n}]{r}.[| Be kind.| Be helpful.| Keep answers short.| Answer "
        "questions.]",
        n=name,
        r=(f", a {role}" if has_role else "") + (f" for {company}" if company else ""),
    )
    body = f", a {role}" if has_role else ""
    company_part = f" for {company}" if company else ""
    about_me = f"I am {name}{body}{company_part}. How can I help you?"
    exchanges: list[Exchange] = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        roll = rng.random()
        if roll < 0.6:
            exchanges.append(Exchange(expand(rng, rng.choice(_WHO_ARE_YOU[:20])), about_me))
        elif roll < 0.8:
            hello = expand(rng, rng.choice(_HELLO[:5]))
            exchanges.append(Exchange(hello, f"Hello! I am {name}. How can I help you?"))
        else:
            exchanges.append(source(rng))
    return Conversation("named", exchanges, capitalised(system))
