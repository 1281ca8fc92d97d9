"""Anthropic's Messages API inside the test process: it notes what it is asked, and answers what the
test has laid out for it.

The events are those of Anthropic's documentation, page "Streaming Messages".
"""

from __future__ import annotations

import json
import socket
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


class MessagesServer:
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
                self._give(answers.pop(0) if len(answers) > 1 else answers[0])

            def _give(self, answer: Answer) -> None:
                if answer.document is not None:
                    self._send("application/json", json.dumps(answer.document), answer.status)
                    return
                lines = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in answer.events)
                if not answer.breaks_off:
                    self._send("text/event-stream", "".join(lines), answer.status)
                    return
                self.send_response(answer.status)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                self.wfile.write("".join(lines).encode())
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

            def _send(self, content_type: str, content: str, status: int) -> None:
                data = content.encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

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

    def __enter__(self) -> MessagesServer:
        return self

    def __exit__(self, *_) -> None:
        self.close()
