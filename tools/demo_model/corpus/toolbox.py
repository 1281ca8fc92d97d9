"""The tools that a conversation offers.

Three sources. The catalogue (tool_catalogue.py); tools made from a verb and a thing
("cancel_booking"), of which there are many hundreds; and the same with things that do not exist, so
that a tool has to be chosen by reading its description. The evaluation has things of its own that
never occur in the training (`_OBJECTS`, held out).
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from .draw import Draw, Phrases, is_held_out, plural, with_article
from .tool_kinds import ENUMS, JSON_TYPES, KINDS, Parameter, Tool, parameters_of

# ---- Tools made of a verb and a thing

_OBJECTS = (
    "booking;invoice;employee;project;device;vehicle;server;room;course;student;patient;"
    "appointment;claim;policy;"
    "contract;license;subscription;payment;shipment;warehouse;supplier;article;recipe;playlist;"
    "photo;report;survey;"
    "coupon;badge;sensor;camera;printer;parcel;passport;ticket;membership;library book;parking "
    "space;bike;boat;"
    "tenant;lease;grant;complaint;repair;voucher;auction;lesson;exam;meal;delivery;donation;"
    "volunteer;event;team;"
    "player;match;stadium;ship;container;crane;machine;part;order "
    "line;bill;budget;loan;account;card;wallet"
).split(";")


class _Verb(NamedTuple):
    names: tuple[str, ...]
    about: tuple[str, ...]  # with {o}, the thing, and {os}
    takes: str  # "id", "name", "date" or "id+value"
    requests: Phrases  # with {o} and the values
    results: str
    answers: Phrases


_VERBS = (
    _Verb(("get_{s}", "show_{s}", "lookup_{s}", "fetch_{s}"), ("Get a {o} by its id", "Returns the "
    "data of a "
    "{o}"), "id",
          Phrases("Show me {o} {id}.", "Get {o} {id}.", "I need the data of {o} {id}.", "What do "
          "we know "
          "about {o} "
          "{id}?",
                  "Look up {o} {id}", "~Please show the {o} {id}."), "name:person status:status",
          Phrases("The {o} {id} belongs to {name} and is {status}.")),
    _Verb(("cancel_{s}", "{s}_cancel"), ("Cancel a {o}", "Cancels the {o} with the given id"), "id",
          Phrases("Cancel {o} {id}.", "Please cancel the {o} {id}", "I want to cancel {o} {id}.",
                  "~Could you cancel the {o} {id}?"), "done:boolean", Phrases("The {o} {id} is "
                  "cancelled.")),
    _Verb(("delete_{s}", "remove_{s}"), ("Delete a {o}", "Removes a {o} for good"), "id",
          Phrases("Delete {o} {id}.", "Remove the {o} {id}.", "Please delete {o} {id}", "~Take the "
          "{o} {id} "
          "out, "
          "delete "
          "it."),
          "done:boolean", Phrases("The {o} {id} is deleted.")),
    _Verb(("create_{s}", "add_{s}", "new_{s}"), ("Create a new {o}", "Adds a {o} with a name"),
    "name",
          Phrases("Create a {o} called {name}.", "Add a new {o} named {name}.", "I need a new {o}, "
          "name it {name}.",
                  "~Make a new {o} with the name {name}."), "id:code", Phrases("The {o} {name} has "
                  "the id {id}.")),
    _Verb(("find_{s}", "search_{s}"), ("Find a {o} by name", "Searches for a {o}"), "name",
          Phrases("Find the {o} {name}.", "Search for the {o} called {name}.", "Is there a {o} "
          "named {name}?",
                  "~Look for a {o} with the name {name}."), "id:code", Phrases("I found the {o} "
                  "{name}: its id is "
                  "{id}.")),
    _Verb(("update_{s}", "change_{s}_date", "move_{s}"), ("Move a {o} to another date", "Change "
    "the date "
    "of a {o}"),
    "id+date",
          Phrases("Move {o} {id} to {date}.", "Change the date of {o} {id} to {date}.", "Please "
          "put {o} "
          "{id} on "
          "{date}",
                  "~The {o} {id} should be moved to {date}."), "done:boolean", Phrases("The {o} "
                  "{id} is "
                  "now on "
                  "{date}.")),
    _Verb(("list_{ss}", "all_{ss}"), ("List all {os} of a day", "Which {os} there are on a date"),
    "date",
          Phrases("Which {os} are there on {date}?", "List the {os} of {date}.", "Show all {os} on "
          "{date}",
                  "~Give me every {o} of {date}."), "count:count", Phrases("There are {count} {os} "
                  "on {date}.")),
    _Verb(("assign_{s}", "{s}_owner"), ("Assign a {o} to a person", "Gives a {o} to somebody"),
    "id+person",
          Phrases("Assign {o} {id} to {person}.", "Give {o} {id} to {person}.", "{person} should "
          "take {o} {id}.",
                  "~Could you assign the {o} {id} to {person}?"), "done:boolean", Phrases("The {o} "
                  "{id} "
                  "now "
                  "belongs to "
                  "{person}.")),
    _Verb(("book_{s}", "reserve_{s}"), ("Book a {o} for a day", "Reserves a {o} on a date"),
    "date+count",
          Phrases("Book a {o} for {count} people on {date}.", "Reserve a {o} on {date} for {count} "
          "people.",
                  "~Please reserve a {o} for {count} people on {date}."), "id:code", Phrases("Your "
                  "{o} "
                  "on "
                  "{date} is "
                  "booked: {id}.")),
    _Verb(("rate_{s}", "review_{s}"), ("Rate a {o}", "Gives a {o} points"), "id+level",
          Phrases("Rate {o} {id} with {level} points.", "Give {level} points to {o} {id}.",
                  "~The {o} {id} gets {level} points from me."), "done:boolean", Phrases("The {o} "
                  "{id} got "
                  "{level} "
                  "points.")),
)  # fmt: skip
_TAKEN = {
    "id": "id|{s}_id|identifier code The {o}'s id",
    "name": "name|{s}_name|title name The {o}'s name",
    "date": "date|day date The day, YYYY-MM-DD",
    "person": "person|assignee|owner person The person",
    "count": "count|people count How many people",
    "level": "level|points|score level How many points",
}


def _objects(held_out: bool) -> list[str]:
    return [name for name in _OBJECTS if is_held_out(name) == held_out]


_OBJECTS_OF = {side: _objects(side) for side in (False, True)}


def any_thing(draw: Draw) -> str:
    """A thing that exists, or one that does not."""
    return draw.word() if draw.chance(0.3) else draw.choice(_OBJECTS_OF[draw.held_out])


def made_tool(draw: Draw, thing: str) -> Tool:
    """A tool that does one of the usual things with a thing."""
    verb = draw.choice(_VERBS)

    def filled(text: str) -> str:
        text = text.replace("a {o}", with_article(thing)).replace("{o}", thing)
        text = text.replace("{os}", plural(thing)).replace("{s}", thing.replace(" ", "_"))
        return text.replace("{ss}", plural(thing).replace(" ", "_"))

    requests = Phrases(*map(filled, verb.requests.trained))
    requests.held_out = tuple(map(filled, verb.requests.held_out))
    return Tool(
        tuple(map(filled, verb.names)),
        tuple(map(filled, verb.about)),
        parameters_of("; ".join(filled(_TAKEN[kind]) for kind in verb.takes.split("+"))),
        requests,
        dict(part.split(":") for part in verb.results.split()),
        Phrases(*map(filled, verb.answers.trained)),
    )


# ---- A tool in one conversation: names chosen, values drawn


class Offered(NamedTuple):
    tool: Tool
    name: str
    keys: dict[str, str]  # a parameter's first name → the name it has here
    definition: dict[str, Any]


def _property(draw: Draw, parameter: Parameter) -> dict[str, Any]:
    described: dict[str, Any] = {"type": JSON_TYPES.get(parameter.kind, "string")}
    if draw.chance(0.6):
        described["description"] = parameter.about
    if (
        parameter.kind in ENUMS
        and parameter.kind not in ("language", "currency")
        and draw.chance(0.7)
    ):
        described["enum"] = list(ENUMS[parameter.kind])
    return described


def offer(draw: Draw, chosen: Tool) -> Offered:
    name = draw.choice(chosen.names)
    if draw.chance(0.1):
        head, *rest = name.split("_")
        name = head + "".join(part.capitalize() for part in rest)
    keys = {
        p.names[0]: p.names[0] if draw.chance(0.6) else draw.choice(p.names)
        for p in chosen.parameters
    }
    if len(set(keys.values())) < len(keys):
        keys = {key: key for key in keys}
    properties = {keys[p.names[0]]: _property(draw, p) for p in chosen.parameters}
    required = [keys[p.names[0]] for p in chosen.parameters if not p.optional]
    parameters = {"type": "object", "properties": properties, "required": required}
    definition = {"name": name, "description": draw.choice(chosen.about), "parameters": parameters}
    return Offered(chosen, name, keys, definition)


def request_and_arguments(
    draw: Draw, offered: Offered
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """What the user says, the arguments of the call, and the values as said."""
    template = draw.phrase(offered.tool.requests)
    said: dict[str, str] = {}
    arguments: dict[str, Any] = {}
    for parameter in offered.tool.parameters:
        key = parameter.names[0]
        if "{" + key + "}" not in template:
            continue
        said[key], arguments[offered.keys[key]] = KINDS[parameter.kind](draw)
    # One pass, so that a value's own braces or words stay as they are.
    for key, text in said.items():
        template = template.replace("{" + key + "}", text)
    return template, arguments, said


def result_of(draw: Draw, offered: Offered) -> tuple[dict[str, Any], dict[str, str]]:
    """The tool's result, and its members as text."""
    result, texts = {}, {}
    for name, kind in offered.tool.results.items():
        said, value = KINDS[kind](draw)
        if kind == "date":
            said = value
        if kind == "amount":
            said = json.dumps(value)
        result[name], texts[name] = value, said or str(value)
    return result, texts
