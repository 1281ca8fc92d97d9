"""Tools in Converse and ConverseStream, with the real engine and with one that is scripted.

The demo model calls no tool by itself; one that must be called is held to its schema by a grammar,
so whatever the weights, its input validates.
"""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from botocore.exceptions import ClientError

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NOVA = "amazon.nova-lite-v1:0"
TOOL_USE_ID = re.compile(r"^tooluse_[A-Za-z0-9_-]{22}$")

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "days": {"type": "integer", "minimum": 1, "maximum": 5},
        "unit": {"enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city", "days", "unit"],
    "additionalProperties": False,
}
REFERENCES = {
    "type": "object",
    "properties": {"points": {"type": "array", "items": {"$ref": "#/$defs/point"}, "maxItems": 2}},
    "required": ["points"],
    "additionalProperties": False,
    "$defs": {
        "point": {
            "type": "object",
            "properties": {"x": {"type": "boolean"}, "y": {"const": "north"}},
            "required": ["x", "y"],
            "additionalProperties": False,
        }
    },
}


def tool(name: str = "get_weather", schema: dict = WEATHER) -> dict:
    return {
        "toolSpec": {
            "name": name,
            "description": "Looks something up.",
            "inputSchema": {"json": schema},
        }
    }


def asks(text: str = "What is the weather in Rome?") -> list[dict]:
    return [{"role": "user", "content": [{"text": text}]}]


def forced(*tools: dict, choice: dict | None = None) -> dict:
    name = tools[0]["toolSpec"]["name"]
    return {"tools": list(tools), "toolChoice": choice or {"tool": {"name": name}}}


def config(max_tokens: int = 400) -> dict:
    return {"maxTokens": max_tokens, "temperature": 0}


def stream_of(runtime, **request) -> list[dict]:
    return list(runtime.converse_stream(**request)["stream"])


def refusal(call, **request) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


@pytest.mark.parametrize("schema", [WEATHER, REFERENCES], ids=["bounds", "references"])
@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_a_forced_tool_gets_input_that_validates(runtime, model, schema):
    reply = runtime.converse(
        modelId=model,
        messages=asks(),
        toolConfig=forced(tool(schema=schema)),
        inferenceConfig=config(),
    )
    assert reply["stopReason"] == "tool_use"
    [block] = reply["output"]["message"]["content"]
    call = block["toolUse"]
    assert TOOL_USE_ID.match(call["toolUseId"])
    assert call["name"] == "get_weather"
    jsonschema.validate(call["input"], schema)
    assert reply["usage"]["outputTokens"] > 5


def test_any_tool_may_be_demanded(runtime):
    tools = [tool(), tool("get_points", REFERENCES)]
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=asks(),
        toolConfig=forced(*tools, choice={"any": {}}),
        inferenceConfig=config(),
    )
    call = reply["output"]["message"]["content"][0]["toolUse"]
    schemas = {"get_weather": WEATHER, "get_points": REFERENCES}
    jsonschema.validate(call["input"], schemas[call["name"]])


def test_a_streamed_call_arrives_in_the_recorded_order(runtime):
    events = stream_of(
        runtime,
        modelId=CLAUDE,
        messages=asks(),
        toolConfig=forced(tool()),
        inferenceConfig=config(),
    )
    assert [next(iter(event)) for event in events[:3]] == [
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
    ]
    start = events[1]["contentBlockStart"]
    assert start["contentBlockIndex"] == 0
    assert TOOL_USE_ID.match(start["start"]["toolUse"]["toolUseId"])
    assert events[2]["contentBlockDelta"]["delta"] == {"toolUse": {"input": ""}}
    pieces = [
        event["contentBlockDelta"]["delta"]["toolUse"]["input"]
        for event in events
        if "contentBlockDelta" in event
    ]
    assert len(pieces) > 3
    jsonschema.validate(json.loads("".join(pieces)), WEATHER)
    assert [next(iter(event)) for event in events[-3:]] == [
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"


def test_a_call_that_the_token_limit_cuts(runtime):
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=asks(),
        toolConfig=forced(tool()),
        inferenceConfig=config(max_tokens=12),
    )
    assert reply["stopReason"] == "max_tokens"


