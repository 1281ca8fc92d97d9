"""The supervised llama-server: killed, stopped, missing, given weights that are none. The server
itself goes on, every request gets a modelled error, and what can be mended by a restart is."""

from __future__ import annotations

import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import botocore.exceptions
import pytest

from bedplate_server import Deadline, demo_weights, is_running, wait_for_end
from conversing import MODEL, Stream, ask

OTHER_MODEL = "meta.llama3-8b-instruct-v1:0"
WEIGHTS = demo_weights()
# The model never ends its turn by itself, so that a stream is long enough to be in its middle.
ENDLESS = {"weights": str(WEIGHTS), "extra_arguments": ["--ignore-eos"], "threads": 1}
RESTART_SECONDS_MAX = 20


def the_engine(server) -> int:
    (pid,) = server.engine_pids()
    return pid


def ask_until_served(http, model: str = MODEL):
    """Until the engine is back, requests get a modelled error that invites to try again."""
    deadline = Deadline(RESTART_SECONDS_MAX, "the engine is back")
    while deadline.open():
        response = ask(http, model=model, maxTokens=1)
        if response.status == 200:
            return
        assert response.error_type in (
            "ModelNotReadyException",
            "ServiceUnavailableException",
            "ModelErrorException",
            "ThrottlingException",
        ), response.body


def assert_exception(frames, *names: str) -> str:
    """The last frame is an exception of one of these names; gives its message."""
    last = frames[-1]
    assert last.headers[":message-type"] == "exception"
    assert last.headers[":exception-type"] in names
    assert last.headers[":content-type"] == "application/json"
    return last.json()["message"]


# kill -9 in mid-stream: what was sent stays sent, then comes an exception frame (reference, section
# 3.2), and the stream ends as HTTP says. The next request is served by a new engine.
def test_killed_in_mid_stream(start_server, http_to, llama_config):
    server = start_server(llama_config(MODEL, **ENDLESS))
    http = http_to(server)
    ask_until_served(http)
    with Stream(http, text="Tell me a story.") as stream:
        stream.until("contentBlockDelta")
        killed = the_engine(server)
        os.kill(killed, signal.SIGSTOP)  # so that it cannot finish first
        os.kill(killed, signal.SIGKILL)
        frames = stream.rest()
    assert assert_exception(frames, "modelStreamErrorException", "internalServerException")
    ask_until_served(http)
    assert the_engine(server) != killed


# boto3 makes an error of that frame, with the name as it stands there.
def test_killed_in_mid_stream_seen_by_boto3(start_server, client_to, http_to, llama_config):
    server = start_server(llama_config(MODEL, **ENDLESS))
    ask_until_served(http_to(server))
    message = {"role": "user", "content": [{"text": "Tell me a story."}]}
    events = client_to(server).converse_stream(modelId=MODEL, messages=[message])["stream"]
    with pytest.raises(botocore.exceptions.EventStreamError) as caught:
        for number, _ in enumerate(events):
            if number == 1:
                os.kill(the_engine(server), signal.SIGSTOP)
                os.kill(the_engine(server), signal.SIGKILL)
    assert caught.value.response["Error"]["Code"] == "modelStreamErrorException"
    assert caught.value.response["Error"]["Message"]


# kill -9 while it has nothing to do: the next request does not notice, or is told to try again.
def test_killed_when_idle(start_server, http_to):
    server = start_server()
    http = http_to(server)
    ask_until_served(http)
    killed = the_engine(server)
    os.kill(killed, signal.SIGKILL)
    assert wait_for_end(killed, 5)
    ask_until_served(http)
    assert the_engine(server) != killed


# Killed again and again: it comes back, later each time, and the server stays.
def test_killed_repeatedly(start_server, http_to):
    server = start_server()
    http = http_to(server)
    seen = set()
    for _ in range(3):
        ask_until_served(http)
        pid = the_engine(server)
        seen.add(pid)
        os.kill(pid, signal.SIGKILL)
        assert wait_for_end(pid, 5)
    ask_until_served(http)
    assert len(seen) == 3


