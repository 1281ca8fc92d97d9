"""The AWS SDK for Go v2, its clients made without any option."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

from conversations import CLAUDE
from toolchains import in_ci, require_tool

pytestmark = pytest.mark.bedplate_only

FOLDER = Path(__file__).parent / "go"
BUILD_SECONDS_MAX = 300
CLIENT_RACES_MAX = 4
RUN_SECONDS_MAX = 90
EVENTS = ["MessageStart", "ContentBlockDelta", "ContentBlockStop", "MessageStop", "Metadata"]

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 12},
        "days": {"type": "integer", "maximum": 5},
    },
    "required": ["city", "days"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    """The program, built. Go keeps modules and objects, so that only the first build is slow."""
    go = require_tool("go", ["version"], (1, 24))
    path = tmp_path_factory.mktemp("go") / "client"
    result = subprocess.run(
        [go, "build", "-mod=readonly", "-o", str(path), "."],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        # The toolchain of this machine: no other is fetched.
        env={**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
    )
    if result.returncode != 0 and "dial tcp" in result.stderr and not in_ci():
        pytest.skip(f"the SDK cannot be downloaded: {result.stderr[-300:]}")
    assert result.returncode == 0, result.stderr
    return path


def run(program, environment):
    """Runs the client. On a starved machine the SDK itself now and then closes a connection when a
    reply comes before its own writer has settled (seen with strace: the whole request is written,
    the reply is read, then the client calls close): such a run says nothing about the server."""
    for _ in range(CLIENT_RACES_MAX):
        done = subprocess.run(
            [program], capture_output=True, text=True, timeout=RUN_SECONDS_MAX, env=environment
        )
        if "use of closed network connection" not in done.stderr:
            break
    return done


def test_runtime(program, server):
    environment = server.client_environment(MODEL_ID=CLAUDE, AWS_MAX_ATTEMPTS="1")
    done = run(program, environment)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    text = result["ConverseText"]
    assert text and result["TotalTokens"] > 0
    assert result["ConverseStop"] in ("end_turn", "max_tokens")
    assert result["StreamText"] == text
    names = [
        name.removeprefix("*types.ConverseStreamOutputMember") for name in result["StreamEvents"]
    ]
    assert names == EVENTS
    assert result["InvokeText"] == text
    assert result["InvokeChunks"] > 3
    assert "amazon-bedrock-invocationMetrics" in result["LastChunk"]
    assert result["ToolStop"] == "tool_use" and result["ToolName"] == "get_weather"
    jsonschema.validate(result["ToolInput"], WEATHER)
    assert result["ToolAnswer"]
    assert result["ToolPieces"][0] == "" and len(result["ToolPieces"]) > 3
    jsonschema.validate(json.loads("".join(result["ToolPieces"])), WEATHER)
    assert set(result["Together"]) == {text}
    assert result["AfterLeftCall"]
    assert result["IsValidation"] and result["ErrorCode"] == "ValidationException"
    assert result["ErrorMessage"] == "The provided model identifier is invalid."
