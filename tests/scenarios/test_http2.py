"""HTTP/2 with a client made by hand (the h2 library): requests, streams, limits, and the floods
that HTTP/2 invites. After each flood other clients are served as before."""

from __future__ import annotations

import json
import socket

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest

from bedplate_server import Deadline
from conversing import MODEL, ask, body
from signed_http import decode_frames
from test_connections import resident_kib

FLOOD_FRAMES = 20_000
FLOOD_SECONDS_MAX = 30


class Http2Client:
    """One HTTP/2 connection by prior knowledge."""

    def __init__(self, server, timeout: float = 30):
        self.server = server
        self.socket = socket.create_connection((server.host, server.port), timeout)
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.flush()
        self.events: list = []

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def headers_of(
        self, http, method: str, target: str, data: bytes = b""
    ) -> list[tuple[str, str]]:
        signed = http.sign(method, target, data, {"Content-Type": "application/json"})
        pseudo = [
            (":method", method),
            (":path", target),
            (":scheme", "http"),
            (":authority", http.authority),
        ]
        return pseudo + [(name.lower(), value) for name, value in signed.items()]

    def request(self, http, method: str, target: str, data: bytes = b"") -> int:
        stream = self.h2.get_next_available_stream_id()
        headers = self.headers_of(http, method, target, data)
        self.h2.send_headers(stream, headers, end_stream=not data)
        if data:
            self.h2.send_data(stream, data, end_stream=True)
        self.flush()
        return stream

    def receive(self) -> list:
        """The next events; none when the server has closed the connection."""
        data = self.socket.recv(65536)
        if not data:
            return []
        events = self.h2.receive_data(data)
        for event in events:
            if isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        return events

    def response(self, stream: int) -> tuple[int, dict[str, str], bytes]:
        status, headers, data = 0, {}, b""
        while True:
            events = self.receive()
            if not events:
                raise ConnectionError("the server closed the connection")
            for event in events:
                if getattr(event, "stream_id", None) != stream:
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    headers = dict(event.headers)
                    status = int(headers[":status"])
                elif isinstance(event, h2.events.DataReceived):
                    data += event.data
                elif isinstance(event, h2.events.StreamReset):
                    raise ConnectionError(f"stream reset: {event.error_code}")
                elif isinstance(event, h2.events.StreamEnded):
                    return status, headers, data

    def close(self) -> None:
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def test_request(start_server, http_to):
    server = start_server()
    http = http_to(server)
    with Http2Client(server) as client:
        data = body(maxTokens=5)
        stream = client.request(http, "POST", f"/model/{MODEL}/converse", data)
        status, headers, reply = client.response(stream)
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-requestid"]
    assert int(headers["content-length"]) == len(reply)
    assert "transfer-encoding" not in headers and "connection" not in headers
    assert json.loads(reply)["usage"]["outputTokens"] == 5


# A client of a stream in both directions ends its own side last: it is told at once that nobody
# here answers it, and not after a time-out.
def test_bidirectional_stream(start_server, http_to):
    server = start_server()
    http = http_to(server)
    with Http2Client(server, timeout=20) as client:
        stream = client.h2.get_next_available_stream_id()
        target = "/model/amazon.nova-sonic-v1%3A0/invoke-with-bidirectional-stream"
        client.h2.send_headers(stream, client.headers_of(http, "POST", target), end_stream=False)
        client.flush()
        status, headers, reply = client.response(stream)
        assert status == 501
        assert headers["x-amzn-errortype"].startswith("UnknownOperationException")
        assert "InvokeModelWithBidirectionalStream" in json.loads(reply)["message"]
        # The connection serves on.
        data = body(maxTokens=5)
        stream = client.request(http, "POST", f"/model/{MODEL}/converse", data)
        assert client.response(stream)[0] == 200


# The same over HTTP/1.1, where the connection ends with the refusal.
def test_bidirectional_stream_over_http1(start_server, http_to):
    http = http_to(start_server())
    target = "/model/amazon.nova-sonic-v1%3A0/invoke-with-bidirectional-stream"
    with http.connect(timeout=20) as connection:
        headers = http.sign("POST", target, b"", {"Transfer-Encoding": "chunked"})
        connection.send(http.head_bytes("POST", target, headers))
        response = connection.read_response()
    assert (response.status, response.error_type) == (501, "UnknownOperationException")