# An engine that hangs before its first token (SIGSTOP: alive, silent): the request runs into its
# deadline, with AWS's error for a model that is too slow.
def test_hangs_before_the_first_token(start_server, http_to, llama_config):
    server = start_server(llama_config(MODEL, **ENDLESS, first_token_timeout_ms=700))
    http = http_to(server)
    ask_until_served(http)
    engine = the_engine(server)
    os.kill(engine, signal.SIGSTOP)
    response = ask(http, maxTokens=1)
    assert (response.status, response.error_type) == (408, "ModelTimeoutException")
    assert response.message
    if is_running(engine):
        os.kill(engine, signal.SIGCONT)
    ask_until_served(http)


# One that hangs in mid-stream: an exception frame, and the engine is free (or new) for the next.
def test_hangs_in_mid_stream(start_server, http_to, llama_config):
    server = start_server(llama_config(MODEL, **ENDLESS, next_token_timeout_ms=700))
    http = http_to(server)
    ask_until_served(http)
    with Stream(http, text="Tell me a story.") as stream:
        stream.until("contentBlockDelta")
        engine = the_engine(server)
        os.kill(engine, signal.SIGSTOP)
        frames = stream.rest()
    assert assert_exception(frames, "modelStreamErrorException", "modelTimeoutException")
    if is_running(engine):
        os.kill(engine, signal.SIGCONT)
    ask_until_served(http)


# A stopped engine must not keep the server from ending.
def test_end_with_a_stopped_engine(start_server, http_to):
    server = start_server()
    ask_until_served(http_to(server))
    engine = the_engine(server)
    os.kill(engine, signal.SIGSTOP)
    assert server.stop() == 0
    assert not is_running(engine)


