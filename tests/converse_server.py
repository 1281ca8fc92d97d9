"""Amazon Bedrock's runtime as an upstream, inside the test process: it notes what it is asked, and
answers what the test has laid out for it, be it as broken as one likes. A real Bedplate is the
better upstream for everything that goes well."""

from __future__ import annotations

import binascii
import json
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    path: str
    headers: dict[str, str]  # names in lower case
    body: dict


@dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0  # promised, but the connection ends before


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of application/vnd.amazon.eventstream, its headers texts."""
    packed = b"".join(
        struct.pack(f">B{len(name)}sBH", len(name), name.encode(), 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + packed + payload
    return message + struct.pack(">I", binascii.crc32(message))


def event(kind: str, **members) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(members).encode())


def exception(kind: str, message: str) -> bytes:
    headers = {":exception-type": kind, ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def text(*pieces: str) -> list[bytes]:
    """The beginning of a reply: these pieces of text."""
    deltas = (event("contentBlockDelta", contentBlockIndex=0, delta={"text": p}) for p in pieces)
    return [event("messageStart", role="assistant"), *deltas]


def end(reason: str = "end_turn", **usage: int) -> list[bytes]:
    counts = {"inputTokens": 11, "outputTokens": 5, "totalTokens": 16, **usage}
    return [
        event("contentBlockStop", contentBlockIndex=0),
        event("messageStop", stopReason=reason),
        event("metadata", usage=counts, metrics={"latencyMs": 1}),
    ]


def reply(*frames: bytes) -> Answer:
    return Answer(b"".join(frames), headers={"Content-Type": "application/vnd.amazon.eventstream"})


def error(status: int, kind: str, message: str) -> Answer:
    return Answer(json.dumps({"message": message}).encode(), status, {"x-amzn-ErrorType": kind})


class ConverseServer:
    """Listens on a free port. Answers are given in the order in which they were laid out; the last
    one is given again and again."""

    def __init__(self, *answers: Answer):
        self.asked: list[Asked] = []
        self.answers = list(answers)
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                upstream.asked.append(Asked(self.path, headers, body))
                answers = upstream.answers
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) + answer.missing_bytes))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = answer.missing_bytes > 0

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> ConverseServer:
        return self

    def __exit__(self, *_) -> None:
        self.close()
