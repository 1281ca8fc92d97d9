"""Every way in which tests/fakes' engine can misbehave, and what a client sees of it: an error that
the API models, before the stream as a response, after it as an exception frame. After each one the
same connection serves a good request."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bedplate_server import BedplateServer, Deadline, binary_path
from conversing import MODEL, body
from toolchains import in_ci

TOO_LONG = "prompt is too long: 9012 tokens > 2048 maximum"

# fault -> status and error of Converse, and how ConverseStream ends: in the same response (None) or
# with this frame.
FAULTS = {
    "close-before-head": (424, "ModelErrorException", None),
    "hang-before-head": (408, "ModelTimeoutException", None),
    "close-mid-stream": (424, "ModelErrorException", "modelStreamErrorException"),
    "hang-mid-stream": (408, "ModelTimeoutException", "modelStreamErrorException"),
    "400": (400, "ValidationException", None),
    "401": (503, "ServiceUnavailableException", None),
    "429": (429, "ThrottlingException", None),
    "500": (424, "ModelErrorException", None),
    "503": (429, "ModelNotReadyException", None),
    "context-overflow": (400, "ValidationException", None),
    "bad-http": (424, "ModelErrorException", None),
    "bad-chunk": (424, "ModelErrorException", "modelStreamErrorException"),
    "bad-json": (424, "ModelErrorException", "modelStreamErrorException"),
    "bad-sse": (424, "ModelErrorException", None),
    "error-event": (424, "ModelErrorException", "modelStreamErrorException"),
    "no-finish": (424, "ModelErrorException", "modelStreamErrorException"),
    "endless-event": (424, "ModelErrorException", "modelStreamErrorException"),
}
# After these it looks as if nobody were at the endpoint.
UNREACHABLE = {"close-before-head", "bad-http"}
SOON_SECONDS = 10
# Oddities that are no faults: the text, and why the reply ended.
ODDITIES = {
    "no-usage": ("w0 w1 w2 w3 w4 w5 w6 w7", "end_turn"),
    "split-utf8": ("é€😀", "end_turn"),
    "split-bytes": ("w0 w1 w2 w3 w4 w5 w6 w7", "end_turn"),
    "slow": ("w0 w1 w2 w3 w4 w5 w6 w7", "end_turn"),
    "huge": ("x" * 300_000, "end_turn"),
    "stop-sequence": ("w0 w1 w2 w3 w4 w5 w6 w7", "stop_sequence"),
    "length": ("w0 w1 w2 w3 w4 w5 w6 w7", "model_context_window_exceeded"),
}


@pytest.fixture(scope="module")
def fake_engine():
    """The URL of a fake engine, built beside the binary under test."""
    named = os.environ.get("BEDPLATE_FAKE_ENGINE")
    program = Path(named) if named else binary_path().parent / "tests/fakes/fake_engine"
    if not os.access(program, os.X_OK):
        assert not in_ci(), f"no fake engine at {program}"
        pytest.skip(f"no fake engine at {program}: build the target fake_engine")
    process = subprocess.Popen(
        [program], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="module")
def server(fake_engine, bedplate_binary, tmp_path_factory):
    config = (
        f'[engines.fake]\ntype = "openai"\nendpoints = ["{fake_engine}"]\n'
        "first_token_timeout_ms = 1000\nnext_token_timeout_ms = 1000\n"
        '[[bindings]]\nmodels = ["*"]\nengine = "fake"\n'
    )
    with BedplateServer(tmp_path_factory.mktemp("faults"), config) as running:
        yield running


def exchange(http, connection, operation: str, text: str, **inference):
    data = http.request_bytes("POST", f"/model/{MODEL}/{operation}", body(text, **inference))
    connection.send(data)
    return connection.read_response()


def assert_serves(http, connection, fault: str = "") -> None:
    """A good request is served: at once, or soon, where the endpoint seemed unreachable and is left
    alone for a moment."""
    deadline = Deadline(SOON_SECONDS, "the endpoint is tried again")
    response = exchange(http, connection, "converse", "Hello")
    while fault in UNREACHABLE and response.status == 503 and deadline.open():
        response = exchange(http, connection, "converse", "Hello")
    assert response.status == 200
    assert response.json()["output"]["message"]["content"][0]["text"].startswith("w0 w1")


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_a_whole_reply(server, http_to, fault):
    status, error, _ = FAULTS[fault]
    http = http_to(server)
    with http.connect() as connection:
        response = exchange(http, connection, "converse", f"fault:{fault}")
        assert (response.status, response.error_type) == (status, error)
        assert response.message
        if fault == "context-overflow":
            assert response.message.endswith(TOO_LONG)
        if error == "ModelErrorException":
            assert response.json()["originalStatusCode"] >= 500
        assert_serves(http, connection, fault)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_a_stream(server, http_to, fault):
    status, error, exception = FAULTS[fault]
    http = http_to(server)
    with http.connect() as connection:
        response = exchange(http, connection, "converse-stream", f"fault:{fault}")
        if response.status == 200:
            frames = response.frames()
            assert frames[0].event == "messageStart"
            last = frames[-1]
            assert last.headers[":message-type"] == "exception"
            assert last.headers[":exception-type"] == (exception or "modelStreamErrorException")
            assert last.json()["message"]
            assert [frame.event for frame in frames].count("messageStop") == 0
        else:
            # The fault overtook the first token, or there was none.
            assert (response.status, response.error_type) == (status, error)
        assert_serves(http, connection, fault)


@pytest.mark.parametrize("oddity", ODDITIES)
def test_oddity(server, http_to, oddity):
    text, reason = ODDITIES[oddity]
    stop = {"stopSequences": ["###"]} if oddity == "stop-sequence" else {}
    http = http_to(server)
    with http.connect() as connection:
        reply = exchange(http, connection, "converse", f"fault:{oddity}", **stop).json()
        assert reply["output"]["message"]["content"][0]["text"] == text
        assert reply["stopReason"] == reason
        frames = exchange(http, connection, "converse-stream", f"fault:{oddity}", **stop).frames()
        deltas = [frame.json() for frame in frames if frame.event == "contentBlockDelta"]
        assert "".join(delta["delta"]["text"] for delta in deltas) == text
        assert frames[-2].json()["stopReason"] == reason
        assert_serves(http, connection)


# The stream's end is its [DONE]: without it, it is not known to be whole.
def test_without_done(server, http_to):
    http = http_to(server)
    with http.connect() as connection:
        response = exchange(http, connection, "converse", "fault:no-done")
        assert response.status in (200, 424)
        assert_serves(http, connection)


# What an engine says after its end is noise: the reply was complete. A frame after `metadata` is
# something that no client expects.
def test_goes_on_after_the_end(server, http_to):
    http = http_to(server)
    with http.connect() as connection:
        frames = exchange(http, connection, "converse-stream", "fault:after-end").frames()
        assert frames[-1].event == "metadata"
        assert exchange(http, connection, "converse", "fault:after-end").status == 200
        assert_serves(http, connection)


# All of them at once do not disturb a good request among them.
def test_faults_in_parallel(server, http_to):
    http = http_to(server)

    def one(text: str) -> int:
        with http.connect() as connection:
            return exchange(http, connection, "converse", text).status

    faults = [fault for fault in FAULTS if fault not in UNREACHABLE]
    texts = [text for fault in faults for text in (f"fault:{fault}", "Hello")]
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(one, texts))
    assert statuses[1::2] == [200] * len(faults)
    assert statuses[::2] == [FAULTS[fault][0] for fault in faults]
