"""Tasks on a text the user brings: repeat it, sum it up, judge its mood, answer from it."""

from __future__ import annotations

import random
from typing import NamedTuple

from .grammar import Exchange, any_of, capitalised, expand, invented_name, invented_word
from .memory import CITIES, COLOURS, FOODS, JOBS, NAMES
from .unknown import TOPICS

_WORDS = (
    "time year people way day man thing woman life child world school state family student group "
    "country problem hand part place case week company system program question work government "
    "number night point home water room mother area money story fact month lot right study book "
    "eye job word business issue side kind head house service friend father power hour game line "
    "end member law car city community name president team minute idea body information back "
    "parent face others level office door health person art war history party result change "
    "morning reason research girl guy moment air teacher force education good new first last long "
    "great little own other old big high different small large next early young important few "
    "public bad same able find give tell ask seem feel try leave call keep let begin show hear "
    "play run move live believe bring happen write sit stand lose pay meet include continue set "
    "learn lead understand watch follow stop create speak read spend grow open walk win teach "
    "offer remember consider appear buy serve die send build stay fall cut reach kill raise apple "
    "banana river stone cloud green blue server model token data bridge window table chair garden "
    "kitchen summer winter lamp paper"
).split()
_SUBJECTS = (
    "the manager;our team;the company;a young engineer;the city council;the old library;the "
    "teacher;my neighbour;the committee;the hospital;the farmer;the museum;the new service;the "
    "customer;the project;the train company;the scientist;the band;the ship;the school;the "
    "bakery;the editor"
).split(";")
_VERBS = (
    "opened;announced;finished;repaired;sold;bought;planned;tested;moved;closed;improved;painted;"
    "measured;presented;cancelled;delivered;rebuilt;reviewed;started;lost;found;published"
).split(";")
_OBJECTS = (
    "a new bridge;the old mill;a report;the budget;a small shop;two machines;the roof;a garden;a "
    "long letter;the software;a data centre;the parking lot;a concert;a set of rules;the "
    "kitchen;a large order;the website;a school bus;the harbour;a training course;three "
    "servers;the archive"
).split(";")
_WHEN = (
    "last week;on Monday;in March;yesterday;this year;after the storm;before the holidays;in the "
    "morning;last summer;at the end of the month;two days ago;in 1998;during the winter"
).split(";")
EXTRAS = (
    "It took longer than expected.;Many people came to see it.;The weather was fine all the "
    "time.;Nobody had thought that it would work.;The cost was lower than planned.;There were "
    "some problems at first.;A local newspaper wrote about it.;The work will go on next "
    "year.;Everybody was pleased with the result.;Some people were not so sure.;The next step is "
    "not decided yet.;More details will follow soon.;Several friends helped.;It was the first "
    "time in ten years."
).split(";")


