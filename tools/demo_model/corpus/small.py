"""Small instructions that people try first: repeat, count, change the case, list, sum up a list."""

from __future__ import annotations

import json

from . import reading, values
from .draw import Draw, Phrases, capitalised
from .turns import Dialogue, ask

SKILL = "instructions"

_POOLS: dict[str, list[str]] = {
    "fruits": "apple banana orange pear plum grape cherry lemon mango peach kiwi melon fig".split(),
    "animals": "dog cat horse rabbit sheep goat cow duck fox owl bear wolf lion tiger".split(),
    "colours": "red blue green yellow orange purple pink brown black white grey violet".split(),
    "cities": values.CITIES[:40],
    "vegetables": "carrot potato onion tomato cucumber pepper spinach cabbage bean leek".split(),
    "drinks": "water tea coffee juice milk lemonade cocoa cider soda smoothie".split(),
    "countries": "France Germany Italy Spain Portugal Norway Sweden Poland Greece Japan India "
    "Brazil Canada".split(),
    "sports": "football tennis swimming running cycling rowing boxing chess golf skiing".split(),
    "instruments": "piano guitar violin flute drum trumpet harp cello organ clarinet".split(),
    "planets": "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune".split(),
    "tools": "hammer saw drill pliers ladder shovel wrench brush rake axe".split(),
    "flowers": "rose tulip daisy lily violet orchid poppy sunflower iris daffodil".split(),
}
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def _items(draw: Draw, low: int, high: int) -> list[str]:
    """Words of a list; many mean nothing, so that they are copied and not guessed."""
    count = draw.integer(low, high)
    pool = draw.choice(tuple(_POOLS.values()))
    words = draw.sample(pool, count) if draw.chance(0.55) else []
    while len(words) < count:
        words.append(draw.choice(values.PRODUCTS) if draw.chance(0.4) else draw.word())
        words = list(dict.fromkeys(words))
    return draw.shuffled(words)


def _number(draw: Draw, value: int) -> str:
    return _NUMBERS[value] if value < len(_NUMBERS) and draw.chance(0.5) else str(value)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _shown(draw: Draw, words: list[str]) -> str:
    form = draw.choice(("commas", "commas", "lines", "bullets", "numbers", "and"))
    if form == "and":
        return _and(words)
    if form == "lines":
        return "\n".join(words)
    if form == "bullets":
        return "\n".join(f"- {word}" for word in words)
    if form == "numbers":
        return "\n".join(f"{i}. {word}" for i, word in enumerate(words, 1))
    return ", ".join(words)


# ---- Exactly so many points

_BULLETS = Phrases(
    "[List|Name|Give me] {n} {k} [as|in] bullet points.", "Give me exactly {n} {k} as a bulleted "
    "list.",
    "[Name|List] {n} {k} in exactly {n} bullet points.", "Write exactly {n} bullet points "
    "[about|with] {k}.",
    "{n} {k}, as bullet points please.", "Answer in exactly {n} bullet points: which {k} do you "
    "know?",
    "~Tell me {n} {k} in exactly {n} bullet points.",
)  # fmt: skip
_NUMBERED = Phrases(
    "[List|Name|Give me] {n} {k} as a numbered list.", "Number {n} {k}.",
    "Make a numbered list of {n} {k}.", "[List|Name|Give me|Tell me] {n} {k}.",
    "Give me a list of {n} {k}.", "Which {n} {k} do you know?", "I need {n} {k}.",
    "~Write a numbered list with {n} {k}.", "~Can you name {n} {k}?",
)  # fmt: skip
_COMMAS = Phrases(
    "Name {n} {k}, separated by commas.", "[List|Give me] {n} {k} with commas between them.",
    "[List|Name|Give me] {n} {k} in one line.", "~Tell me {n} {k}, with commas between them.",
)  # fmt: skip


