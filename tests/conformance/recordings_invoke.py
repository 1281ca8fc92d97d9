"""Recorded replies of InvokeModel and InvokeModelWithResponseStream, family by family.

Sources: see recordings_converse.py, and
  NR  newrelic/newrelic-python-agent @e3c9c1d, tests/external_botocore (2023 to 2025; of the
      headers only some were kept)
"""

from __future__ import annotations

import re

from recorded_shape import ANY, Each, Recording
from recordings_converse import (
    ERROR_HEADERS,
    INVALID_MODEL,
    JSON_HEADERS,
    STREAM_HEADERS,
    VALIDATION,
    refused,
)

LATENCY = {"x-amzn-bedrock-invocation-latency"}
INPUT_COUNT = LATENCY | {"x-amzn-bedrock-input-token-count"}
COUNTS = INPUT_COUNT | {"x-amzn-bedrock-output-token-count"}
CACHE_READ = {"x-amzn-bedrock-cache-read-input-token-count"}
CACHE_COUNTS = CACHE_READ | {"x-amzn-bedrock-cache-write-input-token-count"}
INVOKE_STREAM_HEADERS = STREAM_HEADERS | {"x-amzn-bedrock-content-type"}

METRICS = {
    "amazon-bedrock-invocationMetrics": {
        "inputTokenCount": int,
        "outputTokenCount": int,
        "invocationLatency": int,
        "firstByteLatency": int,
    }
}
MESSAGE_ID = re.compile(r"msg_bdrk_01[A-Za-z0-9]{22}")
TOOL_USE_ID = re.compile(r"toolu_bdrk_01[A-Za-z0-9]{22}")
SAYS_TEXT = [("text", "Good "), ("text", "morning.")]
SAYS_CALL = [("call", "get_weather", '{"city": ', '"Rome"}')]
TEST = "Tell me a story."  # which the demo model does at length


def whole(source: str, model: str, body: dict, reply, headers=COUNTS, **more) -> Recording:
    """An InvokeModel call and its reply."""
    return Recording(
        source, f"/model/{model}/invoke", body, JSON_HEADERS | headers, reply, **more
    )


def stream(source: str, model: str, body: dict, *chunks: dict, says=None, **more) -> Recording:
    """The same, streamed."""
    return Recording(
        source,
        f"/model/{model}/invoke-with-response-stream",
        body,
        INVOKE_STREAM_HEADERS,
        events=[("chunk", chunk) for chunk in chunks],
        says=says,
        **more,
    )


# ---- Anthropic

CLAUDE_35 = "us.anthropic.claude-3-5-sonnet-20240620-v1:0"
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
CITY = {"type": "object", "properties": {"city": {"enum": ["Rome"]}}, "required": ["city"]}
ANTHROPIC_TOOLS = [
    {"name": "get_weather", "description": "The weather.", "input_schema": CITY}
]


def messages_body(*turns: dict, **more) -> dict:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10,
        "messages": list(turns) or [{"role": "user", "content": TEST}],
        **more,
    }


def message(model: str, *content: dict, stop: str = "end_turn", usage=None) -> dict:
    return {
        "id": MESSAGE_ID,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage or {"input_tokens": int, "output_tokens": int},
    }


CACHING = {"cache_creation_input_tokens": int, "cache_read_input_tokens": int}
CACHING_USAGE = {"input_tokens": int, **CACHING, "output_tokens": int}
BY_TIME = {"cache_creation": {"ephemeral_1h_input_tokens": int, "ephemeral_5m_input_tokens": int}}
TEXT = {"type": "text", "text": str}
OPUS_48_MESSAGE_ID = re.compile(r"msg_bdrk_[a-z2-7]{52}")
CALL = {"type": "tool_use", "id": TOOL_USE_ID, "name": "get_weather", "input": ANY}


def said(text: str) -> dict:
    return {"type": "text", "text": text}


def message_start(model: str, usage: dict) -> dict:
    begun = message(model, stop=None, usage=usage)
    return {"type": "message_start", "message": begun}


