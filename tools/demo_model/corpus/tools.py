"""The right tool out of up to five, its arguments, and an answer from what it gave back."""

from __future__ import annotations

import json
from typing import Any

from . import everyday, identity, toolbox, values
from .draw import Draw, Phrases, courteous, sloppy
from .tool_catalogue import CATALOGUE
from .toolbox import Offered
from .turns import Call, Dialogue, Turn

SKILL = "tools"
NO_TOOL = "I have no tool for that."

SYSTEMS = Phrases(
    "You are a helpful assistant.", "You are a helpful assistant with access to tools.",
    "Use the tools to answer.", "You are an agent. Use tools when you need them.",
    "You are an order support agent. Always be polite and concise.", "You can call functions.",
    "Use the given tools when they help. Otherwise answer yourself.", "You are a customer service "
                                                                      "agent.",
    "~You are an assistant that can use tools.",
)  # fmt: skip
_LEADS = (
    *[""] * 16, "Please:", "Hi!", "Hello,", "Hey.", "Can you help me?", "I have a question.",
    "Quick question:", "Okay, next:",
)  # fmt: skip
_BEYOND = Phrases(
    "Order me a taxi to the moon.", "Write a poem about my boss.", "Fix my car, please.", "Paint "
                                                                                          "my "
                                                                                          "house.",
    "What did I dream last night?", "Sing a song.", "Make me a sandwich.", "Who will win the next "
                                                                           "election?",
    "Walk my dog.", "Design a logo for me.", "Feed the cat.", "Find me a wife.", "Knit a sweater.",
    "~Please iron my shirts.", "~Draw me a picture of a horse.",
)  # fmt: skip
_FAILURES = Phrases(
    "connection refused", "not found", "timeout after 30 seconds", "access denied", "unknown id",
    "the service is not available", "internal error", "~quota exceeded",
)  # fmt: skip


def _lead(draw: Draw) -> str:
    lead = draw.choice(_LEADS)
    return f"{lead} " if lead else ""


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _offers(draw: Draw, count: int, catalogued: float) -> list[Offered]:
    """So many tools with different names; often several for one thing."""
    offered: dict[str, Offered] = {}
    thing = toolbox.any_thing(draw)
    while len(offered) < count:
        if draw.chance(catalogued):
            chosen = draw.choice(CATALOGUE)
        else:
            chosen = toolbox.made_tool(draw, thing if draw.chance(0.5) else toolbox.any_thing(draw))
        if any(one.tool.about == chosen.about for one in offered.values()):
            continue
        one = toolbox.offer(draw, chosen)
        offered.setdefault(one.name, one)
    return list(offered.values())


# Tools so near to each other that one of them may be of use where the other is missing.
_NEAR = (
    {"get_weather", "get_forecast"},
    {"get_order_status", "track_package", "cancel_order"},
    {"search_web", "search_documents", "find_recipe"},
    {"get_price", "check_stock", "place_order"},
    {"send_email", "send_message"},
    {"create_event", "list_events", "set_reminder", "set_timer", "book_table"},
    {"get_customer", "list_users", "add_contact"},
    {"search_flights", "get_directions"},
    {"calculate", "convert_currency"},
    {"transfer_money", "get_balance"},
    {"get_time", "get_current_date"},
    {"read_file", "delete_file"},
    {"set_light", "set_temperature"},
)


def _unoffered(draw: Draw, offered: list[Offered]) -> str:
    """A request for a tool that is not there."""
    here = {one.tool.names[0] for one in offered}
    near = here.union(*(names for names in _NEAR if names & here))
    # Sums it does itself; a search might find anything.
    near |= {"calculate", "search_web", "search_documents"}
    while (wanted := draw.choice(CATALOGUE)).names[0] in near:
        continue
    request, _, _ = toolbox.request_and_arguments(draw, toolbox.offer(draw, wanted))
    return courteous(draw, request)


def _clashes(offered: list[Offered]) -> bool:
    """Tools among which the request would not decide."""
    names = {one.tool.names[0] for one in offered}
    return {"search_web", "search_documents"} <= names


def _used(draw: Draw, pick: Offered) -> tuple[str, Call, Turn, str, list[str]]:
    """Request, call, result and answer, and what the answer must hold."""
    request, arguments, said = toolbox.request_and_arguments(draw, pick)
    call = Call(pick.name, arguments)
    if draw.chance(0.07):
        failure = draw.phrase(_FAILURES)
        result = Turn("tool", f"The tool failed:\n{failure}")
        return request, call, result, f"The tool {pick.name} failed: {failure}.", [failure]
    members, texts = toolbox.result_of(draw, pick)
    form = draw.choice(("json", "json", "compact", "compact", "text"))
    # A result that a client sends as JSON arrives without spaces.
    shown = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    if form == "json":
        shown = dumped(members)
    if form == "text":
        shown = ", ".join(f"{name}: {texts[name]}" for name in members)
    told = dict(said)
    for parameter in pick.tool.parameters:
        if parameter.kind == "date" and parameter.names[0] in said:
            told[parameter.names[0]] = arguments[pick.keys[parameter.names[0]]]
    answers = [a for a in pick.tool.answers.trained if _can_fill(a, pick, told)]
    answer = draw.choice(answers) if answers else "Done."
    must = [
        text
        for name, text in texts.items()
        if text not in ("True", "") and "{" + name + "}" in answer
    ]
    for key, text in {**told, **texts}.items():
        answer = answer.replace("{" + key + "}", text)
    return request, call, Turn("tool", shown), answer, must


