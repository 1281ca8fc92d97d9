"""Converse: one shape of conversation for every model (reference, section 2)."""

from __future__ import annotations

import re

import pytest

from bedplate_server import json_pairs
from conversations import CLAUDE, FAMILIES, GPT_OSS, LLAMA, NOVA, TITAN, assistant, text_of, user

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
every_family = pytest.mark.parametrize("model", FAMILIES.values(), ids=FAMILIES)


def greedy(**more) -> dict:
    """Settings under which a model says the same thing every time."""
    return {"temperature": 0.0, **more}


# The reply of every family has the one shape of Converse, whatever the native body looks like.
@every_family
def test_reply_has_the_shape_of_the_model(runtime, model):
    reply = runtime.converse(modelId=model, messages=[user("Hello! Who are you?")])
    assert reply["output"]["message"]["role"] == "assistant"
    assert text_of(reply).strip()
    assert reply["stopReason"] in ("end_turn", "max_tokens")
    assert reply["metrics"]["latencyMs"] >= 0
    usage = reply["usage"]
    assert usage["inputTokens"] > 0 and usage["outputTokens"] > 0
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


# Recorded AWS traffic has its keys in alphabetical order at every level (section 2.1); programs
# that compare recorded bodies see the difference.
def test_keys_are_in_the_order_aws_sends(http):
    response = http.send("POST", f"/model/{CLAUDE}/converse", {"messages": [user("Hello")]})

    def assert_sorted(value, where):
        if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
            keys = [key for key, _ in value]
            assert keys == sorted(keys), where
            for key, member in value:
                assert_sorted(member, f"{where}.{key}")
        elif isinstance(value, list):
            for member in value:
                assert_sorted(member, where + "[]")

    pairs = json_pairs(response.body)
    assert [key for key, _ in pairs] == ["metrics", "output", "stopReason", "usage"]
    assert_sorted(pairs, "reply")


# Headers of a Converse reply (section 1.1): a request id, JSON, and none of the token headers that
# InvokeModel has.
def test_headers(http):
    response = http.send("POST", f"/model/{CLAUDE}/converse", {"messages": [user("Hello")]})
    assert response.status == 200
    assert response.header("content-type") == "application/json"
    assert UUID.match(response.header("x-amzn-requestid"))
    assert response.header("date")
    assert int(response.header("content-length")) == len(response.body)
    token_headers = [
        name for name, _ in response.headers if name.lower().startswith("x-amzn-bedrock")
    ]
    assert token_headers == []


# Every reply says which engine and weights made it, so that nobody takes the demo model for Claude
# (design, section 5).
@pytest.mark.bedplate_only
def test_reply_says_who_served_it(runtime):
    reply = runtime.converse(modelId=CLAUDE, messages=[user("Hello")])
    served_by = reply["ResponseMetadata"]["HTTPHeaders"]["x-bedplate-served-by"]
    assert served_by.startswith("llama.cpp/") and "demo-chat" in served_by


# boto3 shows the request id of the header; two requests have two.
def test_request_ids_differ(runtime):
    ids = {
        runtime.converse(
            modelId=CLAUDE, messages=[user("Hello")], inferenceConfig={"maxTokens": 1}
        )["ResponseMetadata"]["RequestId"]
        for _ in range(3)
    }
    assert len(ids) == 3


# Claude models with prompt caching report it in the usage, even as 0, under both the modelled and
# the unmodelled name; others report the base fields only (recorded, see recordings_converse.py).
@pytest.mark.parametrize(
    "model, caches",
    [
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", True),
        (CLAUDE, False),
        (NOVA, False),
        (LLAMA, False),
        (TITAN, False),
    ],
)
def test_usage_names_caching_where_the_model_has_it(http, model, caches):
    response = http.send("POST", f"/model/{model}/converse", {"messages": [user("Hello")]})
    usage = response.json()["usage"]
    base = {"inputTokens", "outputTokens", "totalTokens", "serverToolUsage"}
    if not caches:
        assert set(usage) == base
    else:
        assert base < set(usage)
        assert usage["cacheReadInputTokens"] == usage["cacheReadInputTokenCount"] == 0


