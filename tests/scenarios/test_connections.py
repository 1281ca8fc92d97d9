"""Clients that are slow, silent, too many or gone: each is bounded, others are served meanwhile."""

from __future__ import annotations

import os
import resource
import select
import socket

import pytest

from conversing import Stream, ask, body, request

IDLE_CONNECTIONS = 10_000
# Two sides of a connection are in two processes; each needs a descriptor of its own.
DESCRIPTORS_BESIDE = 500


def answer_while_dripping(connection, data: bytes, seconds_between: float) -> bytes:
    """Sends byte after byte and stops as soon as the server says something or hangs up. The pause
    between two bytes is a wait for the server's word."""
    for position in range(len(data)):
        try:
            connection.sendall(data[position : position + 1])
        except (BrokenPipeError, ConnectionResetError):
            break
        if select.select([connection], [], [], seconds_between)[0]:
            break
    connection.settimeout(10)
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


def test_header_that_never_ends(start_server, http_to):
    server = start_server("[limits]\nheader_timeout_ms = 600\n")
    http = http_to(server)
    with http.connect() as connection:
        connection.send(b"POST /model/x/converse HTTP/1.1\r\nHost: x\r\n")
        response = connection.read_response()
        assert response.status == 408
        assert response.error_type == "RequestTimeoutException"
        assert connection.is_closed_by_peer()
    assert ask(http, maxTokens=1).status == 200


# Slow-loris: a byte now and then does not extend the header's deadline, which counts from its first
# byte. At this pace the whole header would take twenty times as long as it may.
def test_slow_loris(start_server, http_to):
    server = start_server("[limits]\nheader_timeout_ms = 600\n")
    http = http_to(server)
    data = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Filler: y\r\n" * 20
    connections = [http.connect() for _ in range(3)]
    answers = [answer_while_dripping(c.socket, data, 0.05) for c in connections]
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
    for connection in connections:
        connection.close()


# Two hundred of them at once keep nobody else from being served.
def test_many_slow_clients(start_server, http_to):
    server = start_server()
    http = http_to(server)
    slow = [http.connect() for _ in range(200)]
    for number, connection in enumerate(slow):
        connection.send(b"POST /model/x/converse HTTP/1.1\r\nHost: x\r\nX-Number: %d" % number)
    assert ask(http, maxTokens=1).status == 200
    for connection in slow:
        connection.close()


# A body that stops in its middle.
def test_body_that_never_ends(start_server, http_to):
    server = start_server("[limits]\nbody_timeout_ms = 600\n")
    http = http_to(server)
    with http.connect() as connection:
        connection.send(request(http)[:-4])
        response = connection.read_response()
        assert (response.status, response.error_type) == (408, "RequestTimeoutException")
        assert connection.is_closed_by_peer()


# A slow but steady body is none of that: its deadline is between two pieces.
def test_slow_body_that_arrives(start_server, http_to):
    server = start_server("[limits]\nbody_timeout_ms = 2000\n")
    http = http_to(server)
    data = request(http, maxTokens=1)
    head = data.index(b"\r\n\r\n") + 4
    with http.connect() as connection:
        connection.send(data[:head])
        for position in range(head, len(data), 4):
            connection.send(data[position : position + 4])
            assert not select.select([connection.socket], [], [], 0.02)[0] or position + 4 >= len(
                data
            )
        assert connection.read_response().status == 200


# Between two requests a connection may rest, but not for ever.
def test_idle_connection_is_closed(start_server, http_to):
    server = start_server("[limits]\nidle_timeout_ms = 600\n")
    http = http_to(server)
    with http.connect() as connection:
        connection.send(http.request_bytes("GET", "/foundation-models"))
        assert connection.read_response("GET").status == 200
        assert connection.is_closed_by_peer()


def test_connection_that_says_nothing_is_closed(start_server, http_to):
    server = start_server("[limits]\nidle_timeout_ms = 600\n")
    with http_to(server).connect() as connection:
        assert connection.is_closed_by_peer()


