"""The AWS SDK for Java v2, its clients made without any option. The asynchronous one speaks through
the SDK's own HTTP client over Netty, and that HTTP/2: in clear by prior knowledge."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

from bedplate_server import REPOSITORY
from conversations import CLAUDE
from test_javascript_sdk import HTTP2_PREFACE, RecordingProxy
from toolchains import in_ci, require_tool

pytestmark = pytest.mark.bedplate_only

PROGRAM = REPOSITORY / ".deps/java"
INSTALL_SECONDS_MAX = 170
RUN_SECONDS_MAX = 90
EVENTS = ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]
TOOL_EVENTS = [EVENTS[0], "contentBlockStart", *EVENTS[1:]]
WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "days": {"type": "number", "minimum": 1, "maximum": 5, "multipleOf": 1},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def java() -> str:
    """Java, with the SDK and the compiled program in place: the set-up sees to that."""
    path = require_tool("java", ["--version"], (17, 0))
    require_tool("javac", ["--version"], (17, 0))
    require_tool("mvn", ["--version"], (3, 6))
    done = subprocess.run(
        [REPOSITORY / "tools/setup/java-client.sh"],
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
    )
    if done.returncode != 0:
        said = done.stdout + done.stderr
        if not in_ci() and "Could not transfer artifact" in said:
            pytest.skip(f"the SDK cannot be downloaded: {said[-300:]}")
        pytest.fail(said, pytrace=False)
    return path


def run(java: str, environment: dict[str, str]) -> dict:
    """Runs the program; gives what it heard."""
    classpath = os.pathsep.join([str(PROGRAM / "classes"), str(PROGRAM / "jars/*")])
    done = subprocess.run(
        # Started once and soon over: compiling what runs hot would not pay.
        [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, "Client"],
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        env={**environment, "MODEL_ID": CLAUDE, "AWS_MAX_ATTEMPTS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check_refusal(refusal: dict, kind: str, status: int) -> None:
    assert refusal["class"] == refusal["code"] == kind
    assert refusal["status"] == status and refusal["requestId"]


def test_runtime_and_control(java, server):
    proxy = RecordingProxy(server.host, server.port)
    try:
        address = f"http://127.0.0.1:{proxy.port}"
        heard = run(java, server.client_environment(AWS_ENDPOINT_URL=address))
    finally:
        proxy.close()

    assert CLAUDE in heard["models"]
    check_refusal(heard["controlError"], "ValidationException", 400)
    assert "identifier" in heard["controlError"]["message"]

    whole = heard["converse"]
    assert whole["text"] and whole["requestId"]
    assert whole["stopReason"] in ("end_turn", "max_tokens")
    assert 0 < whole["inputTokens"] and 0 < whole["outputTokens"] <= 40
    assert whole["totalTokens"] == whole["inputTokens"] + whole["outputTokens"]
    assert whole["latencyMs"] >= 0
    assert heard["streamText"] == whole["text"]
    assert heard["streamEvents"] == EVENTS
    assert set(heard["together"]) == {whole["text"]}
    assert heard["invoke"]["content"][0]["text"] == whole["text"]
    assert heard["invokeContentType"] == "application/json"
    assert heard["invokeChunks"][0]["type"] == "message_start"
    assert "amazon-bedrock-invocationMetrics" in heard["invokeChunks"][-1]
    for name in ("error", "asyncError"):
        check_refusal(heard[name], "ValidationException", 400)
        assert heard[name]["message"] == "The provided model identifier is invalid."

    called = heard["tool"]
    assert called["stopReason"] == "tool_use" and called["name"] == "get_weather"
    jsonschema.validate(numbers(called["input"]), WEATHER)
    assert called["text"]
    assert heard["toolEvents"] == TOOL_EVENTS
    assert heard["toolPieces"][0] == "" and len(heard["toolPieces"]) > 3
    jsonschema.validate(json.loads("".join(heard["toolPieces"])), WEATHER)

    # The synchronous clients came over HTTP/1.1, the asynchronous one over HTTP/2.
    spoken = {data.startswith(HTTP2_PREFACE[:16]) for data in proxy.first_bytes}
    assert spoken == {False, True}


def numbers(value):
    """The SDK unwraps a document's numbers as text, to lose no digit."""
    if isinstance(value, dict):
        return {name: numbers(member) for name, member in value.items()}
    try:
        return float(value)
    except ValueError:
        return value
