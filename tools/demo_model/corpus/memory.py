"""Conversations in which the user tells something and asks for it later."""

from __future__ import annotations

import random
from typing import Callable, NamedTuple

from .grammar import Conversation, Exchange, expand, invented_name, invented_word

NAMES = (
    "Anna Ben Carla David Elena Felix Grace Hassan Ines Jonas Karim Lena Maria Nina Oscar Paul "
    "Rosa Samuel Tom Ursula Victor Wendy Yusuf Zoe Alice Bob Charlie Emma Frank Julia Kevin Laura "
    "Mike Olivia Peter Sarah John James Linda Susan Mark Chris Amir Mei Yuki Ravi Priya Ivan Olga"
).split()
COLOURS = (
    "red blue green yellow orange purple pink brown black white grey teal violet turquoise gold "
    "silver crimson indigo beige magenta"
).split()
CITIES = (
    "Paris London Berlin Rome Oslo Madrid Tokyo Cairo Lima Vienna Boston Chicago Dublin Lyon "
    "Porto Seattle Munich Prague Hamburg Kyoto Delhi Toronto Sydney"
).split()
ANIMALS = "dog cat horse rabbit parrot hamster tortoise goldfish bird pony".split()
FOODS = (
    "pizza pasta soup bread rice cheese apples curry salad chocolate pancakes noodles sushi "
    "dumplings tomatoes"
).split()
JOBS = "teacher baker nurse doctor painter farmer pilot lawyer singer engineer cook tailor".split()


def _from(values: list[str], invented: Callable[[random.Random], str]) -> Callable[..., str]:
    """Mostly invented values: they cannot be guessed, only looked up in the conversation."""
    return lambda rng: invented(rng) if rng.random() < 0.6 else rng.choice(values)


class Attribute(NamedTuple):
    value: Callable[[random.Random], str]
    told: str  # how the user says it
    noted: str  # how the model confirms
    asked: str  # how the user asks later
    recalled: str  # the answer


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute(
        _from(NAMES, invented_name),
        "[My name is|My name's|I am|I'm|Call me|I am called|You can call me|Hello, I am|"
        "Hi, my name is|Hello, my name is|Hi, I'm|Hey, I am] {v}[.|!|]",
        "Nice to meet you, {v}!",
        "[What is|What's|Tell me|Do you remember|Do you know|Can you tell me|What was|Say] my name"
        "[?|]|Who am I?|What did I say my name was?|What am I called?|How am I called?",
        "Your name is {v}.",
    ),
    Attribute(
        _from(COLOURS, invented_word),
        "[My favourite colour is|My favorite color is|The colour I like best is] {v}[.|]",
        "I will remember that your favourite colour is {v}.",
        "[What is|What's|Tell me|Do you remember|Can you tell me|What was] my "
        "[favourite colour|favorite color][?|]|[What|Which] [colour|color] do I like[ best|]?",
        "Your favourite colour is {v}.",
    ),
    Attribute(
        lambda rng: str(rng.randint(1, 999) if rng.random() < 0.5 else rng.randint(1, 99)),
        "[My favourite number is|My favorite number is|My lucky number is|The number is|"
        "Remember the number|Please remember the number|The secret number is] {v}[.|]",
        "I will remember the number {v}.",
        "[What is|What's|Tell me|Do you remember|Can you tell me|What was] [my|the|my favourite|"
        "my lucky|the secret] number[?|]|Which number did I [say|tell you]?",
        "The number is {v}.",
    ),
    Attribute(
        _from(CITIES, invented_name),
        "[I live in|My home is in|I come from|I am from|I'm from|My city is] {v}[.|]",
        "I will remember that you are from {v}.",
        "[Where do I live|Where am I from|Where do I come from|What is my city|Which city am I "
        "from|Do you remember where I live|Where is my home]?",
        "You are from {v}.",
    ),
    Attribute(
        _from(NAMES, invented_name),
        "My {a}'s name is {v}[.|]|[I have|We have] a {a} called {v}[.|]|My {a} is [called|named] "
        "{v}[.|]",
        "{v} is a good name for a {a}.",
        "[What is|What's|Tell me|Do you remember|What was] [my {a}'s name|the name of my {a}][?|]|"
        "What is my {a} called?",
        "Your {a} is called {v}.",
    ),
    Attribute(
        _from(FOODS, invented_word),
        "[My favourite food is|My favorite food is|I like to eat|I love to eat] {v}[.|]",
        "I will remember that you like {v}.",
        "[What is|What's|Tell me|Do you remember] my [favourite|favorite] food[?|]|What do I like "
        "to eat?",
        "You like {v}.",
    ),
    Attribute(
        _from(JOBS, invented_word),
        "[I work as a|I am a|My job is] {v}[.|]",
        "I will remember that your job is {v}.",
        "[What is|What's|Tell me|Do you remember] my job[?|]|What do I [do for a living|work as]?",
        "Your job is {v}.",
    ),
    Attribute(
        _from(["swordfish", "rosebud", "sesame", "tiger", "lantern"], invented_word),
        "[The password is|The code word is|The secret word is|Remember the word|Please remember "
        "the word|The magic word is] {v}[.|]",
        "I will remember the word {v}.",
        "[What is|What's|Tell me|Do you remember|What was] the [password|word|code word|secret "
        "word|magic word][?|]|Which word [did I tell you|should you remember]?",
        "The word is {v}.",
    ),
)
NOT_TOLD = "You have not told me that yet."


