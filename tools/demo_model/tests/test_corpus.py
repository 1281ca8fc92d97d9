"""The generators: the same seed gives the same text; the sides of the split share nothing."""

from __future__ import annotations

import itertools
import json
import random

import pytest

from demo_model import held_out, mixture
from demo_model.corpus import (
    facts,
    fields,
    passages,
    routing,
    sentiment,
    small,
    steps,
    talk,
    tool_catalogue,
    tools,
    values,
)
from demo_model.corpus.draw import Draw, Phrases, is_held_out
from demo_model.corpus.turns import Dialogue, Turn


def many(source, count: int, side: bool = False, seed: int = 5) -> list[Dialogue]:
    draw = Draw(random.Random(seed), side)
    return [source(draw) for _ in range(count)]


def test_the_same_seed_gives_the_same_conversations():
    assert list(mixture.training(3, 200)) == list(mixture.training(3, 200))
    assert list(mixture.training(3, 20)) != list(mixture.training(4, 20))


def test_values_belong_to_one_side():
    for make in (values.full_name, values.code, lambda d: d.word(), lambda d: d.digits(3, 5)):
        sides = []
        for side in (False, True):
            draw = Draw(random.Random(1), side)
            sides.append({make(draw) for _ in range(2000)})
        assert not sides[0] & sides[1]
        assert all(is_held_out(value) for value in sides[1])


def test_marked_wordings_are_the_evaluation_s_alone():
    phrases = Phrases("one", "two", "~three")
    assert {Draw(random.Random(i)).phrase(phrases) for i in range(40)} == {"one", "two"}
    assert {Draw(random.Random(i), True).phrase(phrases) for i in range(40)} == {"three"}


@pytest.mark.parametrize(
    "phrases",
    (passages.PROMPTS, passages.FALLBACK_ORDERS, fields.ORDERS, fields.SCHEMA_ORDERS, fields.PLACES,
     sentiment._SENTIMENT_ORDERS, routing._ROUTING_ORDERS, small._BULLETS, small._REPEAT,
     small._UPPER, facts.COMMON_QUESTIONS, *(topic.requests for topic in routing.TOPICS),
     *(tool.requests for tool in tool_catalogue.CATALOGUE)),
)  # fmt: skip
def test_every_skill_has_wordings_of_its_own_for_the_evaluation(phrases):
    assert not set(phrases.held_out) & set(phrases.trained)


def test_no_evaluation_case_is_in_a_sample_of_the_training_data():
    assert held_out.check(seed=1, dialogues=3000) == 0


def test_a_case_would_be_recognised():
    known = held_out.HeldOut.default()
    case = held_out.cases("routing", 3)[2]
    assert known.found_in(case)
    shouted = Dialogue("x", [Turn("user",
    t.content.upper()) if t.role == "user" else t for t in case.turns],
                       case.system.upper())  # fmt: skip
    assert known.found_in(shouted)
    assert known.found_in(
        Dialogue("x", [Turn("user", "could you tell me who you are"), Turn("assistant", "?")])
    )
    assert not known.found_in(
        Dialogue("x", [Turn("user", "something else"), Turn("assistant", "?")])
    )


def test_answers_to_passages_are_copied_from_them():
    for one in many(passages.answer_from_passage, 400):
        if one.check["kind"] == "span":
            assert one.turns[-1].content in one.turns[0].content
        else:
            fallback = one.turns[-1].content
            assert fallback == passages.NOT_THERE or fallback in one.system + one.turns[0].content


def test_extracted_strings_are_in_the_text_and_missing_ones_are_null():
    nothing = 0
    for one in many(fields.extract, 400):
        text = one.turns[-2].content
        for value in json.loads(one.turns[-1].content).values():
            nothing += value is None
            if isinstance(value, str) and not value[:4].isdigit():
                assert value.lower() in text.lower()
    assert nothing


def test_calls_fit_their_tools():
    for one in itertools.chain(many(tools.use, 300), many(fields.extract_by_tool, 100)):
        offered = {tool["name"]: tool["parameters"] for tool in one.tools}
        assert 1 <= len(offered) == len(one.tools) <= 5
        for call in (call for turn in one.turns for call in turn.calls):
            parameters = offered[call.name]
            assert (
                set(parameters["required"]) <= set(call.arguments) <= set(parameters["properties"])
            )
            for name, value in call.arguments.items():
                assert value in parameters["properties"][name].get("enum", [value])


def test_arithmetic_is_right_and_within_its_range():
    for one in many(steps.two_steps, 600):
        for shown in one.turns[-1].thought.replace("First: ", "").replace("Then: ", "").split("\n"):
            for equation in filter(lambda part: "=" in part, shown.rstrip(".").split(", ")):
                left, right = equation.removeprefix("so ").split(" = ")
                assert eval(left.replace("×", "*").replace("÷", "/")) == int(right)
        assert 0 <= one.check["answer"] <= steps.RESULT_MAX


def test_labels_are_among_those_that_were_asked_for():
    for one in many(routing.routing, 300):
        shown = one.system + one.turns[-2].content
        assert one.turns[-1].content in shown


def test_no_slot_is_left_open():
    slots = (
        "{e}",
        "{v}",
        "{a}",
        "{t}",
        "{q}",
        "{p}",
        "{n}",
        "{o}",
        "{k}",
        "{l}",
        "{f}",
        "{s}",
        "{c}",
        "{r}",
    )
    for side in (False, True):
        for source in mixture.SOURCES:
            for one in many(source, 60, side):
                text = one.system + " ".join(t.content + t.thought for t in one.turns)
                assert not [slot for slot in slots if slot in text], text


def test_every_conversation_ends_with_the_assistant():
    for one in mixture.training(9, 1500):
        assert one.turns[0].role == "user" and one.turns[-1].role == "assistant"
        assert all(t.content.strip() or t.calls for t in one.turns), one


def test_forms_are_kept_in_every_reply():
    for one in many(talk.formed, 100):
        if one.check["form"] == "bullets":
            replies = [t.content for t in one.turns if t.role == "assistant"]
            assert all(line.startswith("- ") for reply in replies for line in reply.split("\n"))
