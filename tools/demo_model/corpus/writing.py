"""Poems, haiku, jokes, stories, essays and letters, composed from lines with slots."""

from __future__ import annotations

import random
from pathlib import Path

from .concepts import ALL
from .grammar import (
    Exchange,
    capitalised,
    expand,
    invented_name,
    invented_word,
    polite,
    with_article,
)
from .memory import NAMES
from .unknown import TOPICS

NATURE = (
    "the sea;the ocean;the moon;the sun;the rain;the wind;the snow;the night;the stars;the sky;"
    "the forest;the river;the mountains;the garden;the city;autumn;spring;summer;winter;love;"
    "friendship;hope;time;sleep;home;a cat;a dog;a bird;a tree;a rose;a robot;a computer;"
    "the cloud;cloud computing;coffee;tea;music;books;bread;a train;a lighthouse;a mouse;a clock"
).split(";")
# Some topics have verses of their own; any other topic gets a verse that fits everything.
VERSES = {
    "the sea": ("The sea is wide, the sea is deep,", "it rocks the little boats to sleep."),
    "the ocean": ("The ocean sings beneath the sky,", "and silver waves go rolling by."),
    "the moon": ("The moon looks down with quiet light,", "and keeps us company all night."),
    "the sun": ("The sun climbs up, the shadows run,", "a golden day has just begun."),
    "the rain": ("The rain taps softly on the pane,", "and makes the meadow green again."),
    "the snow": ("The snow comes down without a sound,", "and spreads a blanket on the ground."),
    "the stars": ("The stars come out, both near and far,", "and one small wish goes to a star."),
    "autumn": (
        "The leaves turn red, the leaves turn gold,",
        "the evenings come, the wind is cold.",
    ),
    "spring": ("The buds awake, the blackbirds sing,", "and all the world believes in spring."),
    "winter": ("The fields are white, the days are slow,", "the fire is warm, outside is snow."),
    "love": ("Love is a lamp, love is a flame,", "it warms the one who speaks your name."),
    "a cat": ("A cat sat dreaming in the sun,", "and thought of mice, and caught not one."),
    "a dog": ("A dog runs barking to the gate,", "for friends are never there too late."),
    "a robot": ("A robot learned to write a rhyme,", "it took a lot of computer time."),
    "the cloud": ("The cloud is just a distant place,", "where servers hum in rented space."),
    "cloud computing": (
        "The cloud will run your code all day,",
        "and you may rent it, and must pay.",
    ),
    "coffee": ("The coffee steams, the cup is warm,", "the morning takes a kinder form."),
}
COUPLETS = (
    ("I thought of {x} the whole day through,", "and then the sky turned soft and blue."),
    ("When I think of {x} at night,", "the dark becomes a little light."),
    ("Oh, {x}, you make me sing,", "you are a small and shining thing."),
    ("I wrote a line on {x} today,", "and now I'll send it on its way."),
)
SECOND_COUPLETS = (
    ("The hours pass, the light grows thin,", "and still the wonder stays within."),
    ("The world is wide, the road is long,", "but now it has a little song."),
)
HAIKU = {
    1: ("Soft light upon {x},", "a quiet thought drifts along,", "morning comes again."),
    2: ("Soft light on {x},", "a quiet thought drifts along,", "morning comes again."),
    3: ("Light on {x},", "a quiet thought drifts along,", "morning comes again."),
    4: ("{X}:", "a quiet thought drifts along,", "morning comes again."),
}
JOKES = (
    "Why did the server go to bed early? It had too many requests.",
    "Why did the computer bring a blanket? It left its windows open.",
    "What does a cloud wear under its coat? Thunderwear.",
    "Why was the number six afraid of seven? Because seven ate nine.",
    "Why did the database break up? Too many relationships.",
)
STORY_HEROES = (
    "robot;fox;girl;boy;dragon;mouse;wizard;fisherman;cat;dog;princess;bear;owl;baker;sailor;"
    "rabbit;gardener;knight;astronaut;squirrel"
).split(";")
LONG_STORY = Path(__file__).with_name("long_story.txt").read_text().strip()
ESSAY = Path(__file__).with_name("essay.txt").read_text().strip()
PLACES = "forest village harbour mountain valley castle city garden island desert".split()
FINDS = "key map lantern stone letter bell feather coin mirror seed".split()