def block_start(index: int, block: dict) -> dict:
    return {"type": "content_block_start", "index": index, "content_block": block}


def block_delta(index: int, kind: str, name: str) -> dict:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, name: str}}


def text_block(index: int) -> list[dict]:
    return [
        block_start(index, {"type": "text", "text": ""}),
        block_delta(index, "text_delta", "text"),
        {"type": "content_block_stop", "index": index},
    ]


def call_block(index: int) -> list[dict]:
    return [
        block_start(index, {**CALL, "input": {}}),
        block_delta(index, "input_json_delta", "partial_json"),
        {"type": "content_block_stop", "index": index},
    ]


def message_end(stop: str) -> list[dict]:
    return [
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop, "stop_sequence": None},
            "usage": {"output_tokens": int},
        },
        {"type": "message_stop", **METRICS},
    ]


BASE_USAGE = {"input_tokens": int, "output_tokens": int}
OLD_PROMPT = {
    "prompt": f"\n\nHuman: {TEST}\n\nAssistant:",
    "max_tokens_to_sample": 3,
    "temperature": 0,
}
ANTHROPIC = [
    whole("OT invoke_model_with_content", "anthropic.claude-v2", messages_body(max_tokens=2),
          message("claude-2.0", TEXT, stop="max_tokens"), says=[*SAYS_TEXT, ("cut",)]),
    whole("OT invoke_model_with_content_tool_call", CLAUDE_35,
          messages_body(tools=ANTHROPIC_TOOLS),
          message("claude-3-5-sonnet-20240620", TEXT, CALL, CALL, stop="tool_use"),
          says=[*SAYS_TEXT, *SAYS_CALL, *SAYS_CALL]),
    whole("OT invoke_model_with_content_user_content_as_string", CLAUDE_35, messages_body(),
          message("claude-3-5-sonnet-20240620", TEXT), says=SAYS_TEXT),
    whole("OL anthropic_3_completion_string_content", "anthropic.claude-3-sonnet-20240229-v1:0",
          messages_body(), message("claude-3-sonnet-20240229", TEXT), says=SAYS_TEXT),
    stream("OT invoke_model_with_response_stream_with_content", HAIKU,
           messages_body(max_tokens=3, temperature=0),
           message_start("claude-3-haiku-20240307", BASE_USAGE), *text_block(0),
           *message_end("max_tokens")),
    stream("OT invoke_model_with_response_stream_with_content_tool_call", HAIKU,
           messages_body(tools=ANTHROPIC_TOOLS, max_tokens=100, temperature=0,
                         tool_choice={"type": "tool", "name": "get_weather"}),
           message_start("claude-3-haiku-20240307", BASE_USAGE), *call_block(0),
           *message_end("tool_use")),
    whole("PA anthropic_mid_conversation_system", "us.anthropic.claude-opus-4-8",
          messages_body({"role": "user", "content": [said("Review this.")]},
                        {"role": "assistant", "content": [said("Looks fine.")]},
                        {"role": "user", "content": [said("Again.")]},
                        {"role": "system", "content": [said("Be brief.")]},
                        system="You review."),
          {**message("claude-opus-4-8", TEXT,
                     usage={**CACHING_USAGE, **BY_TIME, "service_tier": "standard",
                            "output_tokens_details": {"thinking_tokens": int}}),
           "id": OPUS_48_MESSAGE_ID, "stop_details": None},
          COUNTS | CACHE_READ, says=SAYS_TEXT),
    whole("PA anthropic_cache_bedrock_real_api", "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
          messages_body(),
          message("claude-haiku-4-5-20251001", TEXT, usage={**CACHING_USAGE, **BY_TIME}),
          says=SAYS_TEXT),
    whole("OL anthropic_2_completion", "anthropic.claude-v2:1",
          OLD_PROMPT,
          {"type": "completion", "completion": str, "stop_reason": "max_tokens", "stop": None}),
    stream("NR claude-instant-v1", "anthropic.claude-instant-v1",
           OLD_PROMPT,
           {"completion": str, "stop_reason": None, "stop": None},
           {"completion": str, "stop_reason": "max_tokens", "stop": None, **METRICS}),
]  # fmt: skip

