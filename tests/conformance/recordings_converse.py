"""Recorded replies of Converse, ConverseStream and CountTokens.

Sources, all recorded AWS traffic in public repositories:
  LC  langchain-ai/langchain-aws @0434c7f, libs/aws/tests/cassettes (2026-08)
  PA  pydantic/pydantic-ai @4fda389, tests/models/cassettes (2025 to 2026-08)
  OL  traceloop/openllmetry @93429cf, packages/opentelemetry-instrumentation-bedrock/tests (2024-06
      to 2025-10)
  OT  open-telemetry/opentelemetry-python-contrib @466ae4c, opentelemetry-instrumentation-botocore
      (2025)
  OJ  open-telemetry/opentelemetry-js-contrib @fd4d8ae, instrumentation-aws-sdk, test/mock-responses
      (2025; only those with all their headers)
  AR  Arize-ai/openinference @1fe497f, openinference-instrumentation-bedrock for Python and
      JavaScript (2025 to 2026)
  DD  DataDog/dd-trace-py @3bb9ecd, tests/contrib/botocore/bedrock_cassettes (2024 to 2025)
Of one model recorded twice the newer recording counts. `serverToolUsage` came in 2025-10, for all
models; recordings from before are held to it, too.
"""

from __future__ import annotations

import re

from conversations import assistant, user
from recorded_shape import ANY, Recording

JSON_HEADERS = frozenset({"content-type", "content-length", "date", "x-amzn-requestid"})
STREAM_HEADERS = frozenset({"content-type", "transfer-encoding", "date", "x-amzn-requestid"})
ERROR_HEADERS = JSON_HEADERS | {"x-amzn-errortype"}
VALIDATION = "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"

USAGE = {"inputTokens": int, "outputTokens": int, "totalTokens": int, "serverToolUsage": {}}
CACHE_READ = {"cacheReadInputTokens": int, "cacheReadInputTokenCount": int}
CACHE_WRITE = {"cacheWriteInputTokens": int, "cacheWriteInputTokenCount": int}
CLAUDE_USAGE = {**USAGE, **CACHE_READ, **CACHE_WRITE}
SONNET_5_USAGE = {**USAGE, **CACHE_READ}
METRICS = {"latencyMs": int}