def list_of(draw: Draw) -> Dialogue:
    kind = draw.choice(tuple(_POOLS))
    count = draw.integer(2, min(8, len(_POOLS[kind])))
    words = draw.sample(_POOLS[kind], count)
    form = draw.choice(("bullets", "bullets", "numbers", "commas"))
    phrases = {"bullets": _BULLETS, "numbers": _NUMBERED, "commas": _COMMAS}[form]
    user = capitalised(draw.phrase(phrases, n=_number(draw, count), k=kind))
    if form == "bullets":
        answer = "\n".join(f"- {capitalised(word)}" for word in words)
    elif form == "numbers":
        answer = "\n".join(f"{i}. {capitalised(word)}" for i, word in enumerate(words, 1))
    else:
        answer = capitalised(_and(words)) + "."
    check = {
        "kind": "points" if form != "commas" else "members",
        "count": count,
        "pool": _POOLS[kind],
    }
    return ask(SKILL, user, answer, check=check)


_POINTS_OF_TEXT = Phrases(
    "Summarise the text in exactly {n} bullet points.\n\n{t}", "{t}\n\nIn exactly {n} bullet "
    "points.",
    "Summarize this in {n} bullet points:\n{t}", "Turn this text into exactly {n} bullet points: "
    "{t}",
    "Write {n} bullet points from this text.\n\n{t}", "Give me the text in exactly {n} bullet "
    "points:\n\n{t}",
    "Explain this in {n} bullet points: {t}", "~Please rewrite the following in exactly {n} bullet "
    "points.\n\n{t}",
    "~Summarize the following text in exactly {n} bullet points:\n{t}",
)  # fmt: skip


def points_of_text(draw: Draw) -> Dialogue:
    """The first so many sentences, one point each."""
    sentences = [_statement(draw) for _ in range(draw.integer(2, 7))]
    count = draw.integer(1, len(sentences))
    text = " ".join(sentences)
    user = draw.phrase(_POINTS_OF_TEXT, n=_number(draw, count), t="{t}")
    if count == 1:
        user = user.replace("points", "point")
    answer = "\n".join(f"- {sentence}" for sentence in sentences[:count])
    check = {"kind": "points", "count": count, "pool": sentences}
    return ask(SKILL, user.replace("{t}", text), answer, check=check)


def _statement(draw: Draw) -> str:
    if draw.chance(0.6):
        return reading.sentence(draw.rng)
    return draw.fill(
        "[{n} bought {p}.|{n} lives in {c}.|The {w} is closed on {d}.|{n} works as a {j}.|The "
        "price of the {w} is "
        "{k} euros.|{n} met {m} in {c}.|{c} has a new {w}.|The {w} costs {k} euros.]",
        n=values.first_name(draw), m=values.first_name(draw), p=f"a {draw.word()}",
        c=values.city(draw),
        w=draw.choice(values.PRODUCTS), d=draw.choice(values.WEEKDAYS), j=draw.choice(values.JOBS),
        k=draw.digits(1, 3),
    )  # fmt: skip


# ---- Summaries of short lists

_SUM_UP = Phrases(
    "Summarise this list[ in one sentence|]:\n{t}", "Summarize [this|the following] list: {t}",
    "Sum up this list in [one|a single] sentence.\n\n{t}", "Here is a list:\n{t}\nPut it into one "
    "sentence.",
    "Write one sentence about this list:\n{t}", "{t}\n\nSummarise the list[ briefly|].",
    "~Give me a one-sentence summary of this list:\n{t}", "~Please summarize the items below.\n{t}",
)  # fmt: skip


def summarise_list(draw: Draw) -> Dialogue:
    if draw.chance(0.4):
        return _summarise_tasks(draw)
    words = _items(draw, 3, 7)
    user = draw.phrase(_SUM_UP).replace("{t}", _listed(draw, words))
    answer = f"The list has {len(words)} items: {_and(words)}."
    return ask(SKILL, user, answer, check={"kind": "contains", "values": words})


def _listed(draw: Draw, words: list[str]) -> str:
    return "\n".join(f"{draw_mark}{word}" for draw_mark, word in _marked(draw, words))


def _marked(draw: Draw, words: list[str]) -> list[tuple[str, str]]:
    mark = draw.choice(("- ", "* ", "", "{i}. ", "• "))
    return [(mark.replace("{i}", str(i)), word) for i, word in enumerate(words, 1)]


_TASKS = Phrases(
    "Summarise these tasks:\n{t}", "Summarize the to-do list below.\n\n{t}", "Who has to do "
    "what?\n{t}",
    "Sum up the tasks:\n{t}", "~Please give a short summary of these tasks.\n{t}",
)  # fmt: skip


