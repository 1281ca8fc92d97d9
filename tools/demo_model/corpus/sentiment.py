"""Whether a text is positive, negative, neutral or mixed."""

from __future__ import annotations

from . import values
from .draw import Draw, Phrases, capitalised, sloppy
from .labels import asked, joined
from .turns import Dialogue

SKILL = "sentiment"

_GOOD = (
    "great;wonderful;excellent;fantastic;lovely;perfect;superb;delightful;amazing;brilliant;very "
    "good;"
    "outstanding;a joy;better than expected;worth every cent;first class;impressive;reliable;fast "
    "and "
    "friendly;beautiful;easy to use;really nice;splendid;flawless;top quality;a pleasure;awesome;"
    "seamless;charming;exactly what I wanted"
).split(";")
_BAD = (
    "terrible;awful;bad;horrible;disappointing;broken;useless;poor;dreadful;a waste of money;far "
    "too "
    "slow;dirty;rude and slow;worse than expected;boring;unreliable;cheaply made;full of errors;a "
    "nightmare;unacceptable;very bad;faulty;confusing;painfully slow;not worth the price;annoying;"
    "overpriced;a disaster;not what I ordered;mediocre at best"
).split(";")
_FLAT = (
    "okay;average;as expected;neither good nor bad;acceptable;nothing special;ordinary;so-so;fine, "
    "no "
    "more;what one would expect;standard;all right;usable;in order;normal"
).split(";")
_ASPECTS = (
    "service;staff;food;delivery;quality;price;support "
    "team;screen;sound;battery;room;view;location;"
    "packaging;design;app;website;book;film;plot;acting;music;soup;breakfast;bed;driver;manual;"
    "setup;"
    "camera;keyboard;performance;interface;documentation;update;course;teacher;waiter;hotel;"
    "product;"
    "checkout;installation;cable;material;colour;size"
).split(";")
_GOOD_LINES = Phrases(
    "I love [this|it|the {a}].", "I am [very|really|so] happy with the {a}.", "The {a} [is|was] "
    "{g}.",
    "What a {a}! [It is|It was|Simply] {g}.", "I would buy it again.", "[Highly|Warmly] "
    "recommended!",
    "Five stars.", "The {a} made my day.", "I will [definitely |]come back.", "Everything about "
    "the {a} was {g}.",
    "My {p} loves it.", "The {a} exceeded my expectations.", "Thank you for the {g} {a}!",
    "I cannot stop smiling, the {a} is {g}.", "We enjoyed the {a} very much.", "It works "
    "[perfectly|like a "
    "charm].",
    "Best {a} I ever had.", "The {a} could not be better.", "I was pleasantly surprised by the "
    "{a}.",
    "Not bad at all, in fact the {a} is {g}.", "No complaints, the {a} is {g}.",
    "~The {a} turned out to be {g}.", "~I am delighted with the {a}.", "~Honestly, the {a} is {g}.",
    "~We had a {g} time and loved the {a}.",
)  # fmt: skip
_BAD_LINES = Phrases(
    "I hate [this|it|the {a}].", "I am [very|really|so] unhappy with the {a}.", "The {a} [is|was] "
    "{b}.",
    "What a {a}! [It is|It was|Simply] {b}.", "I want my money back.", "[Never|Do not buy it] "
    "again.",
    "One star.", "The {a} ruined my day.", "I will [definitely |]not come back.", "Everything "
    "about the {a} "
    "was {b}.",
    "My {p} hates it.", "The {a} broke after {n} days.", "Nobody answered when I complained about "
    "the {a}.",
    "I regret buying this.", "We were angry about the {a}.", "It does not work[ at all|].",
    "Worst {a} I ever had.", "The {a} could not be worse.", "I was unpleasantly surprised by the "
    "{a}.",
    "Not good at all, in fact the {a} is {b}.", "I do not recommend the {a}, it is {b}.",
    "The {a} is not {g}, it is {b}.", "The {a} arrived damaged.", "It stopped working after {n} "
    "days.",
    "~The {a} turned out to be {b}.", "~I am fed up with the {a}.", "~Honestly, the {a} is {b}.",
    "~We had a {b} time and hated the {a}.",
)  # fmt: skip
_FLAT_LINES = Phrases(
    "The {a} [is|was] {f}.", "It is {f}.", "The {a} arrived on {d}.", "Nothing special about the "
    "{a}.",
    "It does what it should, no more.", "I have no strong opinion about the {a}.", "The {a} is "
    "{f}, the rest "
    "too.",
    "I bought it in {c}.", "The {a} has the usual size.", "It works as described.", "I used the "
    "{a} twice.",
    "~The {a} seems {f}.", "~All in all the {a} was {f}.",
)  # fmt: skip
_MIXED = Phrases(
    "The {a} is {g}, but the {z} is {b}.", "I like the {a}, but not the {z}.", "On the one hand, "
    "the {a} is {g}; "
    "on the other hand, the {z} is {b}.", "~While the {a} is {g}, the {z} is {b}.",
)  # fmt: skip
_CASES = (str.upper, str.lower, capitalised, str.upper, capitalised)
_SENTIMENT_ORDERS = Phrases(
    "[Classify|Determine|Judge|Detect|Find] the sentiment of [this|the following] {k}[ as {l}|: "
    "{l}].",
    "What is the sentiment of this {k}? [Answer with|Choose|Options:] {l}.",
    "Is this {k} {l}?",
    "Classify the {k} as {l}. Respond with only [the label|the classification word|one word].",
    "Sentiment analysis. Labels: {l}. [Reply|Answer] with the label only.",
    "Label this {k} with one of: {l}.",
    "Tell me if this {k} is {l}.",
    "You are a sentiment classifier. Labels: {l}. Output the label[ only|].",
    "Classify the sentiment of this {k}. Possible values: {l}.",
    "~Decide whether the {k} is {l}. Give only the label.",
    "~Which of these fits the {k}: {l}?",
)
_FREE_SENTIMENT_ORDERS = Phrases(
    "[Classify|Determine|Analyse|What is] the sentiment of this {k}.", "What is the sentiment of "
    "this {k}?",
    "Is this {k} positive or negative?", "~Analyse the sentiment of the following {k}.",
)  # fmt: skip


