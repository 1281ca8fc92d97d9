"""The text families beside those of native_bodies: Claude 1 and 2, Mistral instruct, Cohere Command
and Command R, AI21 Jurassic-2 and Jamba, DeepSeek R1, Writer Palmyra (reference, section 1.2)."""

from __future__ import annotations

import json
import math

import pytest
from langchain_aws import BedrockLLM, ChatBedrock, ChatBedrockConverse
from langchain_core.messages import HumanMessage, SystemMessage

from native_bodies import Native, invoke, invoke_stream
from test_native_body_errors import malformed, refusal

METRICS = "amazon-bedrock-invocationMetrics"
CLAUDE_2 = "anthropic.claude-v2"
MISTRAL_7B = "mistral.mistral-7b-instruct-v0:2"
COMMAND = "cohere.command-text-v14"
COMMAND_R = "cohere.command-r-v1:0"
JURASSIC = "ai21.j2-mid-v1"
JAMBA = "ai21.jamba-1-5-mini-v1:0"
R1 = "us.deepseek.r1-v1:0"
PALMYRA = "us.writer.palmyra-x5-v1:0"

# Most bodies have no counts: those are in the headers and in the last chunk.
NO_COUNTS = None


def _openai_text(chunk: dict) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


def _openai_counts(reply: dict) -> tuple[int, int]:
    return reply["usage"]["prompt_tokens"], reply["usage"]["completion_tokens"]


FAMILIES = {
    "anthropic-text": Native(
        CLAUDE_2,
        lambda question, most: {
            "prompt": f"\n\nHuman: {question}\n\nAssistant:",
            "max_tokens_to_sample": most,
            "temperature": 0,
        },
        lambda reply: reply["completion"],
        NO_COUNTS,
        lambda reply: reply["stop_reason"],
        "max_tokens",
        "stop_sequence",
        lambda chunk: chunk["completion"],
    ),
    "mistral": Native(
        MISTRAL_7B,
        lambda question, most: {
            "prompt": f"<s>[INST] {question} [/INST]",
            "max_tokens": most,
            "temperature": 0,
        },
        lambda reply: reply["outputs"][0]["text"],
        NO_COUNTS,
        lambda reply: reply["outputs"][0]["stop_reason"],
        "length",
        "stop",
        lambda chunk: chunk["outputs"][0]["text"],
    ),
    "cohere": Native(
        COMMAND,
        lambda question, most: {"prompt": question, "max_tokens": most, "temperature": 0},
        lambda reply: reply["generations"][0]["text"],
        NO_COUNTS,
        lambda reply: reply["generations"][0]["finish_reason"],
        "MAX_TOKENS",
        "COMPLETE",
        lambda chunk: chunk["generations"][0]["text"],
    ),
    "cohere-r": Native(
        COMMAND_R,
        lambda question, most: {"message": question, "max_tokens": most, "temperature": 0},
        lambda reply: reply["text"],
        NO_COUNTS,
        lambda reply: reply["finish_reason"],
        "MAX_TOKENS",
        "COMPLETE",
        lambda chunk: chunk["text"] if chunk["event_type"] == "text-generation" else "",
    ),
    "jurassic": Native(
        JURASSIC,
        lambda question, most: {"prompt": question, "maxTokens": most, "temperature": 0},
        lambda reply: reply["completions"][0]["data"]["text"],
        NO_COUNTS,
        lambda reply: reply["completions"][0]["finishReason"]["reason"],
        "length",
        "endoftext",
        None,
    ),
    "jamba": Native(
        JAMBA,
        lambda question, most: {
            "messages": [{"role": "user", "content": question}],
            "max_tokens": most,
            "temperature": 0,
        },
        lambda reply: reply["choices"][0]["message"]["content"],
        _openai_counts,
        lambda reply: reply["choices"][0]["finish_reason"],
        "length",
        "stop",
        _openai_text,
    ),
    "deepseek": Native(
        R1,
        lambda question, most: {
            "prompt": f"<｜begin▁of▁sentence｜><｜User｜>{question}<｜Assistant｜><think>\n",
            "max_tokens": most,
            "temperature": 0,
        },
        lambda reply: reply["choices"][0]["text"],
        NO_COUNTS,
        lambda reply: reply["choices"][0]["stop_reason"],
        "length",
        "stop",
        lambda chunk: chunk["choices"][0]["text"],
    ),
    "writer": Native(
        PALMYRA,
        lambda question, most: {
            "messages": [{"role": "user", "content": question}],
            "max_tokens": most,
            "temperature": 0,
        },
        lambda reply: reply["choices"][0]["message"]["content"],
        _openai_counts,
        lambda reply: reply["choices"][0]["finish_reason"],
        "length",
        "stop",
        _openai_text,
    ),
}
every_family = pytest.mark.parametrize("native", FAMILIES.values(), ids=FAMILIES)
STREAMED = {name: native for name, native in FAMILIES.items() if native.chunk_text}
every_stream = pytest.mark.parametrize("native", STREAMED.values(), ids=STREAMED)


