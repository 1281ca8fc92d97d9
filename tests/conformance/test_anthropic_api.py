"""Anthropic's Messages API on the same endpoint: the official `anthropic` client, with base URL
and key alone set, its client for AWS's own host of the kind, and raw requests for what neither
sends."""

from __future__ import annotations

import json

import anthropic
import pytest

from conversations import CLAUDE, FAMILIES, NOVA, REGION

pytestmark = pytest.mark.bedplate_only

HELLO = [{"role": "user", "content": "Hello"}]
MESSAGES = "/anthropic/v1/messages"
COUNT = "/v1/messages/count_tokens"
VERSION = {"anthropic-version": "2023-06-01"}
PREFIXES = ["", "/anthropic"]


@pytest.fixture(scope="module")
def api_key(server) -> str:
    return server.api_key


@pytest.fixture
def make_anthropic(server, api_key, monkeypatch):
    """Makes clients; they are closed with the test."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    clients = []

    def make(prefix: str = "/anthropic", kind=anthropic.Anthropic, **options):
        if kind is anthropic.Anthropic:
            options.setdefault("api_key", api_key)
        clients.append(kind(base_url=server.url + prefix, max_retries=0, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_anthropic):
    return make_anthropic()


@pytest.fixture
def post(http, api_key):
    """Raw POSTs with key and version."""

    def send(body, target: str = MESSAGES, headers: dict[str, str] | None = None):
        return http.send_unsigned(
            "POST", target, body, {"x-api-key": api_key, **VERSION} if headers is None else headers
        )

    return send


def body(**members) -> dict:
    return {"model": CLAUDE, "messages": HELLO, "max_tokens": 5, **members}


def error_of(response) -> dict:
    """The error of a raw response: always of the one shape, under the request's id."""
    assert response.header("content-type") == "application/json"
    document = response.json()
    assert list(document) == ["type", "error", "request_id"]
    assert document["type"] == "error"
    assert document["request_id"] == response.header("request-id")
    assert list(document["error"]) == ["type", "message"]
    assert document["error"]["message"]
    return document["error"]


# Messages.


# Every model answers, whatever its own native body is. Claude's name is Anthropic's; the others
# keep theirs.
@pytest.mark.parametrize("model", FAMILIES.values(), ids=FAMILIES.keys())
@pytest.mark.parametrize("prefix", PREFIXES)
def test_message(make_anthropic, prefix, model):
    reply = make_anthropic(prefix).messages.with_raw_response.create(
        model=model, messages=HELLO, max_tokens=30
    )
    assert reply.headers["x-bedplate-served-by"].startswith("llama.cpp/")
    message = reply.parse()
    assert message._request_id == reply.headers["request-id"]
    assert message.id.startswith("msg_") and not message.id.startswith("msg_bdrk_")
    assert (message.type, message.role) == ("message", "assistant")
    assert message.model == ("claude-3-haiku-20240307" if model == CLAUDE else model)
    assert message.content[0].type == "text" and message.content[0].text
    assert message.stop_reason in ("end_turn", "max_tokens")
    usage = message.usage
    assert usage.input_tokens > 0 and usage.output_tokens > 0
    assert usage.cache_read_input_tokens == usage.cache_creation_input_tokens == 0


def test_max_tokens(client):
    message = client.messages.create(model=CLAUDE, messages=HELLO, max_tokens=3)
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 3


# The client assembles the stream without complaint, to what its last message says.
@pytest.mark.parametrize("prefix", PREFIXES)
def test_stream(make_anthropic, prefix):
    with make_anthropic(prefix).messages.stream(
        model=CLAUDE, messages=HELLO, max_tokens=5
    ) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["request-id"]
        assert stream.response.headers["x-bedplate-served-by"]
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    assert len(pieces) > 1
    assert "".join(pieces) == message.content[0].text
    assert message.id.startswith("msg_") and not message.id.startswith("msg_bdrk_")
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 5


# On the wire: each event under its type's name.
def test_stream_bytes(post):
    response = post(body(stream=True))
    assert response.status == 200
    *events, rest = response.body.decode().split("\n\n")
    assert rest == ""
    names = []
    for event in events:
        name, data = event.split("\n")
        names.append(name.removeprefix("event: "))
        assert json.loads(data.removeprefix("data: "))["type"] == names[-1]
    deltas = names.count("content_block_delta")
    assert deltas > 1
    assert names == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * deltas,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert "invocationMetrics" not in response.body.decode()


