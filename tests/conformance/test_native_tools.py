"""Tools, images, reasoning and reply formats in the native bodies of the chat families.

The demo model calls no tool of its own accord, but one that it must call is held to its schema by a
grammar: so the arguments fit whatever the model thinks of it. What models do by themselves (several
calls, reasoning, calls that break off) comes from a scripted engine.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import botocore.exceptions
import jsonschema
import pytest

from conversations import GPT_OSS, NOVA

MINISTRAL = "mistral.ministral-3-8b-instruct"
QWEN = "qwen.qwen3-32b-v1:0"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
PNG += "gg=="

_POINT = {
    "type": "object",
    "properties": {
        "x": {"type": "integer", "minimum": -9, "maximum": 9},
        "y": {"type": "integer", "minimum": 0, "maximum": 99},
    },
    "required": ["x", "y"],
    "additionalProperties": False,
}
SCHEMAS = {
    "text and bounds": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 12},
            "days": {"type": "integer", "minimum": 1, "maximum": 14},
        },
        "required": ["city", "days"],
        "additionalProperties": False,
    },
    "enum and const": {
        "type": "object",
        "properties": {
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "exact": {"type": "boolean"},
            "version": {"const": 3},
        },
        "required": ["unit", "exact", "version"],
        "additionalProperties": False,
    },
    "references": {
        "$defs": {"point": _POINT},
        "type": "object",
        "properties": {
            "from": {"$ref": "#/$defs/point"},
            "to": {"$ref": "#/$defs/point"},
        },
        "required": ["from", "to"],
        "additionalProperties": False,
    },
    "nested arrays": {
        "type": "object",
        "properties": {
            "rows": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": {"enum": ["left", "right"]},
                },
            }
        },
        "required": ["rows"],
        "additionalProperties": False,
    },
}


@dataclass
class Call:
    id: str
    name: str
    arguments: str  # JSON, as far as it came


class Nova:
    """Amazon Nova's shapes."""

    model = NOVA
    id_pattern = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    forced = ({"any": {}}, {"tool": {"name": "tool_0"}})
    called, cut = "tool_use", "max_tokens"

    @staticmethod
    def body(text: str, schemas: list[dict], choice=None, most: int = 400) -> dict:
        tools = [
            {
                "toolSpec": {
                    "name": f"tool_{i}",
                    "description": "A tool.",
                    "inputSchema": {"json": schema},
                }
            }
            for i, schema in enumerate(schemas)
        ]
        config = {"tools": tools}
        if choice:
            config["toolChoice"] = choice
        return {
            "messages": [{"role": "user", "content": [{"text": text}]}],
            "inferenceConfig": {"maxTokens": most, "temperature": 0.0},
            "toolConfig": config,
        }

    @staticmethod
    def calls(reply: dict) -> list[Call]:
        blocks = [block["toolUse"] for block in reply["output"]["message"]["content"]
                  if "toolUse" in block]
        return [Call(use["toolUseId"], use["name"], json.dumps(use["input"])) for use in blocks]

    @staticmethod
    def reason(reply: dict) -> str:
        return reply["stopReason"]

    @staticmethod
    def streamed(chunks: list[dict]) -> tuple[list[Call], str]:
        calls: dict[int, Call] = {}
        stopped = []
        for chunk in chunks:
            if start := chunk.get("contentBlockStart"):
                use = start["start"]["toolUse"]
                calls[start["contentBlockIndex"]] = Call(use["toolUseId"], use["name"], "")
            elif delta := chunk.get("contentBlockDelta"):
                if use := delta["delta"].get("toolUse"):
                    calls[delta["contentBlockIndex"]].arguments += use["input"]
            elif stop := chunk.get("contentBlockStop"):
                stopped.append(stop["contentBlockIndex"])
        assert stopped == list(range(len(stopped)))  # every block is closed, in order
        (end,) = [chunk["messageStop"] for chunk in chunks if "messageStop" in chunk]
        return list(calls.values()), end["stopReason"]

    @staticmethod
    def answer(body: dict, reply: dict, results: dict[str, str]) -> dict:
        blocks = [
            {"toolResult": {"toolUseId": id, "content": [{"text": text}]}}
            for id, text in results.items()
        ]
        turns = [reply["output"]["message"], {"role": "user", "content": blocks}]
        return {**body, "messages": body["messages"] + turns}

    @staticmethod
    def image(body: dict) -> dict:
        image = {"image": {"format": "png", "source": {"bytes": PNG}}}
        return {"messages": [{"role": "user", "content": [{"text": "Look."}, image]}]}