def header_counts(headers: dict) -> tuple[int, int]:
    return (
        int(headers["x-amzn-bedrock-input-token-count"]),
        int(headers["x-amzn-bedrock-output-token-count"]),
    )


@every_family
def test_reply(runtime, native):
    reply, headers = invoke(runtime, native, native.ask("Hello! Who are you?", 60))
    assert native.text(reply).strip()
    tokens_in, tokens_out = header_counts(headers)
    assert tokens_in > 0 and 0 < tokens_out <= 60
    if native.counts:
        assert native.counts(reply) == (tokens_in, tokens_out)
    assert native.reason(reply) == (native.at_cap if tokens_out == 60 else native.at_end)


@every_family
def test_max_tokens(runtime, native):
    reply, headers = invoke(runtime, native, native.ask("Tell me a story.", 3))
    assert header_counts(headers)[1] == 3
    assert native.reason(reply) == native.at_cap


@every_stream
def test_stream(runtime, native):
    body = native.ask("What is a river?", 30)
    reply, headers = invoke(runtime, native, body)
    chunks = invoke_stream(runtime, native, body)
    assert "".join(map(native.chunk_text, chunks)) == native.text(reply)
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    metrics = chunks[-1][METRICS]
    assert (metrics["inputTokenCount"], metrics["outputTokenCount"]) == header_counts(headers)


# Jurassic-2 has no stream on AWS.
def test_jurassic_has_no_stream(runtime):
    with pytest.raises(runtime.exceptions.ValidationException, match="unsupported for streaming"):
        invoke_stream(runtime, FAMILIES["jurassic"], FAMILIES["jurassic"].ask("Hello", 5))


# Each family's name for a stop sequence; the text ends before it.
@pytest.mark.parametrize(
    "family, key",
    [
        ("anthropic-text", "stop_sequences"),
        ("mistral", "stop"),
        ("cohere", "stop_sequences"),
        ("cohere-r", "stop_sequences"),
        ("jurassic", "stopSequences"),
        ("jamba", "stop"),
        ("deepseek", "stop"),
        ("writer", "stop"),
    ],
)
def test_stop_sequences(runtime, family, key):
    native = FAMILIES[family]
    body = native.ask("Hello! Who are you?", 60)
    whole = native.text(invoke(runtime, native, body)[0])
    stop = whole.strip()[2:5]
    reply, _ = invoke(runtime, native, {**body, key: [stop]})
    assert native.text(reply) == whole[: whole.index(stop)]
    assert native.reason(reply) == ("stop" if family == "jurassic" else native.at_end)


# ---- Recorded shapes, member by member.


# [REC-OL] test_anthropic_2_completion: marks on one line are accepted.
def test_claude_2_recorded(runtime):
    native = FAMILIES["anthropic-text"]
    body = {
        "prompt": "Human: Tell me a joke about opentelemetry Assistant:",
        "max_tokens_to_sample": 200,
        "temperature": 0.5,
    }
    reply, _ = invoke(runtime, native, body)
    assert list(reply) == ["type", "completion", "stop_reason", "stop"]
    assert reply["type"] == "completion"
    assert reply["stop_reason"] == "stop_sequence" and reply["stop"] == "\n\nHuman:"


