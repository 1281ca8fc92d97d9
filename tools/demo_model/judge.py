"""Whether a reply is right. Strict where a program would be: JSON and arguments must be equal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass
class Reply:
    text: str = ""
    thought: str = ""
    calls: list[list[Any]] = field(default_factory=list)  # [name, arguments]


def _plain(text: str) -> str:
    return text.strip().strip("\"'").rstrip(".").strip()


def _same_text(reply: Reply, check: dict) -> bool:
    return _plain(reply.text) == _plain(check["answer"])


def _same_json(reply: Reply, check: dict) -> bool:
    try:
        return json.loads(reply.text) == check["answer"]
    except ValueError:
        return False


def _same_calls(reply: Reply, check: dict) -> bool:
    return reply.calls == check["calls"]


def _number(reply: Reply, check: dict) -> bool:
    found = _NUMBER.findall(reply.text)
    return bool(found) and float(found[-1]) == check["answer"]


def _contains(reply: Reply, check: dict) -> bool:
    text = reply.text.lower()
    return all(str(value).lower() in text for value in check["values"])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def _points(reply: Reply, check: dict) -> bool:
    """Exactly so many points, each of them an allowed one and none twice."""
    lines = _lines(reply.text)
    items = [re.sub(r"^(?:[-*•]|\d+[.)]) ", "", line) for line in lines]
    if any(item == line for item, line in zip(items, lines)):
        return False
    return _distinct_members(items, check)


def _members(reply: Reply, check: dict) -> bool:
    return _distinct_members(re.split(r", | and ", _plain(reply.text)), check)


def _distinct_members(items: list[str], check: dict) -> bool:
    pool = {_plain(item).lower() for item in check["pool"]}
    given = [_plain(item).lower() for item in items]
    return len(given) == check["count"] == len(set(given)) and pool.issuperset(given)


def _form(reply: Reply, check: dict) -> bool:
    text = reply.text.strip()
    form = check["form"]
    if form == "json":
        try:
            value = json.loads(text)
        except ValueError:
            return False
        return isinstance(value, dict) and list(value) == [check["key"]]
    if form == "tags":
        return text.startswith(f"<{check['key']}>") and text.endswith(f"</{check['key']}>")
    if form == "signed":
        return text.endswith(check["sign"]) and len(text) > len(check["sign"])
    if form == "called":
        return check["name"] in text
    return all(line.startswith("- ") for line in _lines(text))


def _no_call(reply: Reply, check: dict) -> bool:
    return not reply.calls and bool(reply.text.strip())


_JUDGES = {
    "span": _same_text,
    "absent": _same_text,
    "label": _same_text,
    "exact": _same_text,
    "json": _same_json,
    "call": _same_calls,
    "number": _number,
    "contains": _contains,
    "points": _points,
    "members": _members,
    "form": _form,
    "no_call": _no_call,
}


def is_right(reply: Reply, check: dict) -> bool:
    return _JUDGES[check["kind"]](reply, check)


def matches(text: str, question: dict) -> bool:
    """One of the first questions: every pattern in `expect`, none in `forbid`."""
    flags = re.DOTALL if question["category"] != "lists" else 0
    # Upper case is what such a case is about, so there case matters.
    flags |= 0 if any(pattern.isupper() for pattern in question["expect"]) else re.IGNORECASE
    return all(re.search(pattern, text, flags) for pattern in question["expect"]) and not any(
        re.search(pattern, text, flags) for pattern in question.get("forbid", ())
    )
