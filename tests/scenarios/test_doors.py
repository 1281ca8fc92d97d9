"""OpenAI's and Anthropic's APIs when the engine fails, the client goes, or the protocol is HTTP/2:
errors in each API's own shape, before and inside of a stream."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import anthropic
import pytest

from signed_http import RawConnection
from test_http2 import Http2Client

MODEL = "amazon.nova-lite-v1:0"


@dataclass
class Door:
    """One API's path and shapes."""

    path: str
    request_id: str
    first: str  # the stream's first event
    last: str  # the stream's last line

    def body(self, **members) -> bytes:
        question = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
        return json.dumps({**question, "max_tokens": 50, **members}).encode()

    def error(self, document: dict) -> dict:
        """The error of a body; checks that it has the API's shape."""
        if self is ANTHROPIC:
            assert list(document) == ["type", "error", "request_id"]
            assert document["type"] == "error"
            return document["error"]
        assert list(document) == ["error"]
        assert list(document["error"]) == ["message", "type", "param", "code"]
        return document["error"]


OPENAI = Door("/v1/chat/completions", "x-request-id", '"role":"assistant"', "[DONE]")
ANTHROPIC = Door("/v1/messages", "request-id", "message_start", "message_stop")
DOORS = pytest.mark.parametrize("door", [OPENAI, ANTHROPIC], ids=["openai", "anthropic"])
HEADERS = {"anthropic-version": "2023-06-01"}  # OpenAI's door does not mind


def ask(http, door: Door, **members):
    return http.send("POST", door.path, door.body(**members), headers=HEADERS)


class EventStream:
    """A stream of server-sent events, read one by one."""

    def __init__(self, http, door: Door, timeout: float = 30):
        self.connection: RawConnection = http.connect(timeout)
        self.connection.send(
            http.request_bytes("POST", door.path, door.body(stream=True), headers=HEADERS)
        )
        self._chunks = None
        self._text = ""

    def next_event(self) -> str:
        """The next event. Raises StopIteration at the end of the stream."""
        if self._chunks is None:
            head = self.connection.read_head()
            assert head.status == 200, head.head_bytes
            assert head.header("content-type").startswith("text/event-stream")
            self._chunks = self.connection.read_chunks()
        while "\n\n" not in self._text:
            self._text += next(self._chunks).decode()
        event, _, self._text = self._text.partition("\n\n")
        return event

    def until(self, part: str) -> str:
        while part not in (event := self.next_event()):
            pass
        return event

    def rest(self) -> list[str]:
        events = []
        while True:
            try:
                events.append(self.next_event())
            except StopIteration:
                assert self._text == ""
                return events

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_) -> None:
        self.close()


# Each token leaves the moment it exists: the next one is not made before it has come.
@DOORS
def test_tokens_come_at_once(start_server, scripted_engine, http_to, door):
    http = http_to(start_server(scripted_engine.config()))
    with EventStream(http, door) as stream:
        generation = scripted_engine.next_generation()
        assert generation.body["messages"] == [{"role": "user", "content": "Hello"}]
        for word in ("one", "two", "three"):
            generation.delta(word)
            stream.until(f'"{word}"')
        generation.finish()
        assert door.last in stream.rest()[-1]


# What an engine answers instead of a reply, in each API's terms. Neither says so in a stream, for
# none has begun.
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "status, document, openai, anthropic",
    [
        (
            400,
            {"error": {"message": "no"}},
            (400, "validation_error"),
            (400, "invalid_request_error"),
        ),
        (
            429,
            {"error": {"message": "no"}},
            (429, "rate_limit_exceeded"),
            (429, "rate_limit_error"),
        ),
        (
            401,
            {"error": {"message": "no"}},
            (503, "service_unavailable"),
            (529, "overloaded_error"),
        ),
        (503, {"error": {"message": "no"}}, (503, "model_not_ready"), (529, "overloaded_error")),
        (504, {"error": {"message": "no"}}, (504, "timeout"), (504, "timeout_error")),
        (500, {"error": {"message": "no"}}, (500, None), (500, "api_error")),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "type": "exceed_context_size_error",
                    "message": "too long",
                    "n_prompt_tokens": 9012,
                    "n_ctx": 2048,
                }
            },
            (400, "context_length_exceeded"),
            (400, "invalid_request_error"),
        ),
    ],
    ids=["refused", "busy", "bad key", "loading", "timeout", "failed", "overflow"],
)
def test_engine_refuses(
    start_server, scripted_engine, http_to, status, document, openai, anthropic, stream
):
    http = http_to(start_server(scripted_engine.config()))
    for door, expected, name in ((OPENAI, openai, "code"), (ANTHROPIC, anthropic, "type")):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask, http, door, stream=stream)
            scripted_engine.next_generation().fail(status, document)
            response = answer.result()
        error = door.error(response.json())
        assert (response.status, error[name]) == expected
        assert response.header(door.request_id)
        assert response.header("x-bedplate-served-by")
        if "n_ctx" in str(document):
            assert "9012" in error["message"] and "2048" in error["message"]