def test_tools_and_results_count_as_input(runtime):
    messages = [
        *asks(),
        {
            "role": "assistant",
            "content": [
                {"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {"city": "Rome"}}}
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "t1",
                        "content": [{"json": {"sky": "clear"}}, {"text": "warm"}],
                        "status": "success",
                    }
                }
            ],
        },
    ]
    tools = {"tools": [tool()]}
    counted = runtime.count_tokens(
        modelId=CLAUDE, input={"converse": {"messages": messages, "toolConfig": tools}}
    )["inputTokens"]
    reply = runtime.converse(
        modelId=CLAUDE, messages=messages, toolConfig=tools, inferenceConfig=config(8)
    )
    assert reply["usage"]["inputTokens"] == counted > 40


def test_structured_output_fits_its_schema(runtime):
    schema = {
        "type": "object",
        "properties": {"sky": {"enum": ["clear", "grey"]}, "rain": {"type": "boolean"}},
        "required": ["sky", "rain"],
        "additionalProperties": False,
    }
    definition = {"jsonSchema": {"schema": json.dumps(schema), "name": "weather"}}
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=asks(),
        inferenceConfig=config(),
        outputConfig={"textFormat": {"type": "json_schema", "structure": definition}},
    )
    text = reply["output"]["message"]["content"][0]["text"]
    jsonschema.validate(json.loads(text), schema)
    assert reply["stopReason"] == "end_turn"


def call(*ids: str) -> dict:
    uses = [{"toolUse": {"toolUseId": i, "name": "get_weather", "input": {}}} for i in ids]
    return {"role": "assistant", "content": uses}


def result(*ids: str) -> dict:
    results = [{"toolResult": {"toolUseId": i, "content": [{"text": "x"}]}} for i in ids]
    return {"role": "user", "content": results}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            [*asks(), call("a", "b"), result("a")],
            "Expected toolResult blocks at messages.2.content for the following Ids: b",
        ),
        (
            [*asks(), call("a")],
            "Expected toolResult blocks at messages.2.content for the following Ids: a",
        ),
        (
            [*asks(), call("a"), result("a", "b")],
            "The number of toolResult blocks at messages.2.content exceeds the number of toolUse "
            "blocks of previous turn.",
        ),
    ],
    ids=["unanswered", "last", "too many"],
)
def test_calls_and_results_must_pair(runtime, messages, expected):
    assert refusal(
        runtime.converse, modelId=CLAUDE, messages=messages, toolConfig={"tools": [tool()]}
    ) == (expected)


def test_tool_blocks_need_a_tool_config(runtime):
    assert refusal(runtime.converse, modelId=CLAUDE, messages=[*asks(), call("a"), result("a")]) == (
        "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    )


def test_refusals_of_tool_configs(runtime):
    def said(model: str = CLAUDE, **tool_config) -> str:
        return refusal(
            runtime.converse, modelId=model, messages=asks(), toolConfig=tool_config
        )

    assert said(tools=[tool(schema={"type": "string"})]) == (
        "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the "
        "following: object."
    )
    assert said(tools=[tool(), tool()]) == (
        "The model returned the following errors: tools: Tool names must be unique."
    )
    assert "not found in provided tools" in said(
        tools=[tool()], toolChoice={"tool": {"name": "other"}}
    )
    llama = "meta.llama3-1-70b-instruct-v1:0"
    assert said(llama, tools=[tool()], toolChoice={"any": {}}) == (
        "This model doesn't support the toolConfig.toolChoice.any field. Remove "
        "toolConfig.toolChoice.any and try again."
    )
    assert said("amazon.titan-text-express-v1", tools=[tool()]) == (
        "This model doesn't support tool use."
    )
    assert (
        refusal(
            runtime.converse_stream,
            modelId=llama,
            messages=asks(),
            toolConfig={"tools": [tool()]},
        )
        == "This model doesn't support tool use in streaming mode."
    )


def test_a_schema_that_no_grammar_can_hold_is_refused(runtime):
    schema = {"type": "object", "properties": {"a": {"type": "nonsense"}}, "required": ["a"]}
    said = refusal(
        runtime.converse,
        modelId=CLAUDE,
        messages=asks(),
        toolConfig=forced(tool(schema=schema)),
        inferenceConfig=config(),
    )
    assert said.startswith("The model returned the following errors: ")
