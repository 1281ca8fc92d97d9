"""OpenAI's API on the same endpoint: the official `openai` client, with only base URL and key set,
and raw requests for what it would not send."""

from __future__ import annotations

import json

import openai
import pytest

from conversations import CLAUDE, FAMILIES, GPT_OSS, NOVA, REGION

pytestmark = pytest.mark.bedplate_only

HELLO = [{"role": "user", "content": "Hello"}]
CHAT = "/v1/chat/completions"
PREFIXES = ["/v1", "/openai/v1"]


@pytest.fixture(scope="module")
def api_key(server) -> str:
    return server.api_key


@pytest.fixture
def make_openai(server, api_key):
    """Makes clients; they are closed with the test."""
    clients = []

    def make(prefix: str = "/v1", **options) -> openai.OpenAI:
        options.setdefault("api_key", api_key)
        clients.append(openai.OpenAI(base_url=server.url + prefix, max_retries=0, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_openai) -> openai.OpenAI:
    return make_openai()


@pytest.fixture
def post(http, api_key):
    """Raw POSTs with the key."""

    def send(body, target: str = CHAT, headers: dict[str, str] | None = None):
        return http.send_unsigned(
            "POST", target, body, headers or {"Authorization": f"Bearer {api_key}"}
        )

    return send


def body(**members) -> dict:
    return {"model": NOVA, "messages": HELLO, "max_tokens": 5, **members}


def error_of(response) -> dict:
    """The error of a raw response: always of the one shape."""
    assert response.header("content-type") == "application/json"
    assert response.header("x-request-id")
    document = response.json()
    assert list(document) == ["error"]
    assert list(document["error"]) == ["message", "type", "param", "code"]
    assert document["error"]["message"]
    return document["error"]


# Chat completions.


# Every model answers, whatever its own native body is.
@pytest.mark.parametrize("model", FAMILIES.values(), ids=FAMILIES.keys())
@pytest.mark.parametrize("prefix", PREFIXES)
def test_completion(make_openai, prefix, model):
    reply = make_openai(prefix).chat.completions.with_raw_response.create(
        model=model, messages=HELLO, temperature=0, max_tokens=20
    )
    assert reply.headers["x-bedplate-served-by"].startswith("llama.cpp/")
    assert reply.headers["x-request-id"] == reply.request_id
    completion = reply.parse()
    assert completion.id.startswith("chatcmpl-")
    assert completion.object == "chat.completion"
    assert completion.model == model
    assert completion.service_tier == "default"
    (choice,) = completion.choices
    assert choice.message.role == "assistant" and choice.message.content
    assert choice.finish_reason == "stop"
    usage = completion.usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_system_and_turns(client):
    messages = [
        {"role": "system", "content": "You are kind."},
        {"role": "user", "content": [{"type": "text", "text": "My name is Ada."}]},
        {"role": "assistant", "content": "Hello Ada!"},
        {"role": "user", "content": "What is my name?"},
    ]
    alone = client.chat.completions.create(model=NOVA, messages=messages[3:], max_tokens=5)
    whole = client.chat.completions.create(model=NOVA, messages=messages, max_tokens=5)
    assert whole.usage.prompt_tokens > alone.usage.prompt_tokens


# The caps have two names; both are the number of tokens that come.
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_length(client, name):
    completion = client.chat.completions.create(model=NOVA, messages=HELLO, **{name: 3})
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage.completion_tokens == 3


def test_stop(client):
    free = client.chat.completions.create(model=NOVA, messages=HELLO, temperature=0)
    word = free.choices[0].message.content.split()[-1]
    for stop in (word, [word, "</never>"]):
        cut = client.chat.completions.create(model=NOVA, messages=HELLO, temperature=0, stop=stop)
        assert word not in cut.choices[0].message.content
        assert cut.choices[0].finish_reason == "stop"


# The pieces add up to the whole; the finish comes once, in the last of them.
@pytest.mark.parametrize("prefix", PREFIXES)
def test_stream(make_openai, prefix):
    client = make_openai(prefix)
    question = {"model": NOVA, "messages": HELLO, "temperature": 0, "max_tokens": 20}
    whole = client.chat.completions.create(**question)
    with client.chat.completions.create(**question, stream=True) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["x-bedplate-served-by"]
        assert stream.response.headers["x-request-id"]
        chunks = list(stream)
    assert len({chunk.id for chunk in chunks}) == 1
    assert {chunk.model for chunk in chunks} == {NOVA}
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole.choices[0].message.content
    assert len(chunks) > 3
    assert [c.choices[0].finish_reason for c in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert all("usage" not in chunk.model_dump(exclude_unset=True) for chunk in chunks)


# Asked for, the usage comes in a chunk of its own, without choices; the others say null.
def test_stream_usage(client):
    chunks = list(
        client.chat.completions.create(
            **body(), stream=True, stream_options={"include_usage": True}
        )
    )
    *others, last = chunks
    assert last.choices == []
    assert last.usage.completion_tokens == 5
    assert last.usage.total_tokens == last.usage.prompt_tokens + 5
    assert all(chunk.choices and chunk.usage is None for chunk in others)


# On the wire: `data:` lines only, an empty line after each, [DONE] at the end.
def test_stream_bytes(post):
    response = post(body(stream=True))
    assert response.status == 200
    assert response.header("cache-control") == "no-cache"
    *events, rest = response.body.decode().split("\n\n")
    assert rest == "" and events[-1] == "data: [DONE]"
    for event in events[:-1]:
        assert event.startswith("data: ") and "\n" not in event
        assert json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk"


# The client's own stream assembler is content with it.
def test_stream_assembled(client):
    with client.chat.completions.stream(model=NOVA, messages=HELLO, temperature=0) as stream:
        for _ in stream:
            pass
        assert stream.get_final_completion().choices[0].message.content


# Members that change no reply here are accepted; the names of tiers all mean the one there is.
@pytest.mark.parametrize(
    "member",
    [
        {"n": 1},
        {"user": "ada"},
        {"metadata": {"project": "one"}},
        {"store": False},
        {"safety_identifier": "x"},
        {"prompt_cache_key": "x"},
        {"modalities": ["text"]},
        {"service_tier": "priority"},
        {"logprobs": False},
        {"logprobs": True},
        {"stream": False},
        {"stop": None, "temperature": None, "stream_options": None},
        {"seed": 7, "top_p": 0.5, "frequency_penalty": 0.1, "presence_penalty": -0.1},
    ],
    ids=lambda member: next(iter(member)),
)
def test_accepted(post, member):
    response = post(body(**member))
    assert response.status == 200, response.body
    assert response.json()["service_tier"] == "default"


# What no engine of ours honours is refused by its name, never dropped.
@pytest.mark.parametrize(
    "member, param",
    [
        ({"n": 2}, "n"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"logit_bias": {"50256": -100}}, "logit_bias"),
        ({"store": True}, "store"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
        ({"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"service_tier": "gold"}, "service_tier"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        (
            {"stream": True, "stream_options": {"include_obfuscation": True}},
            "stream_options.include_obfuscation",
        ),
        ({"no_such_member": 1}, "no_such_member"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused(post, member, param):
    response = post(body(**member))
    error = error_of(response)
    assert (response.status, error["type"]) == (400, "invalid_request_error")
    assert error["param"] == param
    assert error["code"] in ("validation_error", "unsupported_parameter", "unsupported_value")


@pytest.mark.parametrize(
    "member, param",
    [
        ({"model": 5}, "model"),
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [5]}, "messages[0]"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "king", "content": "Hello"}]}, "messages[0].role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]},
            "messages[0].content[0].text",
        ),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_completion_tokens": 10**6}, "max_completion_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": True}, "stream_options"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"metadata": "x"}, "metadata"),
    ],
    ids=str,
)
def test_wrong_types(post, member, param):
    response = post(body(**member))
    error = error_of(response)
    assert (response.status, error["type"]) == (400, "invalid_request_error")
    assert error["param"] == param


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_missing_members(post, missing):
    document = body()
    del document[missing]
    response = post(document)
    assert response.status == 400
    assert error_of(response)["param"] == missing


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 5000])
def test_not_an_object(post, data):
    response = post(data)
    assert response.status == 400
    assert error_of(response)["type"] == "invalid_request_error"


