"""InvokeModel bodies that are refused: JSON-schema wording (reference, section 1.1)."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest

from conversations import CLAUDE, GPT_OSS, LLAMA, NOVA, TITAN
from native_bodies import NATIVE

MODELS = [native.model for native in NATIVE.values()]


def refusal(client, model: str, body) -> str:
    """The message of the ValidationException that the body must get, streamed or not."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    messages = set()
    for operation in (client.invoke_model, client.invoke_model_with_response_stream):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            operation(modelId=model, body=data)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        messages.add(caught.value.response["Error"]["Message"])
    (message,) = messages
    return message


def malformed(what: str) -> str:
    return f"Malformed input request: {what}, please reformat your input and try again."


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("body", [b"{", b"nonsense", b"[]", b"", b"\xff"])
def test_malformed_json(runtime, model, body):
    assert refusal(runtime, model, body) == (
        "Malformed input request, please reformat your input and try again."
    )


# What every family cannot do without.
@pytest.mark.parametrize(
    "model, key",
    [(LLAMA, "prompt"), (TITAN, "inputText"), (NOVA, "messages"), (GPT_OSS, "messages")],
)
def test_required_key(runtime, model, key):
    assert refusal(runtime, model, {}) == malformed(f"#: required key [{key}] not found")


def test_required_key_of_claude(runtime):
    body = NATIVE["anthropic"].ask("Hello", 5)
    for key in ("messages", "max_tokens", "anthropic_version"):
        without = {name: value for name, value in body.items() if name != key}
        assert refusal(runtime, CLAUDE, without) == malformed(f"#: required key [{key}] not found")


# Native bodies are closed: a key of another family is refused by its name.
@pytest.mark.parametrize("family", ["anthropic", "llama", "titan", "nova"])
def test_extraneous_key(runtime, family):
    native = NATIVE[family]
    body = {**native.ask("Hello", 5), "no_such_key": 1}
    assert refusal(runtime, native.model, body) == malformed(
        "#: extraneous key [no_such_key] is not permitted"
    )


@pytest.mark.parametrize(
    "model, body, what",
    [
        (
            LLAMA,
            {"prompt": "x", "max_gen_len": 8192},
            "#/max_gen_len: 8192 is not less or equal to 2048",
        ),
        (LLAMA, {"prompt": 7}, "#/prompt: expected type: String, found: Integer"),
        (
            TITAN,
            {"inputText": "x", "textGenerationConfig": {"stopSequences": ["</stop>"]}},
            "#/textGenerationConfig/stopSequences/0: string [</stop>] does not match pattern "
            "^(\\|+|User:)$",
        ),
        (
            CLAUDE,
            {**NATIVE["anthropic"].ask("x", 5), "top_k": 501},
            "#/top_k: 501 is not less or equal to 500",
        ),
        (
            CLAUDE,
            {**NATIVE["anthropic"].ask("x", 5), "anthropic_version": "2023-06-01"},
            "#/anthropic_version: 2023-06-01 is not a valid enum value",
        ),
        (
            CLAUDE,
            {**NATIVE["anthropic"].ask("x", 5), "messages": [{"role": "user", "content": 7}]},
            "#/messages/0/content: expected type: JSONArray, found: Integer",
        ),
        (NOVA, {"messages": []}, "#/messages: expected minimum item count: 1, found: 0"),
        (
            NOVA,
            {"messages": [{"role": "user", "content": "x"}]},
            "#/messages/0/content: expected type: JSONArray, found: String",
        ),
    ],
)
def test_schema_violation(runtime, model, body, what):
    assert refusal(runtime, model, body) == malformed(what)


# Several violations are found at once, and counted, as the JSON-schema library does.
def test_several_violations(runtime):
    assert refusal(runtime, CLAUDE, {"extra": 1}) == malformed("4 schema violations found")


# Titan's input is counted in characters.
def test_titan_input_too_long(runtime):
    message = refusal(runtime, TITAN, {"inputText": "x" * 42_001})
    assert "expected maxLength: 42000, actual: 42001" in message


# Characters, not bytes: 42,000 of two bytes each pass the limit (and then exceed the context).
def test_titan_input_in_characters(runtime):
    message = refusal(runtime, TITAN, {"inputText": "é" * 42_000})
    assert "maxLength" not in message


# Claude's own rules about conversations, in its words.
@pytest.mark.parametrize(
    "messages, words",
    [
        ([], "at least one message is required"),
        ([{"role": "assistant", "content": "x"}], 'first message must use the "user" role'),
        ([{"role": "user", "content": ""}], "must be non-empty"),
        ([{"role": "user", "content": " "}], "must contain non-whitespace text"),
        (
            [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y "}],
            "final assistant content cannot end with trailing whitespace",
        ),
    ],
)
def test_claude_conversations(runtime, messages, words):
    body = {**NATIVE["anthropic"].ask("x", 5), "messages": messages}
    assert words in refusal(runtime, CLAUDE, body)


@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "family, words",
    [
        ("anthropic", "Input is too long for requested model."),
        ("llama", "Input is too long for requested model."),
        ("nova", "Input is too long for requested model."),
    ],
)
def test_prompt_beyond_the_context(runtime, family, words):
    native = NATIVE[family]
    assert words in refusal(runtime, native.model, native.ask("word " * 40_000, 5))


@pytest.mark.bedplate_only
def test_titan_prompt_beyond_the_context(runtime):
    message = refusal(runtime, TITAN, NATIVE["titan"].ask("é" * 20_000, 5))
    assert message.startswith("Too many input tokens. Max input tokens: ")


# The body may name a model, but only the one of the path.
def test_openai_other_model(runtime):
    body = {**NATIVE["openai"].ask("x", 5), "model": "openai.gpt-oss-120b-1:0"}
    assert refusal(runtime, GPT_OSS, body)


# What a native body can carry and this server cannot yet says so by name.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "changes, named",
    [
        (
            {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
            "web_search_20250305",
        ),
        ({"context_management": {"edits": []}}, "context_management"),
    ],
    ids=["web search", "context management"],
)
def test_what_is_not_built_says_so(runtime, changes, named):
    body = {**NATIVE["anthropic"].ask("x", 5), **changes}
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        runtime.invoke_model(modelId=CLAUDE, body=json.dumps(body))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert named in caught.value.response["Error"]["Message"]