# The count is what the same call then reports.
@pytest.mark.parametrize("prefix", PREFIXES)
def test_count_tokens(make_anthropic, prefix):
    client = make_anthropic(prefix)
    question = {
        "model": CLAUDE,
        "system": "You are kind.",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "My name is Ada."}]},
            {"role": "assistant", "content": "Hello Ada!"},
            {"role": "user", "content": "What is my name?"},
        ],
    }
    counted = client.messages.count_tokens(**question)
    message = client.messages.create(**question, max_tokens=1)
    assert counted.input_tokens == message.usage.input_tokens > 10


@pytest.mark.parametrize("member", [{"max_tokens": 5}, {"stream": True}, {"messages": []}])
def test_count_tokens_refused(post, member):
    response = post({"model": CLAUDE, "messages": HELLO, **member}, COUNT)
    assert response.status == 400
    assert next(iter(member)) in error_of(response)["message"]


# Versions: the header's, or the body's as InvokeModel has it. The newer one has no sampling.


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_versions(post, api_key, version):
    assert post(body(), headers={"x-api-key": api_key, "anthropic-version": version}).status == 200


def test_version_in_the_body(post, api_key):
    document = body(anthropic_version="bedrock-2023-05-31")
    assert post(document, headers={"x-api-key": api_key}).status == 200


@pytest.mark.parametrize("headers", [{}, {"anthropic-version": "2020-01-01"}])
def test_bad_version(post, api_key, headers):
    response = post(body(), headers={"x-api-key": api_key, **headers})
    error = error_of(response)
    assert (response.status, error["type"]) == (400, "invalid_request_error")
    assert error["message"].startswith("anthropic-version: ")


@pytest.mark.parametrize("member", ["temperature", "top_p", "top_k"])
def test_sampling_by_version(post, api_key, member):
    document = body(**{member: 1})
    assert post(document).status == 200
    newer = {"x-api-key": api_key, "anthropic-version": "2026-10-21"}
    response = post(document, headers=newer)
    assert response.status == 400
    assert error_of(response)["message"] == f"{member}: Extra inputs are not permitted"


def test_contents_by_version(post, api_key):
    newer = {"x-api-key": api_key, "anthropic-version": "2026-10-21"}
    document = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "x"},
    }
    cited = {"type": "text", "text": "x", "citations": [{"type": "char_location"}]}
    for role, block in (("assistant", document), ("user", cited)):
        response = post(body(messages=[*HELLO, {"role": role, "content": [block]}]), headers=newer)
        assert response.status == 400
        assert error_of(response)["type"] == "invalid_request_error"


# Betas come in headers, in one or several, and are accepted.
def test_betas(client):
    message = client.beta.messages.create(
        model=CLAUDE,
        messages=HELLO,
        max_tokens=3,
        betas=["context-1m-2025-08-07", "interleaved-thinking-2025-05-14"],
    )
    assert message.content


def test_members_without_effect(post):
    response = post(
        body(metadata={"user_id": "ada"}, service_tier="auto", user_profile_id="uprof_1")
    )
    assert response.status == 200, response.body


# Refusals.