class OpenAi:
    """OpenAI's shapes."""

    model = GPT_OSS
    id_pattern = r"call_[0-9A-Za-z]{24}"
    forced = ("required", {"type": "function", "function": {"name": "tool_0"}})
    called, cut = "tool_calls", "length"

    @staticmethod
    def body(text: str, schemas: list[dict], choice=None, most: int = 400) -> dict:
        tools = [
            {
                "type": "function",
                "function": {
                    "name": f"tool_{i}",
                    "description": "A tool.",
                    "parameters": schema,
                },
            }
            for i, schema in enumerate(schemas)
        ]
        body = {
            "messages": [{"role": "user", "content": text}],
            "max_tokens": most,
            "temperature": 0.0,
            "tools": tools,
        }
        return {**body, "tool_choice": choice} if choice else body

    @staticmethod
    def _calls(message: dict) -> list[Call]:
        return [
            Call(call["id"], call["function"]["name"], call["function"]["arguments"])
            for call in message.get("tool_calls", [])
        ]

    @classmethod
    def calls(cls, reply: dict) -> list[Call]:
        return cls._calls(reply["choices"][0]["message"])

    @staticmethod
    def reason(reply: dict) -> str:
        return reply["choices"][0]["finish_reason"]

    @staticmethod
    def streamed(chunks: list[dict]) -> tuple[list[Call], str]:
        calls: dict[int, Call] = {}
        for chunk in chunks:
            for piece in chunk["choices"][0]["delta"].get("tool_calls", []):
                function = piece["function"]
                if "id" in piece:
                    assert piece["type"] == "function" and piece["index"] == len(calls)
                    calls[piece["index"]] = Call(piece["id"], function["name"], "")
                calls[piece["index"]].arguments += function["arguments"]
        return list(calls.values()), chunks[-1]["choices"][0]["finish_reason"]

    @staticmethod
    def answer(body: dict, reply: dict, results: dict[str, str]) -> dict:
        turns = [reply["choices"][0]["message"]]
        turns += [
            {"role": "tool", "tool_call_id": id, "content": text} for id, text in results.items()
        ]
        return {**body, "messages": body["messages"] + turns}

    @staticmethod
    def image(body: dict) -> dict:
        part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
        content = [{"type": "text", "text": "Look."}, part]
        return {"messages": [{"role": "user", "content": content}]}


class Qwen(OpenAi):
    model = QWEN


class Mistral(OpenAi):
    """Mistral's: whole messages in chunks, the calls with the last, another name of the reason."""

    model = MINISTRAL
    id_pattern = r"[0-9A-Za-z]{9}"
    forced = ("any", "required")

    @staticmethod
    def reason(reply: dict) -> str:
        return reply["choices"][0]["stop_reason"]

    @classmethod
    def streamed(cls, chunks: list[dict]) -> tuple[list[Call], str]:
        last = chunks[-1]["choices"][0]
        assert all(chunk["choices"][0]["stop_reason"] is None for chunk in chunks[:-1])
        return cls._calls(last["message"]), last["stop_reason"]


FAMILIES = {"nova": Nova, "openai": OpenAi, "qwen": Qwen, "mistral": Mistral}
every_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)


def invoke(client, family, body: dict) -> dict:
    return json.loads(
        client.invoke_model(modelId=family.model, body=json.dumps(body))["body"].read()
    )


def invoke_stream(client, family, body: dict) -> list[dict]:
    response = client.invoke_model_with_response_stream(
        modelId=family.model, body=json.dumps(body)
    )
    return [json.loads(event["chunk"]["bytes"]) for event in response["body"]]


# ---- Calls that must come, from the demo model