# Models: ids, profiles and ARNs, and a model's own id where AWS wants a profile.


@pytest.mark.parametrize(
    "model",
    [
        NOVA,
        "us." + NOVA,
        f"arn:aws:bedrock:{REGION}::foundation-model/{NOVA}",
        f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/us.{NOVA}",
        "anthropic.claude-sonnet-5",
    ],
)
def test_model_identifiers(client, model):
    completion = client.chat.completions.create(model=model, messages=HELLO, max_tokens=2)
    assert completion.model == model
    assert client.models.retrieve(model).id == model


@pytest.mark.parametrize("model", ["no.such-model", "arn:aws:s3:::bucket", "../x", "é"])
def test_unknown_model(client, model):
    for call in (
        lambda: client.chat.completions.create(model=model, messages=HELLO),
        lambda: client.chat.completions.create(model=model, messages=HELLO, stream=True),
        lambda: client.models.retrieve(model),
    ):
        with pytest.raises(openai.NotFoundError) as refusal:
            call()
        assert refusal.value.code == "model_not_found"
        assert refusal.value.param == "model"
        assert model in refusal.value.message


# A model that ranks does not chat, though an engine is bound to it.
def test_ranking_model(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(model="amazon.rerank-v1:0", messages=HELLO)
    assert refusal.value.param == "model"
    assert "Try again with a supported text or chat model." in refusal.value.message


# An embedding model does not chat either: no engine is bound to it by default.
def test_no_chat_model(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(model="amazon.titan-embed-text-v2:0", messages=HELLO)
    assert refusal.value.param == "model"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_list_models(make_openai, prefix):
    models = make_openai(prefix).models.list().data
    ids = [model.id for model in models]
    assert len(ids) == len(set(ids))
    assert {*FAMILIES.values(), "us." + NOVA, "anthropic.claude-sonnet-5"} <= set(ids)
    assert not any("embed" in name or "rerank" in name for name in ids)
    assert {model.object for model in models} == {"model"}
    by_id = {model.id: model for model in models}
    assert by_id[CLAUDE].owned_by == "Anthropic"
    assert by_id[CLAUDE].created > 1_600_000_000


# Whatever is listed may be asked: one of each provider, a model and a profile.
def test_listed_models_answer(client):
    chosen = {}
    for model in client.models.list().data:
        chosen.setdefault((model.owned_by, model.id.count(".") > 1), model.id)
    assert len(chosen) > 10
    for model in chosen.values():
        assert client.models.retrieve(model).id == model


# The list is the caller's region's: eu. profiles are not offered in the United States.
def test_list_models_by_region(http):
    ids = {}
    for region in ("us-east-1", "eu-central-1"):
        response = http.send("GET", "/v1/models", region=region)
        assert response.status == 200
        ids[region] = {model["id"] for model in response.json()["data"]}
    assert f"us.{NOVA}" in ids["us-east-1"] and f"eu.{NOVA}" not in ids["us-east-1"]
    assert f"eu.{NOVA}" in ids["eu-central-1"] and f"us.{NOVA}" not in ids["eu-central-1"]


TITAN_EMBED = "amazon.titan-embed-text-v2:0"


def cosine(a, b) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_embeddings(make_openai, prefix):
    texts = ["The cat sleeps.", "A cat is sleeping.", "Interest rates rose."]
    reply = make_openai(prefix).embeddings.create(model=TITAN_EMBED, input=texts)
    vectors = [item.embedding for item in reply.data]  # the SDK asks for base64 and decodes it
    assert [item.index for item in reply.data] == [0, 1, 2]
    assert all(len(vector) == 1024 for vector in vectors)
    assert abs(cosine(vectors[0], vectors[0]) - 1) < 1e-3
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2
    assert reply.usage.prompt_tokens == reply.usage.total_tokens > 10
    floats = make_openai(prefix).embeddings.create(
        model=TITAN_EMBED, input=texts[0], encoding_format="float", dimensions=256
    )
    assert len(floats.data[0].embedding) == 256


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"model": "amazon.nova-lite-v1:0"}, "model"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"dimensions": 100}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
    ],
)
def test_refused_embeddings(make_openai, changes, param):
    request = {"model": TITAN_EMBED, "input": "Hello", **changes}
    with pytest.raises(openai.BadRequestError) as refusal:
        make_openai(PREFIXES[0]).embeddings.create(**request)
    assert param in refusal.value.param


