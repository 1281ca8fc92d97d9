"""Amazon Bedrock's runtime as an upstream, inside the test process: it notes what it is asked, and
answers what the test has laid out for it, be it as broken as one likes. A real Bedplate is the
better upstream for everything that goes well."""

from __future__ import annotations

import binascii
import json
import struct
from dataclasses import dataclass, field

from http_fake import FakeHandler, LaidOut


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


class ConverseHandler(FakeHandler):
    fake: ConverseServer

    def do_POST(self):
        body = json.loads(self.read_body())
        self.fake.asked.append(Asked(self.path, self.lower_headers(), body))
        answer = self.fake.next_answer()
        self.send_bytes(answer.status, answer.body, answer.headers, answer.missing_bytes)


class ConverseServer(LaidOut):
    """Gives `Answer`s; `asked` holds what it was asked."""

    Handler = ConverseHandler
