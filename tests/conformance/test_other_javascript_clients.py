"""Anthropic's, OpenAI's and Vercel's clients for JavaScript, unmodified, with only the endpoint and
the credentials in the environment."""

from __future__ import annotations

import json
import subprocess

import pytest

from conversations import CLAUDE
from test_javascript_sdk import FOLDER, RUN_SECONDS_MAX, node  # noqa: F401 (a fixture)

pytestmark = pytest.mark.bedplate_only


@pytest.fixture(scope="module")
def said(node, server) -> dict:  # noqa: F811
    """What other_clients.mjs heard."""
    key = server.api_key
    environment = server.client_environment(
        MODEL_ID=CLAUDE,
        ANTHROPIC_BEDROCK_BASE_URL=server.url,
        ANTHROPIC_BASE_URL=f"{server.url}/anthropic",
        ANTHROPIC_API_KEY=key,
        OPENAI_BASE_URL=f"{server.url}/v1",
        OPENAI_API_KEY=key,
    )
    result = subprocess.run(
        [node, "other_clients.mjs"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# The Bedrock client asks through InvokeModel, the other at the door: same text, own ids and errors.
@pytest.mark.parametrize(
    "client, prefix, error",
    [
        ("anthropicBedrock", "msg_bdrk_", {"status": 400, "name": "BadRequestError"}),
        ("anthropic", "msg_", {"status": 404, "name": "NotFoundError"}),
    ],
)
def test_anthropic(said, client, prefix, error):
    heard = said[client]
    assert heard["text"] and heard["streamed"]
    assert heard["last"] == "message_stop"
    assert heard["id"].startswith(prefix)
    assert heard["usage"]["output_tokens"] > 0
    assert heard["error"] == error


def test_anthropic_count(said):
    assert said["anthropic"]["counted"] == said["anthropic"]["usage"]["input_tokens"]


def test_openai(said):
    heard = said["openai"]
    assert heard["text"] and heard["streamed"] == heard["text"]
    assert CLAUDE in heard["models"]


# Vercel's AI SDK speaks Converse.
def test_vercel(said):
    heard = said["vercel"]
    assert heard["text"] and heard["streamed"] == heard["text"]
    assert heard["parts"] > 1
    assert heard["usage"]["outputTokens"] > 0


# Both steps must call: the second one's conversation holds the first one's call and result.
def test_vercel_tool(said):
    assert len(said["vercelTool"]) == 2
    for step in said["vercelTool"]:
        assert step["reason"] == "tool-calls"
        (call,) = step["calls"]
        assert call["toolName"] == "weather"
        assert set(call["input"]) == {"city"} and len(call["input"]["city"]) <= 12
        assert step["results"] == [f"It is sunny in {call['input']['city']}."]


@pytest.mark.parametrize("family, length", [("titan", 1024), ("cohere", 1024), ("nova", 1024)])
def test_vercel_embeddings(said, family, length):
    heard = said["vercelEmbeddings"][family]
    same, other = heard["many"]
    assert len(heard["one"]) == len(same) == len(other) == length
    assert same == pytest.approx(heard["one"], abs=1e-3)
    assert other != pytest.approx(same, abs=1e-2)
    assert heard["tokens"] > 0