def broken_weights(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.gguf"
    whole = WEIGHTS.read_bytes()
    content = {
        "truncated-header": whole[:1000],
        "truncated-tensors": whole[: len(whole) * 3 // 4],
        "not-gguf": b"this is no model at all\n" * 1000,
        "empty": b"",
        "magic-only": b"GGUF",
    }
    if kind in content:
        path.write_bytes(content[kind])
    elif kind == "directory":
        path.mkdir()
    return path


# Weights that are missing or none: the request says which file and what is wrong with it, other
# models are served, and the server is up. No retry storm: the error comes quickly and again.
@pytest.mark.parametrize(
    "kind, words",
    [
        ("missing", "does not exist"),
        ("directory", "does not exist"),
        ("truncated-header", "ends within its header"),
        ("truncated-tensors", ""),
        ("not-gguf", "no GGUF file"),
        ("empty", "no GGUF file"),
        ("magic-only", "ends within its header"),
    ],
)
def test_bad_weights(start_server, http_to, llama_config, tmp_path, kind, words):
    weights = broken_weights(tmp_path, kind)
    server = start_server(llama_config(OTHER_MODEL, weights=str(weights)))
    http = http_to(server)
    for _ in range(3):
        response = ask(http, model=OTHER_MODEL, maxTokens=1)
        assert (response.status, response.error_type) == (503, "ServiceUnavailableException")
        assert words in response.message
    named = response.message + response.header("x-bedplate-served-by")
    assert weights.name in named
    assert ask(http, maxTokens=1).status == 200
    assert server.process.poll() is None


# Weights that are put right are taken with the next request: no restart of the server.
def test_weights_put_right(start_server, http_to, llama_config, tmp_path):
    weights = tmp_path / "late.gguf"
    server = start_server(llama_config(OTHER_MODEL, weights=str(weights)))
    http = http_to(server)
    assert ask(http, model=OTHER_MODEL, maxTokens=1).status == 503
    weights.write_bytes(WEIGHTS.read_bytes())
    ask_until_served(http, OTHER_MODEL)


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# An engine program that is missing, cannot be run, ends at once or says nothing of use.
@pytest.mark.parametrize(
    "text", [None, "exit 3\n", "echo cannot map memory >&2; exit 1\n", "kill -SEGV $$\n"]
)
def test_bad_engine_program(start_server, http_to, tmp_path, text):
    program = tmp_path / "llama-server"
    if text is not None:
        script(program, text)
    server = start_server(f'llama_server = "{program}"\n')
    http = http_to(server)
    for _ in range(2):
        response = ask(http, maxTokens=1)
        assert (response.status, response.error_type) == (503, "ServiceUnavailableException")
        assert response.message
    assert http.send("GET", "/foundation-models").status == 200


# Two engines are independent: while one is dead the other answers.
def test_two_engines(start_server, http_to, llama_config):
    server = start_server(llama_config(OTHER_MODEL, **ENDLESS))
    http = http_to(server)
    ask_until_served(http)
    first = the_engine(server)
    ask_until_served(http, OTHER_MODEL)
    (second,) = set(server.engine_pids()) - {first}
    os.kill(second, signal.SIGSTOP)
    assert ask(http, maxTokens=1).status == 200
    os.kill(second, signal.SIGKILL)
    ask_until_served(http, OTHER_MODEL)
    assert is_running(first)


# Within a memory budget that holds one engine, the one used longest ago makes room.
def test_memory_budget(start_server, http_to, llama_config):
    # By the server's estimate an engine of these weights takes more than half of this.
    config = "memory_budget_mib = 150\n" + llama_config(OTHER_MODEL, weights=str(WEIGHTS))
    server = start_server(config)
    http = http_to(server)
    ask_until_served(http)
    first = the_engine(server)
    ask_until_served(http, OTHER_MODEL)
    assert wait_for_end(first, 10)
    ask_until_served(http)


# A budget that holds none is said, and is no reason to end.
def test_memory_budget_too_small(start_server, http_to):
    http = http_to(start_server("memory_budget_mib = 1\n"))
    response = ask(http, maxTokens=1)
    assert (response.status, response.error_type) == (503, "ServiceUnavailableException")
    assert "memory" in response.message and "budget" in response.message
    assert http.send("GET", "/foundation-models").status == 200


# More requests than slots: they wait for their turn and all are served.
def test_more_requests_than_slots(start_server, http_to, llama_config):
    server = start_server(llama_config(MODEL, weights=str(WEIGHTS), slots=2))
    http = http_to(server)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: ask(http, maxTokens=8).status, range(24)))
    assert statuses == [200] * 24


# No room in the queue: the error is AWS's for too many requests, at once.
def test_full_queue(start_server, http_to, llama_config):
    settings = {**ENDLESS, "slots": 1, "queue_max": 0}
    server = start_server(llama_config(MODEL, **settings))
    http = http_to(server)
    ask_until_served(http)
    with Stream(http, text="Tell me a story.", maxTokens=300) as stream:
        stream.until("contentBlockDelta")
        os.kill(the_engine(server), signal.SIGSTOP)  # keeps its one slot taken
        response = ask(http, maxTokens=1)
        assert (response.status, response.error_type) == (429, "ThrottlingException")
        assert response.message == "Too many requests, please wait before trying again."
        os.kill(the_engine(server), signal.SIGCONT)
        stream.rest()


# What the engine says of a failure goes into a file of the data directory, not to the terminal.
def test_engine_log_is_kept(start_server, http_to, llama_config, tmp_path):
    weights = broken_weights(tmp_path, "truncated-tensors")
    server = start_server(llama_config(OTHER_MODEL, weights=str(weights)))
    assert ask(http_to(server), model=OTHER_MODEL).status == 503
    run = server.data_dir / "run"
    (log,) = run.rglob("own.log")
    assert "error loading model" in log.read_text()
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