# maxTokens is a hard cap, counted in tokens, and the reply says that it struck.
@every_family
def test_max_tokens(runtime, model):
    reply = runtime.converse(
        modelId=model, messages=[user("Tell me a story.")], inferenceConfig={"maxTokens": 3}
    )
    assert reply["stopReason"] == "max_tokens"
    assert reply["usage"]["outputTokens"] == 3


# The model ends its turn by itself: no cap, no stop sequence.
def test_end_of_turn(runtime):
    reply = runtime.converse(modelId=CLAUDE, messages=[user("Hello!")], inferenceConfig=greedy())
    assert reply["stopReason"] == "end_turn"


def middle_of(text: str) -> str:
    """A fragment of a text that has something before and after it."""
    words = text.split(" ")
    assert len(words) >= 4, f"too short to cut: {text!r}"
    return " " + words[len(words) // 2]


# A stop sequence ends the reply where it would begin, and is no part of it. Which sequence is taken
# from a first answer at temperature 0, which the model then repeats.
def test_stop_sequence(runtime):
    question = [user("Hello! Who are you?")]
    whole = text_of(runtime.converse(modelId=CLAUDE, messages=question, inferenceConfig=greedy()))
    stop = middle_of(whole)
    reply = runtime.converse(
        modelId=CLAUDE, messages=question, inferenceConfig=greedy(stopSequences=[stop])
    )
    assert reply["stopReason"] == "stop_sequence"
    assert text_of(reply) == whole[: whole.index(stop)]


# Of several stop sequences the first to appear counts; one that never appears changes nothing.
def test_several_stop_sequences(runtime):
    question = [user("Hello! Who are you?")]
    whole = text_of(runtime.converse(modelId=CLAUDE, messages=question, inferenceConfig=greedy()))
    stop = middle_of(whole)
    settings = greedy(stopSequences=["</never>", stop, "###"])
    reply = runtime.converse(modelId=CLAUDE, messages=question, inferenceConfig=settings)
    assert text_of(reply) == whole[: whole.index(stop)]
    settings = greedy(stopSequences=["</never>"])
    reply = runtime.converse(modelId=CLAUDE, messages=question, inferenceConfig=settings)
    assert (text_of(reply), reply["stopReason"]) == (whole, "end_turn")


# The stop sequence that struck is to be had as a response field: a JSON pointer into the native
# reply (section 2.3). Claude's programs ask for it by this very path.
def test_additional_response_fields(runtime):
    question = [user("Hello! Who are you?")]
    whole = text_of(runtime.converse(modelId=CLAUDE, messages=question, inferenceConfig=greedy()))
    stop = middle_of(whole)
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=question,
        inferenceConfig=greedy(stopSequences=[stop]),
        additionalModelResponseFieldPaths=["/stop_sequence"],
    )
    assert reply["additionalModelResponseFields"] == {"stop_sequence": stop}


# A pointer that names nothing gives no field rather than an error.
def test_additional_response_field_that_does_not_exist(runtime):
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=[user("Hello")],
        additionalModelResponseFieldPaths=["/no_such_member"],
    )
    assert reply.get("additionalModelResponseFields", {}) == {}


# Claude's own parameters travel in additionalModelRequestFields. top_k = 1 leaves the sampler one
# choice, so that even at temperature 1 the answer is that of temperature 0.
def test_top_k_as_additional_request_field(runtime):
    question = [user("Tell me about the sea.")]
    greedy_reply = runtime.converse(
        modelId=CLAUDE, messages=question, inferenceConfig=greedy(maxTokens=24)
    )
    replies = {
        text_of(
            runtime.converse(
                modelId=CLAUDE,
                messages=question,
                inferenceConfig={"temperature": 1.0, "maxTokens": 24},
                additionalModelRequestFields={"top_k": 1},
            )
        )
        for _ in range(3)
    }
    assert replies == {text_of(greedy_reply)}


# Empty members are normal: langchain sends them with every request (section 2.3).
def test_empty_members_are_accepted(http):
    body = {
        "messages": [user("Hello")],
        "system": [],
        "inferenceConfig": {},
        "additionalModelRequestFields": {},
        "additionalModelResponseFieldPaths": [],
    }
    assert http.send("POST", f"/model/{CLAUDE}/converse", body).status == 200