TOOL_USE_ID = re.compile(r"tooluse_[A-Za-z0-9_-]{22}")
TEXT = {"text": str}
CALL = {"toolUse": {"toolUseId": TOOL_USE_ID, "name": "get_weather", "input": ANY}}
TYPED_CALL = {"toolUse": {**CALL["toolUse"], "type": "tool_use"}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": str}}}
SIGNED_THOUGHT = {"reasoningContent": {"reasoningText": {"text": str, "signature": str}}}

SONNET_5 = "us.anthropic.claude-sonnet-5"
SONNET_45 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
SONNET_46 = "us.anthropic.claude-sonnet-4-6"
SONNET_4 = "anthropic.claude-sonnet-4-20250514-v1:0"
NOVA_MICRO = "us.amazon.nova-micro-v1:0"
NOVA_PRO = "us.amazon.nova-pro-v1:0"
NOVA_2 = "us.amazon.nova-2-lite-v1:0"
MAVERICK = "us.meta.llama4-maverick-17b-instruct-v1:0"
PIXTRAL = "us.mistral.pixtral-large-2502-v1:0"
KIMI = "moonshot.kimi-k2-thinking"
GPT_OSS = "openai.gpt-oss-120b-1:0"
QWEN = "qwen.qwen3-32b-v1:0"
TITAN = "amazon.titan-text-lite-v1"

HELLO = [user("Hello")]
SAYS_TEXT = [("text", "Good "), ("text", "morning.")]
SAYS_CALL = [("call", "get_weather", '{"city": ', '"Rome"}')]
TOOLS = {
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
ANSWERED = [
    *HELLO,
    {
        "role": "assistant",
        "content": [{"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {}}}],
    },
    {
        "role": "user",
        "content": [{"toolResult": {"toolUseId": "t1", "content": [{"text": "Sunny."}]}}],
    },
]
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
ADAPTIVE = {"thinking": {"type": "adaptive", "display": "summarized"}}
POINT = {"cachePoint": {"type": "default"}}
CACHED_TOOLS = {"tools": [*TOOLS["tools"], POINT], "toolChoice": {"auto": {}}}
NOTES = {"name": "Document 1", "format": "txt", "source": {"bytes": "SGVsbG8="}}
SPACE_BEHIND_DOCUMENT = [
    {
        "role": "user",
        "content": [
            {"text": "Read this."},
            {"document": NOTES},
            {"text": "\n"},
            POINT,
            {"text": "What is 10 + 11?"},
            POINT,
        ],
    }
]
POLICY = "Staff get 20 days of leave. Ask your manager for details."


def cited_document(**source) -> list[dict]:
    document = {
        "format": "txt",
        "name": "policy",
        "source": source,
        "citations": {"enabled": True},
    }
    return [{"role": "user", "content": [{"document": document}, {"text": "How much leave?"}]}]


def whole(
    source: str, model: str, usage: dict, *content: dict, says=SAYS_TEXT, more=None, **body
) -> Recording:
    """A Converse call and its reply."""
    ends = {"call": "tool_use", "cut": "max_tokens"}
    return Recording(
        source,
        f"/model/{model}/converse",
        {"messages": HELLO, **body},
        JSON_HEADERS,
        {
            "metrics": METRICS,
            "output": {"message": {"role": "assistant", "content": list(content)}},
            "stopReason": ends.get(says[-1][0], "end_turn"),
            "usage": usage,
            **(more or {}),
        },
        says=says,
    )


def delta(index: int, content: dict) -> tuple:
    return ("contentBlockDelta", {"contentBlockIndex": index, "delta": content})


def stop(index: int) -> tuple:
    return ("contentBlockStop", {"contentBlockIndex": index})


def call_events(index: int, typed: bool) -> list:
    use = {"toolUseId": TOOL_USE_ID, "name": "get_weather"}
    if typed:
        use["type"] = "tool_use"
    start = {"contentBlockIndex": index, "start": {"toolUse": use}}
    return [
        ("contentBlockStart", start),
        delta(index, {"toolUse": {"input": str}}),
        stop(index),
    ]


def text_events(index: int) -> list:
    return [delta(index, TEXT), stop(index)]


def cited_events(index: int, place: str) -> list:
    citation = {
        "location": {place: {"documentIndex": int, "start": int, "end": int}},
        "sourceContent": [TEXT],
        "title": "policy",
    }
    return [delta(index, {"citation": citation}), *text_events(index)]


def stream(source: str, model: str, *events: tuple, says=SAYS_TEXT, **body) -> Recording:
    """A ConverseStream call and its events."""
    ends = {"call": "tool_use", "cut": "max_tokens"}
    return Recording(
        source,
        f"/model/{model}/converse-stream",
        {"messages": HELLO, **body},
        STREAM_HEADERS,
        events=[
            ("messageStart", {"role": "assistant"}),
            *events,
            ("messageStop", {"stopReason": ends.get(says[-1][0], "end_turn")}),
            ("metadata", {"metrics": METRICS, "usage": USAGE}),
        ],
        says=says,
    )


def refused(source: str, path: str, message: str, body: dict | None = None) -> Recording:
    return Recording(
        source,
        path,
        body or {"messages": HELLO},
        ERROR_HEADERS,
        {"message": message},
        status=400,
        error_type=VALIDATION,
    )


def counted(source: str, model: str, **converse) -> Recording:
    body = {"input": {"converse": {"messages": HELLO, **converse}}}
    return Recording(
        source, f"/model/{model}/count-tokens", body, JSON_HEADERS, {"inputTokens": int}
    )


def citations(place: str) -> dict:
    location = {place: {"documentIndex": 0, "start": int, "end": int}}
    return {
        "citationsContent": {
            "content": [TEXT],
            "citations": [{"title": "policy", "sourceContent": [TEXT], "location": location}],
        }
    }


CITED = [("text", "I have looked. "), ("text", "Staff get 20 days of leave. "), ("text", "Right?")]
INVALID_MODEL = "The provided model identifier is invalid."

WHOLE = [
    whole("LC test_agent_loop 1", SONNET_5, SONNET_5_USAGE, TYPED_CALL, says=SAYS_CALL,
          toolConfig=TOOLS, system=[], inferenceConfig={}),
    whole("LC test_agent_loop 2", SONNET_5, SONNET_5_USAGE, TEXT, toolConfig=TOOLS,
          messages=ANSWERED, system=[], inferenceConfig={}),
    whole("LC test_thinking 2", SONNET_5, SONNET_5_USAGE, SIGNED_THOUGHT, TEXT,
          says=[("thought", "Well."), *SAYS_TEXT], additionalModelRequestFields=ADAPTIVE),
    whole("LC test_citations document0", SONNET_5, SONNET_5_USAGE, TEXT, citations("documentChar"),
          TEXT, says=CITED, messages=cited_document(text=POLICY)),
    whole("LC test_citations document1", SONNET_5, SONNET_5_USAGE, TEXT, citations("documentChunk"),
          TEXT, says=CITED, messages=cited_document(content=[{"text": POLICY}])),
    whole("PA model_anthropic_model_without_tools", SONNET_45, CLAUDE_USAGE, TEXT),
    whole("PA anthropic_message_history_starting_with_response", SONNET_45, CLAUDE_USAGE, TEXT,
          messages=[assistant("Hello there!"), *HELLO]),
    whole("PA model_thinking_part_anthropic_legacy", SONNET_45, CLAUDE_USAGE, SIGNED_THOUGHT, TEXT,
          says=[("thought", "Well."), *SAYS_TEXT], additionalModelRequestFields=THINKING),
    whole("PA model_thinking_part_anthropic_adaptive", SONNET_46, CLAUDE_USAGE, SIGNED_THOUGHT,
          TEXT, says=[("thought", "Well."), *SAYS_TEXT], additionalModelRequestFields=ADAPTIVE),
    whole("PA cache_write_and_read", SONNET_45, CLAUDE_USAGE, TEXT, toolConfig=CACHED_TOOLS,
          system=[{"text": "Be brief."}, POINT], messages=SPACE_BEHIND_DOCUMENT,
          inferenceConfig={}),
    whole("PA model", NOVA_MICRO, USAGE, TEXT),
    whole("PA model_retry", NOVA_MICRO, USAGE, TEXT, CALL, says=[*SAYS_TEXT, *SAYS_CALL],
          toolConfig=TOOLS),
    whole("PA model_max_tokens", NOVA_MICRO, USAGE, TEXT, says=[*SAYS_TEXT, ("cut",)],
          inferenceConfig={"maxTokens": 2}),
    whole("PA model_service_tier", NOVA_MICRO, USAGE, TEXT, serviceTier={"type": "flex"},
          more={"serviceTier": {"type": "flex"}}),
    whole("PA model_performance_config", NOVA_PRO, USAGE, TEXT,
          performanceConfig={"latency": "optimized"},
          more={"performanceConfig": {"latency": "optimized"}}),
    whole("PA model_with_code_execution_tool, its last call", NOVA_2, USAGE, TYPED_CALL,
          says=SAYS_CALL, toolConfig=TOOLS),
    whole("PA media_kind_delivered_in_tool_result meta 1", MAVERICK, USAGE, CALL, says=SAYS_CALL,
          toolConfig=TOOLS),
    whole("PA llama_tool_result_followed_by_text_accepted", MAVERICK, USAGE, TEXT,
          toolConfig=TOOLS, messages=[*ANSWERED, assistant("."), *HELLO]),
    whole("PA media_kind_delivered_in_tool_result mistral 1", PIXTRAL, USAGE, CALL,
          says=SAYS_CALL, toolConfig=TOOLS),
    whole("PA moonshotai_tool_call 1", KIMI, USAGE, THOUGHT, CALL,
          says=[("thought", "Well."), *SAYS_CALL], toolConfig=TOOLS),
    whole("PA thinking_high_openai_variant", GPT_OSS, USAGE, THOUGHT, TEXT,
          says=[("thought", "Well."), *SAYS_TEXT],
          additionalModelRequestFields={"reasoning_effort": "high"}),
    whole("PA thinking_high_qwen_variant", QWEN, USAGE, THOUGHT, TEXT,
          says=[("thought", "Well."), *SAYS_TEXT],
          additionalModelRequestFields={"reasoning_config": "high"}),
    whole("PA thinking_false_qwen_variant_silent_drop", QWEN, USAGE, TEXT),
    whole("PA zai_native_output", "zai.glm-4.7-flash", USAGE, TEXT),
    whole("PA writer_tool_result_followed_by_text_accepted", "us.writer.palmyra-x4-v1:0", USAGE,
          TEXT, toolConfig=TOOLS, messages=[*ANSWERED, assistant("."), *HELLO]),
    whole("AR converse_tool_use_message", "mistral.devstral-2-123b", USAGE, CALL,
          says=SAYS_CALL, toolConfig=TOOLS),
    whole("OT converse_with_content", TITAN, USAGE, TEXT, says=[*SAYS_TEXT, ("cut",)],
          inferenceConfig={"maxTokens": 2, "temperature": 0.8, "topP": 1, "stopSequences": ["|"]}),
]  # fmt: skip

STREAMED = [
    stream("LC test_agent_loop_streaming v0", SONNET_5, *text_events(0),
           *call_events(1, typed=True), says=[*SAYS_TEXT, *SAYS_CALL], toolConfig=TOOLS),
    stream("LC test_agent_loop_streaming v1", SONNET_5, *call_events(0, typed=True),
           says=SAYS_CALL, toolConfig=TOOLS),
    stream("LC test_thinking 1", SONNET_5, delta(0, {"reasoningContent": {"text": str}}),
           delta(0, {"reasoningContent": {"signature": str}}), stop(0), *text_events(1),
           says=[("thought", "Well."), *SAYS_TEXT], additionalModelRequestFields=ADAPTIVE),
    stream("LC test_citations document0", SONNET_5, *text_events(0),
           *cited_events(1, "documentChar"), *text_events(2), says=CITED,
           messages=cited_document(text=POLICY)),
    stream("LC test_citations document1", SONNET_5, *text_events(0),
           *cited_events(1, "documentChunk"), *text_events(2), says=CITED,
           messages=cited_document(content=[{"text": POLICY}])),
    stream("PA model_stream", NOVA_MICRO, *text_events(0)),
    stream("PA model_iter_stream", NOVA_MICRO, *text_events(0), *call_events(1, typed=False),
           says=[*SAYS_TEXT, *SAYS_CALL], toolConfig=TOOLS),
    # A block of empty text before the reasoning is an accident of that model.
    stream("PA model_stream_empty_text_delta", GPT_OSS,
           delta(0, {"reasoningContent": {"text": str}}), stop(0), *text_events(1),
           says=[("thought", "Well."), *SAYS_TEXT]),
    stream("AR ai21-jamba-models-with-streaming", "ai21.jamba-1-5-mini-v1:0", *text_events(0)),
    stream("AR cohere-command-models-with-streaming", "cohere.command-r-v1:0", *text_events(0)),
    stream("OT converse_stream_with_content", TITAN, *text_events(0),
           says=[*SAYS_TEXT, ("cut",)], inferenceConfig={"maxTokens": 2}),
    stream("OT converse_stream_with_content_tool_call", "amazon.nova-micro-v1:0", *text_events(0),
           *call_events(1, typed=False), *call_events(2, typed=False),
           says=[*SAYS_TEXT, *SAYS_CALL, *SAYS_CALL], toolConfig=TOOLS),
]  # fmt: skip

OTHER = [
    counted("PA count_tokens_additional_model_requests_fields", SONNET_4, system=[],
            additionalModelRequestFields={"anthropic_beta": ["context-1m-2025-08-07"]}),
    counted("PA count_tokens_tool_config", SONNET_4, system=[], toolConfig=TOOLS),
    refused("PA anthropic_bedrock_count_tokens_error", f"/model/us.{SONNET_4}/count-tokens",
            "The provided model doesn't support counting tokens.",
            {"input": {"converse": {"messages": HELLO}}}),
    refused("PA count_tokens_error", "/model/does-not-exist-model-v1:0/count-tokens",
            INVALID_MODEL, {"input": {"converse": {"messages": HELLO}}}),
    refused("OT converse_with_invalid_model", "/model/does-not-exist/converse", INVALID_MODEL),
    refused("OT converse_stream_with_invalid_model", "/model/does-not-exist/converse-stream",
            INVALID_MODEL),
]  # fmt: skip

CONVERSE = [*WHOLE, *STREAMED, *OTHER]