# Event streams are the same bytes over both versions.
def test_stream(start_server, http_to):
    server = start_server()
    http = http_to(server)
    with Http2Client(server) as client:
        stream = client.request(http, "POST", f"/model/{MODEL}/converse-stream", body(maxTokens=5))
        status, headers, reply = client.response(stream)
    assert status == 200
    assert headers["content-type"] == "application/vnd.amazon.eventstream"
    events = [frame.event for frame in decode_frames(reply)]
    assert events[0] == "messageStart" and events[-1] == "metadata"


# Streams of one connection do not wait for each other: the second is answered while the first is
# still open, because the engine is asked to hold the first back.
def test_streams_are_independent(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with Http2Client(server) as client:
        first = client.request(http, "POST", f"/model/{MODEL}/converse", body("first"))
        held_back = scripted_engine.next_generation()
        second = client.request(http, "POST", f"/model/{MODEL}/converse", body("second"))
        generation = scripted_engine.next_generation()
        generation.delta("two")
        generation.finish()
        assert client.response(second)[0] == 200
        held_back.delta("one")
        held_back.finish()
        assert client.response(first)[0] == 200


# Resetting a stream frees the engine, the connection stays.
def test_reset_frees_the_engine(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with Http2Client(server) as client:
        stream = client.request(http, "POST", f"/model/{MODEL}/converse-stream", body())
        generation = scripted_engine.next_generation()
        generation.delta("one")
        client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        client.flush()
        assert generation.wait_for_hangup(10)
        again = client.request(http, "GET", "/foundation-models")
        assert client.response(again)[0] == 200


# An error has the same shape as over HTTP/1.1.
def test_error(start_server, http_to):
    server = start_server()
    http = http_to(server)
    with Http2Client(server) as client:
        stream = client.request(http, "POST", "/model/no.such-model/converse", body())
        status, headers, reply = client.response(stream)
    assert status == 400
    assert headers["x-amzn-errortype"].startswith("ValidationException:")
    assert json.loads(reply) == {"message": "The provided model identifier is invalid."}


# The limits are those of HTTP/1.1.
def test_oversized_header(start_server, http_to):
    server = start_server()
    with Http2Client(server) as client:
        stream = client.h2.get_next_available_stream_id()
        headers = client.headers_of(http_to(server), "POST", f"/model/{MODEL}/converse")
        client.h2.send_headers(stream, headers + [("x-filler", "x" * 15_000)] * 2, end_stream=True)
        client.flush()
        try:
            assert client.response(stream)[0] == 431
        except (ConnectionError, h2.exceptions.ProtocolError):
            pass  # refused more rudely, which the protocol allows
    assert ask(http_to(server), maxTokens=1).status == 200


def test_oversized_body(start_server, http_to):
    server = start_server("[limits]\nbody_bytes_max = 100000\n")
    http = http_to(server)
    with Http2Client(server) as client:
        stream = client.h2.get_next_available_stream_id()
        headers = client.headers_of(http, "POST", f"/model/{MODEL}/converse")
        client.h2.send_headers(stream, headers + [("content-length", "100001")])
        client.flush()
        assert client.response(stream)[0] == 413


def flood(client: Http2Client, one_more) -> bool:
    """Sends until the server ends the connection. True when it did."""
    deadline = Deadline(FLOOD_SECONDS_MAX, "the flood is over")
    client.socket.settimeout(5)
    try:
        for number in range(FLOOD_FRAMES):
            one_more(number)
            client.flush()
            deadline.open()
        while True:
            if not client.socket.recv(65536):
                return True
    except (BrokenPipeError, ConnectionResetError, h2.exceptions.ProtocolError):
        return True
    except TimeoutError:
        return False


def rapid_reset(client: Http2Client, http):
    """Opens a stream and takes it back, again and again (CVE-2023-44487)."""
    headers = client.headers_of(http, "POST", f"/model/{MODEL}/converse")

    def one_more(_):
        stream = client.h2.get_next_available_stream_id()
        client.h2.send_headers(stream, headers)
        client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)

    return one_more


def settings_flood(client: Http2Client, _):
    """Every SETTINGS frame wants an acknowledgement."""
    return lambda number: client.h2.update_settings(
        {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 65535 + number % 2}
    )


def ping_flood(client: Http2Client, _):
    """Every PING wants an answer."""
    return lambda number: client.h2.ping(number.to_bytes(8, "big"))


def empty_data_flood(client: Http2Client, http):
    """Frames that carry nothing but cost a look."""
    stream = client.h2.get_next_available_stream_id()
    client.h2.send_headers(stream, client.headers_of(http, "POST", f"/model/{MODEL}/converse"))
    return lambda _: client.h2.send_data(stream, b"")


# The server ends a connection that floods it, uses no memory for it, and serves everybody else.
@pytest.mark.parametrize("kind", [rapid_reset, settings_flood, ping_flood, empty_data_flood])
def test_flood(start_server, http_to, kind):
    server = start_server()
    http = http_to(server)
    assert ask(http, maxTokens=1).status == 200
    before_kib = resident_kib(server.pid)
    with Http2Client(server) as client:
        assert flood(client, kind(client, http)), "the server let itself be flooded"
    assert ask(http, maxTokens=1).status == 200
    assert resident_kib(server.pid) - before_kib < 32 * 1024
    assert server.process.poll() is None


# CONTINUATION without end: a header block that grows and grows (CVE-2024-27316).
def test_continuation_flood(start_server, http_to):
    server = start_server()
    http = http_to(server)
    assert ask(http, maxTokens=1).status == 200
    before_kib = resident_kib(server.pid)
    with Http2Client(server) as client:
        client.receive()
        # HEADERS without END_HEADERS on stream 1, then CONTINUATION after CONTINUATION.
        frame = b"\x00\x00\x01\x01\x00\x00\x00\x00\x01\x88"
        continuation = (
            b"\x00\x40\x00\x09\x00\x00\x00\x00\x01" + b"\x00\x01a\x01b" * 3276 + b"\x82" * 4
        )
        client.socket.settimeout(10)
        try:
            client.socket.sendall(frame)
            for _ in range(2000):
                client.socket.sendall(continuation)
            while client.socket.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert ask(http, maxTokens=1).status == 200
    assert resident_kib(server.pid) - before_kib < 16 * 1024, "half of what was sent"


# What begins like HTTP/2 and is none.
@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x04\x01\x04\x00\x00\x00\x00abcd",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x07",
    ],
)
def test_broken_http2(start_server, http_to, data):
    server = start_server()
    http = http_to(server)
    with http.connect() as connection:
        connection.send(data)
        assert connection.is_closed_by_peer(20)
    assert ask(http, maxTokens=1).status == 200