def test_claude_2_reports_the_stop_sequence(runtime):
    native = FAMILIES["anthropic-text"]
    body = native.ask("Hello! Who are you?", 60)
    stop = invoke(runtime, native, body)[0]["completion"].strip()[2:5]
    reply, _ = invoke(runtime, native, {**body, "stop_sequences": ["#never#", stop]})
    assert (reply["stop_reason"], reply["stop"]) == ("stop_sequence", stop)


# [REC-NR] claude-instant-v1, streamed.
def test_claude_2_chunks(runtime):
    native = FAMILIES["anthropic-text"]
    chunks = invoke_stream(runtime, native, native.ask("Hello!", 50))
    assert all(list(chunk)[:3] == ["completion", "stop_reason", "stop"] for chunk in chunks)
    assert all(chunk["stop_reason"] is None and chunk["stop"] is None for chunk in chunks[:-1])
    assert chunks[-1]["completion"] == ""
    assert (chunks[-1]["stop_reason"], chunks[-1]["stop"]) == ("stop_sequence", "\n\nHuman:")


# The turns of a prompt are turns: the model reads the system prompt and its own words.
def test_claude_2_dialogue_counts_as_messages(runtime):
    text = {
        "prompt": "Be kind.\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: Who are you?\n\nAssistant:",
        "max_tokens_to_sample": 5,
        "temperature": 0,
    }
    messages = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 5,
        "temperature": 0,
        "system": "Be kind.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": "Who are you?"},
        ],
    }
    native = FAMILIES["anthropic-text"]
    one, one_headers = invoke(runtime, native, text)
    other, other_headers = invoke(runtime, native, messages)
    assert header_counts(one_headers) == header_counts(other_headers)
    assert other["content"][0]["text"] == one["completion"]


# [REC-NR] claude-instant-v1 through Messages: ids and model names of its own.
def test_claude_instant_takes_messages(runtime):
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    response = runtime.invoke_model(modelId="anthropic.claude-instant-v1", body=json.dumps(body))
    reply = json.loads(response["body"].read())
    assert reply["id"].startswith("compl_01") and reply["model"] == "claude-instant-1.2"
    assert reply["content"][0]["text"]


@pytest.mark.parametrize("prompt", ["Hello", "\n\nHuman: Hello", "\n\nAssistant:"])
def test_claude_2_prompt_without_turns(runtime, prompt):
    message = refusal(runtime, CLAUDE_2, {"prompt": prompt, "max_tokens_to_sample": 5})
    assert message.startswith("Invalid prompt: prompt must ")


# [REC-NR] mistral-7b-instruct.
def test_mistral_recorded(runtime):
    native = FAMILIES["mistral"]
    body = native.ask("What is 212 degrees Fahrenheit converted to Celsius?", 10)
    reply, _ = invoke(runtime, native, body)
    assert list(reply) == ["outputs"] and list(reply["outputs"][0]) == ["text", "stop_reason"]
    chunks = invoke_stream(runtime, native, body)
    assert all(list(chunk["outputs"][0]) == ["text", "stop_reason"] for chunk in chunks)
    reasons = [chunk["outputs"][0]["stop_reason"] for chunk in chunks]
    assert reasons == [None] * (len(chunks) - 1) + [native.reason(reply)]


# [REC-OL] test_cohere_completion.
def test_cohere_recorded(runtime):
    native = FAMILIES["cohere"]
    body = {"prompt": "Tell me a joke", "max_tokens": 200, "temperature": 0.5, "p": 0.5}
    reply, headers = invoke(runtime, native, body)
    assert list(reply) == ["id", "generations", "prompt"]
    assert list(reply["generations"][0]) == ["id", "text", "finish_reason"]
    assert reply["id"] == headers["x-amzn-requestid"]
    assert reply["prompt"] == "Tell me a joke"


# [REC-NR]: without "stream" in the body, a stream is one chunk.
def test_cohere_streams_in_one_chunk(runtime):
    native = FAMILIES["cohere"]
    (chunk,) = invoke_stream(runtime, native, native.ask("Hello!", 10))
    assert set(chunk) == {"id", "generations", "prompt", METRICS}


