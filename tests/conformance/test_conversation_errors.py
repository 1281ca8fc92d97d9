"""Conversations that Bedrock or the model refuses, word for word (reference, section 2.4)."""

from __future__ import annotations

import base64

import botocore.exceptions
import pytest

from conversations import CLAUDE, GPT_OSS, LLAMA, NOVA, TITAN, assistant, user

MODEL_ERROR = "The model returned the following errors: "

NOVA_MICRO = "amazon.nova-micro-v1:0"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAA"
    "gQCA05RTSgAAAABJRU5ErkJggg=="
)


def refusal(client, **request) -> str:
    """The message of the ValidationException that the request must get, streamed or not."""
    messages = set()
    for operation in (client.converse, client.converse_stream):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            operation(**request)
        error = caught.value.response["Error"]
        assert error["Code"] == "ValidationException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        messages.add(error["Message"])
    (message,) = messages
    return message


@pytest.mark.parametrize(
    "messages",
    [[assistant("Hello")], [assistant("Hello"), user("Hello")], []],
    ids=["one", "two", "none"],
)
def test_first_message_is_not_the_users(unchecked, messages):
    assert refusal(unchecked, modelId=NOVA, messages=messages) == (
        "A conversation must start with a user message. Try again with a conversation that starts "
        "with a user message."
    )


# Bedrock's own words for most models, the index counted from zero.
@pytest.mark.parametrize("model", [LLAMA, NOVA, TITAN])
@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_blank_text(runtime, model, text):
    assert refusal(runtime, modelId=model, messages=[user(text)]) == (
        "The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to "
        "the text field, and try again."
    )


def test_blank_text_later_in_the_conversation(runtime):
    content = [{"text": "Hello"}, {"text": " "}]
    messages = [user("Hello"), assistant("Hello!"), {"role": "user", "content": content}]
    assert "at messages.2.content.1 is blank" in refusal(runtime, modelId=LLAMA, messages=messages)


# Claude's back end says it in its own words, behind the prefix that many programs look for.
@pytest.mark.parametrize(
    "text, words",
    [
        ("", "messages: text content blocks must be non-empty"),
        (" ", "messages: text content blocks must contain non-whitespace text"),
    ],
)
def test_blank_text_to_claude(runtime, text, words):
    assert refusal(runtime, modelId=CLAUDE, messages=[user(text)]) == MODEL_ERROR + words


def test_prefill_that_ends_with_blanks(runtime):
    messages = [user("Hello"), assistant("Well, ")]
    assert refusal(runtime, modelId=CLAUDE, messages=messages) == (
        MODEL_ERROR + "messages: final assistant content cannot end with trailing whitespace"
    )


def test_system_prompt_to_a_model_without(runtime):
    request = {"messages": [user("Hello")], "system": [{"text": "You are kind."}]}
    assert refusal(runtime, modelId=TITAN, **request) == (
        "This model doesn't support system messages. Try again without a system message or use a "
        "model that supports system messages."
    )


# The cap of the model, not of the weights that stand in for it: Nova Lite's is 10,000.
def test_max_tokens_above_the_models_cap(runtime):
    request = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 10_001}}
    assert refusal(runtime, modelId=NOVA, **request) == (
        "The maximum tokens you requested exceeds the model limit of 10000. Try again with a "
        "maximum tokens value that is lower than 10000."
    )


# Within the cap everything is accepted, however small the weights' own context is.
@pytest.mark.bedplate_only
def test_max_tokens_above_the_weights_context(runtime):
    reply = runtime.converse(
        modelId=NOVA, messages=[user("Hello")], inferenceConfig={"maxTokens": 10_000}
    )
    assert reply["stopReason"] in ("end_turn", "model_context_window_exceeded", "max_tokens")


def test_stop_sequences_to_a_model_without(runtime):
    request = {"messages": [user("Hello")], "inferenceConfig": {"stopSequences": ["###"]}}
    assert refusal(runtime, modelId=GPT_OSS, **request) == (
        "This model doesn't support the stopSequences field. Remove stopSequences and try again."
    )


def test_tools_to_a_model_without(runtime):
    tool = {"toolSpec": {"name": "clock", "inputSchema": {"json": {"type": "object"}}}}
    request = {"messages": [user("Hello")], "toolConfig": {"tools": [tool]}}
    assert refusal(runtime, modelId=TITAN, **request) == "This model doesn't support tool use."


# A prompt beyond the context, in each provider's words. How long that is depends on the weights.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "model, start, end",
    [
        (CLAUDE, MODEL_ERROR + "prompt is too long: ", " maximum"),
        (NOVA, MODEL_ERROR + "Input Tokens Exceeded: ", "Please update the input to try again."),
        (LLAMA, MODEL_ERROR + "This model's maximum context length is ", "length of the prompt"),
    ],
)
def test_prompt_beyond_the_context(runtime, model, start, end):
    message = refusal(runtime, modelId=model, messages=[user("word " * 40_000)])
    assert message.startswith(start) and message.endswith(end)


# Claude refuses fields that it does not know (section 2.4, "unknown extra field").
def test_unknown_additional_request_field(runtime):
    request = {
        "messages": [user("Hello")],
        "additionalModelRequestFields": {"no_such_parameter": 1},
    }
    message = refusal(runtime, modelId=CLAUDE, **request)
    assert message.endswith("no_such_parameter: Extra inputs are not permitted")


# What Converse can carry and this server cannot yet says so, and does not answer without it.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "changes, named",
    [
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"text": "What is this?"},
                            {"video": {"format": "mp4", "source": {"bytes": b"x"}}},
                        ],
                    }
                ]
            },
            "video",
        ),
        (
            {"guardrailConfig": {"guardrailIdentifier": "abcdefghij", "guardrailVersion": "1"}},
            "uardrail",
        ),
    ],
    ids=["video", "guardrail"],
)
def test_what_is_not_built_says_so(runtime, changes, named):
    request = {"modelId": CLAUDE, "messages": [user("Hello")], **changes}
    for operation in (runtime.converse, runtime.converse_stream):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            operation(**request)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
        assert named in caught.value.response["Error"]["Message"]


# The model id reads images; the weights that stand in for it here do not, and say so.
@pytest.mark.bedplate_only
def test_an_image_for_weights_that_read_none(runtime):
    content = [{"text": "What is this?"}, {"image": {"format": "png", "source": {"bytes": PIXEL}}}]
    message = refusal(
        runtime, modelId=CLAUDE, messages=[{"role": "user", "content": content}]
    )
    assert message == MODEL_ERROR + "The weights that serve this model cannot read images."


def test_models_without_images_refuse_them(runtime):
    content = [{"text": "What is this?"}, {"image": {"format": "png", "source": {"bytes": PIXEL}}}]
    message = refusal(
        runtime, modelId=NOVA_MICRO, messages=[{"role": "user", "content": content}]
    )
    assert message == (
        "This model doesn't support the image content block that you provided. Update the content "
        "block and try again."
    )
