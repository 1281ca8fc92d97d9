"""An OpenAI-compatible engine inside the test process, moved by hand.

The test decides when each token leaves the engine and sees at once when the server hangs up. That
makes "streams at once" and "a hang-up frees the engine" facts to be observed instead of times to be
guessed. (Faults on the wire are the job of tests/fakes, which misbehaves in ways that http.server
cannot.)
"""

from __future__ import annotations

import json
import queue
import select
import socket

from http_fake import FakeHandler, HttpFake

WAIT_SECONDS_MAX = 20


class Generation:
    """One request that reached the engine; the test moves it on."""

    def __init__(self, path: str, body: dict, headers, connection: socket.socket):
        self.path = path
        self.body = body
        self.headers = headers
        self._connection = connection
        self._steps: queue.Queue = queue.Queue()
        self.deltas_sent = 0

    def delta(self, text: str) -> None:
        """Sends one token."""
        self._steps.put(("delta", text))

    def thought(self, text: str) -> None:
        """Sends one token of reasoning."""
        self._steps.put(("chunk", {"reasoning_content": text}))

    def call(self, index: int, name: str, *arguments: str) -> None:
        """Calls a tool, its arguments in pieces."""
        function = {"name": name, "arguments": ""}
        begun = {"index": index, "id": f"call_{index}", "type": "function", "function": function}
        self._steps.put(("chunk", {"tool_calls": [begun]}))
        for piece in arguments:
            more = {"index": index, "function": {"arguments": piece}}
            self._steps.put(("chunk", {"tool_calls": [more]}))

    def finish(self, reason: str = "stop", prompt_tokens: int = 3) -> None:
        self._steps.put(("finish", (reason, prompt_tokens)))

    def break_off(self) -> None:
        """Closes the connection in mid-stream, as an engine that dies does."""
        self._steps.put(("break", None))

    def raw(self, data: str) -> None:
        """Sends one event of the stream as it is."""
        self._steps.put(("raw", data))

    def fail(self, status: int, body: dict) -> None:
        """Answers with an error; possible only before the first delta."""
        self._steps.put(("fail", (status, body)))

    def next_step(self):
        return self._steps.get(timeout=WAIT_SECONDS_MAX)

    def wait_for_hangup(self, seconds: float = WAIT_SECONDS_MAX) -> bool:
        """True as soon as the server has closed its connection to the engine."""
        if self._connection.fileno() < 0:
            return True  # seen, and closed on our side, too
        poller = select.poll()
        poller.register(self._connection, select.POLLIN | select.POLLRDHUP | select.POLLHUP)
        if not poller.poll(seconds * 1000):
            return False
        try:
            return self._connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True


class ScriptedHandler(FakeHandler):
    fake: ScriptedEngine

    def do_GET(self):
        if self.path.endswith("/models"):
            self.send_json(200, {"object": "list", "data": [{"id": "scripted"}]})
        else:
            self.send_json(200, {"status": "ok"})

    def do_POST(self):
        body = json.loads(self.read_body())
        if "completion" not in self.path or self.path.endswith("input_tokens"):
            self.send_json(200, {"input_tokens": 3, "tokens": [1, 2, 3]})
            return
        generation = Generation(self.path, body, self.headers, self.connection)
        self.fake.begin(generation)
        try:
            self._generate(generation)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _generate(self, generation: Generation) -> None:
        started = False
        while True:
            kind, value = generation.next_step()
            if kind == "fail":
                self.send_json(*value)
                return
            if kind == "break":
                self.hang_up()
                return
            if not started:
                self._start_stream()
                self._chunk({"role": "assistant", "content": None})
                started = True
            if kind == "delta":
                self._chunk({"content": value})
                generation.deltas_sent += 1
            elif kind == "chunk":
                self._chunk(value)
                generation.deltas_sent += 1
            elif kind == "raw":
                self._event(value)
            else:
                self._finish(generation, *value)
                return

    def _start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _finish(self, generation: Generation, reason: str, prompt_tokens: int) -> None:
        self._chunk({}, finish_reason=reason)
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": generation.deltas_sent,
            "total_tokens": prompt_tokens + generation.deltas_sent,
        }
        self._event(json.dumps({**_CHUNK, "choices": [], "usage": usage}))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _chunk(self, delta: dict, finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        self._event(json.dumps({**_CHUNK, "choices": [choice]}))

    def _event(self, data: str) -> None:
        text = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
        self.wfile.flush()


class ScriptedEngine(HttpFake):
    """`next_generation()` hands out what the server asks for."""

    Handler = ScriptedHandler

    def __init__(self):
        self._generations: queue.Queue[Generation] = queue.Queue()
        self._open: list[Generation] = []
        super().__init__()

    def begin(self, generation: Generation) -> None:
        self._open.append(generation)
        self._generations.put(generation)

    def next_generation(self, seconds: float = WAIT_SECONDS_MAX) -> Generation:
        """The next request for text. Raises queue.Empty when none comes."""
        return self._generations.get(timeout=seconds)

    def config(self, name: str = "scripted", models: str = "*", **settings) -> str:
        """The part of a configuration file that binds `models` to this engine."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        return "\n".join(
            [
                f"[engines.{name}]",
                'type = "openai"',
                f"endpoints = [{json.dumps(self.url)}]",
                *lines,
                "[[bindings]]",
                f"models = [{json.dumps(models)}]",
                f'engine = "{name}"',
                "",
            ]
        )

    def close(self) -> None:
        for generation in self._open:
            generation.break_off()  # nobody waits for a step that never comes
        super().close()


_CHUNK = {
    "id": "chatcmpl-scripted",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "scripted",
}