# A client that reads nothing: the server does not pile up what it cannot send, but cuts it off, and
# the engine is free.
def test_client_that_reads_nothing(start_server, scripted_engine, http_to):
    config = scripted_engine.config() + "[limits]\nwrite_timeout_ms = 800\n"
    server = start_server(config)
    http = http_to(server)
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect((server.host, server.port))
        deaf.sendall(request(http, "converse-stream"))
        generation = scripted_engine.next_generation()
        for _ in range(400):
            generation.delta("x" * 65536)
        assert generation.wait_for_hangup(15), "the server still reads for a client that does not"
        assert generation.deltas_sent < 400, "it held back nothing"


# A client that reads slowly is served to the end, and the engine is held back meanwhile.
def test_client_that_reads_slowly(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with Stream(http) as stream:
        generation = scripted_engine.next_generation()
        for _ in range(100):
            generation.delta("x" * 65536)
        generation.finish()
        deltas = 0
        while (frame := stream.next_frame()).event != "metadata":
            deltas += frame.event == "contentBlockDelta"
        assert deltas == 100


# Ten thousand connections that do nothing, and a request that is served among them.
def test_ten_thousand_idle_connections(start_server, http_to):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < IDLE_CONNECTIONS + DESCRIPTORS_BESIDE:
        pytest.skip(f"this machine allows a process {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    idle = []
    try:
        server = start_server()
        http = http_to(server)
        assert ask(http, maxTokens=1).status == 200
        before_kib = resident_kib(server.pid)
        for _ in range(IDLE_CONNECTIONS):
            idle.append(socket.create_connection((server.host, server.port), 10))
        response = ask(http, maxTokens=1)
        assert response.status == 200
        per_connection_kib = (resident_kib(server.pid) - before_kib) / IDLE_CONNECTIONS
        # ThreadSanitizer keeps some words of its own for each of ours.
        most_kib = 32 if "tsan" in os.environ.get("BEDPLATE_BINARY", "") else 8
        assert per_connection_kib < most_kib, f"{per_connection_kib:.1f} KiB for a connection that is idle"
        server.terminate()
        assert server.wait(20) == 0
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident_kib(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


# More connections than allowed are told so; when one goes, there is room again.
def test_too_many_connections(start_server, http_to):
    server = start_server("[limits]\nconnections_max = 8\n")
    http = http_to(server)
    data = http.request_bytes("GET", "/foundation-models")
    first = [http.connect() for _ in range(8)]
    for connection in first:
        connection.send(data)
        assert connection.read_response("GET").status == 200
    with http.connect() as ninth:
        ninth.send(data)
        response = ninth.read_response("GET")
        assert (response.status, response.error_type) == (503, "ServiceUnavailableException")
        assert ninth.is_closed_by_peer()
    for connection in first:
        connection.close()
    # The server learns of the ends one by one; the refusals until then are its right.
    while http.send_bytes(data, "GET").status != 200:
        assert server.process.poll() is None


# Limits that a configuration sets are kept.
def test_configured_limits(start_server, http_to):
    server = start_server("[limits]\nbody_bytes_max = 1000\nheader_bytes_max = 2000\n")
    http = http_to(server)
    assert ask(http, maxTokens=1).status == 200
    large = http.request_bytes("POST", "/model/x/converse", body("x" * 1000))
    assert http.send_bytes(large).status == 413
    headers = {"X-Filler": "x" * 2000}
    assert http.send("POST", "/model/x/converse", b"{}", headers=headers).status == 431


# Clients that vanish in every phase of a request leave nothing behind.
def test_clients_that_vanish(start_server, http_to):
    server = start_server()
    http = http_to(server)
    data = request(http, "converse-stream", maxTokens=50)
    for cut in (1, 10, 100, len(data) - 1, len(data)):
        for _ in range(10):
            connection = http.connect()
            connection.send(data[:cut])
            # RST instead of FIN: the connection is gone, not ended.
            connection.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
            connection.close()
    assert ask(http, maxTokens=1).status == 200