# ---- Amazon

NOVA_USAGE = {
    "inputTokens": int,
    "outputTokens": int,
    "totalTokens": int,
    "cacheReadInputTokenCount": int,
    "cacheWriteInputTokenCount": int,
}
NOVA_CALL = {"toolUse": {"name": "get_weather", "toolUseId": str, "input": ANY}}
NOVA_TOOLS = {
    "tools": [
        {
            "toolSpec": {
                "name": "get_weather",
                "description": "The weather.",
                "inputSchema": {
                    "json": {"type": "object", "properties": {"city": {"type": "string"}}}
                },
            }
        }
    ]
}


def nova_body(**more) -> dict:
    turn = {"role": "user", "content": [{"text": TEST}]}
    settings = {"max_new_tokens": 2, "temperature": 0.8, "topP": 1, "stopSequences": ["|"]}
    return {
        "messages": [turn],
        "inferenceConfig": settings,
        "schemaVersion": "messages-v1",
        **more,
    }


def nova_reply(*content: dict, stop: str) -> dict:
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": NOVA_USAGE,
    }


def nova_pieces(count: int) -> list[dict]:
    """Each piece of text is a block of its own."""
    return [
        chunk
        for i in range(count)
        for chunk in (
            {"contentBlockDelta": {"delta": {"text": str}, "contentBlockIndex": i}},
            {"contentBlockStop": {"contentBlockIndex": i}},
        )
    ]


NOVA_METADATA = {
    "metadata": {
        "usage": {name: int for name in NOVA_USAGE if name != "totalTokens"},
        "metrics": {},
        "trace": {},
    },
    "amazon-bedrock-invocationMetrics": {
        **METRICS["amazon-bedrock-invocationMetrics"],
        "cacheReadInputTokenCount": int,
        "cacheWriteInputTokenCount": int,
    },
}
NOVA_BEGIN = {"messageStart": {"role": "assistant"}}


def titan_body(most: int) -> dict:
    settings = {"maxTokenCount": most, "temperature": 0, "topP": 1, "stopSequences": ["|"]}
    return {"inputText": TEST, "textGenerationConfig": settings}


TITAN = "amazon.titan-text-lite-v1"
AMAZON = [
    whole("OT invoke_model_with_content", "amazon.nova-micro-v1:0", nova_body(),
          nova_reply({"text": str}, stop="max_tokens"), COUNTS | CACHE_COUNTS,
          says=[*SAYS_TEXT, ("cut",)]),
    whole("OT invoke_model_with_content_tool_call", "amazon.nova-micro-v1:0",
          nova_body(toolConfig=NOVA_TOOLS),
          nova_reply({"text": str}, NOVA_CALL, NOVA_CALL, stop="tool_use"), COUNTS | CACHE_COUNTS,
          says=[*SAYS_TEXT, *SAYS_CALL, *SAYS_CALL]),
    stream("OL nova_invoke_stream, without its guardrail", "amazon.nova-lite-v1:0", nova_body(),
           NOVA_BEGIN, *nova_pieces(2), {"messageStop": {"stopReason": "max_tokens"}},
           NOVA_METADATA, says=[*SAYS_TEXT, ("cut",)]),
    whole("OT invoke_model_with_content", TITAN, titan_body(3),
          {"inputTextTokenCount": int,
           "results": [{"tokenCount": 3, "outputText": str, "completionReason": "LENGTH"}]}),
    # Titan sent it all at once; this server sends as the model makes it, the rest left open.
    stream("OT invoke_model_with_response_stream_with_content", TITAN, titan_body(2),
           {"outputText": str, "index": 0, "totalOutputTextTokenCount": None,
            "completionReason": None, "inputTextTokenCount": int},
           {"outputText": str, "index": 0, "totalOutputTextTokenCount": None,
            "completionReason": None, "inputTextTokenCount": None},
           {"outputText": str, "index": 0, "totalOutputTextTokenCount": 2,
            "completionReason": "LENGTH", "inputTextTokenCount": int, **METRICS}),
]  # fmt: skip

