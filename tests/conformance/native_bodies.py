"""One family's native InvokeModel body: how to ask, and where the answer stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from conversations import CLAUDE, GPT_OSS, LLAMA, NOVA, TITAN


@dataclass(frozen=True)
class Native:
    model: str
    ask: Callable[[str, int], dict]  # question, most tokens -> body at temperature 0
    text: Callable[[dict], str]  # reply -> text
    counts: Callable[[dict], tuple[int, int]]  # reply -> input and output tokens
    reason: Callable[[dict], str]  # reply -> why it stopped
    at_cap: str  # the reason when the cap struck
    at_end: str  # the reason when the model was done
    chunk_text: Callable[[dict], str]  # stream chunk -> text, or ""


def _claude(question: str, most: int) -> dict:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": most,
        "temperature": 0.0,
        "messages": [{"role": "user", "content": question}],
    }


def _llama(question: str, most: int) -> dict:
    # Llama's own template, as its programs write it.
    prompt = (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n"
        f"{question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    return {"prompt": prompt, "max_gen_len": most, "temperature": 0.0}


def _titan(question: str, most: int) -> dict:
    return {
        "inputText": question,
        "textGenerationConfig": {"maxTokenCount": most, "temperature": 0, "topP": 0.9},
    }


def _nova(question: str, most: int) -> dict:
    return {
        "schemaVersion": "messages-v1",
        "messages": [{"role": "user", "content": [{"text": question}]}],
        "inferenceConfig": {"maxTokens": most, "temperature": 0.0},
    }


def _openai(question: str, most: int) -> dict:
    return {
        "messages": [{"role": "user", "content": question}],
        "max_completion_tokens": most,
        "temperature": 0.0,
    }


def _openai_chunk_text(chunk: dict) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


NATIVE = {
    "anthropic": Native(
        CLAUDE,
        _claude,
        lambda reply: "".join(block["text"] for block in reply["content"]),
        lambda reply: (reply["usage"]["input_tokens"], reply["usage"]["output_tokens"]),
        lambda reply: reply["stop_reason"],
        "max_tokens",
        "end_turn",
        lambda chunk: chunk.get("delta", {}).get("text", ""),
    ),
    "llama": Native(
        LLAMA,
        _llama,
        lambda reply: reply["generation"],
        lambda reply: (reply["prompt_token_count"], reply["generation_token_count"]),
        lambda reply: reply["stop_reason"],
        "length",
        "stop",
        lambda chunk: chunk["generation"],
    ),
    "titan": Native(
        TITAN,
        _titan,
        lambda reply: reply["results"][0]["outputText"],
        lambda reply: (reply["inputTextTokenCount"], reply["results"][0]["tokenCount"]),
        lambda reply: reply["results"][0]["completionReason"],
        "LENGTH",
        "FINISH",
        lambda chunk: chunk["outputText"],
    ),
    "nova": Native(
        NOVA,
        _nova,
        lambda reply: "".join(b["text"] for b in reply["output"]["message"]["content"]),
        lambda reply: (reply["usage"]["inputTokens"], reply["usage"]["outputTokens"]),
        lambda reply: reply["stopReason"],
        "max_tokens",
        "end_turn",
        lambda chunk: chunk.get("contentBlockDelta", {}).get("delta", {}).get("text", ""),
    ),
    "openai": Native(
        GPT_OSS,
        _openai,
        lambda reply: reply["choices"][0]["message"]["content"],
        lambda reply: (reply["usage"]["prompt_tokens"], reply["usage"]["completion_tokens"]),
        lambda reply: reply["choices"][0]["finish_reason"],
        "length",
        "stop",
        _openai_chunk_text,
    ),
}


def invoke(runtime, native: Native, body: dict, **options) -> tuple[dict, dict]:
    """InvokeModel; gives the native reply and the response headers."""
    response = runtime.invoke_model(modelId=native.model, body=json.dumps(body), **options)
    return json.loads(response["body"].read()), response["ResponseMetadata"]["HTTPHeaders"]


def invoke_stream(runtime, native: Native, body: dict, **options) -> list[dict]:
    """InvokeModelWithResponseStream; gives the native chunks."""
    response = runtime.invoke_model_with_response_stream(
        modelId=native.model, body=json.dumps(body), **options
    )
    return [json.loads(event["chunk"]["bytes"]) for event in response["body"]]