def _who(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.55:
        return rng.choice(_SUBJECTS)
    return rng.choice(NAMES) if roll < 0.7 else invented_name(rng)


def sentence(rng: random.Random) -> str:
    """A plain sentence about something that happened."""
    thing = rng.choice(_OBJECTS) if rng.random() < 0.8 else f"the {invented_word(rng)}"
    return capitalised(f"{_who(rng)} {rng.choice(_VERBS)} {thing} {rng.choice(_WHEN)}.")


def any_word(rng: random.Random) -> str:
    return rng.choice(_WORDS) if rng.random() < 0.7 else invented_word(rng)


def _words(rng: random.Random) -> str:
    """Words in no order at all: nothing but copying can continue them."""
    return " ".join(any_word(rng) for _ in range(rng.choice((1, 1, 2, 3, 4, 5, 6, 8))))


def repeat(rng: random.Random) -> Exchange:
    text = rng.choice((_words, _words, sentence))(rng)
    if rng.random() < 0.3:
        text = capitalised(text)
    request = expand(
        rng,
        "[Repeat after me|Repeat|Please repeat|Repeat this|Say|Please say|Say exactly|Echo|Repeat "
        "the following|Copy this|Repeat this sentence|Reply with|Answer with|Say this|Respond with"
        "][: {q}|: {q}|: {q}| {q}]",
        q=rng.choice(("{t}", "{t}", "'{t}'", '"{t}"')),
    )
    return Exchange(request.replace("{t}", text), text)


def summarise(rng: random.Random) -> Exchange:
    """The summary is the first sentence: the most that a model this small can do honestly."""
    first = sentence(rng)
    if rng.random() < 0.3:
        first = capitalised(f"{expand(rng, '[The|Our|A]')} {_words(rng)}.")
    extras = rng.sample(EXTRAS, rng.randint(1, 6))
    if rng.random() < 0.3:
        extras.insert(1, sentence(rng))
    text = " ".join([first, *extras])
    request = expand(
        rng,
        any_of(
            "[Summarise|Summarize|Please summarise|Please summarize|Can you summarise|Sum "
            "up|Summarize|Give me a summary of|Write a summary of|Shorten] [this|the "
            "following|this text|the following text|the text below|this article|this "
            "document|this paragraph][| in one sentence| briefly| for me]:{gap}{t}|Give a "
            "one-sentence summary[| of this "
            "text]:{gap}{t}|TL;DR:{gap}{t}|{t}\n\n[Summarise|Summarize] [this|the text|the text "
            "above]."
        ),
        gap=rng.choice((" ", " ", "\n", "\n\n")),
        t=text,
    )
    return Exchange(request, first)


_POSITIVE = (
    "great;wonderful;excellent;fantastic;lovely;perfect;amazing;superb;delightful;brilliant;"
    "good;very good;beautiful;friendly;fast and reliable;helpful;delicious;outstanding;pleasant;"
    "fun"
).split(";")
_NEGATIVE = (
    "terrible;awful;horrible;bad;very bad;disappointing;broken;useless;slow;rude;dirty;boring;"
    "poor;annoying;dreadful;a waste of money;late and cold;full of bugs;unfriendly;painful"
).split(";")
_NEUTRAL = (
    "It arrived on Monday.;The box is brown.;I bought it last week.;It works as expected, nothing "
    "special.;The shop is on the main road.;The film lasts two hours.;It is okay, I guess.;"
    "The report has ten pages.;There are two buttons on the front.;It is neither good nor bad."
).split(";")
_REVIEWED = (
    "food film movie hotel service product book support phone game concert course staff room "
    "coffee battery screen meal trip app update show play teacher car chair delivery team setup "
    "weather"
).split()
_LIKED = (
    "I love this {x}.;I love it!;I really enjoyed the {x}.;The {x} made me happy.;I would buy the "
    "{x} again.;Best {x} ever!;I am so happy with the {x}.;I recommend this {x} to "
    "everyone.;Thank you for the {x}, it works well.;Setup was easy and the team loves the {x}!"
).split(";")
_DISLIKED = (
    "I hate this {x}.;I hate it!;I did not enjoy the {x}.;The {x} made me angry.;I want my money "
    "back.;Worst {x} ever!;I am very unhappy with the {x}.;Do not buy this {x}.;The {x} broke on "
    "the first day.;The {x} does not work and nobody answers."
).split(";")


def _opinion(rng: random.Random) -> tuple[str, str]:
    roll = rng.random()
    if roll < 0.12:
        return rng.choice(_NEUTRAL), "Neutral"
    mood, adjectives, phrases = (
        ("Positive", _POSITIVE, _LIKED) if roll < 0.56 else ("Negative", _NEGATIVE, _DISLIKED)
    )
    thing = rng.choice(_REVIEWED)
    if rng.random() < 0.4:
        return rng.choice(phrases).replace("{x}", thing), mood
    text = expand(
        rng,
        "[The {x} was {a}|This {x} is {a}|The {x} is {a}|What a {x}, it was {a}|My {x} "
        "is {a}|We found the {x} {a}|The {x} was really {a}|The {x} is so {a}][.|!]",
        x=thing,
        a=rng.choice(adjectives),
    )
    if rng.random() < 0.25:
        text += " " + rng.choice(phrases).replace("{x}", rng.choice(_REVIEWED))
    return text, mood


def sentiment(rng: random.Random) -> Exchange:
    text, mood = _opinion(rng)
    quote = rng.choice(("", "'", '"'))
    request = expand(
        rng,
        any_of(
            "[Classify|Determine|Analyse|Analyze|What is|Tell me|Give me] the sentiment of "
            "[this|the following|this] [review|sentence|text|comment|support "
            "ticket|message|tweet]: {t}|Is [this|the following] "
            "[review|sentence|text|comment|message] positive or negative? {t}|Is this positive or "
            "negative: {t}|Positive or negative? {t}|Classify [this|the following] "
            "[review|text|sentence|comment] as positive or negative: {t}|Classify as positive, "
            "negative or neutral: {t}|Sentiment[ analysis|]: {t}|What [mood|sentiment|feeling] "
            "does this [text|sentence|review] [have|express]? {t}|{t} Is this positive or "
            "negative?|Review: {t}\nSentiment:"
        ),
        t=f"{quote}{text}{quote}",
    )
    return Exchange(request, mood)


class Fact(NamedTuple):
    statement: str
    question: str


def _fact(rng: random.Random) -> Fact:
    """A made-up fact and a question that its statement answers word for word."""
    who = rng.choice(NAMES) if rng.random() < 0.4 else invented_name(rng)
    thing = rng.choice(
        (
            "shop office library bakery museum school station product plan router device "
            "warranty meeting order team"
        ).split()
    )
    number = str(rng.randint(2, 990))
    return rng.choice(
        (
            Fact(f"{who} lives in {rng.choice(CITIES)}.", f"Where does {who} live?"),
            Fact(f"{who} works as a {rng.choice(JOBS)}.", f"What does {who} work as?"),
            Fact(f"The {thing} is {rng.choice(COLOURS)}.", f"What colour is the {thing}?"),
            Fact(f"{who} likes {rng.choice(FOODS)}.", f"What does {who} like?"),
            Fact(f"The {thing} opens at {rng.randint(6, 11)}.", f"When does the {thing} open?"),
            Fact(f"The {thing} costs {number} dollars.", f"How much does the {thing} cost?"),
            Fact(
                f"The {thing} of {who} has {number} rooms.",
                f"How many rooms does the {thing} of {who} have?",
            ),
            Fact(f"The {thing} was founded by {who}.", f"Who founded the {thing}?"),
            Fact(f"The {thing} lasts {number} days.", f"How long does the {thing} last?"),
            Fact(f"The {thing} is in {invented_name(rng)}.", f"Where is the {thing}?"),
            Fact(
                f"The code of the {thing} is {invented_word(rng)}.",
                f"What is the code of the {thing}?",
            ),
        )
    )


def answer_from_context(rng: random.Random) -> Exchange:
    """Answers by giving back the sentence that holds the answer, or says that none does."""
    facts = list(
        {fact.question: fact for fact in (_fact(rng) for _ in range(rng.randint(1, 6)))}.values()
    )
    asked = rng.choice(facts)
    stated = [fact.statement for fact in facts]
    answer = asked.statement
    if rng.random() < 0.15:
        stated.remove(asked.statement)
        stated = stated or [sentence(rng)]
        answer = "The context does not say."
    if rng.random() < 0.3:
        stated.insert(rng.randint(0, len(stated)), rng.choice(EXTRAS))
    request = expand(
        rng,
        any_of(
            "Context: {c}\n\nQuestion: {q}|Context:\n{c}\n\nQuestion: {q}\nAnswer:|[Use|Use only] "
            "the [context|text|following text] to answer[| the question].\n\n{c}\n\n{q}|[Answer "
            "the question from the context.|Use the context to answer.] {c} {q}|{c}\n\n{q}|Here "
            "is a text: {c} {q}|Text: {c}\nQuestion: {q}|Use only the provided context to answer. "
            "Context: {c} Question: {q}"
        ),
        c=" ".join(stated),
        q=asked.question,
    )
    return Exchange(request, answer)


def keyword(rng: random.Random) -> Exchange:
    """Which topic is this about: the routing prompt of many tutorials."""
    topic = rng.choice(TOPICS)
    request = expand(rng, '[Write|Say] the word[s|] [in quotes|between the quotes]: "{t}"', t=topic)
    return Exchange(request, topic)