# Who calls: the same credentials as on the AWS operations.


@pytest.mark.parametrize("service", ["bedrock", "bedrock-mantle"])
def test_signature(http, service):
    data = json.dumps(body()).encode()
    assert http.send("POST", CHAT, data, service=service).status == 200
    assert http.send("GET", "/v1/models", service=service).status == 200


def test_x_api_key(post, api_key):
    assert post(body(), headers={"x-api-key": api_key}).status == 200


@pytest.mark.parametrize("key", ["wrong", "ABSKwrong", "bedrock-api-key-wrong", "sk-proj-abc"])
def test_wrong_key(make_openai, key):
    with pytest.raises(openai.AuthenticationError) as refusal:
        make_openai(api_key=key).chat.completions.create(model=NOVA, messages=HELLO)
    assert refusal.value.status_code == 401
    assert refusal.value.code == "invalid_api_key"
    assert refusal.value.body["message"] == "Invalid bearer token"


@pytest.mark.parametrize("headers", [{"Accept": "*/*"}, {"Authorization": "Basic YTpi"}])
def test_no_key(post, headers):
    response = post(body(), headers=headers)
    assert response.status == 401
    assert error_of(response)["code"] == "invalid_api_key"


def test_signature_of_another_service(http):
    response = http.send("POST", CHAT, json.dumps(body()), service="sqs")
    assert response.status == 401
    assert "bedrock" in error_of(response)["message"]