def test_cohere_streams_when_asked(runtime):
    native = FAMILIES["cohere"]
    body = native.ask("Hello!", 10)
    text = native.text(invoke(runtime, native, body)[0])
    *chunks, last = invoke_stream(runtime, native, {**body, "stream": True})
    assert len(chunks) > 1 and all(chunk["is_finished"] is False for chunk in chunks)
    assert "".join(chunk["text"] for chunk in chunks) == text
    assert last["is_finished"] is True and last["finish_reason"] in ("COMPLETE", "MAX_TOKENS")


# The tokens are the text, and their likelihoods are logarithms of probabilities.
def test_cohere_likelihoods(runtime):
    native = FAMILIES["cohere"]
    body = {**native.ask("Hello! Who are you?", 12), "return_likelihoods": "GENERATION"}
    reply, headers = invoke(runtime, native, body)
    (generation,) = reply["generations"]
    tokens = generation["token_likelihoods"]
    assert "".join(token["token"] for token in tokens) == generation["text"]
    assert len(tokens) == header_counts(headers)[1] == 12
    values = [token["likelihood"] for token in tokens]
    assert all(value <= 0 for value in values) and min(values) < 0
    assert math.isclose(generation["likelihood"], sum(values) / len(values), rel_tol=1e-9)


def test_cohere_generations(runtime):
    native = FAMILIES["cohere"]
    body = {"prompt": "Hello! Who are you?", "max_tokens": 5, "num_generations": 3}
    reply, headers = invoke(runtime, native, body)
    assert len(reply["generations"]) == 3
    assert len({generation["id"] for generation in reply["generations"]}) == 3
    assert header_counts(headers)[1] == 15


@pytest.mark.parametrize(
    "more, starts",
    [
        ({"return_likelihoods": "ALL"}, "return_likelihoods:"),
        ({"logit_bias": {"11": 5.0}}, "logit_bias:"),
    ],
)
def test_cohere_refusals(runtime, more, starts):
    assert refusal(runtime, COMMAND, {"prompt": "x", **more}).startswith(starts)


def test_command_r_history(runtime):
    body = {
        "message": "What is my name?",
        "chat_history": [
            {"role": "USER", "message": "I am Ada."},
            {"role": "CHATBOT", "message": "Hello Ada!"},
        ],
        "max_tokens": 20,
        "temperature": 0.6,
        "p": 0.5,
        "k": 250,
    }
    reply, _ = invoke(runtime, FAMILIES["cohere-r"], body)
    assert [turn["role"] for turn in reply["chat_history"]] == ["USER", "CHATBOT"] * 2
    assert reply["chat_history"][-1]["message"] == reply["text"]
    assert reply["response_id"] != reply["generation_id"]


def test_command_r_reads_documents(runtime):
    native = FAMILIES["cohere-r"]
    body = native.ask("Which penguin is tallest?", 5)
    _, without = invoke(runtime, native, body)
    documents = [{"title": "Tall penguins", "snippet": "Emperor penguins are the tallest."}]
    reply, with_them = invoke(runtime, native, {**body, "documents": documents})
    assert header_counts(with_them)[0] > header_counts(without)[0] + 5
    assert reply["citations"] == []


TOOLS = [
    {
        "name": "top_song",
        "description": "The most popular song of a station.",
        "parameter_definitions": {
            "sign": {"description": "Its call sign.", "type": "str", "required": True}
        },
    }
]


# The single step of AWS's guide: tools, and the same message again with their results.
def test_command_r_tools(runtime):
    native = FAMILIES["cohere-r"]
    body = {**native.ask("Which song is on WZPZ?", 40), "tools": TOOLS}
    reply, headers = invoke(runtime, native, body)
    assert isinstance(reply["tool_calls"], list)
    call = {"name": "top_song", "parameters": {"sign": "WZPZ"}}
    results = [{"call": call, "outputs": [{"song": "Elemental Hotel"}]}]
    answer, answered = invoke(runtime, native, {**body, "tool_results": results})
    assert answer["text"]
    assert header_counts(answered)[0] > header_counts(headers)[0]


