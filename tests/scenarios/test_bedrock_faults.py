"""type = "bedrock": upstreams that refuse, break off, fall silent or send nonsense, and clients
that go."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, EventStreamError

import converse_server as upstreams
from bedrock_front import (  # fixtures, too
    SECRET,
    SIGNED,
    ask,
    behind,
    client,
    keys_of,
    question,
    serve,
    upstream,
)
from converse_server import Answer, ConverseServer


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "ThrottlingException"),
        (500, "ModelErrorException"),
        (503, "ModelNotReadyException"),
        (400, "ValidationException"),
    ],
)
def test_failures_of_a_real_upstream(client, ask, status, code):
    with pytest.raises(ClientError) as caught:
        ask(client, question(), lambda g: g.fail(status, {"error": {"message": "Because."}}))
    assert caught.value.response["Error"]["Code"] == code


def test_prompt_too_long(client, ask):
    words = {"type": "exceed_context_size_error", "message": "x"}
    words |= {"n_prompt_tokens": 9012, "n_ctx": 2048}
    with pytest.raises(ClientError, match="prompt is too long: 9012 tokens > 2048 maximum"):
        ask(client, question(), lambda g: g.fail(400, {"error": words}))


def read_to_its_end(stream) -> tuple[str, str]:
    """The text, and the error that ended it."""
    text = ""
    with pytest.raises(EventStreamError) as caught:
        for event in stream:
            text += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
    return text, str(caught.value)


# The engine behind the upstream, and the upstream itself.
@pytest.mark.parametrize("who", ["engine", "upstream"])
def test_death_in_mid_stream(client, behind, scripted_engine, who):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.converse_stream, **question())
        generation = scripted_engine.next_generation()
        generation.delta("Hel")
        stream = answer.result()["stream"]
        first = next(event for event in stream if "contentBlockDelta" in event)
        assert first["contentBlockDelta"]["delta"]["text"] == "Hel"
        generation.break_off() if who == "engine" else behind.kill()
        _, error = read_to_its_end(stream)
    assert "modelStreamErrorException" in error
    if who == "upstream":
        generation.break_off()
        with pytest.raises(ClientError, match="cannot be reached"):
            client.converse(**question())


# A client that goes frees everything behind.
def test_client_that_hangs_up(client, scripted_engine):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.converse_stream, **question())
        generation = scripted_engine.next_generation()
        generation.delta("Hel")
        answer.result()["stream"].close()
        assert generation.wait_for_hangup()
        generation.break_off()


# Silence, before the first token and between two.
@pytest.mark.parametrize("begun", [False, True])
def test_silence(serve, behind, client_to, scripted_engine, begun):
    which = "next" if begun else "first"
    settings = f"{SIGNED}{which}_token_timeout_ms = 500"
    client = client_to(serve(behind.url, settings=settings, environment=keys_of(behind)))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.converse, **question())
        generation = scripted_engine.next_generation()
        if begun:
            generation.delta("Hel")
        with pytest.raises(ClientError) as caught:
            answer.result()
        assert caught.value.response["Error"]["Code"] == "ModelTimeoutException"
        assert generation.wait_for_hangup()
        generation.break_off()


MODELLED = [
    (429, "ThrottlingException", "ThrottlingException"),
    (429, "ModelNotReadyException", "ModelNotReadyException"),
    (503, "ServiceUnavailableException", "ServiceUnavailableException"),
    (408, "ModelTimeoutException", "ModelTimeoutException"),
    (424, "ModelErrorException", "ModelErrorException"),
    (500, "InternalServerException", "ModelErrorException"),
    (400, "ValidationException", "ValidationException"),
    (404, "ResourceNotFoundException", "ServiceUnavailableException"),
    (403, "AccessDeniedException", "ServiceUnavailableException"),
    (403, "ExpiredTokenException:http://x/", "ServiceUnavailableException"),
    (400, "IncompleteSignatureException", "ServiceUnavailableException"),
    (502, "", "ModelNotReadyException"),
]


@pytest.mark.parametrize(("status", "kind", "code"), MODELLED)
def test_errors_before_the_stream(serve, upstream, client_to, status, kind, code):
    upstream.answers = [upstreams.error(status, kind, f"Because of {SECRET}.")]
    server = serve(upstream.url)
    with pytest.raises(ClientError) as caught:
        client_to(server).converse(**question())
    assert caught.value.response["Error"]["Code"] == code
    assert len(upstream.asked) == 1
    server.stop()
    assert SECRET not in server.log() + str(caught.value.response)


BEGUN = upstreams.text("Hel")
BROKEN = {
    "throttled": (upstreams.exception("throttlingException", "Slow down."), "Slow down."),
    "failed": (upstreams.exception("modelStreamErrorException", "Lost."), "Lost."),
    "unknown": (upstreams.exception("novelException", "New."), "New."),
    "filtered": (upstreams.event("messageStop", stopReason="content_filtered"), "content_filtered"),
    "garbage": (b"<html><body>Bad gateway</body></html>", "no event stream"),
    "checksum": (upstreams.text("x")[1][:-1] + b"\x00", "checksum"),
    "no JSON": (upstreams.frame({":message-type": "event", ":event-type": "x"}, b"{"), "JSON"),
    "no end": (b"", "broke off"),
    "half a frame": (upstreams.text("lo")[1][:-5], "broke off"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_stream(serve, upstream, client_to, name):
    broken, complaint = BROKEN[name]
    upstream.answers = [upstreams.reply(*BEGUN, broken)]
    client = client_to(serve(upstream.url))
    text, error = read_to_its_end(client.converse_stream(**question())["stream"])
    assert text == "Hel"
    assert "modelStreamErrorException" in error
    assert complaint in error
    with pytest.raises(ClientError) as caught:
        client.converse(**question())
    assert caught.value.response["Error"]["Code"] == "ModelErrorException"


def test_hang_up_in_mid_stream(serve, upstream, client_to):
    upstream.answers = [Answer(b"".join(BEGUN), missing_bytes=1000)]
    text, error = read_to_its_end(
        client_to(serve(upstream.url)).converse_stream(**question())["stream"]
    )
    assert (text, "modelStreamErrorException" in error) == ("Hel", True)


# Before the first byte another server may do, after it none.
def test_second_endpoint(serve, upstream, client_to):
    with socket.socket() as dead, ConverseServer(
        upstreams.error(429, "ThrottlingException", "Slow down.")
    ) as busy:
        dead.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{dead.getsockname()[1]}"
        reply = client_to(serve(address, busy.url, upstream.url)).converse(**question())
        assert reply["output"]["message"]["content"] == [{"text": "Hello"}]
        assert len(busy.asked) == 1
