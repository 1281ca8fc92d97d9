"""An OpenAI-compatible engine elsewhere: a pool of endpoints that may be dead, slow or talking
nonsense. Each fault has its AWS error, and the server serves on."""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversing import MODEL, Stream, ask, request
from scripted_engine import ScriptedEngine

LLAMA = "meta.llama3-8b-instruct-v1:0"
CACHES = "us.anthropic.claude-3-7-sonnet-20250219-v1:0"


@pytest.fixture
def dead_endpoint():
    """An address that refuses connections, and goes on to: its port stays bound."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def answered(http, engine: ScriptedEngine, text: str = "served", **options):
    """One Converse call that the engine answers."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, **options)
        generation = engine.next_generation()
        generation.delta(text)
        generation.finish()
        return answer.result(), generation


def failed(http, engine: ScriptedEngine, status: int, document: dict):
    """One Converse call that the engine refuses."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http)
        engine.next_generation().fail(status, document)
        return answer.result()


# What arrives at the engine: OpenAI's members, the configured model and key, always a stream.
def test_request_of_the_engine(start_server, scripted_engine, http_to):
    config = scripted_engine.config(model="big-model", api_key_env="ENGINE_KEY")
    server = start_server(config, environment={"ENGINE_KEY": "s3cret"})
    http = http_to(server)
    response, generation = answered(http, scripted_engine, temperature=0.5, topP=0.9, maxTokens=7)
    assert response.status == 200
    assert response.header("x-bedplate-served-by").startswith("openai/")
    body = generation.body
    assert generation.path == "/v1/chat/completions"
    assert generation.headers["authorization"] == "Bearer s3cret"
    assert (body["model"], body["stream"], body["max_tokens"]) == ("big-model", True, 7)
    assert body["temperature"] == 0.5
    assert body["top_p"] == pytest.approx(0.9)  # Converse has it in single precision
    assert body["messages"] == [{"role": "user", "content": "Hello"}]


# The counts are the engine's.
def test_usage_of_the_engine(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, maxTokens=3)
        generation = scripted_engine.next_generation()
        for word in ("one ", "two ", "three"):
            generation.delta(word)
        generation.finish("length", prompt_tokens=17)
        reply = answer.result().json()
    assert reply["output"]["message"]["content"][0]["text"] == "one two three"
    assert reply["stopReason"] == "max_tokens"
    assert reply["usage"]["inputTokens"] == 17
    assert reply["usage"]["outputTokens"] == 3


# Whoever cannot count tokens has no cache points either: the request is answered, nothing is said
# to be cached, and the log says so once.
def test_cache_points_without_counts(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    point = {"cachePoint": {"type": "default"}}
    turn = {"role": "user", "content": [{"text": "Hello " * 2000}, point, {"text": "So?"}]}
    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(http.send, "POST", f"/model/{CACHES}/converse", {"messages": [turn]})
            generation = scripted_engine.next_generation()
            generation.delta("Yes")
            generation.finish(prompt_tokens=2003)
            response = answer.result()
        assert response.status == 200, response.body
        usage = response.json()["usage"]
        assert usage["inputTokens"] == 2003
        assert (usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]) == (0, 0)
    # What is asked of cache points is asked for all the same.
    five = {"role": "user", "content": [{"text": "a"}, point] * 5}
    refused = http.send("POST", f"/model/{CACHES}/converse", {"messages": [five]})
    assert (refused.status, refused.error_type) == (400, "ValidationException")
    server.stop()
    assert server.log().count("cannot count tokens") == 1


# Characters that the engine cuts in two arrive whole. (OpenAI's JSON cannot cut a character, but
# surrogate pairs may be split between two deltas.)
def test_text_beyond_ascii(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    response, _ = answered(http, scripted_engine, "Zażółć 你好 🦀")
    assert response.json()["output"]["message"]["content"][0]["text"] == "Zażółć 你好 🦀"


# One endpoint of two is dead: nobody notices.
def test_one_endpoint_dead(start_server, scripted_engine, dead_endpoint, openai_config, http_to):
    server = start_server(openai_config(dead_endpoint, scripted_engine.url))
    http = http_to(server)
    for _ in range(4):
        response, _ = answered(http, scripted_engine)
        assert response.status == 200


# Both are alive: the work is shared.
def test_two_endpoints_share(start_server, scripted_engine, openai_config, http_to):
    with ScriptedEngine() as second:
        http = http_to(start_server(openai_config(scripted_engine.url, second.url)))
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(ask, http) for _ in range(4)]
            generations = [engine.next_generation() for engine in (scripted_engine, second) * 2]
            for generation in generations:
                generation.delta("mine")
                generation.finish()
            assert [answer.result().status for answer in answers] == [200] * 4


# All are dead: the model is unavailable, the server is not; when one comes to life it is found.
def test_all_endpoints_dead(start_server, dead_endpoint, openai_config, http_to):
    server = start_server(openai_config(dead_endpoint, model=MODEL))
    http = http_to(server)
    for _ in range(3):
        response = ask(http)
        assert (response.status, response.error_type) == (503, "ServiceUnavailableException")
        assert response.message
    assert ask(http, model=LLAMA, maxTokens=1).status == 200


# What the engine answers instead of a stream, and what becomes of it.
@pytest.mark.parametrize(
    "status, document, error, code",
    [
        (400, {"error": {"message": "no such role"}}, "ValidationException", 400),
        (401, {"error": {"message": "bad key"}}, "ServiceUnavailableException", 503),
        (404, {"error": {"message": "no such model"}}, "ServiceUnavailableException", 503),
        (429, {"error": {"message": "slow down"}}, "ThrottlingException", 429),
        (500, {"error": {"message": "broken"}}, "ModelErrorException", 424),
        (503, {"error": {"message": "loading"}}, "ModelNotReadyException", 429),
        (504, {"error": {"message": "too slow"}}, "ModelTimeoutException", 408),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "type": "exceed_context_size_error",
                    "message": "request (9012 tokens) exceeds the available context size",
                    "n_prompt_tokens": 9012,
                    "n_ctx": 2048,
                }
            },
            "ValidationException",
            400,
        ),
    ],
)
def test_refusals(start_server, scripted_engine, http_to, status, document, error, code):
    http = http_to(start_server(scripted_engine.config()))
    response = failed(http, scripted_engine, status, document)
    assert (response.status, response.error_type) == (code, error)
    if "n_ctx" in document["error"]:
        assert response.message == (
            "The model returned the following errors: "
            "prompt is too long: 9012 tokens > 2048 maximum"
        )
    if error == "ModelErrorException":
        assert response.json()["originalStatusCode"] == 500
        assert response.json()["resourceName"]
    response, _ = answered(http, scripted_engine)
    assert response.status == 200


# The engine breaks off in mid-stream: an exception frame, then the end of the stream.
def test_breaks_off(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("a beginning")
        stream.until("contentBlockDelta")
        generation.break_off()
        (last,) = stream.rest()
    assert last.headers == {
        ":exception-type": "modelStreamErrorException",
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    assert last.json()["message"]
    response, _ = answered(http, scripted_engine)
    assert response.status == 200


# The same within InvokeModelWithResponseStream.
def test_breaks_off_in_invoke(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    document = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "x"}],
    }
    body = json.dumps(document).encode()
    with http.connect() as connection:
        connection.send(
            http.request_bytes("POST", f"/model/{MODEL}/invoke-with-response-stream", body)
        )
        generation = scripted_engine.next_generation()
        generation.delta("a beginning")
        generation.break_off()
        frames = connection.read_response().frames()
    assert frames[-1].headers[":exception-type"] == "modelStreamErrorException"


# ... and before anything was sent: an ordinary error, no stream.
def test_breaks_off_before_the_first_token(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(http.send_bytes, request(http, "converse-stream"))
        scripted_engine.next_generation().break_off()
        # On a connection that was used before, the request is sent once more.
        while not answer.done():
            with contextlib.suppress(queue.Empty):
                scripted_engine.next_generation(0.2).break_off()
        response = answer.result()
    assert response.status in (424, 503)
    assert response.header("content-type") == "application/json"
    assert response.error_type in ("ModelErrorException", "ServiceUnavailableException")


# An engine that reports an error inside of its stream (llama-server does, with status 200).
def test_error_inside_of_the_stream(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config()))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("a beginning")
        generation.raw('{"error": {"code": 500, "message": "the model lost its thread"}}')
        frames = stream.rest()
    assert frames[-1].headers[":exception-type"] == "modelStreamErrorException"
    assert "the model lost its thread" in frames[-1].json()["message"]


# Nonsense in the stream.
@pytest.mark.parametrize("event", ["{", "null", "[]", '{"choices": 7}', "\x00"])
def test_nonsense_inside_of_the_stream(start_server, scripted_engine, http_to, event):
    http = http_to(start_server(scripted_engine.config()))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("a beginning")
        generation.raw(event)
        generation.finish()
        frames = stream.rest()
    # Either taken for noise, or an error; never a stream that just ends.
    assert frames[-1].event in ("metadata", "modelStreamErrorException")


# Silence: before the first token and between two.
def test_silence_before_the_first_token(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config(first_token_timeout_ms=500)))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http)
        generation = scripted_engine.next_generation()
        response = answer.result()
    assert (response.status, response.error_type) == (408, "ModelTimeoutException")
    assert generation.wait_for_hangup(), "the engine is left generating for nobody"


def test_silence_between_two_tokens(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config(next_token_timeout_ms=500)))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("a beginning")
        frames = stream.rest()
    assert frames[-1].headers[":exception-type"] in (
        "modelStreamErrorException",
        "modelTimeoutException",
    )
    assert generation.wait_for_hangup()


# No room: one request at a time, none may wait.
def test_full_queue(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config(concurrency_max=1, queue_max=0)))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("busy")
        stream.until("contentBlockDelta")
        response = ask(http)
        assert (response.status, response.error_type) == (429, "ThrottlingException")
        assert response.message == "Too many requests, please wait before trying again."
        generation.finish()
        stream.rest()


# A waiting client that hangs up gives up its place.
def test_hangup_in_the_queue(start_server, scripted_engine, http_to):
    http = http_to(start_server(scripted_engine.config(concurrency_max=1, queue_max=1)))
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("busy")
        stream.until("contentBlockDelta")
        # One of these two gets the place in the queue, the other is told that there is none.
        pair = [http.connect(), http.connect()]
        for connection in pair:
            connection.send(request(http))
        (refused,), _, _ = select.select([c.socket for c in pair], [], [], 10)
        (told,) = [c for c in pair if c.socket is refused]
        assert told.read_response().status == 429
        for connection in pair:
            connection.close()
        with ThreadPoolExecutor(1) as pool:
            # Asked until the place is free again; then it waits for the first to end.
            answer = pool.submit(ask_until_taken, http)
            generation.finish()
            stream.rest()
            generation = scripted_engine.next_generation()
            generation.delta("served")
            generation.finish()
            assert answer.result().status == 200


def ask_until_taken(http):
    while (response := ask(http)).status == 429:
        pass
    return response
