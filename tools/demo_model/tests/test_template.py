"""The template in the weights and the training's own rendering give the same text."""

from __future__ import annotations

import json
import random

import pytest

from demo_model import mixture
from demo_model.corpus.draw import Draw
from demo_model.corpus.turns import Call, Dialogue, Turn
from demo_model.template import BEGIN_OF_TEXT, CHAT_TEMPLATE, header, rendered

jinja2 = pytest.importorskip("jinja2")


def by_template(dialogue: Dialogue, turns: list[Turn], asks: bool) -> str:
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    messages = [{"role": "system", "content": dialogue.system}] if dialogue.system else []
    for turn in turns:
        message: dict = {"role": turn.role, "content": turn.content}
        if turn.calls:
            message["tool_calls"] = [
                {"function": {"name": call.name, "arguments": call.arguments}}
                for call in turn.calls
            ]
        if turn.thought and dialogue.thinking:
            message["reasoning_content"] = turn.thought
        messages.append(message)
    return environment.from_string(CHAT_TEMPLATE).render(
        messages=messages,
        tools=[{"type": "function", "function": tool} for tool in dialogue.tools],
        bos_token=BEGIN_OF_TEXT,
        add_generation_prompt=asks,
        enable_thinking=dialogue.thinking,
    )


def as_text(dialogue: Dialogue) -> str:
    return "".join(text for text, _ in rendered(dialogue))


@pytest.mark.parametrize("held_out", (False, True))
def test_whole_conversations(held_out):
    draw = Draw(random.Random(11), held_out)
    seen = 0
    while seen < 300:
        one = mixture.dialogue_of(draw)
        if one.thinking or any(turn.forced for turn in one.turns):
            continue  # below
        seen += 1
        assert by_template(one, one.turns, asks=False) == as_text(one)


def test_a_question_ends_with_the_assistant_s_header():
    one = Dialogue("x", [Turn("user", "Hi"), Turn("assistant", "Hello")], "Be kind.")
    assert as_text(one).startswith(by_template(one, one.turns[:1], asks=True))
    assert by_template(one, one.turns[:1], asks=True).endswith(header("assistant"))


def test_reasoning_begins_in_the_prompt_and_is_closed_by_the_model():
    one = Dialogue(
        "x", [Turn("user", "Hi"), Turn("assistant", "Hello", "A greeting.")], thinking=True
    )
    prompt = by_template(one, one.turns[:1], asks=True)
    assert prompt.endswith(f"{header('assistant')}<think>\n")
    learned = [text for text, learn in rendered(one) if learn]
    assert prompt + "".join(learned) == as_text(one)
    assert learned[0] == "A greeting.\n</think>\n\n"


def test_thoughts_before_a_call_stay_in_the_prompt():
    call = Turn("assistant", "", "I look it up.", [Call("look", {"x": 1})])
    turns = [
        Turn("user", "Hi"),
        call,
        Turn("tool", "{}"),
        Turn("assistant", "Done.", "It is there."),
    ]
    one = Dialogue("x", turns, tools=[{"name": "look"}], thinking=True)
    assert as_text(one).startswith(by_template(one, turns[:3], asks=True))


def test_a_forced_call_is_learned_from_its_brace_on():
    call = Turn("assistant", "", "", [Call("look", {"x": "é"})], forced=True)
    segments = rendered(Dialogue("x", [Turn("user", "Hi"), call], tools=[{"name": "look"}]))
    assert segments[-2:] == [
        ('{"', False),
        ('name": "look", "arguments": {"x": "é"}}<|eot_id|>', True),
    ]


def test_several_calls_stand_on_lines_of_their_own():
    calls = [Call("a", {}), Call("b", {})]
    one = Dialogue(
        "x", [Turn("user", "Hi"), Turn("assistant", "I look.", calls=calls)], tools=[{"name": "a"}]
    )
    assert by_template(one, one.turns, asks=False) == as_text(one)
    assert (
        'I look.\n<tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>\n<tool_call>'
        in as_text(one)
    )