# Each schema, each way to force a call: the arguments fit, whole and streamed.
@every_family
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize("way", [0, 1], ids=["any", "named"])
def test_forced_arguments_fit_the_schema(runtime, family, schema, way):
    body = family.body("Please call it.", [schema], family.forced[way])
    reply = invoke(runtime, family, body)
    (call,) = family.calls(reply)
    assert call.name == "tool_0"
    assert re.fullmatch(family.id_pattern, call.id)
    jsonschema.validate(json.loads(call.arguments), schema)
    assert family.reason(reply) == family.called

    (streamed,), reason = family.streamed(invoke_stream(runtime, family, body))
    assert re.fullmatch(family.id_pattern, streamed.id) and streamed.id != call.id
    jsonschema.validate(json.loads(streamed.arguments), schema)
    # At temperature 0 the same call, whichever way it comes.
    assert (streamed.name, json.loads(streamed.arguments)) == (
        call.name,
        json.loads(call.arguments),
    )
    assert reason == family.called


# Of several tools any one may be called: with its own schema.
@every_family
def test_forced_choice_among_several(runtime, family):
    schemas = list(SCHEMAS.values())
    (call,) = family.calls(invoke(runtime, family, family.body("Go.", schemas, family.forced[0])))
    index = int(call.name.removeprefix("tool_"))
    jsonschema.validate(json.loads(call.arguments), schemas[index])


# A limit that strikes within the call: as much as there was, and the reason says so.
@every_family
def test_forced_call_cut_by_the_limit(runtime, family):
    schema = SCHEMAS["references"]
    body = family.body("Please call it.", [schema], family.forced[0], most=12)
    reply = invoke(runtime, family, body)
    assert family.reason(reply) == family.cut
    calls, reason = family.streamed(invoke_stream(runtime, family, body))
    assert reason == family.cut
    for call in calls:
        with pytest.raises(json.JSONDecodeError):
            json.loads(call.arguments)


# Tools that may be called, or must not, leave a model that calls none to its text.
@pytest.mark.parametrize("choice", ["auto", "none"])
def test_text_instead_of_a_call(runtime, choice):
    body = OpenAi.body("Hello! Who are you?", list(SCHEMAS.values()), choice, most=40)
    reply = invoke(runtime, OpenAi, body)
    assert reply["choices"][0]["message"]["content"].strip()
    assert "tool_calls" not in reply["choices"][0]["message"]


# ---- Reply formats


@pytest.mark.parametrize("family", [OpenAi, Qwen, Mistral], ids=["openai", "qwen", "mistral"])
@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_reply_fits_its_schema(runtime, family, schema):
    body = {
        "messages": [{"role": "user", "content": "Fill it in."}],
        "max_tokens": 400,
        "temperature": 0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "form", "schema": schema, "strict": True},
        },
    }
    reply = invoke(runtime, family, body)
    jsonschema.validate(json.loads(reply["choices"][0]["message"]["content"]), schema)


# ---- Mistral's plain replies, which no other test asks for


# The counts in the body are those of the headers, and a stream says what the whole reply says.
def test_mistral_text(runtime):
    body = {
        "messages": [
            {"role": "system", "content": "You are kind."},
            {"role": "user", "content": "What is a river?"},
        ],
        "max_tokens": 16,
        "temperature": 0,
    }
    response = runtime.invoke_model(modelId=Mistral.model, body=json.dumps(body))
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    reply = json.loads(response["body"].read())
    (choice,) = reply["choices"]
    assert choice["message"]["content"].strip()
    assert choice["stop_reason"] == choice["finish_reason"] in ("stop", "length")
    usage = reply["usage"]
    assert usage["prompt_tokens"] == int(headers["x-amzn-bedrock-input-token-count"])
    assert usage["completion_tokens"] == int(headers["x-amzn-bedrock-output-token-count"])

    chunks = invoke_stream(runtime, Mistral, body)
    texts = [chunk["choices"][0]["message"]["content"] for chunk in chunks]
    assert "".join(texts) == choice["message"]["content"]
    assert chunks[-1]["choices"][0]["stop_reason"] == choice["stop_reason"]
    assert chunks[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == (
        usage["completion_tokens"]
    )


# ---- What a scripted engine says


@pytest.fixture
def scripted(start_server, scripted_engine, make_client):
    """Asks a server whose models are all one scripted engine; `script` moves that."""
    client = make_client(running=start_server(scripted_engine.config()))

    def ask(family, body: dict, script, stream: bool = False):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(invoke_stream if stream else invoke, client, family, body)
            generation = scripted_engine.next_generation()
            script(generation)
            return answer.result(), generation.body

    return ask


def delta(generation, **members) -> None:
    generation.raw(json.dumps({"choices": [{"index": 0, "delta": members}]}))


def call_piece(generation, index: int, arguments: str, name: str | None = None) -> None:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    head = {"id": f"engine-{index}", "type": "function"} if name else {}
    delta(generation, tool_calls=[{"index": index, **head, "function": function}])


def two_calls(generation) -> None:
    generation.delta("Let me see.")
    call_piece(generation, 0, "", "tool_0")
    for piece in ('{"city": "Ro', 'me", "da', 'ys": 3}'):
        call_piece(generation, 0, piece)
    call_piece(generation, 1, '{"unit": "celsius"}', "tool_1")
    generation.finish("tool_calls")


TWO = [SCHEMAS["text and bounds"], SCHEMAS["enum and const"]]


@pytest.mark.bedplate_only
@every_family
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_several_calls(scripted, family, stream):
    answer, asked = scripted(family, family.body("Go.", TWO), two_calls, stream)
    calls, reason = (
        family.streamed(answer) if stream else (family.calls(answer), family.reason(answer))
    )
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("tool_0", {"city": "Rome", "days": 3}),
        ("tool_1", {"unit": "celsius"}),
    ]
    assert len({call.id for call in calls}) == 2
    assert all(re.fullmatch(family.id_pattern, call.id) for call in calls)
    assert reason == family.called
    assert [tool["function"]["parameters"] for tool in asked["tools"]] == TWO
    assert asked["tool_choice"] == "auto"


