"""CountTokens: what a request would cost, without asking the model."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest

from conversations import CLAUDE, TITAN, user
from native_bodies import NATIVE

# CountTokens is offered for this one on AWS (data/catalog).
COUNTS = "anthropic.claude-3-5-sonnet-20241022-v2:0"


# The count is what Converse then reports as input, for a plain question, a system prompt and a
# conversation.
@pytest.mark.parametrize(
    "request_body",
    [
        {"messages": [user("What is a river?")]},
        {"messages": [user("What is a river?")], "system": [{"text": "You are a geographer."}]},
        {
            "messages": [
                user("Hello"),
                {"role": "assistant", "content": [{"text": "Hello!"}]},
                user("What is a river?"),
            ]
        },
    ],
    ids=["question", "system", "turns"],
)
def test_converse_input(runtime, request_body):
    counted = runtime.count_tokens(modelId=COUNTS, input={"converse": request_body})
    reply = runtime.converse(modelId=COUNTS, **request_body, inferenceConfig={"maxTokens": 1})
    usage = reply["usage"]
    total = usage["inputTokens"] + usage.get("cacheReadInputTokens", 0)
    assert counted["inputTokens"] == total > 0


# The same for a native body; max_tokens and such do not count.
def test_invoke_model_input(runtime):
    body = json.dumps(NATIVE["anthropic"].ask("What is a river?", 1))
    counted = runtime.count_tokens(modelId=COUNTS, input={"invokeModel": {"body": body}})
    response = runtime.invoke_model(modelId=COUNTS, body=body)
    usage = json.loads(response["body"].read())["usage"]
    total = usage["input_tokens"] + usage.get("cache_read_input_tokens", 0)
    assert counted["inputTokens"] == total


# Longer texts have more tokens.
def test_counts_grow(runtime):
    def count(text: str) -> int:
        return runtime.count_tokens(modelId=COUNTS, input={"converse": {"messages": [user(text)]}})[
            "inputTokens"
        ]

    assert count("one") < count("one two three") < count("one two three " * 20)


# Counting is to help before a model refuses: a text far beyond the demo model's context is counted.
@pytest.mark.bedplate_only
def test_longer_than_the_context(runtime):
    counted = runtime.count_tokens(
        modelId=COUNTS, input={"converse": {"messages": [user("word " * 20000)]}}
    )
    assert counted["inputTokens"] >= 20000


# The reply has one member, and the headers of Converse.
def test_reply_on_the_wire(http):
    body = {"input": {"converse": {"messages": [user("Hello")]}}}
    response = http.send("POST", f"/model/{COUNTS}/count-tokens", body)
    assert response.status == 200
    assert list(response.json()) == ["inputTokens"]


# A model that AWS cannot count for says so.
def test_model_that_does_not_count(runtime):
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.count_tokens(modelId=TITAN, input={"converse": {"messages": [user("Hello")]}})
    assert caught.value.response["Error"]["Message"]


def test_unknown_model(runtime):
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.count_tokens(
            modelId="no.such-model", input={"converse": {"messages": [user("Hello")]}}
        )
    assert caught.value.response["Error"]["Message"] == "The provided model identifier is invalid."


# Nothing to count: the input is a union, and one of its members must be there.
@pytest.mark.parametrize("body", [{}, {"input": {}}, {"input": None}])
def test_without_input(http, body):
    response = http.send("POST", f"/model/{CLAUDE}/count-tokens", body)
    assert (response.status, response.error_type) == (400, "ValidationException")


# A native body that the model would refuse is refused here, too.
def test_malformed_native_body(runtime):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        runtime.count_tokens(modelId=COUNTS, input={"invokeModel": {"body": b'{"messages": '}})
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert caught.value.response["Error"]["Message"] == (
        "Malformed input request, please reformat your input and try again."
    )