# An engine that dies in the middle of a stream: the stream ends with an event that says so, as
# HTTP wants it to end, and without the mark of a good end.
@DOORS
def test_engine_breaks_off(start_server, scripted_engine, http_to, door):
    http = http_to(start_server(scripted_engine.config()))
    with EventStream(http, door) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("one")
        stream.until("one")
        generation.break_off()
        (last,) = stream.rest()
    if door is ANTHROPIC:
        name, last = last.split("\n")
        assert name == "event: error"
    error = door.error(json.loads(last.removeprefix("data: ")))
    assert error["message"]
    assert error["type"] == ("api_error" if door is ANTHROPIC else "server_error")
    # And the connection's next request is served.
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, door)
        generation = scripted_engine.next_generation()
        generation.delta("two")
        generation.finish()
        assert answer.result().status == 200


# A client that goes frees the engine, in a stream and while the whole reply is awaited.
@DOORS
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_hangup_frees_the_engine(start_server, scripted_engine, http_to, door, stream):
    http = http_to(start_server(scripted_engine.config()))
    with http.connect() as connection:
        connection.send(
            http.request_bytes("POST", door.path, door.body(stream=stream), headers=HEADERS)
        )
        generation = scripted_engine.next_generation()
        generation.delta("one")
        if stream:
            connection.read_head()
    assert generation.wait_for_hangup()


# No room: one request at a time, none may wait.
@DOORS
def test_full_queue(start_server, scripted_engine, http_to, door):
    http = http_to(start_server(scripted_engine.config(concurrency_max=1, queue_max=0)))
    with EventStream(http, door) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("busy")
        stream.until("busy")
        response = ask(http, door)
        assert response.status == 429
        assert door.error(response.json())["type"] == "rate_limit_error"
        generation.finish()
        stream.rest()


# What is asked of the engine is what was asked here.
def test_parameters_reach_the_engine(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    cases = {
        OPENAI.path: (
            OPENAI.body(temperature=0.5, top_p=0.25, seed=7, stop=["END"], presence_penalty=0.5),
            {
                "temperature": 0.5,
                "top_p": 0.25,
                "seed": 7,
                "stop": ["END"],
                "presence_penalty": 0.5,
            },
        ),
        ANTHROPIC.path: (
            ANTHROPIC.body(temperature=0.5, top_k=3, stop_sequences=["END"], system="Be kind."),
            {"temperature": 0.5, "top_k": 3, "stop": ["END"]},
        ),
    }
    for path, (body, expected) in cases.items():
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(http.send, "POST", path, body, headers=HEADERS)
            generation = scripted_engine.next_generation()
            generation.delta("ok")
            generation.finish()
            assert answer.result().status == 200
        assert generation.body["max_tokens"] == 50
        assert expected.items() <= generation.body.items()
        if path == ANTHROPIC.path:
            assert generation.body["messages"][0] == {"role": "system", "content": "Be kind."}


TOOLS = [{"name": "weather", "input_schema": {"type": "object"}}]


# Tools and thinking at Anthropic's door, whole and streamed: ids as Anthropic's own API has them,
# and thinking that comes back as it was signed is accepted.
def test_tools_and_thinking(start_server, scripted_engine):
    server = start_server(scripted_engine.config())
    client = anthropic.Anthropic(
        base_url=f"{server.url}/anthropic", api_key=server.api_key, max_retries=0
    )
    question = {
        "model": "anthropic.claude-sonnet-5",
        "max_tokens": 2000,
        "messages": [{"role": "user", "content": "The weather?"}],
        "tools": TOOLS,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    }

    def streamed(**members):
        with client.messages.stream(**members) as stream:
            return stream.get_final_message()

    def answered(ask, **members):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask, **members)
            generation = scripted_engine.next_generation()
            generation.thought("Let me see.")
            generation.call(0, "weather", '{"city":', '"Rome"}')
            generation.finish("tool_calls")
            return answer.result()

    with client:
        for ask in (client.messages.create, streamed):
            message = answered(ask, **question)
            thinking, call = message.content
            assert message.id.startswith("msg_0") and message.stop_reason == "tool_use"
            assert thinking.thinking == "Let me see." and thinking.signature
            assert call.id.startswith("toolu_0")
            assert (call.name, call.input) == ("weather", {"city": "Rome"})

        result = {"type": "tool_result", "tool_use_id": call.id, "content": "Sunny"}
        said = [block.model_dump(exclude_none=True) for block in message.content]
        turns = [
            *question["messages"],
            {"role": "assistant", "content": said},
            {"role": "user", "content": [result]},
        ]
        assert answered(client.messages.create, **{**question, "messages": turns}).content
        said[0]["thinking"] = "Something else."
        with pytest.raises(anthropic.BadRequestError, match="signature"):
            client.messages.create(**{**question, "messages": turns})