# The reply and the tools' results go back as they are; the engine sees whose result is whose.
@pytest.mark.bedplate_only
@every_family
def test_results_go_back(scripted, family):
    body = family.body("Go.", TWO)
    reply, _ = scripted(family, body, two_calls)
    first, second = family.calls(reply)
    results = {first.id: "sunny", second.id: "warm"}
    answer = family.answer(body, reply, results)

    def done(generation):
        generation.delta("Sunny and warm.")
        generation.finish()

    _, asked = scripted(family, answer, done)
    _, called, *answers = asked["messages"]
    assert called["content"] == "Let me see."
    assert [call["id"] for call in called["tool_calls"]] == [first.id, second.id]
    assert json.loads(called["tool_calls"][0]["function"]["arguments"])["city"] == "Rome"
    assert [(part["role"], part["tool_call_id"], part["content"]) for part in answers] == [
        ("tool", first.id, "sunny"),
        ("tool", second.id, "warm"),
    ]


# Arguments that are no JSON, for a limit or because the model wrote them so.
@pytest.mark.bedplate_only
@every_family
@pytest.mark.parametrize("reason", ["length", "tool_calls"])
def test_arguments_that_are_no_json(scripted, family, reason):
    def broken(generation):
        call_piece(generation, 0, '{"city": "Ro', "tool_0")
        generation.finish(reason)

    reply, _ = scripted(family, family.body("Go.", TWO, most=9), broken)
    (call,) = family.calls(reply)
    assert call.arguments == ("{}" if family is Nova else '{"city": "Ro')
    assert family.reason(reply) == (family.cut if reason == "length" else family.called)
    chunks, _ = scripted(family, family.body("Go.", TWO, most=9), broken, stream=True)
    ((streamed,), _) = family.streamed(chunks)
    assert streamed.arguments == '{"city": "Ro'


# An engine that names no tool is broken: an error of the model, and the server serves on.
@pytest.mark.bedplate_only
@every_family
def test_call_without_a_name(scripted, family):
    def nameless(generation):
        call_piece(generation, 0, "{}")
        generation.finish("tool_calls")

    with pytest.raises(botocore.exceptions.ClientError) as caught:
        scripted(family, family.body("Go.", TWO), nameless)
    assert caught.value.response["Error"]["Code"] == "ModelErrorException"
    reply, _ = scripted(family, family.body("Go.", TWO), two_calls)
    assert len(family.calls(reply)) == 2


# One call at most: the engine is told so, and a second one does not get through.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("family", [OpenAi, Mistral], ids=["openai", "mistral"])
def test_one_call_at_most(scripted, family):
    body = {**family.body("Go.", TWO), "parallel_tool_calls": False}
    reply, asked = scripted(family, body, two_calls)
    assert [call.name for call in family.calls(reply)] == ["tool_0"]
    assert asked["parallel_tool_calls"] is False


