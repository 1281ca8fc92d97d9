"""Requests that are wrong before any operation sees them, and the errors' shape (reference,
section 3.1). After each one the server goes on as if nothing had been."""

from __future__ import annotations

import json

import pytest

from conversations import CLAUDE, user

TARGET = f"/model/{CLAUDE}/converse"
GOOD = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}
SERVICE_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.bedrock/"
BODY_BYTES_MAX = 25_000_000
HEADER_BYTES_MAX = 16 * 1024


@pytest.fixture(autouse=True)
def still_serving(http):
    """Whatever a test of this file did, the next request is answered."""
    yield
    assert http.send("POST", TARGET, GOOD).status == 200


# The envelope: type with its namespace in the header, the message alone in the body, a request id.
def test_envelope(http):
    response = http.send("POST", "/model/no.such-model/converse", GOOD)
    assert response.status == 400
    assert response.header("x-amzn-errortype") == f"ValidationException:{SERVICE_NAMESPACE}"
    assert response.header("content-type") == "application/json"
    assert response.header("x-amzn-requestid")
    assert list(response.json()) == ["message"]


# Not JSON, or JSON that is no object.
@pytest.mark.parametrize(
    "body",
    [b"{", b'{"messages": [}', b"nonsense", b'{"messages": []} trailing', b"\x00\x01", b"{'a': 1}"],
)
def test_malformed_json(http, body):
    response = http.send("POST", TARGET, body)
    assert response.status == 400
    assert response.error_type in ("SerializationException", "ValidationException")
    assert response.message


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"true"])
def test_json_that_is_no_object(http, body):
    response = http.send("POST", TARGET, body)
    assert response.status == 400
    assert response.error_type in ("SerializationException", "ValidationException")


# Bytes that are not UTF-8 are no JSON text.
@pytest.mark.parametrize(
    "text", [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"caf\xe9"]
)
def test_bad_utf8(http, text):
    body = b'{"messages": [{"role": "user", "content": [{"text": "' + text + b'"}]}]}'
    response = http.send("POST", TARGET, body)
    assert response.status == 400
    assert response.error_type in ("SerializationException", "ValidationException")
    response.body.decode("utf-8")  # the error itself is


# A lone surrogate escape has no UTF-8 form either.
def test_lone_surrogate(http):
    body = b'{"messages": [{"role": "user", "content": [{"text": "\\ud800"}]}]}'
    assert http.send("POST", TARGET, body).status == 400


# Ten thousand brackets must not overflow a stack.
@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_deep_nesting(http, bracket):
    assert http.send("POST", TARGET, bracket * 100_000).status == 400


# Deep inside of a member that takes any document, too.
def test_deep_document(http):
    deep = "[" * 5000 + "]" * 5000
    body = f'{{"messages": {json.dumps(GOOD["messages"])}, "additionalModelRequestFields": {deep}}}'
    assert http.send("POST", TARGET, body.encode()).status == 400


# Wrong types, one by one. The text is the framework's; that it names the value is what helps.
@pytest.mark.parametrize(
    "changes",
    [
        {"messages": "Hello"},
        {"messages": {"role": "user"}},
        {"messages": ["Hello"]},
        {"messages": [{"role": "user", "content": "Hello"}]},
        {"messages": [{"role": 7, "content": [{"text": "Hello"}]}]},
        {"messages": [{"role": "user", "content": [{"text": 7}]}]},
        {"system": "You are kind."},
        {"inferenceConfig": []},
        {"inferenceConfig": {"maxTokens": "many"}},
        {"inferenceConfig": {"maxTokens": 1.5}},
        {"inferenceConfig": {"temperature": "warm"}},
        {"inferenceConfig": {"stopSequences": "###"}},
        {"inferenceConfig": {"stopSequences": [1]}},
        {"requestMetadata": ["a"]},
    ],
    ids=str,
)
def test_wrong_type(http, changes):
    response = http.send("POST", TARGET, {**GOOD, **changes})
    assert response.status == 400
    assert response.error_type in ("SerializationException", "ValidationException")
    assert response.message