# ---- Others

PROMPT = {"prompt": TEST, "max_tokens": 3, "temperature": 0}
LLAMA = "us.meta.llama3-1-70b-instruct-v1:0"
MISTRAL = "mistral.mistral-7b-instruct-v0:2"
COMMAND = "cohere.command-light-text-v14"
COMMAND_R = "cohere.command-r-v1:0"


def llama_chunk(first: bool = False, last: bool = False) -> dict:
    return {
        "generation": str,
        "prompt_token_count": int if first else None,
        "generation_token_count": int,
        "stop_reason": "length" if last else None,
        **(METRICS if last else {}),
    }


def j2_tokens(fits) -> object:
    return fits(
        {
            "generatedToken": {"token": str, "logprob": float, "raw_logprob": float},
            "topTokens": None,
            "textRange": {"start": int, "end": int},
        }
    )


LLAMA_BODY = {"prompt": TEST, "max_gen_len": 3, "temperature": 0}
COMMAND_R_BODY = {"message": TEST, "max_tokens": 3, "temperature": 0}
COMMAND_R_REPLY = {
    "response_id": str,
    "text": str,
    "generation_id": str,
    "finish_reason": "MAX_TOKENS",
    "chat_history": [{"role": "USER", "message": TEST}, {"role": "CHATBOT", "message": str}],
}
BILLED = {
    "api_version": {"version": "1"},
    "billed_units": {"input_tokens": int, "output_tokens": 3},
    "tokens": {"input_tokens": int, "output_tokens": 3},
}
OTHERS = [
    whole("OT invoke_model_with_content", LLAMA, LLAMA_BODY,
          {"generation": str, "prompt_token_count": int, "generation_token_count": 3,
           "stop_reason": "length"}),
    stream("NR llama2-13b-chat-v1", "meta.llama3-8b-instruct-v1:0",
           LLAMA_BODY, llama_chunk(first=True), llama_chunk(),
           llama_chunk(last=True)),
    whole("OT invoke_model_with_content", MISTRAL, PROMPT,
          {"outputs": [{"text": str, "stop_reason": "length"}]}),
    stream("NR mistral-7b-instruct", MISTRAL, PROMPT,
           {"outputs": [{"text": str, "stop_reason": None}]},
           {"outputs": [{"text": str, "stop_reason": "length"}], **METRICS}),
    whole("OT invoke_model_with_content", COMMAND, PROMPT,
          {"id": str, "prompt": TEST,
           "generations": [{"id": str, "text": str, "finish_reason": "MAX_TOKENS"}]}),
    stream("NR command-text-v14", "cohere.command-text-v14", PROMPT,
           {"id": str, "prompt": TEST,
            "generations": [{"id": str, "text": str, "finish_reason": "MAX_TOKENS"}], **METRICS}),
    whole("OT invoke_model_with_content", COMMAND_R, COMMAND_R_BODY, COMMAND_R_REPLY),
    stream("DD cohere_invoke_stream_single_output", COMMAND, {**PROMPT, "stream": True},
           {"text": str, "is_finished": False},
           {"is_finished": True, "finish_reason": "MAX_TOKENS", **METRICS}),
    stream("DD cohere_invoke_stream_multiple_output", COMMAND,
           {**PROMPT, "stream": True, "num_generations": 2},
           {"index": 0, "text": str, "is_finished": False},
           {"index": 1, "text": str, "is_finished": False},
           {"is_finished": True, "finish_reason": "MAX_TOKENS", **METRICS}),
    stream("OJ cohere-command-r-model, streams", COMMAND_R, COMMAND_R_BODY,
           {"is_finished": False, "event_type": "text-generation", "text": str},
           {"is_finished": True, "event_type": "stream-end", "finish_reason": "MAX_TOKENS",
            "response": {**COMMAND_R_REPLY, "meta": BILLED}, **METRICS}),
    whole("AR ai21-jamba-models", "ai21.jamba-1-5-mini-v1:0",
          {"messages": [{"role": "user", "content": TEST}], "max_tokens": 3, "temperature": 0},
          {"id": re.compile("chatcmpl-[0-9a-f-]{36}"), "model": "jamba-1.5-mini",
           "choices": [{"index": 0, "finish_reason": "length",
                        "message": {"role": "assistant", "content": str, "tool_calls": None}}],
           "usage": {"prompt_tokens": int, "completion_tokens": 3, "total_tokens": int},
           "meta": {"requestDurationMillis": int}}),
    whole("OL ai21_j2_completion_string_content", "ai21.j2-mid-v1",
          {"prompt": TEST, "maxTokens": 3, "temperature": 0},
          {"id": int, "prompt": {"text": TEST, "tokens": j2_tokens(Each)},
           "completions": [{"data": {"text": str, "tokens": j2_tokens(Each)},
                            "finishReason": ANY}]}),
]  # fmt: skip