@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "choice, sent", [("none", "none"), ("required", "required"), (None, "auto")]
)
def test_choice_reaches_the_engine(scripted, choice, sent):
    _, asked = scripted(OpenAi, OpenAi.body("Go.", TWO, choice), two_calls)
    assert asked["tool_choice"] == sent


def thought(generation) -> None:
    delta(generation, reasoning_content="Two and ")
    delta(generation, reasoning_content="two.")
    generation.delta("Four.")
    generation.finish()


# gpt-oss writes its reasoning into the text, in tags (reference, section 1.2); others beside it.
@pytest.mark.bedplate_only
def test_reasoning(scripted):
    body = {"messages": [{"role": "user", "content": "2+2?"}]}
    reply, _ = scripted(OpenAi, body, thought)
    message = reply["choices"][0]["message"]
    assert message == {
        "role": "assistant",
        "content": "<reasoning>Two and two.</reasoning>Four.",
    }
    chunks, _ = scripted(OpenAi, body, thought, stream=True)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(part.get("content") or "" for part in deltas) == message["content"]

    reply, _ = scripted(Qwen, body, thought)
    message = reply["choices"][0]["message"]
    assert (message["content"], message["reasoning_content"]) == ("Four.", "Two and two.")
    chunks, _ = scripted(Qwen, body, thought, stream=True)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert "".join(part.get("reasoning_content", "") for part in deltas) == "Two and two."
    assert "".join(part.get("content", "") for part in deltas) == "Four."


# Images reach the engine as data URIs, whatever the family writes them as.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("family", [Nova, Mistral], ids=["nova", "mistral"])
def test_images(scripted, family):
    def done(generation):
        generation.delta("A dot.")
        generation.finish()

    _, asked = scripted(family, family.image({}), done)
    text, image = asked["messages"][0]["content"]
    assert text == {"type": "text", "text": "Look."}
    assert image["image_url"]["url"] == f"data:image/png;base64,{PNG}"


# ---- Refusals


def refusal(client, model: str, body: dict) -> str:
    """The message of the ValidationException that the body gets, whole and streamed alike."""
    messages = set()
    for operation in (client.invoke_model, client.invoke_model_with_response_stream):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            operation(modelId=model, body=json.dumps(body))
        assert caught.value.response["Error"]["Code"] == "ValidationException"
        messages.add(caught.value.response["Error"]["Message"])
    (message,) = messages
    return message


_URL = "https://example.com/cat.png"
_LINK = {"type": "image_url", "image_url": {"url": _URL}}


@pytest.mark.parametrize(
    "family, changes, words",
    [
        (OpenAi, {"tools": [{"type": "code_interpreter"}]}, "code_interpreter"),
        (OpenAi, {"functions": [{"name": "f"}]}, "functions"),
        (OpenAi, {"tool_choice": {"type": "function", "function": {"name": "no"}}}, "'no'"),
        (OpenAi, {"messages": [{"role": "tool", "tool_call_id": "x", "content": "y"}]}, "'tool'"),
        (OpenAi, {"messages": [{"role": "user", "content": [_LINK]}]}, "image"),
        (OpenAi, {"n": 2}, "#/n: 2 is not less or equal to 1"),
        (Mistral, {"messages": [{"role": "user", "content": [_LINK]}]}, "not fetched"),
        (Mistral, {"safe_prompt": True}, "safe_prompt"),
        (Nova, {"toolConfig": {"tools": []}}, "minimum item count: 1"),
        (Nova, {"messages": [{"role": "user", "content": [{"image": {}}]}]}, "2 schema violations"),
    ],
)
def test_refusals(runtime, family, changes, words):
    body = family.body("x", TWO)
    assert words in refusal(runtime, family.model, {**body, **changes})


# A schema as deep as a body may be is no way to break anything.
@pytest.mark.bedplate_only
@every_family
def test_deep_schemas(scripted, family):
    schema: dict = {"type": "object"}
    for _ in range(50):
        schema = {"type": "object", "properties": {"in": schema}}
    reply, asked = scripted(family, family.body("Go.", [schema, {"type": "object"}]), two_calls)
    assert asked["tools"][0]["function"]["parameters"] == schema
    assert len(family.calls(reply)) == 2