class DoorClient(Http2Client):
    """HTTP/2 with the version header that Anthropic's API wants."""

    def headers_of(self, http, method, target, data=b""):
        return [*super().headers_of(http, method, target, data), *HEADERS.items()]


# The same over HTTP/2: whole replies, streams, refusals, and what the wire itself refuses.
@DOORS
def test_http2(start_server, http_to, door):
    server = start_server()
    http = http_to(server)
    with DoorClient(server) as client:
        status, headers, reply = client.response(
            client.request(http, "POST", door.path, door.body())
        )
        assert status == 200 and headers[door.request_id]
        assert json.loads(reply)["model"] == MODEL

        status, headers, reply = client.response(
            client.request(http, "POST", door.path, door.body(stream=True))
        )
        assert status == 200 and headers["content-type"].startswith("text/event-stream")
        events = reply.decode().rstrip("\n").split("\n\n")
        assert door.first in events[0] and door.last in events[-1]

        status, headers, reply = client.response(client.request(http, "GET", door.path))
        assert (status, headers["allow"]) == (405, "POST")
        assert door.error(json.loads(reply))["message"]

        stream = client.h2.get_next_available_stream_id()
        fields = client.headers_of(http, "POST", door.path) + [("content-length", "25000001")]
        client.h2.send_headers(stream, fields)
        client.flush()
        status, headers, reply = client.response(stream)
        assert status == 413
        assert door.error(json.loads(reply))["message"]


# A stream over HTTP/2 that the client resets frees the engine, too; its other streams go on.
@DOORS
def test_http2_reset_frees_the_engine(start_server, scripted_engine, http_to, door):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with DoorClient(server) as client:
        doomed = client.request(http, "POST", door.path, door.body(stream=True))
        generation = scripted_engine.next_generation()
        client.h2.reset_stream(doomed)
        client.flush()
        assert generation.wait_for_hangup()
        other = client.request(http, "POST", door.path, door.body())
        generation = scripted_engine.next_generation()
        generation.delta("ok")
        generation.finish()
        assert client.response(other)[0] == 200


# Without authentication no key is asked for.
@DOORS
def test_no_authentication(start_server, http_to, door):
    server = start_server(arguments=("--no-auth",))
    http = http_to(server)
    assert http.send_unsigned("POST", door.path, door.body(), HEADERS).status == 200
    assert http.send_unsigned("GET", "/v1/models").status == 200


# Models of the operator's own are listed and answer.
def test_own_models(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config(models="my-own-model")))
    listed = {model["id"] for model in http.send("GET", "/v1/models").json()["data"]}
    assert "my-own-model" in listed
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, OPENAI, model="my-own-model")
        generation = scripted_engine.next_generation()
        generation.delta("mine")
        generation.finish()
        assert answer.result().json()["choices"][0]["message"]["content"] == "mine"