def _review(draw: Draw, mood: str) -> str:
    if mood == "mixed":
        lines = [draw.phrase(_MIXED)]
    else:
        phrases = {"positive": _GOOD_LINES, "negative": _BAD_LINES, "neutral": _FLAT_LINES}[mood]
        lines = list(
            dict.fromkeys(draw.phrase(phrases) for _ in range(draw.choice((1, 1, 2, 2, 3))))
        )
        # A lone fact says nothing of a mood; beside one it does not matter.
        if mood != "neutral" and draw.chance(0.25):
            lines.insert(draw.integer(0, len(lines)), draw.fill("I bought it in {c}."))
    text = []
    for line in lines:
        aspects = draw.sample(_ASPECTS, 2)
        slots = {"a": aspects[0], "z": aspects[1], "g": draw.choice(_GOOD), "b": draw.choice(_BAD)}
        slots |= {"f": draw.choice(_FLAT), "n": str(draw.integer(2, 30)), "c": values.city(draw)}
        slots |= {"p": draw.choice(("daughter", "son", "wife", "husband", "dog", "team", "mother"))}
        slots |= {"d": draw.choice(values.WEEKDAYS)}
        text.append(draw.fill(line, **slots))
    return sloppy(draw, " ".join(text))


def sentiment(draw: Draw) -> Dialogue:
    case = draw.choice(_CASES)
    moods = ["positive", "negative"]
    third = draw.weighted({"": 4, "neutral": 4, "mixed": 1})
    moods += [third] if third else []
    mood = draw.choice(moods)
    shown = [case(label) for label in draw.shuffled(moods)]
    kind = draw.choice("review text comment message sentence tweet feedback ticket".split())
    free = len(moods) == 2 and draw.chance(0.25)
    order = draw.phrase(
        _FREE_SENTIMENT_ORDERS if free else _SENTIMENT_ORDERS, k=kind, l=joined(draw, shown)
    )
    answer = mood.capitalize() if free else case(mood)
    return asked(
        draw,
        SKILL,
        order,
        kind,
        lambda: _review(draw, mood),
        answer,
        f"The {kind} is {mood}.",
        lambda: (lambda m: (_review(draw, m), m.capitalize() if free else case(m)))(
            draw.choice(moods)
        ),
    )
