"""type = "anthropic": what reaches an upstream of the Messages API, what comes back from it, and
two Bedplates one behind the other."""

from __future__ import annotations

import json
import socket

import pytest
from botocore.exceptions import ClientError, EventStreamError

import messages_server as messages
from image_server import picture
from messages_server import MessagesServer

MODEL = "anthropic.claude-sonnet-4-20250514-v1:0"
PROFILE = f"us.{MODEL}"
LLAMA = "meta.llama3-8b-instruct-v1:0"
KEY = "sk-ant-very-secret"
TOOL = {"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


@pytest.fixture
def upstream():
    with MessagesServer(messages.reply(messages.text(0, "Hel", "lo"))) as server:
        yield server


@pytest.fixture
def serve(start_server):
    """A server in front of upstreams."""

    def start(*urls: str, key: str = KEY, settings: str = ""):
        config = f"""
[engines.claude]
type = "anthropic"
endpoints = {json.dumps(urls)}
api_key_env = "UPSTREAM_KEY"
{settings}
[[bindings]]
models = ["anthropic.*", "{LLAMA}"]
engine = "claude"
"""
        return start_server(config, environment={"UPSTREAM_KEY": key})

    return start


@pytest.fixture
def client(serve, upstream, client_to):
    return client_to(serve(upstream.url))


def ask(client, content="Hello", **more):
    blocks = [{"text": content}] if isinstance(content, str) else content
    return client.converse(
        modelId=PROFILE, messages=[{"role": "user", "content": blocks}], **more
    )


def test_request_and_reply(upstream, client):
    reply = ask(client, system=[{"text": "Be brief."}])
    assert reply["output"]["message"]["content"] == [{"text": "Hello"}]
    assert reply["stopReason"] == "end_turn"
    assert (reply["usage"]["inputTokens"], reply["usage"]["outputTokens"]) == (11, 5)
    served_by = reply["ResponseMetadata"]["HTTPHeaders"]["x-bedplate-served-by"]
    assert served_by == "anthropic/claude"
    (asked,) = upstream.asked
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == KEY
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in asked.headers
    assert asked.body == {
        "model": "claude-sonnet-4-20250514",
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
        "max_tokens": 4096,
        "stream": True,
    }


def test_sampling(upstream, client):
    sampling = {"maxTokens": 7, "temperature": 0.5, "stopSequences": ["END"]}
    ask(client, inferenceConfig=sampling, additionalModelRequestFields={"top_k": 9})
    body = upstream.asked[0].body
    assert (body["max_tokens"], body["temperature"], body["top_k"]) == (7, 0.5, 9)
    assert body["stop_sequences"] == ["END"]


def test_stop_sequence(upstream, client):
    upstream.answers = [
        messages.reply(messages.text(0, "a"), stop_reason="stop_sequence", stop_sequence="END")
    ]
    paths = ["/stop_sequence"]
    reply = ask(client, additionalModelResponseFieldPaths=paths)
    assert reply["stopReason"] == "stop_sequence"
    assert reply["additionalModelResponseFields"] == {"stop_sequence": "END"}


def test_images_and_documents(upstream, client):
    document = {"format": "txt", "name": "notes", "source": {"bytes": b"One line."}}
    image = {"format": "png", "source": {"bytes": picture(1, 1)}}
    ask(client, [{"text": "Look"}, {"image": image}, {"document": document}])
    _, seen, read = upstream.asked[0].body["messages"][0]["content"]
    assert (seen["type"], seen["source"]["media_type"]) == ("image", "image/png")
    assert read == {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "One line."},
        "title": "notes",
    }


