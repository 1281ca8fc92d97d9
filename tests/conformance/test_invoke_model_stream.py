"""InvokeModelWithResponseStream: each family's native chunks (reference, section 1.2)."""

from __future__ import annotations

import json

import pytest

from native_bodies import NATIVE, invoke, invoke_stream

every_family = pytest.mark.parametrize("native", NATIVE.values(), ids=NATIVE)
METRICS = "amazon-bedrock-invocationMetrics"


# The chunks' texts together are the text of the whole reply.
@every_family
def test_stream_and_whole_reply_agree(runtime, native):
    body = native.ask("What is a river?", 40)
    reply, _ = invoke(runtime, native, body)
    chunks = invoke_stream(runtime, native, body)
    assert "".join(map(native.chunk_text, chunks)) == native.text(reply)


# The last chunk, and no other, has the metrics, with the counts of the whole reply; langchain takes
# its token counts from there (section 1.1).
@every_family
def test_invocation_metrics(runtime, native):
    body = native.ask("What is a river?", 20)
    reply, _ = invoke(runtime, native, body)
    chunks = invoke_stream(runtime, native, body)
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    metrics = chunks[-1][METRICS]
    assert (metrics["inputTokenCount"], metrics["outputTokenCount"]) == native.counts(reply)
    assert 0 <= metrics["firstByteLatency"] <= metrics["invocationLatency"]
    caching = {"cacheReadInputTokenCount", "cacheWriteInputTokenCount"} & set(metrics)
    assert len(caching) == (2 if native is NATIVE["nova"] else 0)


# Headers of the response and of its frames (section 1.1).
@every_family
def test_frames_on_the_wire(http, native):
    target = f"/model/{native.model}/invoke-with-response-stream"
    response = http.send("POST", target, native.ask("Hello!", 10))
    assert response.status == 200
    assert response.header("content-type") == "application/vnd.amazon.eventstream"
    assert response.header("x-amzn-bedrock-content-type") == "application/json"
    assert response.header("transfer-encoding") == "chunked"
    assert response.header("x-amzn-bedrock-input-token-count") is None
    for frame in response.frames():
        assert list(frame.headers.items()) == [
            (":event-type", "chunk"),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ]
        assert list(frame.json()) == ["bytes", "p"]


# Anthropic's chunks are its SSE payloads in their order, without pings (section 1.2).
def test_anthropic_chunks(runtime):
    native = NATIVE["anthropic"]
    chunks = invoke_stream(runtime, native, native.ask("Hello! Who are you?", 200))
    assert [chunk["type"] for chunk in chunks[:2]] == ["message_start", "content_block_start"]
    assert {chunk["type"] for chunk in chunks[2:-3]} == {"content_block_delta"}
    assert [chunk["type"] for chunk in chunks[-3:]] == [
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    message = chunks[0]["message"]
    assert message["id"].startswith("msg_bdrk_")
    assert message["model"] == "claude-3-haiku-20240307"
    assert (message["content"], message["stop_reason"]) == ([], None)
    assert message["usage"]["input_tokens"] > 0
    assert chunks[1]["content_block"] == {"type": "text", "text": ""}
    assert all(chunk["delta"]["type"] == "text_delta" for chunk in chunks[2:-3])
    delta = chunks[-2]
    assert delta["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert delta["usage"]["output_tokens"] == chunks[-1][METRICS]["outputTokenCount"]


# Llama's first chunk has the prompt's count, the others null; the running count rises; only the
# last has a reason.
def test_llama_chunks(runtime):
    native = NATIVE["llama"]
    chunks = invoke_stream(runtime, native, native.ask("What is a river?", 12))
    assert chunks[0]["prompt_token_count"] > 0
    assert all(chunk["prompt_token_count"] is None for chunk in chunks[1:])
    running = [chunk["generation_token_count"] for chunk in chunks]
    assert running == sorted(running) and running[-1] <= 12
    assert all(chunk["stop_reason"] is None for chunk in chunks[:-1])
    assert chunks[-1]["stop_reason"] in ("length", "stop")


# Titan's reason and total stand in the last chunk, the input's count in the first.
def test_titan_chunks(runtime):
    native = NATIVE["titan"]
    chunks = invoke_stream(runtime, native, native.ask("Tell me a story.", 12))
    assert all(chunk["index"] == 0 for chunk in chunks)
    assert all(chunk.get("completionReason") is None for chunk in chunks[:-1])
    assert chunks[-1]["completionReason"] in ("LENGTH", "FINISH")
    assert chunks[-1]["totalOutputTextTokenCount"] == chunks[-1][METRICS]["outputTokenCount"]


# In Nova's own stream every fragment is a block of its own, closed at once (section 1.2);
# Converse's stream of the same model has all of them in block 0.
def test_nova_chunks(runtime):
    native = NATIVE["nova"]
    chunks = invoke_stream(runtime, native, native.ask("Tell me a story.", 12))
    assert chunks[0] == {"messageStart": {"role": "assistant"}}
    blocks = chunks[1:-2]
    assert len(blocks) % 2 == 0 and blocks
    for index, (delta, stop) in enumerate(zip(blocks[::2], blocks[1::2], strict=True)):
        assert delta["contentBlockDelta"]["contentBlockIndex"] == index
        assert stop == {"contentBlockStop": {"contentBlockIndex": index}}
    assert chunks[-2]["messageStop"]["stopReason"] in ("max_tokens", "end_turn")
    metadata = chunks[-1]["metadata"]
    assert (metadata["metrics"], metadata["trace"]) == ({}, {})
    assert metadata["usage"]["inputTokens"] > 0


def test_openai_chunks(runtime):
    native = NATIVE["openai"]
    chunks = invoke_stream(runtime, native, native.ask("Hello!", 20))
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    reasons = [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"]]
    assert [reason for reason in reasons if reason] in (["stop"], ["length"])


# `stream` in an OpenAI body is optional but must match the operation (section 1.2).
@pytest.mark.parametrize(
    "operation, stream, accepted",
    [
        ("invoke", False, True),
        ("invoke", True, False),
        ("invoke-with-response-stream", True, True),
        ("invoke-with-response-stream", False, False),
    ],
)
def test_openai_stream_member(http, operation, stream, accepted):
    native = NATIVE["openai"]
    body = {**native.ask("Hello!", 2), "stream": stream}
    response = http.send("POST", f"/model/{native.model}/{operation}", body)
    assert response.status == (200 if accepted else 400)


# An error before the first event is plain JSON with its status, not an event stream (section 3.2).
def test_error_before_the_stream(http):
    response = http.send(
        "POST", "/model/no.such-model/invoke-with-response-stream", {"prompt": "x"}
    )
    assert response.status == 400
    assert response.header("content-type") == "application/json"
    assert response.error_type == "ValidationException"
    assert json.loads(response.body)["message"] == "The provided model identifier is invalid."