def test_command_r_events(runtime):
    native = FAMILIES["cohere-r"]
    chunks = invoke_stream(runtime, native, native.ask("Hello!", 10))
    kinds = [chunk["event_type"] for chunk in chunks]
    assert list(dict.fromkeys(kinds)) == ["text-generation", "stream-end"]
    assert [chunk["is_finished"] for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    end = chunks[-1]["response"]
    assert end["generation_id"]
    units = end["meta"]["billed_units"]
    assert units["output_tokens"] == chunks[-1][METRICS]["outputTokenCount"]


@pytest.mark.parametrize("key", ["search_queries_only", "return_prompt"])
def test_command_r_refusals(runtime, key):
    assert refusal(runtime, COMMAND_R, {"message": "x", key: True}).startswith(f"{key}:")


def check_jurassic_tokens(tokens: list[dict], text: str) -> None:
    """Each has its likelihood; together they are the text."""
    position = 0
    for token in tokens:
        assert list(token) == ["generatedToken", "topTokens", "textRange"]
        assert list(token["generatedToken"]) == ["token", "logprob", "raw_logprob"]
        assert token["generatedToken"]["raw_logprob"] <= 0
        start, end = token["textRange"]["start"], token["textRange"]["end"]
        assert start == position
        if token["generatedToken"]["token"] != "<|newline|>":
            assert text[start:end] == token["generatedToken"]["token"].replace("\u2581", " ")
        position = end
    assert position == len(text)


# [REC-OL] test_ai21_j2_completion_string_content
def test_jurassic_recorded(runtime):
    body = {"prompt": "Translate to spanish: 'Hello'.", "maxTokens": 20, "temperature": 0.5}
    reply, headers = invoke(runtime, FAMILIES["jurassic"], {**body, "topP": 0.5})
    assert list(reply) == ["id", "prompt", "completions"]
    assert reply["id"] == 1234
    assert list(reply["prompt"]) == ["text", "tokens"]
    assert reply["prompt"]["text"] == body["prompt"]
    check_jurassic_tokens(reply["prompt"]["tokens"], body["prompt"])
    (completion,) = reply["completions"]
    assert list(completion) == ["data", "finishReason"]
    tokens = completion["data"]["tokens"]
    assert len(tokens) in (header_counts(headers)[1], header_counts(headers)[1] - 1)
    check_jurassic_tokens(tokens, completion["data"]["text"])


# The likelihoods are the weights' own: the same each time, and a text that goes on as they expect
# costs less than one that does not.
def test_jurassic_prompt_likelihoods(runtime):
    def likelihood(prompt: str) -> float:
        body = {"prompt": prompt, "maxTokens": 1, "temperature": 0}
        reply, _ = invoke(runtime, FAMILIES["jurassic"], body)
        check_jurassic_tokens(reply["prompt"]["tokens"], prompt)
        return sum(each["generatedToken"]["raw_logprob"] for each in reply["prompt"]["tokens"])

    expected = likelihood("Hello! Who are you?")
    assert likelihood("Hello! Who are you?") == pytest.approx(expected, abs=0.05)
    assert likelihood("Hello! you are Who?") < expected - 1
    # Every one of its tokens would cost a step of the engine.
    long_prompt, _ = invoke(
        runtime, FAMILIES["jurassic"], {"prompt": "word " * 1200, "maxTokens": 1}
    )
    assert long_prompt["prompt"]["tokens"] == []


# Whatever stands in the prompt, be it a grammar's marks.
@pytest.mark.parametrize("prompt", ["a", "<[3]> \"quoted\" \\n", "line\nline"])
def test_jurassic_prompt_of_any_text(runtime, prompt):
    body = {"prompt": prompt, "maxTokens": 1, "temperature": 0}
    reply, _ = invoke(runtime, FAMILIES["jurassic"], body)
    tokens = reply["prompt"]["tokens"]
    assert tokens and tokens[-1]["textRange"]["end"] <= len(prompt)


# llama-server tells nothing of a token that holds only part of a character, so nothing is told.
def test_jurassic_prompt_with_characters_of_several_tokens(runtime):
    body = {"prompt": "漢字 🌊", "maxTokens": 1, "temperature": 0}
    reply, _ = invoke(runtime, FAMILIES["jurassic"], body)
    assert reply["prompt"] == {"text": body["prompt"], "tokens": []}


def test_jurassic_finish_reasons(runtime):
    native = FAMILIES["jurassic"]
    reply, _ = invoke(runtime, native, native.ask("Tell me a story.", 4))
    assert reply["completions"][0]["finishReason"] == {"reason": "length", "length": 4}


def test_jurassic_results(runtime):
    body = {"prompt": "Hello", "maxTokens": 4, "numResults": 2}
    reply, headers = invoke(runtime, FAMILIES["jurassic"], body)
    assert len(reply["completions"]) == 2 and header_counts(headers)[1] == 8


# A penalty has effect: the model says something else.
def test_jurassic_penalties(runtime):
    native = FAMILIES["jurassic"]
    body = native.ask("Tell me a story.", 40)
    plain = native.text(invoke(runtime, native, body)[0])
    penalised = {**body, "presencePenalty": {"scale": 5}, "countPenalty": {"scale": 1}}
    assert native.text(invoke(runtime, native, penalised)[0]) != plain


@pytest.mark.parametrize(
    "more, starts",
    [
        ({"frequencyPenalty": {"scale": 200}}, "frequencyPenalty:"),
        ({"countPenalty": {"scale": 1, "applyToNumbers": False}}, "countPenalty:"),
        ({"presencePenalty": {"scale": 9}}, "Malformed input request: #/presencePenalty/scale: 9"),
    ],
)
def test_jurassic_refusals(runtime, more, starts):
    body = {"prompt": "x", **more}
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.invoke_model(modelId=JURASSIC, body=json.dumps(body))
    assert caught.value.response["Error"]["Message"].startswith(starts)


def test_jamba_members(runtime):
    native = FAMILIES["jamba"]
    reply, _ = invoke(runtime, native, native.ask("Hello!", 10))
    assert list(reply) == ["id", "choices", "usage", "meta", "model"]
    assert reply["id"].startswith("chatcmpl-") and reply["meta"]["requestDurationMillis"] >= 0
    chunks = invoke_stream(runtime, native, native.ask("Hello!", 10))
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant"}
    assert set(chunks[-1]) == {"id", "choices", "usage", "meta", METRICS}


def test_jamba_answers(runtime):
    body = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4, "n": 3}
    reply, headers = invoke(runtime, FAMILIES["jamba"], body)
    assert [choice["index"] for choice in reply["choices"]] == [0, 1, 2]
    assert reply["usage"]["completion_tokens"] == header_counts(headers)[1] == 12