# Members that no model knows are left alone: older servers must serve newer clients.
def test_extra_members_are_ignored(http):
    body = {"messages": [user("Hello")], "somethingNew": {"a": [1]}, "anotherThing": None}
    assert http.send("POST", f"/model/{CLAUDE}/converse", body).status == 200


# Temperature 0 means: the same answer every time.
@every_family
def test_temperature_zero_is_deterministic(runtime, model):
    def ask() -> str:
        return text_of(
            runtime.converse(
                modelId=model,
                messages=[user("What is a river?")],
                inferenceConfig=greedy(maxTokens=32),
            )
        )

    assert ask() == ask() == ask()


# A system prompt is part of what the model reads: it costs input tokens.
@pytest.mark.parametrize("model", [CLAUDE, LLAMA, NOVA, GPT_OSS])
def test_system_prompt_reaches_the_model(runtime, model):
    question = [user("Hello")]
    settings = {"maxTokens": 1}
    without = runtime.converse(modelId=model, messages=question, inferenceConfig=settings)
    with_prompt = runtime.converse(
        modelId=model,
        messages=question,
        inferenceConfig=settings,
        system=[{"text": "You are a helpful gardener."}, {"text": "Answer in one sentence."}],
    )
    assert with_prompt["usage"]["inputTokens"] > without["usage"]["inputTokens"] + 5


# Earlier turns are part of what the model reads.
@every_family
def test_multi_turn(runtime, model):
    history = [
        user("My name is Ada."),
        assistant("Hello Ada! What can I do for you?"),
        user("What is my name?"),
    ]
    settings = {"maxTokens": 24}
    whole = runtime.converse(modelId=model, messages=history, inferenceConfig=settings)
    last = runtime.converse(modelId=model, messages=history[-1:], inferenceConfig=settings)
    assert text_of(whole).strip()
    assert whole["usage"]["inputTokens"] > last["usage"]["inputTokens"] + 5


# A last message of the assistant is the beginning of the answer: the model goes on from it and does
# not repeat it (llama-server's non-stream reply would).
def test_prefill_is_continued_and_not_repeated(runtime):
    question = user("Hello! Who are you?")
    whole = text_of(runtime.converse(modelId=CLAUDE, messages=[question], inferenceConfig=greedy()))
    prefill = whole[: whole.index(middle_of(whole))]
    reply = runtime.converse(
        modelId=CLAUDE, messages=[question, assistant(prefill)], inferenceConfig=greedy()
    )
    continuation = text_of(reply)
    assert continuation.strip()
    assert not continuation.startswith(prefill)
    assert not continuation.lstrip().startswith(prefill.split(" ")[0] + " " + prefill.split(" ")[1])


# Several text blocks in one message are one turn.
def test_several_text_blocks(runtime):
    blocks = [{"text": "Hello. "}, {"text": "Who are you?"}]
    reply = runtime.converse(modelId=CLAUDE, messages=[{"role": "user", "content": blocks}])
    assert text_of(reply).strip()


# Text beyond ASCII survives the way there and back: the token counts show that it got there, and a
# reply is valid UTF-8 or boto3 could not read it.
def test_unicode(runtime):
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=[user("Zażółć gęślą jaźń — 你好 — 🦀")],
        inferenceConfig={"maxTokens": 16},
    )
    assert reply["usage"]["inputTokens"] > 10


# requestMetadata is for the invocation log; the reply does not show it.
def test_request_metadata_is_accepted(runtime):
    reply = runtime.converse(
        modelId=CLAUDE,
        messages=[user("Hello")],
        inferenceConfig={"maxTokens": 1},
        requestMetadata={"project": "lighthouse"},
    )
    assert reply["stopReason"] == "max_tokens"


# Two user messages in a row were refused in 2024 and have been accepted since 2025 (section 2.3).
def test_consecutive_user_messages_are_accepted(runtime):
    reply = runtime.converse(modelId=TITAN, messages=[user("Hello."), user("Who are you?")])
    assert text_of(reply).strip()


# Titan begins its text with a line break and "Bot:"; Converse strips both (section 2.1).
def test_titan_reply_has_no_bot_mark(runtime):
    text = text_of(runtime.converse(modelId=TITAN, messages=[user("Hello")]))
    assert not text.startswith(("\n", "Bot:", " "))
