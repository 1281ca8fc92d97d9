"""InvokeModel with each family's native body (reference, section 1)."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations import CLAUDE, GPT_OSS, LLAMA
from native_bodies import NATIVE, invoke

every_family = pytest.mark.parametrize("native", NATIVE.values(), ids=NATIVE)
TOKEN_HEADERS = ("x-amzn-bedrock-input-token-count", "x-amzn-bedrock-output-token-count")


# Each family answers in its own shape, with text, counts and a reason.
@every_family
def test_reply(runtime, native):
    reply, _ = invoke(runtime, native, native.ask("Hello! Who are you?", 200))
    assert native.text(reply).strip()
    tokens_in, tokens_out = native.counts(reply)
    assert tokens_in > 0 and tokens_out > 0
    assert native.reason(reply) in (native.at_end, native.at_cap)


# The cap is in tokens and exact, under each family's own name for it.
@every_family
def test_max_tokens(runtime, native):
    reply, _ = invoke(runtime, native, native.ask("Tell me a story.", 3))
    assert native.counts(reply)[1] == 3
    assert native.reason(reply) == native.at_cap


# The headers that langchain takes the token counts from, and nothing else (section 1.1): they say
# what the body says.
@every_family
def test_token_headers(runtime, native):
    reply, headers = invoke(runtime, native, native.ask("Hello!", 20))
    counted = tuple(int(headers[name]) for name in TOKEN_HEADERS)
    assert counted == native.counts(reply)
    assert int(headers["x-amzn-bedrock-invocation-latency"]) >= 0
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-amzn-requestid"])


# Nova reports caching always, even as 0; Claude 3 Haiku without caching never (section 1.1).
def test_cache_headers(runtime):
    names = (
        "x-amzn-bedrock-cache-read-input-token-count",
        "x-amzn-bedrock-cache-write-input-token-count",
    )
    _, headers = invoke(runtime, NATIVE["nova"], NATIVE["nova"].ask("Hello!", 5))
    assert [headers[name] for name in names] == ["0", "0"]
    _, headers = invoke(runtime, NATIVE["anthropic"], NATIVE["anthropic"].ask("Hello!", 5))
    assert not any(name in headers for name in names)


@pytest.mark.bedplate_only
@every_family
def test_reply_says_who_served_it(runtime, native):
    _, headers = invoke(runtime, native, native.ask("Hello!", 2))
    assert headers["x-bedplate-served-by"].startswith("llama.cpp/")


# boto3 sends neither Content-Type nor Accept unless told to; both default to JSON (section 1.1).
# Told to, the answer is the same.
@every_family
def test_content_type_and_accept_are_optional(runtime, native):
    body = native.ask("What is a river?", 16)
    plain, _ = invoke(runtime, native, body)
    typed, _ = invoke(
        runtime, native, body, contentType="application/json", accept="application/json"
    )
    anything, _ = invoke(runtime, native, body, accept="*/*")
    assert native.text(plain) == native.text(typed) == native.text(anything)


# Anthropic Messages (section 1.2): prefix of the id, the model's bare name, all members.
def test_anthropic_reply(runtime):
    reply, _ = invoke(runtime, NATIVE["anthropic"], NATIVE["anthropic"].ask("Hello!", 200))
    assert re.fullmatch(r"msg_bdrk_01[0-9A-Za-z]+", reply.pop("id"))
    assert reply.pop("usage").keys() == {"input_tokens", "output_tokens"}
    content = reply.pop("content")
    assert [block["type"] for block in content] == ["text"] and content[0]["text"]
    assert reply == {
        "type": "message",
        "role": "assistant",
        "model": "claude-3-haiku-20240307",
        "stop_reason": "end_turn",
        "stop_sequence": None,
    }


# The whole set of Anthropic's parameters at once, and a system prompt as a text and as blocks.
def test_anthropic_parameters(runtime):
    body = NATIVE["anthropic"].ask("Hello!", 32)
    body |= {"top_p": 0.9, "top_k": 250, "stop_sequences": ["###"], "metadata": {"user_id": "u1"}}
    for system in ("You are kind.", [{"type": "text", "text": "You are kind."}]):
        reply, _ = invoke(runtime, NATIVE["anthropic"], {**body, "system": system})
        assert reply["content"][0]["text"]


# Which sequence stopped Claude is in the reply; the sequence itself is not in the text.
def test_anthropic_stop_sequence(runtime):
    body = NATIVE["anthropic"].ask("Hello! Who are you?", 200)
    whole = NATIVE["anthropic"].text(invoke(runtime, NATIVE["anthropic"], body)[0])
    stop = " " + whole.split(" ")[2]
    reply, _ = invoke(runtime, NATIVE["anthropic"], {**body, "stop_sequences": ["</never>", stop]})
    assert (reply["stop_reason"], reply["stop_sequence"]) == ("stop_sequence", stop)
    assert NATIVE["anthropic"].text(reply) == whole[: whole.index(stop)]


# A last assistant message is a prefill: continued, not repeated.
def test_anthropic_prefill(runtime):
    body = NATIVE["anthropic"].ask("Hello! Who are you?", 200)
    whole = NATIVE["anthropic"].text(invoke(runtime, NATIVE["anthropic"], body)[0])
    prefill = " ".join(whole.split(" ")[:3])
    body["messages"].append({"role": "assistant", "content": prefill})
    reply, _ = invoke(runtime, NATIVE["anthropic"], body)
    assert NATIVE["anthropic"].text(reply).strip()
    assert not NATIVE["anthropic"].text(reply).startswith(prefill)


# Anthropic's own SDK turns its beta header into this member of the body (section 4.1).
def test_anthropic_beta_is_accepted(runtime):
    body = {**NATIVE["anthropic"].ask("Hello!", 2), "anthropic_beta": ["output-128k-2025-02-19"]}
    reply, _ = invoke(runtime, NATIVE["anthropic"], body)
    assert reply["stop_reason"] == "max_tokens"


# The members of Llama's reply, in their order.
def test_llama_reply(runtime):
    reply, _ = invoke(runtime, NATIVE["llama"], NATIVE["llama"].ask("What is a river?", 12))
    assert list(reply) == [
        "generation",
        "prompt_token_count",
        "generation_token_count",
        "stop_reason",
    ]


# A prompt that is not in Llama's template goes to the model as it is, and is not put into another
# template: a word is few tokens.
def test_llama_raw_prompt(runtime):
    body = {"prompt": "Once", "max_gen_len": 1, "temperature": 0.0}
    reply, _ = invoke(runtime, NATIVE["llama"], body)
    assert reply["prompt_token_count"] <= 4


# max_gen_len has a default (512), so the shortest body is the prompt alone.
def test_llama_prompt_alone(runtime):
    reply, _ = invoke(runtime, NATIVE["llama"], {"prompt": "Once upon a time"})
    assert 0 < reply["generation_token_count"] <= 512


def test_titan_reply(runtime):
    reply, _ = invoke(runtime, NATIVE["titan"], NATIVE["titan"].ask("Hello!", 100))
    assert list(reply) == ["inputTextTokenCount", "results"]
    assert list(reply["results"][0]) == ["tokenCount", "outputText", "completionReason"]


# The configuration is optional, and so is each of its members.
def test_titan_text_alone(runtime):
    for body in ({"inputText": "Hello"}, {"inputText": "Hello", "textGenerationConfig": {}}):
        reply, _ = invoke(runtime, NATIVE["titan"], body)
        assert reply["results"][0]["tokenCount"] > 0


# Titan's stop sequences are `|`, `||`, … and `User:`, nothing else (section 1.2).
def test_titan_stop_sequences(runtime):
    body = NATIVE["titan"].ask("Hello!", 16)
    body["textGenerationConfig"]["stopSequences"] = ["|", "User:"]
    reply, _ = invoke(runtime, NATIVE["titan"], body)
    assert reply["results"][0]["completionReason"] in ("FINISH", "LENGTH")


# Nova's own names of the cache counts differ from Converse's (section 1.2).
def test_nova_reply(runtime):
    reply, _ = invoke(runtime, NATIVE["nova"], NATIVE["nova"].ask("Hello!", 100))
    assert set(reply) == {"output", "stopReason", "usage"}
    assert reply["output"]["message"]["role"] == "assistant"
    usage = reply["usage"]
    assert set(usage) == {
        "inputTokens",
        "outputTokens",
        "totalTokens",
        "cacheReadInputTokenCount",
        "cacheWriteInputTokenCount",
    }
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


# schemaVersion is optional on the wire, and both spellings of the cap are in use.
@pytest.mark.parametrize("cap", ["maxTokens", "max_new_tokens"])
def test_nova_spellings(runtime, cap):
    body = {
        "system": [{"text": "You are kind."}],
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "inferenceConfig": {cap: 2, "topP": 0.9, "topK": 20, "stopSequences": ["###"]},
    }
    reply, _ = invoke(runtime, NATIVE["nova"], body)
    assert reply["usage"]["outputTokens"] == 2


def test_openai_reply(runtime):
    reply, _ = invoke(runtime, NATIVE["openai"], NATIVE["openai"].ask("Hello!", 100))
    assert reply["id"].startswith("chatcmpl-")
    assert reply["object"] == "chat.completion"
    assert reply["model"] == GPT_OSS
    assert isinstance(reply["created"], int)
    (choice,) = reply["choices"]
    assert choice["index"] == 0 and choice["message"]["role"] == "assistant"
    usage = reply["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


# AWS's own example for gpt-oss: system and developer messages, an assistant's first.
def test_openai_roles(runtime):
    body = {
        "model": GPT_OSS,
        "stream": False,
        "max_tokens": 8,
        "messages": [
            {"role": "system", "content": "You are kind."},
            {"role": "developer", "content": [{"type": "text", "text": "Be short."}]},
            {"role": "assistant", "content": "Hello, how can I help you today?"},
            {"role": "user", "content": "What is the weather like today?"},
        ],
    }
    reply, _ = invoke(runtime, NATIVE["openai"], body)
    assert reply["choices"][0]["message"]["content"]


# `stop` is a text or a list of texts.
@pytest.mark.parametrize("as_list", [False, True])
def test_openai_stop(runtime, as_list):
    body = NATIVE["openai"].ask("Hello! Who are you?", 200)
    whole = NATIVE["openai"].text(invoke(runtime, NATIVE["openai"], body)[0])
    stop = " " + whole.split(" ")[2]
    reply, _ = invoke(runtime, NATIVE["openai"], {**body, "stop": [stop] if as_list else stop})
    assert NATIVE["openai"].text(reply) == whole[: whole.index(stop)]
    assert NATIVE["openai"].reason(reply) == "stop"


# Eight threads with clients of their own ask at once; each gets the answer to its own question,
# which is what the same question got alone.
def test_in_parallel(make_client):
    things = ["a river", "the sea", "a tree", "rain", "snow", "fire", "wind", "a stone"]
    questions = [f"What is {thing}?" for thing in things]
    clients = [make_client() for _ in questions]

    def ask(client, question) -> str:
        return NATIVE["anthropic"].text(
            invoke(client, NATIVE["anthropic"], NATIVE["anthropic"].ask(question, 24))[0]
        )

    alone = [ask(clients[0], question) for question in questions]
    with ThreadPoolExecutor(len(questions)) as pool:
        together = list(pool.map(ask, clients, questions))
    assert together == alone


# Header values that the caller may set and the reply repeats (section 2.6).
def test_service_tier_and_latency_are_echoed(runtime):
    response = runtime.invoke_model(
        modelId=CLAUDE,
        body=json.dumps(NATIVE["anthropic"].ask("Hello!", 2)),
        performanceConfigLatency="standard",
        serviceTier="default",
    )
    assert response["performanceConfigLatency"] == "standard"
    assert response["serviceTier"] == "default"


# Llama's catalogue entry has no second model in another family: the body decides nothing, the path
# does. Llama's body to Claude is refused in Claude's words.
def test_body_of_another_family(runtime):
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.invoke_model(modelId=CLAUDE, body=json.dumps(NATIVE["llama"].ask("Hello", 5)))
    assert "Malformed input request" in str(caught.value)
    assert LLAMA not in str(caught.value)