class Told(NamedTuple):
    attribute: Attribute
    value: str
    animal: str

    def say(self, rng: random.Random, template: str) -> str:
        return expand(rng, f"[{template}]", v=self.value, a=self.animal)


def _tell(rng: random.Random, attribute: Attribute) -> Told:
    return Told(attribute, attribute.value(rng), rng.choice(ANIMALS))


def remember(rng: random.Random, distraction: Callable[[random.Random], Exchange]) -> Conversation:
    """One to three things told, some small talk, then questions about them."""
    amount = rng.choice((1, 1, 1, 2, 2, 3))
    told = [_tell(rng, attribute) for attribute in rng.sample(ATTRIBUTES, amount)]
    exchanges: list[Exchange] = []
    if amount == 2 and rng.random() < 0.4:
        both = [item.say(rng, item.attribute.told).rstrip(".! ") for item in told]
        exchanges.append(
            Exchange(
                expand(rng, "{a}[. | and |, and ]{b}.", a=both[0], b=both[1]),
                " ".join(item.say(rng, item.attribute.noted) for item in told),
            )
        )
    else:
        for item in told:
            exchanges.append(
                Exchange(item.say(rng, item.attribute.told), item.say(rng, item.attribute.noted))
            )
            exchanges += [distraction(rng)] if rng.random() < 0.35 else []
    for item in rng.sample(told, amount):
        exchanges += [distraction(rng)] if rng.random() < 0.3 else []
        exchanges.append(
            Exchange(
                item.say(rng, item.attribute.asked),
                item.say(rng, item.attribute.recalled),
                item.value,
            )
        )
    return Conversation("memory", exchanges)


def at_once(rng: random.Random) -> Exchange:
    """Told and asked in one message."""
    item = _tell(rng, rng.choice(ATTRIBUTES))
    told = item.say(rng, item.attribute.told).rstrip(".! ")
    return Exchange(
        f"{told}. {item.say(rng, item.attribute.asked)}",
        item.say(rng, item.attribute.recalled),
        item.value,
    )


def not_told(rng: random.Random) -> Exchange:
    item = _tell(rng, rng.choice(ATTRIBUTES))
    return Exchange(item.say(rng, item.attribute.asked), NOT_TOLD)


def meet(rng: random.Random) -> Exchange:
    """A fact told, with nothing asked."""
    item = _tell(rng, rng.choice(ATTRIBUTES[:4]))
    return Exchange(item.say(rng, item.attribute.told), item.say(rng, item.attribute.noted))