# Everything that breaks a constraint is reported at once, in the framework's words (section 2.4).
def test_all_violations_at_once(http):
    body = {
        "messages": [{"content": [{"text": "Hello"}]}, {"role": "wizard", "content": []}],
        "inferenceConfig": {"temperature": 99, "topP": -1, "maxTokens": 0},
    }
    response = http.send("POST", TARGET, body)
    assert (response.status, response.error_type) == (400, "ValidationException")
    message = response.message
    assert message.startswith("5 validation errors detected: Value ")
    for text in (
        "Value null at 'messages.1.member.role' failed to satisfy constraint: "
        "Member must not be null",
        "Value 'wizard' at 'messages.2.member.role' failed to satisfy constraint: "
        "Member must satisfy enum value set: [",
        "Value '99.0' at 'inferenceConfig.temperature' failed to satisfy constraint: "
        "Member must have value less than or equal to 1",
        "Value '-1.0' at 'inferenceConfig.topP' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0",
        "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ):
        assert text in message


# One violation, word for word as recorded (section 2.4).
def test_one_violation(http):
    body = {**GOOD, "inferenceConfig": {"temperature": 99.0}}
    response = http.send("POST", TARGET, body)
    assert response.message == (
        "1 validation error detected: Value '99.0' at 'inferenceConfig.temperature' failed to "
        "satisfy constraint: Member must have value less than or equal to 1"
    )


# A content block is a union: exactly one member.
@pytest.mark.parametrize("block", [{}, {"text": "Hello", "cachePoint": {"type": "default"}}])
def test_union(http, block):
    response = http.send("POST", TARGET, {"messages": [{"role": "user", "content": [block]}]})
    assert response.status == 400
    assert response.error_type in ("SerializationException", "ValidationException")


# Methods that a path does not have.
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_wrong_method(http, method):
    response = http.send(method, TARGET)
    assert response.status in (404, 405)
    assert response.error_type == "UnknownOperationException"


def test_post_to_a_path_for_get(http):
    response = http.send("POST", "/foundation-models", {})
    assert (response.status, response.error_type) in (
        (404, "UnknownOperationException"),
        (405, "UnknownOperationException"),
    )


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/model",
        "/model/",
        f"/model/{CLAUDE}",
        f"/model/{CLAUDE}/conversation",
        f"/model/{CLAUDE}/converse/more",
        "/no-such-path",
        "/foundation-models/a/b",
        "/..",
        "/%2e%2e/etc/passwd",
        "//model//converse",
        "/%00",
        "/%zz",
        "/?Action=ListUsers&Version=2010-05-08",
    ],
)
def test_unknown_path(http, target):
    response = http.send("POST", target, {})
    # A signature that cannot be checked because the path cannot be read is refused as such.
    assert response.status in (400, 403, 404)
    assert response.error_type


# A path that no operation has is told so to everybody, in the framework's words.
def test_unknown_path_error(http):
    response = http.send("GET", "/no-such-path")
    assert (response.status, response.error_type) == (404, "UnknownOperationException")


def padded_request(http, body_length: int) -> bytes:
    frame = json.dumps({**GOOD, "filler": ""}).encode()
    body = frame.replace(b'"filler": ""', b'"filler": "' + b"x" * (body_length - len(frame)) + b'"')
    assert len(body) == body_length
    return http.request_bytes("POST", TARGET, body)


# Bedrock's payload limit, to the byte: 25,000,000 is read, one more is not (section 1.1).
def test_largest_body(http):
    assert http.send_bytes(padded_request(http, BODY_BYTES_MAX)).status == 200


def test_oversize_body(http):
    response = http.send_bytes(padded_request(http, BODY_BYTES_MAX + 1))
    assert response.status == 413
    assert response.error_type
    assert str(BODY_BYTES_MAX) in response.message


