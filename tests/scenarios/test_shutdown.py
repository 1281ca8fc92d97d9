"""The end of a server: told to, and killed. Requests in flight end, children do not stay."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from bedplate_server import children_of, is_running, wait_for_end
from conversing import Stream, ask, request


def refuses_connections(server) -> bool:
    try:
        socket.create_connection((server.host, server.port), 5).close()
        return False
    except (ConnectionRefusedError, ConnectionResetError):
        return True  # reset: it was waiting to be accepted when the listener was closed


# SIGTERM: the stream in flight goes on to its end, new connections are refused, and the exit code
# says that all went well. The engine is moved by hand, so that the stream is in flight for sure.
@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_stream_in_flight_is_drained(start_server, scripted_engine, http_to, signal_number):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("before ")
        stream.until("contentBlockDelta")
        server.process.send_signal(signal_number)
        # The listener's end shows that the server has taken the signal; each look is a connect.
        while not refuses_connections(server):
            assert server.process.poll() is None
        generation.delta("after")
        assert stream.until("contentBlockDelta").json()["delta"]["text"] == "after"
        generation.finish()
        assert [frame.event for frame in stream.rest()] == [
            "contentBlockStop",
            "messageStop",
            "metadata",
        ]
    assert server.wait() == 0


# The same for a whole reply.
def test_request_in_flight_is_drained(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with http.connect() as connection:
        connection.send(request(http))
        generation = scripted_engine.next_generation()
        generation.delta("all of it")
        server.terminate()
        while not refuses_connections(server):
            assert server.process.poll() is None
        generation.finish()
        response = connection.read_response()
    assert response.status == 200
    assert response.json()["output"]["message"]["content"][0]["text"] == "all of it"
    assert server.wait() == 0


# Connections on which nothing happens do not hold the server up.
def test_idle_connections_do_not_delay_the_end(start_server, http_to):
    server = start_server()
    http = http_to(server)
    idle = [http.connect() for _ in range(20)]
    used = http.connect()
    used.send(http.request_bytes("GET", "/foundation-models"))
    assert used.read_response("GET").status == 200
    server.terminate()
    assert server.wait(5) == 0
    for connection in [*idle, used]:
        assert connection.is_closed_by_peer()
        connection.close()


# A second signal does not wait for a stream that never ends.
def test_second_signal_hurries(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    with Stream(http_to(server)) as stream:
        generation = scripted_engine.next_generation()
        generation.delta("for ever")
        stream.until("contentBlockDelta")
        server.terminate()
        while not refuses_connections(server):
            assert server.process.poll() is None
        server.terminate()
        assert server.wait(10) == 0
        assert generation.wait_for_hangup()


# The real engine is a child; it ends with the server.
def test_engine_ends_with_the_server(start_server, http_to):
    server = start_server()
    assert ask(http_to(server), maxTokens=1).status == 200
    engines = server.engine_pids()
    assert engines
    assert server.stop() == 0
    assert not any(is_running(pid) for pid in engines)


# ... also with a real stream in flight, which the client reads to its end meanwhile.
def test_engine_in_use_ends_with_the_server(start_server, http_to):
    server = start_server()
    with Stream(http_to(server), text="Tell me a long story.") as stream:
        stream.until("contentBlockDelta")
        engines = server.engine_pids()
        server.terminate()
        frames = stream.rest()
    assert frames[-1].event == "metadata"
    assert server.wait() == 0
    assert engines and not any(is_running(pid) for pid in engines)


# SIGKILL: the server has no chance to tell its engine, which ends all the same.
def test_engine_ends_with_a_killed_server(start_server, http_to):
    server = start_server()
    assert ask(http_to(server), maxTokens=1).status == 200
    engines = server.engine_pids()
    assert engines
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    assert all(wait_for_end(pid, 10) for pid in engines)


# ... and nothing that it left behind keeps the next server from starting on the same data.
def test_start_after_a_kill(start_server, http_to):
    first = start_server()
    assert ask(http_to(first), maxTokens=1).status == 200
    keys = first.credentials
    first.kill()
    second = start_server(directory=first.directory)
    assert second.credentials == keys
    assert ask(http_to(second), maxTokens=1).status == 200


# Told to end while the engine is being loaded.
def test_end_while_loading(start_server, http_to):
    server = start_server()
    http = http_to(server)
    with http.connect() as connection:
        connection.send(request(http, maxTokens=1))
        server.terminate()
        assert server.wait(20) == 0
    assert children_of(server.pid) == []


# Nothing has happened yet: the end is immediate.
def test_signals_before_the_first_request(start_server):
    server = start_server()
    server.terminate()
    assert server.wait(5) == 0
