"""Anthropic's Messages API inside the test process: it notes what it is asked, and answers what the
test has laid out for it.

The events are those of Anthropic's documentation, page "Streaming Messages".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from http_fake import FakeHandler, LaidOut


@dataclass
class Asked:
    path: str
    headers: dict[str, str]  # names in lower case
    body: dict


@dataclass
class Answer:
    """A status and a JSON document, or a stream of events."""

    status: int = 200
    document: dict | None = None
    events: list[dict] = field(default_factory=list)
    breaks_off: bool = False


def error(status: int, kind: str, message: str) -> Answer:
    document = {"type": "error", "error": {"type": kind, "message": message}}
    return Answer(status=status, document=document)


def block(index: int, start: dict, *deltas: dict) -> list[dict]:
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *pieces: str) -> list[dict]:
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def tool_use(index: int, name: str, *pieces: str) -> list[dict]:
    start = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    deltas = ({"type": "input_json_delta", "partial_json": piece} for piece in pieces)
    return block(index, start, *deltas)


def thinking(index: int, signature: str, *pieces: str) -> list[dict]:
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    deltas.append({"type": "signature_delta", "signature": signature})
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)


def reply(
    *blocks: list[dict],
    stop_reason: str = "end_turn",
    stop_sequence: str | None = None,
    output_tokens: int = 5,
    **usage: int,
) -> Answer:
    counts = {"input_tokens": 11, "output_tokens": 1, **usage}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    return Answer(
        events=[
            {"type": "message_start", "message": {**message, "model": "m", "usage": counts}},
            {"type": "ping"},
            *(event for each in blocks for event in each),
            {
                "type": "message_delta",
                "delta": {"stop_reason": stop_reason, "stop_sequence": stop_sequence},
                "usage": {"output_tokens": output_tokens},
            },
            {"type": "message_stop"},
        ]
    )


class MessagesHandler(FakeHandler):
    fake: MessagesServer

    def do_POST(self):
        body = json.loads(self.read_body())
        self.fake.asked.append(Asked(self.path, self.lower_headers(), body))
        answer = self.fake.next_answer()
        if answer.document is not None:
            self.send_json(answer.status, answer.document)
            return
        lines = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in answer.events)
        missing_bytes = 1_000_000 if answer.breaks_off else 0
        headers = {"Content-Type": "text/event-stream"}
        self.send_bytes(answer.status, "".join(lines).encode(), headers, missing_bytes)


class MessagesServer(LaidOut):
    """Gives `Answer`s; `asked` holds what it was asked."""

    Handler = MessagesHandler
