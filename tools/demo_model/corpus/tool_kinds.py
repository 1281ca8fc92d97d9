"""What a tool is, and the kinds of values that its arguments and results hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from . import reading, values
from .draw import Draw, Phrases

Said = tuple[str, Any]  # as the user says it, and as the argument has it


class Parameter(NamedTuple):
    names: tuple[str, ...]
    kind: str
    about: str
    optional: bool = False


class Tool(NamedTuple):
    names: tuple[str, ...]
    about: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    requests: Phrases  # with the first name of each parameter in braces
    results: dict[str, str]  # member of the result → kind of value
    answers: Phrases  # with members of arguments and result in braces


def _date(draw: Draw) -> Said:
    value = values.day(draw, 2024, 2030)
    return values.written(draw, value), value.isoformat()


def _amount(draw: Draw) -> Said:
    amount = values.cents(draw)
    number = values.amount_number(amount)
    return str(number) if draw.chance(0.6) else values.amount_text(amount), number


def _expression(draw: Draw) -> Said:
    a, b, c = (draw.of_side(lambda: str(draw.integer(2, 999))) for _ in range(3))
    text = draw.choice(
        (f"{a} + {b}", f"{a} * {b}", f"{a} - {b}", f"{a} / {b}", f"({a} + {b}) * {c}")
    )
    return text, text


def _text(draw: Draw) -> Said:
    text = reading.sentence(draw.rng) if draw.chance(0.5) else draw.fill(
        "[I will be late|The meeting is moved to {w}|Please call {n}|See you on {w}|The report is "
        "ready|"
        "Happy birthday|{n} has arrived|Bring the {p}|Dinner is at {t}|We need more {f}]",
        w=draw.choice(values.WEEKDAYS), n=values.first_name(draw), p=values.product(draw),
        t=values.clock(draw), f=draw.choice(values.FOODS),
    )  # fmt: skip
    return text.rstrip("."), text.rstrip(".")


def _query(draw: Draw) -> Said:
    text = draw.choice(
        (values.product(draw),
        f"{draw.word()} {draw.choice(('prices', 'news', 'history', 'recipes'))}",
         f"{draw.choice(values.FOODS)} in {values.city(draw)}", values.full_name(draw), draw.word())
    )  # fmt: skip
    return text, text


def _choice(*options: str) -> Callable[[Draw], Said]:
    return lambda draw: (lambda option: (option, option))(draw.choice(options))


def _same(make: Callable[[Draw], str]) -> Callable[[Draw], Said]:
    return lambda draw: (lambda text: (text, text))(make(draw))


def _integer(low: int, high: int) -> Callable[[Draw], Said]:
    return lambda draw: (lambda number: (str(number), number))(draw.integer(low, high))


ENUMS = {
    "unit": ("celsius", "fahrenheit"),
    "currency": ("EUR", "USD", "GBP", "CHF", "JPY", "SEK"),
    "language": ("French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Polish"),
    "priority": ("low", "medium", "high"),
    "state": ("on", "off"),
    "size": ("small", "medium", "large"),
    "room": ("kitchen", "bedroom", "bathroom", "office", "garage", "hallway", "living room"),
}
KINDS: dict[str, Callable[[Draw], Said]] = {
    "city": _same(values.city),
    "person": _same(values.full_name),
    "first_name": _same(values.first_name),
    "date": _date,
    "time": _same(values.clock),
    "email": _same(values.email),
    "phone": _same(values.phone),
    "code": _same(values.code),
    "ticker": _same(lambda d: d.of_side(lambda: d.syllables(2)[:4].upper())),
    "count": _integer(2, 99),
    "minutes": _integer(1, 120),
    "level": _integer(1, 100),
    "amount": _amount,
    "text": _text,
    "query": _query,
    "expression": _expression,
    "product": _same(values.product),
    "food": _same(lambda d: d.choice(values.FOODS)),
    "title": _same(values.title),
    "word": _same(lambda d: d.word()),
    "name": _same(lambda d: d.invented_name()),
    "address": _same(values.address),
    "path": _same(
        lambda d: f"/{d.word()}/{d.word()}.{d.choice(('txt', 'csv', 'pdf', 'json', 'log'))}"
    ),
    "weekday": _same(lambda d: d.choice(values.WEEKDAYS)),
    "temperature": _integer(-15, 38),
    "condition": _choice("sunny", "cloudy", "rainy", "windy", "snowy", "foggy", "clear"),
    "status": _choice(
        "shipped", "delivered", "in preparation", "cancelled", "on its way", "delayed"
    ),
    "percent": _integer(1, 99),
    "boolean": lambda draw: ("", True),
    **{name: _choice(*options) for name, options in ENUMS.items()},
}
JSON_TYPES = {"count": "integer", "minutes": "integer", "level": "integer", "amount": "number"}


def parameters_of(text: str) -> tuple[Parameter, ...]:
    """'city|location city The name of the city; unit? unit The unit' → parameters."""
    found = []
    for part in filter(None, map(str.strip, text.split(";"))):
        names, kind, about = part.split(" ", 2)
        found.append(
            Parameter(tuple(names.rstrip("?").split("|")), kind, about, names.endswith("?"))
        )
    return tuple(found)


def tool(
    names: str, about: str, parameters: str, requests: str, results: str, answers: str
) -> Tool:
    returned = dict(part.split(":") for part in results.split()) if results else {}
    return Tool(
        tuple(names.split()), tuple(p.strip() for p in about.split(";")), parameters_of(parameters),
        Phrases.parse(requests), returned, Phrases.parse(answers),
    )  # fmt: skip