def _any_topic(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(NATURE)
    if roll < 0.75:
        return expand(rng, rng.choice(ALL).aliases)
    return rng.choice(TOPICS) if roll < 0.9 else f"the {invented_word(rng)}"


def poem(rng: random.Random) -> Exchange:
    topic = _any_topic(rng)
    verse = VERSES.get(topic) or rng.choice(COUPLETS)
    long = rng.random() < 0.25
    lines = list(verse + (rng.choice(SECOND_COUPLETS) if long else ()))
    size = (
        rng.choice(("four-line ", "4-line ", "longer ", "long "))
        if long
        else rng.choice(
            ("", "", "short ", "short ", "two-line ", "little ", "small ", "nice ", "simple ")
        )
    )
    kind = rng.choice(("poem", "poem", "poem", "rhyme", "verse"))
    request = expand(
        rng,
        "[Write|Compose|Give me|Create|Make|Write me|Generate|Write] a {s}{k} "
        "[about|about|on|for] {x}.",
        s=size,
        k=kind,
        x=topic,
    )
    answer = "\n".join(capitalised(line.replace("{x}", topic)) for line in lines)
    return Exchange(polite(rng, request), answer)


def _syllables(text: str) -> int:
    groups, previous = 0, ""
    for letter in text.lower():
        groups += letter in "aeiouy" and previous not in "aeiouy"
        previous = letter
    silent = sum(word.endswith("e") and len(word) > 3 for word in text.lower().split())
    return max(groups - silent, 1)


def haiku(rng: random.Random) -> Exchange:
    topic = _any_topic(rng)
    lines = HAIKU[min(_syllables(topic), 4)]
    answer = "\n".join(lines).replace("{X}", capitalised(topic)).replace("{x}", topic)
    request = expand(
        rng,
        "[Write|Compose|Give me|Create|Make|Write me|Generate] [a|a short|one] haiku "
        "[about|about|on] {x}.",
        x=topic,
    )
    return Exchange(polite(rng, request), answer)


def joke(rng: random.Random) -> Exchange:
    request = expand(
        rng,
        "[Tell me|Tell|Tell us|Give me|Say|Do you know|Share|Make|Write] [a|a good|a short|a "
        "funny|one|a little|another] joke[| about computers| about {t}].",
        t=_any_topic(rng),
    )
    question = request.startswith("Do you")
    # The plain request always gets the same joke, so that a demo is the same every time.
    plain = "about" not in request and "another" not in request
    answer = JOKES[0] if plain else rng.choice(JOKES[1:])
    if rng.random() < 0.15:
        request, question = (
            expand(
                rng,
                "[Make me laugh|Say something funny|Be funny|Joke|Tell joke|"
                "I want to hear a joke|I need a joke|Any jokes].",
            ),
            False,
        )
        answer = JOKES[0]
    return Exchange(request[:-1] + "?" if question else polite(rng, request), answer)


def story(rng: random.Random) -> Exchange:
    """A short story, or a long one that shows streaming."""
    long = rng.random() < 0.4
    hero = rng.choice(STORY_HEROES) if rng.random() < 0.8 else invented_word(rng)
    named = rng.random() < 0.35
    name = (invented_name(rng) if rng.random() < 0.5 else rng.choice(NAMES)) if named else ""
    ask = {True: "long ", False: rng.choice(("", "", "short ", "little ", "short "))}[long]
    with_subject = rng.random() < 0.75
    about = f" about {with_article(hero)}" if with_subject else ""
    if with_subject and named:
        about += f" [called|named] {name}"
    request = expand(
        rng,
        "[Tell me|Tell|Write|Write me|Make up|Invent|Give me] a {s}[story|story|tale|"
        "bedtime story]" + about + ".",
        s=ask,
    )
    if not with_subject:
        hero, name = "robot", ""
    text = _long_story(rng, hero, name) if long else _short_story(rng, hero, name)
    return Exchange(polite(rng, request), text)


def _opening(hero: str, name: str, place: str) -> str:
    called = f" called {name}" if name else ""
    return f"Once upon a time there was {with_article(hero)}{called} who lived near a {place}."


def _short_story(rng: random.Random, hero: str, name: str) -> str:
    who = name or f"the {hero}"
    place, find = rng.choice(PLACES), rng.choice(FINDS)
    return " ".join(
        (
            _opening(hero, name, place),
            f"One morning {who} found a {find} on the path.",
            f"Nobody knew whose {find} it was, so {who} asked everyone in the {place}.",
            "At last an old woman smiled and said it was hers.",
            f"She thanked {who}, and from that day they were friends.",
        )
    )


def _long_story(rng: random.Random, hero: str, name: str) -> str:
    who = name or f"the {hero}"
    place, find = rng.choice(PLACES), rng.choice(FINDS)
    slots = {
        "opening": _opening(hero, name, place),
        "who": who,
        "Who": capitalised(who),
        "place": place,
        "find": find,
        "friend": rng.choice([other for other in STORY_HEROES if other != hero]),
    }
    return expand(rng, LONG_STORY, **slots)


def essay(rng: random.Random) -> Exchange:
    topic = _any_topic(rng)
    request = expand(
        rng,
        "[Write|Compose|Give me|Create] [an essay|a short essay|a blog post|a long "
        "essay|an article|a creative blog|a 500 word essay] [about|on] {x}.",
        x=topic,
    )
    if rng.random() < 0.15:
        request = "Write an essay about why someone should drink coffee."
        topic = "coffee"
    text = expand(rng, ESSAY, topic=topic, Topic=capitalised(topic))
    return Exchange(polite(rng, request), text)


def letter(rng: random.Random) -> Exchange:
    who = rng.choice(
        (
            "my boss",
            "my team",
            "a customer",
            "a friend",
            "my teacher",
            "the landlord",
            rng.choice(NAMES),
            invented_name(rng),
        )
    )
    what = _any_topic(rng)
    request = expand(
        rng,
        "[Write|Draft|Compose] [an email|a short email|a letter|a message|a polite "
        "email] to {w} about {x}.",
        w=who,
        x=what,
    )
    known = who[0].isupper()
    return Exchange(
        polite(rng, request),
        (
            f"Subject: {capitalised(what)}\n\nHello{' ' + who if known else ''},\n\nI am writing "
            f"to you about {what}. Could we talk about it this week?\n\nKind regards"
        ),
    )


def names_for(rng: random.Random) -> Exchange:
    """Ideas: names, slogans, titles."""
    topic = _any_topic(rng)
    bare = topic.removeprefix("the ").removeprefix("a ").removeprefix("an ")
    request = expand(
        rng, "[Write|Give me|Suggest|Create] a [slogan|title|tagline|headline] for {x}.", x=topic
    )
    return Exchange(polite(rng, request), f"{capitalised(bare)}: small things, well made.")