def test_tools_there_and_back(upstream, client):
    upstream.answers = [
        messages.reply(
            messages.text(0, "I add."),
            messages.tool_use(1, "add", "", '{"a"', ": 1}"),
            messages.tool_use(2, "add"),
            stop_reason="tool_use",
        )
    ]
    tools = {"tools": [TOOL], "toolChoice": {"any": {}}}
    reply = ask(client, toolConfig=tools)
    assert reply["stopReason"] == "tool_use"
    said = reply["output"]["message"]
    calls = [part["toolUse"] for part in said["content"] if "toolUse" in part]
    assert [call["input"] for call in calls] == [{"a": 1}, {}]
    body = upstream.asked[0].body
    assert body["tools"] == [{"name": "add", "input_schema": {"type": "object"}}]
    assert body["tool_choice"] == {"type": "any"}

    results = [
        {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": "2"}]}}
        for call in calls
    ]
    results[1]["toolResult"]["status"] = "error"
    history = [{"role": "user", "content": [{"text": "Hello"}]}, said]
    client.converse(
        modelId=PROFILE,
        messages=[*history, {"role": "user", "content": results}],
        toolConfig={"tools": [TOOL]},
    )
    _, assistant, user = upstream.asked[1].body["messages"]
    used = [part for part in assistant["content"] if part["type"] == "tool_use"]
    assert [part["input"] for part in used] == [{"a": 1}, {}]
    assert [part["tool_use_id"] for part in user["content"]] == [part["id"] for part in used]
    assert [part.get("is_error", False) for part in user["content"]] == [False, True]


# The upstream's signature comes back to it as it was; a forged one does not get past us.
@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_there_and_back(upstream, client, streamed):
    upstream.answers = [
        messages.reply(messages.thinking(0, "c2lnbmVk", "Let me ", "see."), messages.text(1, "Hi"))
    ]
    question = {"role": "user", "content": [{"text": "Hello"}]}
    request = {
        "modelId": PROFILE,
        "messages": [question],
        "inferenceConfig": {"maxTokens": 2048},
        "additionalModelRequestFields": THINKING,
    }
    if streamed:
        thought = {"text": "", "signature": ""}
        for event in client.converse_stream(**request)["stream"]:
            delta = event.get("contentBlockDelta", {}).get("delta", {})
            for key, piece in delta.get("reasoningContent", {}).items():
                thought[key] += piece
    else:
        content = client.converse(**request)["output"]["message"]["content"]
        thought = content[0]["reasoningContent"]["reasoningText"]
    assert upstream.asked[0].body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    assert thought["text"] == "Let me see."

    def go_on(signed: dict):
        parts = [{"reasoningContent": {"reasoningText": signed}}, {"text": "Hi"}]
        history = [question, {"role": "assistant", "content": parts}, question]
        return client.converse(**{**request, "messages": history})

    go_on(thought)
    sent = upstream.asked[1].body["messages"][1]["content"][0]
    assert sent == {"type": "thinking", "thinking": "Let me see.", "signature": "c2lnbmVk"}
    for forged in ({**thought, "text": "Other."}, {**thought, "signature": "x.c2lnbmVk"}):
        with pytest.raises(ClientError, match="Invalid `signature`"):
            go_on(forged)
    assert len(upstream.asked) == 2


# Cache points become cache_control, and the counters are the upstream's own.
def test_prompt_caching(upstream, client):
    upstream.answers = [
        messages.reply(
            messages.text(0, "a"), cache_read_input_tokens=200, cache_creation_input_tokens=30
        )
    ]
    point = {"cachePoint": {"type": "default"}}
    reply = ask(client, [{"text": "Long"}, point, {"text": "Short"}], system=[{"text": "S"}, point])
    body = upstream.asked[0].body
    mark = {"cache_control": {"type": "ephemeral", "ttl": "5m"}}
    assert body["system"] == [{"type": "text", "text": "S", **mark}]
    assert body["messages"][0]["content"][0] == {"type": "text", "text": "Long", **mark}
    usage = reply["usage"]
    assert (usage["inputTokens"], usage["cacheReadInputTokens"]) == (11, 200)
    assert usage["cacheWriteInputTokens"] == 30


# A cache point behind the tools keeps its time.
def test_cached_tools(upstream, client):
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}
    ask(client, toolConfig={"tools": [TOOL, point]})
    (tool,) = upstream.asked[0].body["tools"]
    assert tool["cache_control"] == {"type": "ephemeral", "ttl": "1h"}


# Blank space behind a document, which Converse takes, would be refused there.
def test_space_behind_a_document(upstream, client):
    document = {"format": "txt", "name": "notes", "source": {"bytes": b"One line."}}
    point = {"cachePoint": {"type": "default"}}
    ask(client, [{"document": document}, {"text": "\n"}, point, {"text": "So?"}])
    read, asked = upstream.asked[0].body["messages"][0]["content"]
    assert read["type"] == "document"
    assert read["cache_control"] == {"type": "ephemeral", "ttl": "5m"}
    assert asked["text"] == "So?"


def test_count_tokens(upstream, client):
    upstream.answers = [messages.Answer(document={"input_tokens": 42})]
    converse = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
    counted = client.count_tokens(modelId=MODEL, input={"converse": converse})
    assert counted["inputTokens"] == 42
    (asked,) = upstream.asked
    assert asked.path == "/v1/messages/count_tokens"
    assert "max_tokens" not in asked.body
    assert "stream" not in asked.body


FAILURES = [
    (429, "rate_limit_error", "ThrottlingException"),
    (529, "overloaded_error", "ThrottlingException"),
    (401, "authentication_error", "ServiceUnavailableException"),
    (403, "permission_error", "ServiceUnavailableException"),
    (404, "not_found_error", "ServiceUnavailableException"),
    (400, "invalid_request_error", "ValidationException"),
    (413, "request_too_large", "ValidationException"),
    (500, "api_error", "ModelErrorException"),
    (504, "timeout_error", "ModelTimeoutException"),
]