def _agent_system(draw: Draw, offered: list[Offered]) -> str:
    """Instructions as agents have them: who it is, what to use when, how to behave."""
    opening = draw.fill(
        "You are [a|an experienced] [support agent|assistant|service agent|booking agent] for {c}.",
        c=values.company(draw),
    )
    heading = draw.choice(
        ("When a user asks for something:", "Rules:", "Your tools:", "How to work:")
    )
    lines = []
    for one in draw.shuffled(offered):
        about = one.definition["description"]
        shapes = ("Use {n} to {a}.", "{n}: {a}", "To {a}, call {n}.", "{A}: {n}")
        line = draw.choice(shapes).replace("{n}", one.name).replace("{A}", about)
        lines.append(line.replace("{a}", about[:1].lower() + about[1:]))
    mark = draw.choice(("- ", "{i}. ", "* "))
    listed = "\n".join(mark.replace("{i}", str(i)) + line for i, line in enumerate(lines, 1))
    closing = draw.choice(
        (
            "Always be polite and concise. Never make up information.",
            "Be brief.",
            "Never guess: use the tools.",
            "If no tool fits, say so.",
            "",
        )
    )
    return f"{opening}\n{heading}\n{listed}\n{closing}".strip()


def _can_fill(answer: str, pick: Offered, told: dict[str, str]) -> bool:
    names = [p.names[0] for p in pick.tool.parameters if p.names[0] not in pick.tool.results]
    return not any("{" + name + "}" in answer for name in names if name not in told)


def use(draw: Draw, catalogued: float = 0.6) -> Dialogue:
    """Requests, calls and answers, one or several in a row."""
    offered = _offers(draw, draw.weighted({1: 3, 2: 3, 3: 4, 4: 3, 5: 4}), catalogued)
    while _clashes(offered):
        offered = _offers(draw, len(offered), catalogued)
    turns: list[Turn] = []
    checks: dict[str, Any] = {}
    rounds = draw.weighted({1: 7, 2: 2, 3: 1})
    for number in range(rounds):
        last = number == rounds - 1
        roll = draw.random()
        if roll < 0.08:
            request = draw.phrase(_BEYOND) if draw.chance(0.35) else _unoffered(draw, offered)
            turns += [
                Turn("user", request),
                Turn("assistant", NO_TOOL, "None of the tools does that."),
            ]
            checks = {"kind": "contains", "values": ["no tool"], "no_call": True}
            continue
        if roll < 0.16:
            exchange = draw.choice((identity.greet, identity.introduce, everyday.capital))(draw.rng)
            thought = "I need no tool for that."
            turns += [Turn("user", exchange.user), Turn("assistant", exchange.answer, thought)]
            checks = {"kind": "no_call"}
            continue
        pick = draw.choice(offered)
        request, call, result, answer, must = _used(draw, pick)
        thought = f"The user wants this: {pick.definition['description']}. I call {pick.name}."
        turns.append(Turn("user", sloppy(draw, _lead(draw) + courteous(draw, request))))
        calls = [call]
        results = [result]
        if draw.chance(0.08) and not result.content.startswith("The tool failed"):
            again = _second_call(draw, pick)
            if again:
                request2, call2, result2, answer2, must2 = again
                turns[
                    -1
                ].content = (
                    f"{turns[-1].content} {draw.choice(('And: ', 'Also: ', 'And '))}{request2}"
                )
                calls.append(call2)
                results.append(result2)
                answer, must = f"{answer} {answer2}", must + must2
        # A forced call ends the conversation: as history it would look like any other.
        forced = last and len(calls) == 1 and draw.chance(0.12)
        turns.append(Turn("assistant", "", "" if forced else thought, calls, forced))
        checks = {
            "kind": "call",
            "calls": [[one.name, one.arguments] for one in calls],
            "results": [one.content for one in results],
            "then": must,
        }
        if forced or (last and draw.chance(0.2)):
            break
        turns += results
        turns.append(Turn("assistant", answer, "I answer from the tool's result."))
    system = draw.phrase(SYSTEMS) if draw.chance(0.4) else ""
    if draw.chance(0.2):
        system = _agent_system(draw, offered)
    return Dialogue(SKILL, turns, system, [one.definition for one in offered], check=checks)


def _second_call(draw: Draw, pick: Offered):
    used = _used(draw, pick)
    return None if used[2].content.startswith("The tool failed") else used


def case(draw: Draw, catalogued: float = 1.0) -> Dialogue:
    """One request that needs a tool, for the evaluation: the call, the result, the answer."""
    while True:
        dialogue = use(draw, catalogued)
        asked = [turn.role for turn in dialogue.turns]
        check = dialogue.check
        if check["kind"] != "call" or asked != ["user", "assistant", "tool", "assistant"]:
            continue
        if dialogue.turns[1].forced or check["results"][0].startswith("The tool failed"):
            continue
        return dialogue