def test_jamba_json(runtime):
    native = FAMILIES["jamba"]
    body = {**native.ask("Describe a river.", 60), "response_format": {"type": "json_object"}}
    reply, _ = invoke(runtime, native, body)
    if native.reason(reply) == native.at_end:
        assert isinstance(json.loads(native.text(reply)), dict)
    else:
        assert native.text(reply).lstrip().startswith("{")


# Writer's models called by a tool for certain; the arguments fit the schema.
def test_writer_tools(runtime):
    native = FAMILIES["writer"]
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Rome", "Oslo"]}},
        "required": ["city"],
    }
    function = {"name": "weather", "description": "Of a city.", "parameters": schema}
    body = {
        **native.ask("Weather in Rome?", 200),
        "tools": [{"type": "function", "function": function}],
        "tool_choice": "required",
    }
    reply, _ = invoke(runtime, native, body)
    choice = reply["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    call = choice["message"]["tool_calls"][0]
    assert call["function"]["name"] == "weather"
    assert json.loads(call["function"]["arguments"])["city"] in ("Rome", "Oslo")
    deltas = [chunk["choices"][0]["delta"] for chunk in invoke_stream(runtime, native, body)]
    pieces = [delta["tool_calls"][0] for delta in deltas if delta.get("tool_calls")]
    assert pieces[0]["function"]["name"] == "weather"
    arguments = "".join(piece["function"].get("arguments") or "" for piece in pieces)
    assert json.loads(arguments)["city"] in ("Rome", "Oslo")


# ---- Bad input


@pytest.mark.parametrize("native", FAMILIES.values(), ids=FAMILIES)
@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff"])
def test_malformed_json(runtime, native, body):
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.invoke_model(modelId=native.model, body=body)
    assert caught.value.response["Error"]["Message"] == (
        "Malformed input request, please reformat your input and try again."
    )


@pytest.mark.parametrize("native", FAMILIES.values(), ids=FAMILIES)
def test_extraneous_key(runtime, native):
    body = {**native.ask("Hello", 5), "no_such_key": 1}
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.invoke_model(modelId=native.model, body=json.dumps(body))
    assert caught.value.response["Error"]["Message"] == malformed(
        "#: extraneous key [no_such_key] is not permitted"
    )


# A prompt longer than the context is refused, whichever end Cohere might have cut off.
@pytest.mark.parametrize("truncate", ["NONE", "START", "END"])
def test_too_long(runtime, truncate):
    body = {"prompt": "word " * 20000, "truncate": truncate}
    with pytest.raises(runtime.exceptions.ValidationException):
        runtime.invoke_model(modelId=COMMAND, body=json.dumps(body))


# ---- Converse on the same models


@pytest.mark.parametrize("native", FAMILIES.values(), ids=FAMILIES)
def test_converse(runtime, native):
    reply = runtime.converse(
        modelId=native.model,
        messages=[{"role": "user", "content": [{"text": "Hello! Who are you?"}]}],
        inferenceConfig={"maxTokens": 8, "temperature": 0},
    )
    assert reply["usage"]["outputTokens"] <= 8
    assert any("text" in block for block in reply["output"]["message"]["content"])


@pytest.mark.parametrize(
    "model, fields",
    [
        (CLAUDE_2, {"top_k": 5}),
        (MISTRAL_7B, {"top_k": 5}),
        (COMMAND, {"k": 5}),
        (COMMAND_R, {"k": 5, "seed": 3, "presence_penalty": 0.5}),
        (JURASSIC, {"countPenalty": {"scale": 0.5}}),
        (JAMBA, {"frequency_penalty": 0.5}),
        (PALMYRA, {"seed": 3}),
    ],
)
def test_converse_additional_fields(runtime, model, fields):
    ask = {
        "modelId": model,
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "inferenceConfig": {"maxTokens": 3},
    }
    assert runtime.converse(**ask, additionalModelRequestFields=fields)["usage"]["outputTokens"]
    with pytest.raises(runtime.exceptions.ValidationException, match="no_such_field"):
        runtime.converse(**ask, additionalModelRequestFields={"no_such_field": 1})


# ---- langchain-aws, whose BedrockLLM and ChatBedrock read the native shapes, whole and streamed.


@pytest.fixture
def langchain(server, credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key)
    monkeypatch.setenv("AWS_REGION", credentials.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", credentials.region)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.mark.bedplate_only
@pytest.mark.parametrize("model", [MISTRAL_7B, COMMAND, R1, PALMYRA, "ai21.j2-ultra-v1"])
def test_langchain(langchain, model):
    capped = {} if model.startswith("ai21") else {"max_tokens": 12}
    llm = BedrockLLM(model=model, temperature=0, **capped)
    prompt = "<s>[INST] Hello! [/INST]" if model == MISTRAL_7B else "Hello! Who are you?"
    whole = llm.invoke(prompt)
    assert whole
    if not model.startswith("ai21"):
        assert "".join(llm.stream(prompt)) == whole


# The chat class writes the prompts of Claude 1 and 2, Mistral and DeepSeek itself; for the families
# that it does not know it asks through Converse.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "chat, model",
    [
        (ChatBedrock, CLAUDE_2),
        (ChatBedrock, "anthropic.claude-instant-v1"),
        (ChatBedrock, MISTRAL_7B),
        (ChatBedrock, "mistral.mistral-large-2402-v1:0"),
        (ChatBedrock, R1),
        (ChatBedrock, PALMYRA),
        (ChatBedrockConverse, COMMAND_R),
        (ChatBedrockConverse, JAMBA),
    ],
)
def test_langchain_chat(langchain, chat, model):
    chat = chat(model=model, temperature=0, max_tokens=20)
    question = [SystemMessage("You are kind."), HumanMessage("Hello")]
    reply = chat.invoke(question)
    assert reply.text and reply.usage_metadata["output_tokens"] > 0
    whole = None
    for chunk in chat.stream(question):
        whole = chunk if whole is None else whole + chunk
    assert whole.text == reply.text
