"""langchain-aws: ChatBedrockConverse and ChatBedrock, with only the endpoint set."""

from __future__ import annotations

import pytest
from langchain_aws import ChatBedrock, ChatBedrockConverse
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from conversations import CLAUDE, LLAMA, NOVA

pytestmark = pytest.mark.bedplate_only


@pytest.fixture(autouse=True)
def environment(server, credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key)
    monkeypatch.setenv("AWS_REGION", credentials.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", credentials.region)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")


@pytest.mark.parametrize("model", [CLAUDE, LLAMA, NOVA])
def test_invoke(model):
    chat = ChatBedrockConverse(model=model, temperature=0, max_tokens=40)
    reply = chat.invoke([SystemMessage("You are kind."), HumanMessage("Hello! Who are you?")])
    assert isinstance(reply, AIMessage) and reply.text
    assert reply.response_metadata["stopReason"] in ("end_turn", "max_tokens")
    usage = reply.usage_metadata
    assert usage["input_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


# The stream's pieces add up to the whole, and the last carries the usage.
def test_stream():
    chat = ChatBedrockConverse(model=CLAUDE, temperature=0, max_tokens=40)
    question = [HumanMessage("Hello! Who are you?")]
    whole = None
    pieces = 0
    for chunk in chat.stream(question):
        whole = chunk if whole is None else whole + chunk
        pieces += 1
    assert pieces > 3
    assert whole.text == chat.invoke(question).text
    assert whole.usage_metadata["output_tokens"] > 0
    assert whole.response_metadata["stopReason"] in ("end_turn", "max_tokens")


# A conversation with its system message, and stop sequences of the call.
def test_conversation():
    chat = ChatBedrockConverse(model=CLAUDE, temperature=0, max_tokens=40)
    messages = [
        SystemMessage("You are kind."),
        HumanMessage("My name is Ada."),
        AIMessage("Hello Ada!"),
        HumanMessage("What is my name?"),
    ]
    assert chat.invoke(messages, stop=["</never>"]).text


# langchain counts tokens by CountTokens where the model can.
def test_count_tokens():
    chat = ChatBedrockConverse(model="anthropic.claude-3-5-sonnet-20241022-v2:0")
    assert chat.get_num_tokens_from_messages([HumanMessage("Hello")]) > 0


# The older class asks through InvokeModel, whole and streamed; token counts come from the headers
# and from the last chunk (reference, section 1.1).
def test_chat_bedrock():
    chat = ChatBedrock(model=CLAUDE, model_kwargs={"temperature": 0, "max_tokens": 40})
    reply = chat.invoke([SystemMessage("You are kind."), HumanMessage("Hello")])
    assert reply.text
    assert reply.usage_metadata["input_tokens"] > 0 and reply.usage_metadata["output_tokens"] > 0
    whole = None
    for chunk in chat.stream([HumanMessage("Hello")]):
        whole = chunk if whole is None else whole + chunk
    assert whole.text


# Errors come through as botocore's.
def test_error():
    chat = ChatBedrockConverse(model="no.such-model", provider="anthropic")
    with pytest.raises(Exception, match="The provided model identifier is invalid."):
        chat.invoke([HumanMessage("Hello")])