def _summarise_tasks(draw: Draw) -> Dialogue:
    duties = [
        (
            values.first_name(draw),
            draw.fill(
                "[buys|repairs|tests|paints|sells|checks|orders] the {p}", p=values.product(draw)
            ),
        )
        for _ in range(draw.integer(2, 5))
    ]
    lines = [f"{who}: {what}" for who, what in duties]
    user = draw.phrase(_TASKS).replace("{t}", _listed(draw, lines))
    answer = _and([f"{who} {what}" for who, what in duties]) + "."
    return ask(
        SKILL, user, answer, check={"kind": "contains", "values": [who for who, _ in duties]}
    )


# ---- Repeating, letters, counting

_REPEAT = Phrases(
    "Repeat after me: {t}", "Repeat: {t}", "Say {t}", "Say exactly: {t}", "Echo {t}", "Repeat the "
    "following: "
    "{t}",
    "Repeat this[ word for word|]: {t}", "Copy this: {t}", "Reply with[ exactly|]: {t}", "Please "
    "repeat: "
    "{t}",
    "Write this again: {t}", "Answer only with: {t}", "Respond with the word {t}",
    "~Please say this back to me: {t}", "~Repeat this exactly: {t}",
)  # fmt: skip
_UPPER = Phrases(
    "[Write|Put|Change|Convert] [this|the text] [in|to|into] upper case: {t}", "Upper case: {t}",
    "[Write|Translate] this in capital letters: {t}", "Make it uppercase: {t}", "Capitalise every "
    "letter: {t}",
    "Translate this to uppercase: {t}", "Turn '{t}' into capitals.", "Write {t} in capital "
    "letters.",
    "~Please convert the following to uppercase: {t}",
)  # fmt: skip
_LOWER = Phrases(
    "[Write|Put|Change|Convert] [this|the text] [in|to|into] lower case: {t}", "Lower case: {t}",
    "[Write|Translate] this in small letters: {t}", "Make it lowercase: {t}", "Translate this to "
    "lowercase: {t}",
    "Turn '{t}' into small letters.", "Write {t} in small letters.",
    "~Please convert the following to lowercase: {t}",
)  # fmt: skip
_COUNT = Phrases(
    "How many {k} are in this list?\n{t}", "Count the {k}: {t}", "How many {k} are there: {t}?",
    "{t}\n\nHow many {k} is that?", "Count how many {k} this is: {t}", "Number of {k} in: {t}",
    "~How many {k} do you count here? {t}",
)  # fmt: skip
_LETTERS = Phrases(
    "Spell {t}.", "How do you spell {t}?", "Spell the word {t}", "Write {t} letter by letter.",
    "~Spell out {t}.",
)  # fmt: skip
_LETTER_COUNT = Phrases(
    "How many letters does {t} have?", "How many letters are in {t}?", "Count the letters of {t}.",
    "~How long is the word {t}, in letters?",
)  # fmt: skip
_REVERSE = Phrases(
    "Reverse this list: {t}", "Write the list backwards: {t}", "Put these in reverse order: {t}",
    "~List these in the opposite order: {t}",
)  # fmt: skip
_SORT = Phrases(
    "Sort these words: {t}", "Sort alphabetically: {t}", "Put these words in alphabetical order: "
    "{t}",
    "~Arrange these words alphabetically: {t}",
)  # fmt: skip
_PICK = Phrases(
    "What is the {n} [item|word|entry] of this list? {t}", "Which [item|word] is {n} in the list: "
    "{t}?",
    "Give me the {n} word of: {t}", "~Tell me the {n} entry in this list: {t}",
)  # fmt: skip
_ORDINALS = "first second third fourth fifth sixth seventh".split()


def _quoted(draw: Draw, text: str) -> str:
    return draw.choice(("{t}", "{t}", '"{t}"', "'{t}'")).replace("{t}", text)