# ---- Embeddings

VECTOR = Each(float)
TEXTS = {"texts": ["Hello, world!"], "input_type": "search_document"}


def nova_embedding_body() -> dict:
    text = {"truncationMode": "END", "value": "Hello, world!"}
    params = {"embeddingPurpose": "GENERIC_INDEX", "text": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}


TITAN_VECTOR = {"embedding": VECTOR, "inputTextTokenCount": int}
EMBEDDINGS = [
    whole("PA titan_v1_minimal", "amazon.titan-embed-text-v1", {"inputText": "Hello, world!"},
          TITAN_VECTOR, INPUT_COUNT),
    whole("PA titan_v2_minimal", "amazon.titan-embed-text-v2:0",
          {"inputText": "Hello, world!", "normalize": True},
          {**TITAN_VECTOR, "embeddingsByType": {"float": VECTOR}}, INPUT_COUNT),
    whole("PA cohere_v3_minimal", "cohere.embed-english-v3", TEXTS,
          {"id": str, "texts": ["hello, world!"], "embeddings": [VECTOR],
           "response_type": "embeddings_floats"}, INPUT_COUNT),
    whole("PA cohere_v4_minimal", "cohere.embed-v4:0", TEXTS,
          {"id": str, "texts": ["Hello, world!"], "embeddings": {"float": [VECTOR]},
           "response_type": "embeddings_by_type"}, INPUT_COUNT),
    whole("DD cohere_rerank_invoke", "cohere.rerank-v3-5:0",
          {"query": "Is it open?", "documents": ["It is open.", "Cats."], "api_version": 2},
          {"results": Each({"index": int, "relevance_score": float})}, LATENCY,
          region="us-west-2"),
    whole("PA nova_minimal", "amazon.nova-2-multimodal-embeddings-v1:0", nova_embedding_body(),
          {"embeddings": [{"embeddingType": "TEXT", "embedding": VECTOR}]}, INPUT_COUNT),
]  # fmt: skip

REFUSALS = [
    refused("OT invoke_model_with_invalid_model", "/model/does-not-exist/invoke", INVALID_MODEL),
    refused("OT invoke_model_with_response_stream_invalid_model",
            "/model/does-not-exist/invoke-with-response-stream", INVALID_MODEL),
    Recording("NR Malformed Request", "/model/amazon.titan-text-express-v1/invoke",
              b"{ Malformed Request", ERROR_HEADERS,
              {"message": "Malformed input request, please reformat your input and try again."},
              status=400, error_type=VALIDATION),
]  # fmt: skip

INVOKE = [*ANTHROPIC, *AMAZON, *OTHERS, *EMBEDDINGS, *REFUSALS]
