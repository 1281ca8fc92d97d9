"""How a recorded reply is written down: what members it has and of what type, not what it said.

A shape is a type (`int` is a whole number, `float` one with a fraction or an exponent), None for
null, a pattern that text matches, a value that is equal, a dict with exactly these members, a list
of exactly these elements, Each(shape) for one or more alike, or ANY.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ANY = object()


@dataclass(frozen=True)
class Each:
    """A list of one or more elements of one shape."""

    shape: object


@dataclass(frozen=True)
class Recording:
    """One recorded exchange. `events` is for streams: each a name and a shape, alike ones in a row
    written once. `says` is what the model says, as steps for a scripted engine; without it the
    real engine answers."""

    source: str
    path: str
    body: dict
    headers: frozenset
    reply: object = None
    events: list = field(default_factory=list)
    says: list | None = None
    status: int = 200
    error_type: str | None = None
    region: str | None = None  # other than the tests' own
    lacking: str | None = None  # what is missing here, known


def differences(shape, value, place: str = "") -> list[str]:
    """Where a JSON value departs from its shape."""
    if shape is ANY:
        return []
    if isinstance(shape, type):
        fits = type(value) is shape  # bool is no int here
        return [] if fits else [f"{place}: {shape.__name__} was recorded, not {value!r:.80}"]
    if isinstance(shape, re.Pattern):
        fits = isinstance(value, str) and shape.fullmatch(value)
        return [] if fits else [f"{place}: {shape.pattern} was recorded, not {value!r:.80}"]
    if isinstance(shape, dict) and isinstance(value, dict):
        found = [f"{place}.{name} is missing" for name in sorted(shape.keys() - value.keys())]
        found += [f"{place}.{name} is too much" for name in sorted(value.keys() - shape.keys())]
        for name in sorted(shape.keys() & value.keys()):
            found += differences(shape[name], value[name], f"{place}.{name}")
        return found
    if isinstance(shape, Each) and isinstance(value, list):
        if not value:
            return [f"{place} is empty"]
        return [
            one
            for i, element in enumerate(value)
            for one in differences(shape.shape, element, f"{place}[{i}]")
        ]
    if isinstance(shape, list) and isinstance(value, list):
        if len(shape) != len(value):
            return [f"{place}: {len(shape)} elements were recorded, not {value!r:.200}"]
        return [
            one
            for i, (each, element) in enumerate(zip(shape, value, strict=True))
            for one in differences(each, element, f"{place}[{i}]")
        ]
    return [] if shape == value else [f"{place}: {shape!r:.80} was recorded, not {value!r:.80}"]


def event_differences(shapes: list, events: list) -> list[str]:
    """The same for the events of a stream, each a name and a value."""
    at = 0
    for i, (name, value) in enumerate(events):
        here = f"{name} (event {i})"
        found = _departs(shapes[at], name, value, here)
        if found and at + 1 < len(shapes) and i > 0:
            after = _departs(shapes[at + 1], name, value, here)
            if not after:
                at += 1
                continue
            found = after if shapes[at + 1][0] == name else found
        if found:
            return found
    missing = [name for name, _ in shapes[at + 1 :]]
    return [f"the stream ends before {missing}"] if missing else []


def _departs(shape: tuple, name: str, value, place: str) -> list[str]:
    if shape[0] != name:
        return [f"{place}: {shape[0]} was recorded"]
    return differences(shape[1], value, place)
