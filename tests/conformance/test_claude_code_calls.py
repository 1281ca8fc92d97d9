"""The calls that Claude Code makes in its Bedrock mode, byte for byte where it matters: it lists
the inference profiles on the host that it also asks for text, puts betas in body and header, and
streams, with its tools. Facts: its published program (2.0.76) and the requests in its issues."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from conversations import REGION
from signed_http import SignedHttp

pytestmark = pytest.mark.bedplate_only

PROFILE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
SMALL_PROFILE = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
USER_ID = f"user_{'a' * 64}_account__session_12345678-1234-1234-1234-123456789012"
BODY_BETAS = ["interleaved-thinking-2025-05-14", "context-1m-2025-08-07"]
HEADER_BETAS = (
    "claude-code-20250219,fine-grained-tool-streaming-2025-05-14,"
    "context-management-2025-06-27,structured-outputs-2025-09-17"
)
HEADERS = {
    "accept": "application/json",
    "anthropic-beta": HEADER_BETAS,
    "anthropic-dangerous-direct-browser-access": "true",
    "anthropic-version": "2023-06-01",
    "user-agent": "claude-cli/2.0.76 (external, cli)",
    "x-app": "cli",
    "x-stainless-arch": "x64",
    "x-stainless-helper-method": "stream",
    "x-stainless-lang": "js",
    "x-stainless-os": "Linux",
    "x-stainless-package-version": "0.70.0",
    "x-stainless-retry-count": "0",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v22.0.0",
    "x-stainless-timeout": "600",
}
CACHED = {"cache_control": {"type": "ephemeral"}}


def text(words: str, **more) -> dict:
    return {"type": "text", "text": words, **more}


def turn_body(**members) -> dict:
    """A turn of the conversation, as the main loop sends it."""
    return {
        "max_tokens": 32,
        "messages": [
            {
                "role": "user",
                "content": [
                    text("<system-reminder>\nThe user's files are here.\n</system-reminder>\n"),
                    text("Hello! Who are you?", **CACHED),
                ],
            }
        ],
        "system": [
            text("You are Claude Code, Anthropic's official CLI for Claude.", **CACHED),
            text("You are an interactive CLI tool.", **CACHED),
        ],
        "metadata": {"user_id": USER_ID},
        "temperature": 1,
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": BODY_BETAS,
        **members,
    }


# The path carries the profile's colon as it is.
def target(operation: str, profile: str = PROFILE) -> str:
    return f"/model/{profile}/{operation}"


def chunks_of(response) -> list[dict]:
    assert response.status == 200, response.body
    assert response.header("content-type") == "application/vnd.amazon.eventstream"
    frames = response.frames()
    assert {frame.event for frame in frames} == {"chunk"}
    return [json.loads(base64.b64decode(frame.json()["bytes"])) for frame in frames]


def check_turn(chunks: list[dict]) -> None:
    assert chunks[0]["type"] == "message_start"
    assert chunks[0]["message"]["usage"]["input_tokens"] > 0
    assert [chunk["type"] for chunk in chunks[-2:]] == ["message_delta", "message_stop"]
    assert all("type" in chunk for chunk in chunks)
    said = "".join(
        chunk["delta"]["text"] for chunk in chunks if chunk["type"] == "content_block_delta"
    )
    assert said
    assert chunks[-2]["delta"]["stop_reason"] in ("end_turn", "max_tokens")
    assert chunks[-2]["usage"]["output_tokens"] > 0


# At its start: all system-defined profiles, page by page, and of these Anthropic's.
def test_profiles_are_listed(http):
    found, token = [], None
    while True:
        query = "maxResults=20&type=SYSTEM_DEFINED"
        if token:
            query = f"maxResults=20&nextToken={quote(token, safe='')}&type=SYSTEM_DEFINED"
        page = http.send("GET", f"/inference-profiles?{query}")
        assert page.status == 200
        found += page.json()["inferenceProfileSummaries"]
        token = page.json().get("nextToken")
        if not token:
            break
    names = [profile["inferenceProfileId"] for profile in found]
    assert len(names) > 20 and len(names) == len(set(names))
    assert {PROFILE, SMALL_PROFILE} <= {name for name in names if "anthropic" in name}


# For a profile's ARN: which model is behind it, by the ARN's last piece.
def test_model_behind_a_profile(http):
    arn = f"arn%3Aaws%3Abedrock%3A{REGION}%3A123456789012%3Ainference-profile%2F"
    profile = http.send("GET", f"/inference-profiles/{arn}{PROFILE.replace(':', '%3A')}")
    assert profile.status == 200
    model = profile.json()["models"][0]["modelArn"].rpartition("/")[2]
    assert model == "anthropic.claude-sonnet-4-5-20250929-v1:0"


# A turn of the conversation.
def test_turn(http):
    response = http.send(
        "POST",
        target("invoke-with-response-stream"),
        turn_body(),
        headers={**HEADERS, "x-amzn-bedrock-accept": "application/json"},
    )
    check_turn(chunks_of(response))


# With tools, the last of them cached, and the calls and results of the turns before. Whether the
# model calls one is its affair; what comes must be whole events.
def test_turn_with_tools(http):
    def tool(name: str, *members: str, **more) -> dict:
        properties = {member: {"type": "string"} for member in members}
        schema = {"type": "object", "properties": properties, "required": [members[0]]}
        return {"name": name, "description": f"{name}s.", "input_schema": schema, **more}

    call = {"type": "tool_use", "id": "toolu_bdrk_01A", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": "README.md", **CACHED}
    messages = [
        {"role": "user", "content": [text("List the files.")]},
        {"role": "assistant", "content": [text("I'll look."), call]},
        {"role": "user", "content": [{**result, "is_error": False}]},
    ]
    response = http.send(
        "POST",
        target("invoke-with-response-stream"),
        turn_body(
            messages=messages,
            tools=[tool("Bash", "command", "description"), tool("Read", "file_path", **CACHED)],
        ),
        headers=HEADERS,
    )
    chunks = chunks_of(response)
    assert chunks[0]["type"] == "message_start"
    assert [chunk["type"] for chunk in chunks[-2:]] == ["message_delta", "message_stop"]
    assert chunks[-2]["delta"]["stop_reason"] in ("end_turn", "max_tokens", "tool_use")


# The betas go into the body or the header, whatever they are called.
@pytest.mark.parametrize(
    "betas", [[], BODY_BETAS, ["tool-search-tool-2025-10-19", "new-2099-01-01"]]
)
def test_betas(http, betas):
    response = http.send(
        "POST",
        target("invoke-with-response-stream"),
        turn_body(anthropic_beta=betas),
        headers={**HEADERS, "anthropic-beta": ",".join([*betas, "other-2099-01-01"])},
    )
    check_turn(chunks_of(response))


# The question that finds out whether there is quota, and the one for a conversation's title: the
# small model, the whole reply at once.
@pytest.mark.parametrize(
    "body",
    [
        {"max_tokens": 1, "messages": [{"role": "user", "content": "quota"}]},
        {
            "max_tokens": 512,
            "messages": [{"role": "user", "content": "Please write a title."}],
            "system": [text("Summarize this conversation in under 50 characters.")],
            "temperature": 0,
        },
    ],
    ids=["quota", "title"],
)
def test_small_model(http, body):
    response = http.send(
        "POST",
        target("invoke", SMALL_PROFILE),
        {
            **body,
            "metadata": {"user_id": USER_ID},
            "anthropic_version": "bedrock-2023-05-31",
        },
        headers=HEADERS,
    )
    assert response.status == 200
    message = response.json()
    assert message["type"] == "message" and message["content"][0]["text"]
    assert message["usage"]["output_tokens"] >= 1


# With AWS_BEARER_TOKEN_BEDROCK: the key instead of a signature, on both APIs.
def test_api_key(http, server):
    headers = {**HEADERS, "Authorization": f"Bearer {server.api_key}"}
    response = http.send_unsigned(
        "POST", target("invoke-with-response-stream"), turn_body(), headers
    )
    check_turn(chunks_of(response))
    profiles = http.send_unsigned("GET", "/inference-profiles?type=SYSTEM_DEFINED", b"", headers)
    assert profiles.status == 200


# With CLAUDE_CODE_SKIP_BEDROCK_AUTH: no credentials at all, for a server that wants none.
def test_no_authentication(start_server):
    server = start_server(arguments=("--no-auth",))
    http = SignedHttp(server.url, "unused", "unused", REGION)
    response = http.send_unsigned(
        "POST", target("invoke-with-response-stream"), turn_body(), HEADERS
    )
    check_turn(chunks_of(response))


# A prompt beyond the context is one whole refusal, before any event.
def test_overflow(http):
    response = http.send(
        "POST",
        target("invoke-with-response-stream"),
        turn_body(messages=[{"role": "user", "content": "Hello " * 30_000}]),
        headers=HEADERS,
    )
    assert (response.status, response.error_type) == (400, "ValidationException")
    assert "too long" in response.message
