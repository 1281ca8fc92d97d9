"""ConverseStream: the same reply as Converse's, event by event (reference, section 2.2)."""

from __future__ import annotations

import json
import string
from base64 import b64decode

import pytest

from conversations import CLAUDE, FAMILIES, REGION, stream_text, text_of, user
from signed_http import SignedHttp, decode_frames

# Every event carries a random prefix of this text, against traffic analysis (section 1.1).
PADDING = string.ascii_lowercase + string.ascii_uppercase + string.digits
every_family = pytest.mark.parametrize("model", FAMILIES.values(), ids=FAMILIES)


def event_names(events) -> list[str]:
    return [name for event in events for name in event]


def assert_order(names: list[str]) -> None:
    """messageStart, deltas of block 0, its stop, messageStop, metadata: text has no block start."""
    assert names[0] == "messageStart"
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    assert names[1:-3] and set(names[1:-3]) == {"contentBlockDelta"}


# The order of events and the indices of blocks, as boto3 hands them out.
@every_family
def test_order_of_events(runtime, model):
    reply = runtime.converse_stream(
        modelId=model, messages=[user("Hello! Who are you?")], inferenceConfig={"maxTokens": 40}
    )
    events = list(reply["stream"])
    assert_order(event_names(events))
    assert events[0] == {"messageStart": {"role": "assistant"}}
    for event in events[1:-3]:
        assert event["contentBlockDelta"]["contentBlockIndex"] == 0
        assert event["contentBlockDelta"]["delta"]["text"]
    assert events[-3] == {"contentBlockStop": {"contentBlockIndex": 0}}
    assert events[-2]["messageStop"]["stopReason"] in ("end_turn", "max_tokens")
    metadata = events[-1]["metadata"]
    usage = metadata["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    assert metadata["metrics"]["latencyMs"] >= 0


# Streamed or not, the same question gets the same answer, reason and counts.
@every_family
def test_stream_and_whole_reply_agree(runtime, model):
    request = {
        "modelId": model,
        "messages": [user("What is a river?")],
        "inferenceConfig": {"temperature": 0.0, "maxTokens": 40},
    }
    whole = runtime.converse(**request)
    events = list(runtime.converse_stream(**request)["stream"])
    assert stream_text(events) == text_of(whole)
    assert events[-2]["messageStop"]["stopReason"] == whole["stopReason"]
    for count in ("inputTokens", "outputTokens", "totalTokens"):
        assert events[-1]["metadata"]["usage"][count] == whole["usage"][count]


# The frames themselves: order of their headers, content types, padding (section 1.1). botocore
# hides all of this, other clients do not.
def test_frames_on_the_wire(http):
    response = http.send("POST", f"/model/{CLAUDE}/converse-stream", {"messages": [user("Hello")]})
    assert response.status == 200
    assert response.header("content-type") == "application/vnd.amazon.eventstream"
    assert response.header("transfer-encoding") == "chunked"
    assert response.header("x-amzn-requestid")
    assert response.header("x-amzn-bedrock-content-type") is None
    frames = response.frames()
    assert_order([frame.event for frame in frames])
    for frame in frames:
        assert list(frame.headers) == [":event-type", ":content-type", ":message-type"]
        assert frame.headers[":content-type"] == "application/json"
        assert frame.headers[":message-type"] == "event"
        payload = frame.json()
        assert list(payload) == sorted(payload)
        padding = payload["p"]
        assert 2 <= len(padding) <= 61 and PADDING.startswith(padding)
    assert frames[0].json()["role"] == "assistant"


# The padding varies in length, or it would hide nothing.
def test_padding_varies(http):
    body = {"messages": [user("Tell me a story.")], "inferenceConfig": {"maxTokens": 30}}
    frames = http.send("POST", f"/model/{CLAUDE}/converse-stream", body).frames()
    assert len({frame.json()["p"] for frame in frames}) > 3


# Streams report the base counts only, even for models with caching (section 2.1).
def test_stream_usage_has_the_base_counts_only(http):
    body = {"messages": [user("Hello")]}
    frames = http.send("POST", "/model/amazon.nova-lite-v1:0/converse-stream", body).frames()
    usage = frames[-1].json()["usage"]
    assert set(usage) == {"inputTokens", "outputTokens", "totalTokens", "serverToolUsage"}


@pytest.mark.bedplate_only
def test_stream_says_who_served_it(runtime):
    reply = runtime.converse_stream(modelId=CLAUDE, messages=[user("Hello")])
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-bedplate-served-by"].startswith("llama.cpp/")
    list(reply["stream"])


# A stop sequence never shows, not even in part: its first half must not have been sent when its
# second half arrives.
def test_stop_sequence_is_not_streamed(runtime):
    request = {
        "modelId": CLAUDE,
        "messages": [user("Hello! Who are you?")],
        "inferenceConfig": {"temperature": 0.0},
    }
    whole = text_of(runtime.converse(**request))
    words = whole.split(" ")
    stop = " ".join(["", *words[len(words) // 2 : len(words) // 2 + 2]])
    request["inferenceConfig"]["stopSequences"] = [stop]
    events = list(
        runtime.converse_stream(
            **request, additionalModelResponseFieldPaths=["/delta/stop_sequence"]
        )["stream"]
    )
    assert stream_text(events) == whole[: whole.index(stop)]
    # In a stream the pointer goes into the native delta; Vercel's AI SDK always asks for this one
    # (section 2.3).
    assert events[-2]["messageStop"] == {
        "stopReason": "stop_sequence",
        "additionalModelResponseFields": {"delta": {"stop_sequence": stop}},
    }


def scripted_http(start_server, scripted_engine, **settings) -> SignedHttp:
    running = start_server(scripted_engine.config(**settings))
    keys = running.credentials
    return SignedHttp(running.url, keys.access_key_id, keys.secret_access_key, REGION)


def stream_head_and_body(connection):
    """Reads a stream's head; gives an iterator over the chunks of its body."""
    head = connection.read_head()
    assert head.status == 200
    return connection.read_chunks()


# Each token is on its way to the client before the engine has made the next one. The engine is
# moved by hand: were anything held back, the read would find nothing and run into its deadline.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("operation", ["converse-stream", "invoke-with-response-stream"])
def test_every_token_is_sent_at_once(start_server, scripted_engine, operation):
    http = scripted_http(start_server, scripted_engine)
    body = {"messages": [user("Hello")]}
    if operation != "converse-stream":
        body = {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "Hello"}],
        }
    with http.connect(timeout=10) as connection:
        connection.send(http.request_bytes("POST", f"/model/{CLAUDE}/{operation}", _json(body)))
        generation = scripted_engine.next_generation()
        generation.delta("token-0 ")
        chunks = stream_head_and_body(connection)
        seen = ""
        for number in range(5):
            # The engine has sent this token and no later one.
            while f"token-{number}" not in seen:
                seen += _text(next(chunks))
            generation.delta(f"token-{number + 1} ")
        generation.finish()
        for chunk in chunks:
            seen += _text(chunk)
        assert "token-5" in seen


# The stream's head does not wait for the first token: a client sees that its request was taken
# while the model still reads a long prompt... but errors before the first token stay plain JSON,
# so the head may wait for the engine's first answer. What must not happen is a head that waits for
# the second token.
@pytest.mark.bedplate_only
def test_first_token_brings_the_head(start_server, scripted_engine):
    http = scripted_http(start_server, scripted_engine)
    with http.connect(timeout=10) as connection:
        body = _json({"messages": [user("Hello")]})
        connection.send(http.request_bytes("POST", f"/model/{CLAUDE}/converse-stream", body))
        generation = scripted_engine.next_generation()
        generation.delta("only one")
        assert connection.read_head().status == 200
        generation.finish()


# A client that hangs up in mid-stream ends the generation at once: the engine sees its own
# connection closed, and its one slot is free for the next request.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("operation", ["converse-stream", "converse"])
def test_hangup_frees_the_engine(start_server, scripted_engine, operation):
    http = scripted_http(start_server, scripted_engine, concurrency_max=1, queue_max=0)
    request = http.request_bytes(
        "POST", f"/model/{CLAUDE}/{operation}", _json({"messages": [user("Hello")]})
    )
    connection = http.connect()
    connection.send(request)
    generation = scripted_engine.next_generation()
    generation.delta("a beginning")
    if operation == "converse-stream":
        connection.read_head()
    connection.close()
    assert generation.wait_for_hangup(10), "the engine was left generating for nobody"

    with http.connect() as second:
        second.send(request)
        generation = scripted_engine.next_generation()
        generation.delta("served")
        generation.finish()
        response = second.read_response()
    assert response.status == 200


# The same with the real engine and all its slots: after hang-ups in mid-stream the engine serves.
@pytest.mark.bedplate_only
def test_hangups_do_not_use_up_the_real_engine(start_server):
    running = start_server()
    keys = running.credentials
    http = SignedHttp(running.url, keys.access_key_id, keys.secret_access_key, REGION)
    long = _json({"messages": [user("Tell me a very long story.")]})
    for _ in range(12):  # more than there are slots
        with http.connect() as connection:
            connection.send(http.request_bytes("POST", f"/model/{CLAUDE}/converse-stream", long))
            next(stream_head_and_body(connection))
    short = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}
    assert http.send("POST", f"/model/{CLAUDE}/converse", short).status == 200


def _json(document) -> bytes:
    return json.dumps(document).encode()


def _text(chunk: bytes) -> str:
    """What of a chunk is text: frames, and the base64 inside InvokeModel's, decoded. Each frame is
    a chunk of its own, because it is sent at once."""
    text = ""
    for frame in decode_frames(chunk):
        payload = frame.json()
        text += b64decode(payload["bytes"]).decode() if "bytes" in payload else str(payload)
    return text