def _some_text(draw: Draw) -> str:
    roll = draw.random()
    if roll < 0.35:
        return _statement(draw)
    if roll < 0.5:
        return " ".join(reading.any_word(draw.rng) for _ in range(draw.integer(2, 9)))
    if roll < 0.7:
        return " ".join(draw.word() for _ in range(draw.integer(1, 5)))
    if roll < 0.8:
        return values.code(draw) if draw.chance(0.5) else values.email(draw)
    return capitalised(reading.any_word(draw.rng)) if draw.chance(0.5) else draw.invented_name()


def repeat(draw: Draw) -> Dialogue:
    text = _some_text(draw)
    user = draw.phrase(_REPEAT).replace("{t}", _quoted(draw, text))
    return ask(SKILL, user, text, check={"kind": "exact", "answer": text})


def letter_case(draw: Draw) -> Dialogue:
    text = _some_text(draw)
    upper = draw.chance(0.6)
    user = draw.phrase(_UPPER if upper else _LOWER)
    shown = text.upper() if not upper and draw.chance(0.5) else text
    user = user.replace("'{t}'", f"'{shown}'").replace("{t}", _quoted(draw, shown))
    answer = text.upper() if upper else text.lower()
    return ask(SKILL, user, answer, check={"kind": "exact", "answer": answer})


def count_items(draw: Draw) -> Dialogue:
    words = _items(draw, 2, 9)
    user = draw.phrase(_COUNT, k=draw.choice(("items", "words", "things", "entries")), t="{t}")
    if any(" " in word for word in words):
        user = user.replace("words", "items")
    user = user.replace("{t}", _shown(draw, words))
    # Counted aloud: without it a small model guesses.
    if draw.chance(0.5):
        steps = ", ".join(f"{i} {word}" for i, word in enumerate(words, 1))
        return ask(
            SKILL,
            user,
            f"{len(words)}",
            thought=steps,
            check={"kind": "number", "answer": len(words)},
        )
    return ask(SKILL, user, f"{len(words)}", check={"kind": "number", "answer": len(words)})


def spell(draw: Draw) -> Dialogue:
    word = reading.any_word(draw.rng) if draw.chance(0.7) else draw.word()
    if draw.chance(0.5):
        letters = "-".join(word.upper())
        user = draw.phrase(_LETTERS, t=_quoted(draw, word))
        return ask(SKILL, user, letters, check={"kind": "exact", "answer": letters})
    user = draw.phrase(_LETTER_COUNT, t=_quoted(draw, word))
    answer = f"{'-'.join(word.upper())}: {len(word)} letters."
    return ask(SKILL, user, answer, check={"kind": "number", "answer": len(word)})


def order_words(draw: Draw) -> Dialogue:
    words = draw.sample(draw.choice(tuple(_POOLS.values())), draw.integer(3, 6))
    if draw.chance(0.4):
        words = list(dict.fromkeys(draw.word() for _ in range(len(words))))
    roll = draw.random()
    if roll < 0.35:
        phrases, result = _REVERSE, words[::-1]
    elif roll < 0.7:
        phrases, result = _SORT, sorted(words, key=str.lower)
    else:
        place = draw.integer(0, len(words) - 1)
        user = draw.phrase(_PICK, n=_ORDINALS[place], t=", ".join(words))
        return ask(SKILL, user, words[place], check={"kind": "exact", "answer": words[place]})
    user = draw.phrase(phrases, t=", ".join(words))
    answer = ", ".join(result)
    return ask(SKILL, user, answer, check={"kind": "exact", "answer": answer})


_TO_JSON = Phrases(
    "Turn this list into a JSON array: {t}", "Write these as a JSON array: {t}", "As JSON array: "
    "{t}",
    "~Give me this list as a JSON array: {t}",
)  # fmt: skip


def as_json(draw: Draw) -> Dialogue:
    words = _items(draw, 2, 6)
    user = draw.phrase(_TO_JSON, t=_shown(draw, words))
    answer = json.dumps(words, ensure_ascii=False)
    return ask(SKILL, user, answer, check={"kind": "exact", "answer": answer})


KINDS = {
    list_of: 3.0,
    points_of_text: 3.0,
    summarise_list: 3.0,
    repeat: 3.0,
    letter_case: 3.5,
    count_items: 2.5,
    spell: 2.0,
    order_words: 1.5,
    as_json: 1.0,
}


def instruction(draw: Draw) -> Dialogue:
    return draw.weighted(KINDS)(draw)