@pytest.mark.parametrize(
    "member",
    [
        {"model": 5},
        {"model": ""},
        {"messages": "Hello"},
        {"messages": []},
        {"messages": [{"role": "system", "content": "x"}]},
        {"messages": [{"role": "user", "content": ""}]},
        {"messages": [{"role": "assistant", "content": "x"}]},
        {"max_tokens": 0},
        {"max_tokens": "5"},
        {"temperature": 1.5},
        {"stream": 1},
        {"service_tier": "gold"},
        {"no_such_member": 1},
        {"anthropic_beta": "not-a-list", "mcp_servers": []},
    ],
    ids=str,
)
def test_bad_members(post, member):
    response = post(body(**member))
    error = error_of(response)
    assert (response.status, error["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("missing", ["model", "messages", "max_tokens"])
def test_missing_members(post, missing):
    document = body()
    del document[missing]
    response = post(document)
    assert response.status == 400
    assert missing in error_of(response)["message"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000])
@pytest.mark.parametrize("target", [MESSAGES, COUNT])
def test_not_an_object(post, data, target):
    response = post(data, target)
    assert response.status == 400
    assert error_of(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize("model", ["no.such-model", "claude-3-haiku-20240307", "arn:aws:s3:::x"])
def test_unknown_model(client, model):
    for call in (
        lambda: client.messages.create(model=model, messages=HELLO, max_tokens=3),
        lambda: client.messages.create(model=model, messages=HELLO, max_tokens=3, stream=True),
        lambda: client.messages.count_tokens(model=model, messages=HELLO),
    ):
        with pytest.raises(anthropic.NotFoundError) as refusal:
            call()
        assert refusal.value.body["error"]["type"] == "not_found_error"
        assert model in refusal.value.body["error"]["message"]


@pytest.mark.parametrize(
    "model",
    [
        "us." + NOVA,
        f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}",
        "anthropic.claude-sonnet-5",
    ],
)
def test_model_identifiers(client, model):
    assert client.messages.create(model=model, messages=HELLO, max_tokens=3).content


def test_no_text_model(client):
    with pytest.raises(anthropic.BadRequestError) as refusal:
        client.messages.create(model="amazon.titan-embed-text-v2:0", messages=HELLO, max_tokens=3)
    assert refusal.value.body["error"]["type"] == "invalid_request_error"


# Claude Code and others know an overflow by these words.
def test_context_overflow(client):
    with pytest.raises(
        anthropic.BadRequestError, match="prompt is too long: [0-9]+ tokens > [0-9]+"
    ):
        client.messages.create(
            model=CLAUDE, messages=[{"role": "user", "content": "Hello " * 30_000}], max_tokens=3
        )


@pytest.mark.parametrize("key", ["wrong", "ABSKwrong", "sk-ant-api03-x"])
def test_wrong_key(make_anthropic, key):
    with pytest.raises(anthropic.AuthenticationError) as refusal:
        make_anthropic(api_key=key).messages.create(model=CLAUDE, messages=HELLO, max_tokens=3)
    assert refusal.value.body["error"] == {
        "type": "authentication_error",
        "message": "invalid x-api-key",
    }


def test_no_key(post):
    response = post(body(), headers=VERSION)
    assert response.status == 401
    assert error_of(response)["type"] == "authentication_error"


# Both ways to send the key, and signatures of either name.
def test_keys_and_signatures(post, http, api_key):
    assert post(body(), headers={"Authorization": f"Bearer {api_key}", **VERSION}).status == 200
    assert post(body(), headers={"x-api-key": api_key, **VERSION}).status == 200
    for service in ("bedrock", "bedrock-mantle"):
        data = json.dumps(body())
        assert http.send("POST", MESSAGES, data, service=service, headers=VERSION).status == 200


# The client for AWS's own host of this API, by signature and by key.
def test_mantle_client(make_anthropic, credentials, api_key):
    signing = {
        "aws_access_key": credentials.access_key_id,
        "aws_secret_key": credentials.secret_access_key,
    }
    for options in (signing, {"api_key": api_key}):
        client = make_anthropic(kind=anthropic.AnthropicBedrockMantle, aws_region=REGION, **options)
        question = {"model": "anthropic.claude-sonnet-5", "messages": HELLO}
        message = client.messages.create(**question, max_tokens=3)
        assert message.usage.output_tokens == 3
        assert client.messages.count_tokens(**question).input_tokens == message.usage.input_tokens
        with client.messages.stream(**question, max_tokens=3) as stream:
            assert stream.get_final_message().usage.output_tokens == 3


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
@pytest.mark.parametrize("target", [MESSAGES, "/v1/messages", COUNT])
def test_wrong_method(http, method, target):
    response = http.send(method, target)
    assert response.status == 405
    assert response.header("allow") == "POST"
    if method != "HEAD":
        assert error_of(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "target", ["/anthropic", "/anthropic/v1", "/anthropic/v1/models", "/v1/messages/batches"]
)
def test_unknown_path(post, target):
    response = post(body(), target)
    assert response.status == 404
    assert error_of(response)["type"] == "not_found_error"


def test_body_too_large(http, api_key):
    head = http.head_bytes("POST", MESSAGES, {"x-api-key": api_key, "Content-Length": "25000001"})
    response = http.send_bytes(head)
    assert response.status == 413
    assert error_of(response)["type"] == "request_too_large"
