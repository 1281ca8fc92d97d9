"""The models that the tests talk to, and short ways to write and read a conversation."""

from __future__ import annotations

# One model of each family of native bodies (reference, section 1.2). All five answer on demand in
# us-east-1, so that none needs an inference profile.
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
LLAMA = "meta.llama3-8b-instruct-v1:0"
TITAN = "amazon.titan-text-express-v1"
NOVA = "amazon.nova-lite-v1:0"
GPT_OSS = "openai.gpt-oss-20b-1:0"
FAMILIES = {
    "anthropic": CLAUDE,
    "llama": LLAMA,
    "titan": TITAN,
    "nova": NOVA,
    "openai": GPT_OSS,
}
REGION = "us-east-1"


def user(text: str) -> dict:
    return {"role": "user", "content": [{"text": text}]}


def assistant(text: str) -> dict:
    return {"role": "assistant", "content": [{"text": text}]}


def text_of(response: dict) -> str:
    """The text of a Converse response."""
    return "".join(block["text"] for block in response["output"]["message"]["content"])


def stream_text(events) -> str:
    """The text of a ConverseStream's events."""
    return "".join(
        event["contentBlockDelta"]["delta"]["text"]
        for event in events
        if "contentBlockDelta" in event
    )
