"""What the servers inside of the test process have in common: a free port, a thread, an end."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeHandler(BaseHTTPRequestHandler):
    """Answers one connection. `fake` is the server that it belongs to."""

    protocol_version = "HTTP/1.1"
    fake: HttpFake

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def lower_headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def send_bytes(
        self, status: int, data: bytes, headers: dict[str, str], missing_bytes: int = 0
    ) -> None:
        """A whole answer, or one that ends `missing_bytes` before its promised length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + missing_bytes))
        self.end_headers()
        self.wfile.write(data)
        if missing_bytes > 0:
            self.wfile.flush()
            self.hang_up()

    def send_json(self, status: int, document) -> None:
        data = json.dumps(document).encode()
        self.send_bytes(status, data, {"Content-Type": "application/json"})

    def hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *_):
        pass


class HttpFake:
    """Listens on a free port from the beginning on; `Handler` is the subclass's. Use it in a `with`
    statement, or close it."""

    Handler: type[FakeHandler]

    def __init__(self):
        handler = type("Bound", (self.Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()


class LaidOut(HttpFake):
    """Gives the answers that the test has laid out, in their order; the last one again and again."""

    def __init__(self, *answers):
        self.asked: list = []
        self.answers = list(answers)
        super().__init__()

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
