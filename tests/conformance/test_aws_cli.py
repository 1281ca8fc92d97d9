"""The AWS CLI, version 1, with nothing but the environment that `bedplate env` prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bedplate_server import clean_environment
from conversations import CLAUDE, user

pytestmark = pytest.mark.bedplate_only

AWS = Path(sys.executable).parent / "aws"
TIMEOUT_SECONDS = 90


def aws(environment: dict, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(AWS), *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=environment,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def environment(server):
    """The exports and nothing else: no configuration file, no flags."""
    return {**server.client_environment(), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}


def test_converse(environment):
    result = aws(
        environment,
        *("bedrock-runtime", "converse", "--model-id", CLAUDE),
        *("--messages", json.dumps([user("Hello")])),
        *("--inference-config", "maxTokens=20,temperature=0"),
        *("--system", '[{"text": "You are kind."}]'),
    )
    assert result.returncode == 0, result.stderr
    reply = json.loads(result.stdout)
    assert reply["output"]["message"]["content"][0]["text"]
    assert reply["usage"]["outputTokens"] <= 20


# The CLI writes the body of the reply into a file and prints the rest.
def test_invoke_model(environment, tmp_path):
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    out = tmp_path / "reply.json"
    result = aws(
        environment,
        *("bedrock-runtime", "invoke-model", "--model-id", CLAUDE),
        *("--body", json.dumps(body), str(out)),
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["contentType"] == "application/json"
    assert json.loads(out.read_text())["type"] == "message"


def test_list_foundation_models(environment):
    result = aws(
        environment,
        *("bedrock", "list-foundation-models", "--by-provider", "anthropic"),
        *("--query", "modelSummaries[].modelId", "--output", "text"),
    )
    assert result.returncode == 0, result.stderr
    ids = result.stdout.split()
    assert CLAUDE in ids and all(model.startswith("anthropic.") for model in ids)


def test_get_foundation_model(environment):
    result = aws(environment, "bedrock", "get-foundation-model", "--model-identifier", CLAUDE)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["modelDetails"]["modelId"] == CLAUDE


# The CLI pages by itself.
def test_list_inference_profiles(environment):
    result = aws(
        environment,
        *("bedrock", "list-inference-profiles", "--page-size", "7"),
        *("--query", "inferenceProfileSummaries[].inferenceProfileId"),
    )
    assert result.returncode == 0, result.stderr
    assert f"us.{CLAUDE}" in json.loads(result.stdout)


# With an API key in place of the access keys.
def test_api_key(server):
    exports = server.exports("--bearer")
    environment = clean_environment(**{**exports, "AWS_ENDPOINT_URL": server.url})
    result = aws(
        environment,
        *("bedrock-runtime", "converse", "--model-id", CLAUDE),
        *("--messages", json.dumps([user("Hello")]), "--inference-config", "maxTokens=1"),
    )
    assert result.returncode == 0, result.stderr


# The CLI knows no event streams, so there is no converse-stream command to test (botocore's own
# limit). What it prints of an error is the modelled text.
def test_error(environment):
    result = aws(
        environment,
        *("bedrock-runtime", "converse", "--model-id", "no.such-model"),
        *("--messages", json.dumps([user("Hello")])),
    )
    assert result.returncode != 0
    assert (
        "An error occurred (ValidationException) when calling the Converse operation: The provided "
        "model identifier is invalid."
    ) in result.stderr
