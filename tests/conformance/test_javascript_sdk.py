"""The AWS SDK for JavaScript v3. Its runtime client speaks HTTP/2 unless told otherwise: in clear
by prior knowledge, under TLS by ALPN (reference, section 4)."""

from __future__ import annotations

import fcntl
import json
import socket
import subprocess
import threading
from pathlib import Path

import jsonschema
import pytest

from conversations import CLAUDE
from toolchains import in_ci, require_tool

pytestmark = pytest.mark.bedplate_only

FOLDER = Path(__file__).parent / "js"
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
INSTALL_SECONDS_MAX = 120
RUN_SECONDS_MAX = 90


@pytest.fixture(scope="module")
def node() -> str:
    """Node with the SDK installed beside the script, by the lock file, once."""
    path = require_tool("node", ["--version"], (20, 0))
    npm = require_tool("npm", ["--version"], (8, 0))
    lock_file = FOLDER / "package-lock.json"
    with lock_file.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker installs, the others find it done
        installed = FOLDER / "node_modules/.package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lock_file.stat().st_mtime:
            result = subprocess.run(
                [npm, "ci", "--ignore-scripts"],
                cwd=FOLDER,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS_MAX,
            )
            if result.returncode != 0:
                assert not in_ci(), result.stderr
                pytest.skip(f"the SDK cannot be installed: {result.stderr[-300:]}")
    return path


class RecordingProxy:
    """Passes TCP on and keeps the first bytes of every connection: what the client really spoke."""

    def __init__(self, host: str, port: int):
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.first_bytes: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(self._target)
            threading.Thread(target=self._pump, args=(client, upstream, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(upstream, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, record: bool) -> None:
        first = record
        try:
            while data := source.recv(65536):
                if first:
                    self.first_bytes.append(data)
                    first = False
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()

    def close(self) -> None:
        self._listener.close()


def run(node: str, environment: dict[str, str]) -> dict:
    result = subprocess.run(
        [node, "client.mjs"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        env={**environment, "MODEL_ID": CLAUDE, "AWS_MAX_ATTEMPTS": "1"},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "days": {"type": "integer", "maximum": 5},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}


def check_tool(tool: dict) -> None:
    assert tool["stopReason"] == "tool_use" and tool["name"] == "get_weather"
    jsonschema.validate(tool["input"], WEATHER)
    assert tool["text"]
    streamed = tool["streamed"]
    assert streamed["events"] == [
        "messageStart",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert streamed["pieces"][0] == "" and len(streamed["pieces"]) > 3
    jsonschema.validate(json.loads("".join(streamed["pieces"])), WEATHER)


def check(result: dict) -> None:
    assert result["handlerProtocol"] == "h2"
    whole = result["converse"]
    assert whole["text"] and whole["requestId"]
    assert whole["usage"]["totalTokens"] == (
        whole["usage"]["inputTokens"] + whole["usage"]["outputTokens"]
    )
    assert result["converseStream"]["text"] == whole["text"]
    assert result["converseStream"]["events"] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert result["invokeModel"]["content"][0]["text"] == whole["text"]
    assert result["contentType"] == "application/json"
    assert result["invokeStream"][0]["type"] == "message_start"
    assert "amazon-bedrock-invocationMetrics" in result["invokeStream"][-1]
    check_tool(result["tool"])
    assert set(result["together"]) == {whole["text"]}
    error = result["error"]
    assert error["name"] == "ValidationException" and error["status"] == 400
    assert error["message"] == "The provided model identifier is invalid." and error["requestId"]
    assert result["inputTokens"] > 0
    assert CLAUDE in result["models"]


# In clear: the runtime client sends HTTP/2's preface at once, and everything works over it. The
# proxy in between proves that it was HTTP/2; the SDK's control client speaks HTTP/1.1 beside it, on
# the same port.
def test_http2_in_clear(node, server):
    proxy = RecordingProxy(server.host, server.port)
    try:
        environment = server.client_environment(AWS_ENDPOINT_URL=f"http://127.0.0.1:{proxy.port}")
        check(run(node, environment))
    finally:
        proxy.close()
    spoken = ["h2" if data.startswith(HTTP2_PREFACE[:16]) else "h1" for data in proxy.first_bytes]
    assert "h2" in spoken and "h1" in spoken
    assert spoken.count("h2") >= spoken.count("h1")


# Under TLS, with the certificate that the server made for itself.
def test_http2_under_tls(node, start_server):
    server = start_server("[tls]\ngenerate = true\n")
    assert server.scheme == "https"
    certificate = server.data_dir / "tls-certificate.pem"
    environment = server.client_environment(
        AWS_ENDPOINT_URL=f"https://localhost:{server.port}", NODE_EXTRA_CA_CERTS=str(certificate)
    )
    check(run(node, environment))