@pytest.mark.parametrize(("status", "kind", "code"), FAILURES)
def test_failures(serve, upstream, client_to, status, kind, code):
    server = serve(upstream.url)
    upstream.answers = [messages.error(status, kind, f"Because of {KEY}.")]
    with pytest.raises(ClientError) as caught:
        ask(client_to(server))
    assert caught.value.response["Error"]["Code"] == code
    assert KEY not in str(caught.value.response)
    assert len(upstream.asked) == 1
    server.stop()
    assert KEY not in server.log()


def test_prompt_too_long(upstream, client):
    words = "prompt is too long: 210000 tokens > 200000 maximum"
    upstream.answers = [messages.error(400, "invalid_request_error", words)]
    with pytest.raises(ClientError, match="210000 tokens > 200000 maximum"):
        ask(client)


# Before the first byte another server may do, after it none.
def test_second_endpoint(serve, upstream, client_to):
    with socket.socket() as dead, MessagesServer(
        messages.error(529, "overloaded_error", "Overloaded")
    ) as busy:
        dead.bind(("127.0.0.1", 0))
        client = client_to(
            serve(f"http://127.0.0.1:{dead.getsockname()[1]}", busy.url, upstream.url)
        )
        reply = ask(client)
        assert reply["output"]["message"]["content"] == [{"text": "Hello"}]
        assert len(busy.asked) == 1


BROKEN = [
    ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "Overl"),
    ({"type": "content_block_start", "index": 1, "content_block": {"type": "novel"}}, "novel"),
    ({"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking"}},
     "redacted"),
]


@pytest.mark.parametrize(("event", "complaint"), BROKEN)
def test_broken_stream(upstream, client, event, complaint):
    begun = messages.reply(messages.text(0, "Hel")).events[:5]
    upstream.answers = [messages.Answer(events=[*begun, event])]
    question = [{"role": "user", "content": [{"text": "Hello"}]}]
    stream = client.converse_stream(modelId=PROFILE, messages=question)["stream"]
    with pytest.raises(EventStreamError, match=f"modelStreamErrorException.*{complaint}"):
        list(stream)
    assert len(upstream.asked) == 1


def test_hang_up(upstream, client):
    begun = messages.reply(messages.text(0, "Hel")).events[:4]
    upstream.answers = [messages.Answer(events=begun, breaks_off=True)]
    with pytest.raises(ClientError) as caught:
        ask(client)
    assert caught.value.response["Error"]["Code"] == "ModelErrorException"


def test_model_names(serve, upstream, client_to):
    def asked_for(settings: str, model: str) -> str:
        client = client_to(serve(upstream.url, settings=settings))
        question = [{"role": "user", "content": [{"text": "Hello"}]}]
        client.converse(modelId=model, messages=question)
        return upstream.asked[-1].body["model"]

    names = f'model = "other"\nmodels = {{ "{MODEL}" = "mine" }}'
    assert asked_for(names, PROFILE) == "mine"
    assert asked_for(names, LLAMA) == "other"
    with pytest.raises(ClientError, match="'models' must give one"):
        asked_for("", LLAMA)


# What the API has no place for is refused, and does not reach it.
def test_refused_parameters(serve, upstream, client_to):
    client = client_to(serve(upstream.url, settings='model = "m"'))
    with pytest.raises(ClientError, match="no raw prompts"):
        client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "Hello"}))
    assert upstream.asked == []


def test_key_that_is_missing(start_server):
    with pytest.raises(AssertionError, match="NO_SUCH_KEY for the API key is not set"):
        start_server('[engines.a]\ntype = "anthropic"\napi_key_env = "NO_SUCH_KEY"\n')


# One Bedplate as the upstream of the other, through its door /v1/messages.
def test_two_bedplates(start_server, serve, client_to):
    behind = start_server()
    settings = 'model = "bedplate.demo-chat"'
    client = client_to(serve(behind.url, key=behind.api_key, settings=settings))
    question = [{"role": "user", "content": [{"text": "Hello"}]}]
    request = {"messages": question, "inferenceConfig": {"maxTokens": 8, "temperature": 0}}
    reply = client.converse(modelId=PROFILE, **request)
    direct = client_to(behind).converse(modelId="bedplate.demo-chat", **request)
    assert reply["output"] == direct["output"]
    for count in ("inputTokens", "outputTokens"):
        assert reply["usage"][count] == direct["usage"][count]
    assert reply["stopReason"] == direct["stopReason"]
    counted = client.count_tokens(modelId=MODEL, input={"converse": {"messages": question}})
    assert counted["inputTokens"] == reply["usage"]["inputTokens"]
