from __future__ import annotations

import contextlib
import ctypes
import http.client
import json
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
START_ATTEMPTS = 100


class _Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path):
        super().__init__("engine", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Engine:
    """llama-server with one model."""

    def __init__(self, path: Path):
        self._path = path

    def ask(self, path: str, question: dict | None = None) -> dict:
        with contextlib.closing(_Connection(self._path)) as connection:
            body = None if question is None else json.dumps(question)
            connection.request("GET" if question is None else "POST", path, body)
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise OSError(f"{path}: {response.status} {text[:500]!r}")
            return json.loads(text)


@pytest.fixture
def run_model(tmp_path):
    """Starts llama-server with a GGUF file and further arguments."""
    program = shutil.which("llama-server") or REPOSITORY / ".deps/engine/bin/llama-server"
    with contextlib.ExitStack() as running:

        def start(model: Path, *arguments: str) -> Engine:
            path = tmp_path / "engine.sock"
            command = [program, "--model", model, "--host", path, "--offline", "--no-webui"]
            log = running.enter_context((tmp_path / "engine.log").open("wb"))
            process = subprocess.Popen(
                [*map(str, command), "--threads", "1", "--parallel", "1", *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL),
            )
            running.callback(process.wait)
            running.callback(process.kill)
            engine = Engine(path)
            for _ in range(START_ATTEMPTS):
                with contextlib.suppress(OSError):
                    engine.ask("/health")
                    return engine
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
                    break
            raise AssertionError((tmp_path / "engine.log").read_text(errors="replace"))

        yield start