# The key is checked before the body is looked at.
def test_no_key_for_a_bad_body(post):
    assert post(b"{", headers={"Authorization": "Bearer wrong"}).status == 401


# Paths and methods.


@pytest.mark.parametrize(
    "method, target, allow",
    [
        ("GET", CHAT, "POST"),
        ("HEAD", CHAT, "POST"),
        ("PUT", CHAT, "POST"),
        ("POST", "/v1/models", "GET"),
        ("HEAD", "/v1/models", "GET"),
        ("DELETE", "/v1/models/x", "GET"),
        ("GET", "/openai/v1/embeddings", "POST"),
    ],
)
def test_wrong_method(http, api_key, method, target, allow):
    response = http.send_unsigned(method, target, b"", {"Authorization": f"Bearer {api_key}"})
    assert response.status == 405
    assert response.header("allow") == allow
    if method == "HEAD":
        assert response.body == b""
    else:
        assert error_of(response)["code"] == "method_not_supported"


@pytest.mark.parametrize(
    "target",
    ["/v1", "/v1/", "/v1/completions", "/v1/responses", "/openai/v2/models", "/v1//models"],
)
def test_unknown_path(post, target):
    response = post(body(), target)
    assert response.status == 404
    error = error_of(response)
    assert error["type"] == "invalid_request_error" and error["code"] is None


# What only looks like a door is none: AWS's own answer.
@pytest.mark.parametrize("target", ["/v2/models", "/v1beta/models", "/openaix"])
def test_no_door(http, target):
    response = http.send("GET", target)
    assert (response.status, response.error_type) == (404, "UnknownOperationException")


def test_query_and_slash_at_the_end(post):
    assert post(body(), CHAT + "/?api-version=1").status == 200


# What the wire refuses before there is a request has the door's shape, too.
def test_body_too_large(http, api_key):
    head = http.head_bytes(
        "POST", CHAT, {"Authorization": f"Bearer {api_key}", "Content-Length": "25000001"}
    )
    response = http.send_bytes(head)
    assert response.status == 413
    assert error_of(response)["code"] == "request_too_large"


# Guardrails are not built here: a request that asks for one must not run without it.
def test_guardrail_headers(client):
    with pytest.raises(openai.InternalServerError) as refusal:
        client.chat.completions.create(
            model=GPT_OSS,
            messages=HELLO,
            extra_headers={"X-Amzn-Bedrock-GuardrailIdentifier": "GR12345"},
        )
    assert refusal.value.status_code == 501


# The demo model's context is small: too long a prompt is refused in the words clients look for.
def test_context_overflow(client):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(
            model=NOVA, messages=[{"role": "user", "content": "Hello " * 30_000}]
        )
    assert refusal.value.code == "context_length_exceeded"
    assert "maximum context length is" in refusal.value.message