# The announced length is enough to refuse: nothing of it need be sent.
def test_oversize_body_announced(http):
    head = (
        f"POST {TARGET} HTTP/1.1\r\nHost: {http.authority}\r\nContent-Length: 99999999999\r\n\r\n"
    )
    response = http.send_bytes(head.encode())
    assert response.status == 413


# Chunked, the size shows only as it comes.
def test_oversize_chunked_body(http):
    head = f"POST {TARGET} HTTP/1.1\r\nHost: {http.authority}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with http.connect() as connection:
        connection.send(head.encode())
        try:
            for _ in range(25):
                connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent: the answer is on its way
        assert connection.read_response().status == 413


# 16 KiB of header are read, more are not.
@pytest.mark.parametrize(
    "filler, accepted", [(HEADER_BYTES_MAX - 2048, True), (HEADER_BYTES_MAX, False)]
)
def test_large_header(http, filler, accepted):
    headers = {"Content-Type": "application/json", "X-Filler": "x" * filler}
    body = json.dumps(GOOD).encode()
    signed = http.sign("POST", TARGET, body, {"Content-Type": "application/json"})
    response = http.send_unsigned("POST", TARGET, body, {**signed, "X-Filler": headers["X-Filler"]})
    assert response.status == (200 if accepted else 431)


# Ten thousand small fields are the same thing in another coat.
def test_many_headers(http):
    lines = [f"POST {TARGET} HTTP/1.1", f"Host: {http.authority}"]
    lines += [f"X-{number}: y" for number in range(10_000)]
    assert http.send_bytes(("\r\n".join(lines) + "\r\n\r\n").encode()).status == 431


# What is no HTTP is answered once, in the shape of every other error, and the connection is closed.
@pytest.mark.parametrize(
    "data",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    ],
)
def test_not_http(http, data):
    with http.connect() as connection:
        connection.send(data)
        response = connection.read_response()
        assert response.status == 400
        assert response.error_type and response.message
        assert connection.is_closed_by_peer()


# Chunks that are not what they say.
@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"-3\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcdef\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        b"3;" + b"x" * 65536 + b"\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_bad_chunks(http, chunks):
    head = f"POST {TARGET} HTTP/1.1\r\nHost: {http.authority}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with http.connect() as connection:
        connection.send(head.encode() + chunks)
        assert connection.read_response().status in (400, 413)
        assert connection.is_closed_by_peer()


# A body that ends before its announced length: nobody to answer, nothing to keep.
def test_truncated_body(http):
    data = http.request_bytes("POST", TARGET, json.dumps(GOOD).encode())
    with http.connect() as connection:
        connection.send(data[:-5])
        connection.socket.shutdown(1)
        assert connection.is_closed_by_peer()


# Chunked requests, well formed, are as good as others.
def test_chunked_request(http):
    body = json.dumps(GOOD).encode()
    signed = http.sign("POST", TARGET, body, {"Content-Type": "application/json"})
    signed["Transfer-Encoding"] = "chunked"
    data = http.head_bytes("POST", TARGET, signed)
    for start in range(0, len(body), 7):
        piece = body[start : start + 7]
        data += f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    assert http.send_bytes(data + b"0\r\n\r\n").status == 200


# A client that waits for "100 Continue" before its body gets it.
def test_expect_continue(http):
    body = json.dumps(GOOD).encode()
    headers = http.sign("POST", TARGET, body, {"Content-Type": "application/json"})
    headers |= {"Expect": "100-continue", "Content-Length": str(len(body))}
    with http.connect() as connection:
        connection.send(http.head_bytes("POST", TARGET, headers))
        assert connection.read_head().status == 100
        connection.send(body)
        assert connection.read_response().status == 200


# Many requests on one connection, and several sent before the first answer.
def test_keep_alive_and_pipelining(http):
    data = http.request_bytes("POST", TARGET, json.dumps(GOOD).encode())
    with http.connect() as connection:
        for _ in range(5):
            connection.send(data)
            assert connection.read_response().status == 200
        connection.send(data * 3)
        assert [connection.read_response().status for _ in range(3)] == [200, 200, 200]