# At the end of the server an HTTP/2 client is told so (GOAWAY), and its stream ends first.
def test_drain(start_server, scripted_engine, http_to):
    server = start_server(scripted_engine.config())
    http = http_to(server)
    with Http2Client(server) as client:
        stream = client.request(http, "POST", f"/model/{MODEL}/converse", body())
        generation = scripted_engine.next_generation()
        generation.delta("the last word")
        server.terminate()
        told = False
        while not told:
            told = any(isinstance(e, h2.events.ConnectionTerminated) for e in client.receive())
        generation.finish()
        # h2 takes no further frames after GOAWAY, so what follows is read as bytes.
        rest = b""
        while data := client.socket.recv(65536):
            rest += data
        assert b"the last word" in rest and stream
    assert server.wait() == 0


# The host that counts is the one in :authority, so a signature made for another one is worth
# nothing, whatever the header Host beside it says.
def test_host_beside_authority(start_server, http_to):
    server = start_server()
    http = http_to(server)
    target, data = f"/model/{MODEL}/converse", body(maxTokens=1)

    def ask_as(authority: str, host: str) -> int:
        with Http2Client(server) as client:
            client.h2.config.validate_outbound_headers = False
            fields = dict(client.headers_of(http, "POST", target, data))
            fields[":authority"] = authority
            fields["host"] = host
            client.h2.send_headers(1, list(fields.items()))
            client.h2.send_data(1, data, end_stream=True)
            client.flush()
            return client.response(1)[0]

    assert ask_as(http.authority, http.authority) == 200
    assert ask_as("evil.example", http.authority) in (400, 403)
