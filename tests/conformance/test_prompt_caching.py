"""Cache points: what a second request finds of the first one's prefix. Real engine, real counts."""

from __future__ import annotations

import json
import uuid

import pytest
from botocore.exceptions import ClientError

CLAUDE = "anthropic.claude-3-7-sonnet-20250219-v1:0"  # 1,024 tokens at least
POINT = {"cachePoint": {"type": "default"}}
CONTEXT = "The harbour lies to the north of the old town. "


def long_text() -> str:
    """New for each test, so that none finds another's; over a thousand tokens, under the context."""
    return f"{uuid.uuid4()} " + CONTEXT * 110


def ask(runtime, text: str, question: str = "Where is it?", **more):
    system = [{"text": text}, POINT]
    messages = [{"role": "user", "content": [{"text": question}]}]
    return runtime.converse(
        modelId=CLAUDE,
        system=system,
        messages=messages,
        inferenceConfig={"maxTokens": 4, "temperature": 0},
        **more,
    )["usage"]


def test_the_second_request_reads_what_the_first_wrote(runtime):
    text = long_text()
    first = ask(runtime, text)
    assert first["cacheWriteInputTokens"] >= 1024
    assert first["cacheReadInputTokens"] == 0
    second = ask(runtime, text, "And what lies there?")
    assert second["cacheReadInputTokens"] > 0.9 * first["cacheWriteInputTokens"]
    assert second["cacheReadInputTokens"] + second["cacheWriteInputTokens"] == (
        first["cacheWriteInputTokens"]
    )
    assert 0 < second["inputTokens"] < 60


def test_counts_add_up_to_what_count_tokens_says(runtime):
    text = long_text()
    counted = runtime.count_tokens(
        modelId=CLAUDE,
        input={
            "converse": {
                "system": [{"text": text}, POINT],
                "messages": [{"role": "user", "content": [{"text": "Where is it?"}]}],
            }
        },
    )["inputTokens"]
    usage = ask(runtime, text)
    assert usage["inputTokens"] + usage["cacheWriteInputTokens"] == counted
    assert usage["totalTokens"] == counted + usage["outputTokens"]  # recorded: cached ones count


def test_a_longer_prefix_reads_the_shorter_one(runtime):
    text = long_text()
    ask(runtime, text)
    messages = [{"role": "user", "content": [{"text": CONTEXT * 20}, POINT, {"text": "So?"}]}]
    usage = runtime.converse(
        modelId=CLAUDE,
        system=[{"text": text}, POINT],
        messages=messages,
        inferenceConfig={"maxTokens": 4},
    )["usage"]
    assert usage["cacheReadInputTokens"] >= 1000
    assert usage["cacheWriteInputTokens"] >= 150


def test_a_prefix_is_found_without_the_points_before_it(runtime):
    text = long_text()

    def usage_with(*points: dict, question: str) -> dict:
        messages = [{"role": "user", "content": [{"text": CONTEXT}, POINT, {"text": question}]}]
        return runtime.converse(
            modelId=CLAUDE,
            system=[{"text": text}, *points],
            messages=messages,
            inferenceConfig={"maxTokens": 4},
        )["usage"]

    first = usage_with(POINT, question="So?")
    second = usage_with(question="And?")
    assert first["cacheReadInputTokens"] == 0
    assert second["cacheReadInputTokens"] > 0.9 * first["cacheWriteInputTokens"]
    assert second["cacheReadInputTokens"] + second["cacheWriteInputTokens"] == (
        first["cacheWriteInputTokens"]
    )


# Recorded: what was written is told by the time for which it is kept.
def test_writes_are_told_by_their_time(runtime):
    hour = {"cachePoint": {"type": "default", "ttl": "1h"}}
    usage = runtime.converse(
        modelId=CLAUDE,
        system=[{"text": long_text()}, hour],
        messages=[{"role": "user", "content": [{"text": CONTEXT * 20}, POINT, {"text": "So?"}]}],
        inferenceConfig={"maxTokens": 4},
    )["usage"]
    (first, second) = usage["cacheDetails"]
    assert first["ttl"] == "1h" and first["inputTokens"] >= 1024
    assert second["ttl"] == "5m" and second["inputTokens"] >= 150
    assert first["inputTokens"] + second["inputTokens"] == usage["cacheWriteInputTokens"]


def test_a_short_prefix_is_not_cached(runtime):
    text = f"{uuid.uuid4()} short"
    for _ in range(2):
        usage = ask(runtime, text)
        assert usage["cacheWriteInputTokens"] == usage["cacheReadInputTokens"] == 0


def test_without_cache_points_nothing_is_reported(runtime):
    text = long_text()
    for _ in range(2):
        usage = runtime.converse(
            modelId=CLAUDE,
            messages=[{"role": "user", "content": [{"text": text}]}],
            inferenceConfig={"maxTokens": 2},
        )["usage"]
        assert usage["inputTokens"] > 1000
        assert usage["cacheReadInputTokens"] == 0


def test_messages_bodies_report_it_in_their_own_names(runtime):
    text = long_text()
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 4,
        "system": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": "Where is it?"}],
    }
    replies = []
    for _ in range(2):
        reply = runtime.invoke_model(modelId=CLAUDE, body=json.dumps(body))
        replies.append(json.loads(reply["body"].read())["usage"])
    assert replies[0]["cache_creation_input_tokens"] >= 1024
    assert replies[1]["cache_read_input_tokens"] >= 1000
    stream = runtime.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(body))
    start = json.loads(next(iter(stream["body"]))["chunk"]["bytes"])["message"]["usage"]
    assert start["cache_read_input_tokens"] >= 1000


def test_at_most_four_points(runtime):
    blocks = [block for i in range(5) for block in ({"text": f"part {i}"}, POINT)]
    with pytest.raises(ClientError) as refused:
        runtime.converse(modelId=CLAUDE, messages=[{"role": "user", "content": blocks}])
    assert refused.value.response["Error"]["Message"].endswith(
        "A maximum of 4 blocks with cache_control may be provided. Found 5."
    )


def test_a_longer_time_may_not_follow_a_shorter_one(runtime):
    hour = {"cachePoint": {"type": "default", "ttl": "1h"}}
    content = [{"text": "a"}, POINT, {"text": "b"}, hour]
    with pytest.raises(ClientError) as refused:
        runtime.converse(modelId=CLAUDE, messages=[{"role": "user", "content": content}])
    assert "a ttl='1h' cache_control block must not come after" in (
        refused.value.response["Error"]["Message"]
    )


# The tools come first in the prompt, with a time of their own.
def test_the_tools_point_has_its_own_time(runtime):
    hour = {"cachePoint": {"type": "default", "ttl": "1h"}}
    spec = {"toolSpec": {"name": "look_up", "inputSchema": {"json": {"type": "object"}}}}
    request = {
        "modelId": CLAUDE,
        "system": [{"text": "a"}, hour],
        "messages": [{"role": "user", "content": [{"text": "b"}]}],
        "inferenceConfig": {"maxTokens": 2},
    }
    runtime.converse(toolConfig={"tools": [spec, hour]}, **request)
    with pytest.raises(ClientError) as refused:
        runtime.converse(toolConfig={"tools": [spec, POINT]}, **request)
    assert "must not come after" in refused.value.response["Error"]["Message"]
