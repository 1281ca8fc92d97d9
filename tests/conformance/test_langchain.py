"""langchain-aws: ChatBedrockConverse and ChatBedrock, with only the endpoint set."""

from __future__ import annotations

import numpy as np
import pytest
from langchain_aws import BedrockEmbeddings, ChatBedrock, ChatBedrockConverse
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from pydantic import BaseModel, Field

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


class Forecast(BaseModel):
    """A forecast of the weather."""

    city: str = Field(max_length=12)
    days: int = Field(ge=1, le=5)


# The class demands the tool, so its input fits the model's fields whatever the weights.
def test_structured_output():
    chat = ChatBedrockConverse(model=CLAUDE, temperature=0, max_tokens=300)
    forecast = chat.with_structured_output(Forecast).invoke("What is the weather in Rome?")
    assert isinstance(forecast, Forecast)


def test_tool_calls_streamed_add_up():
    chat = ChatBedrockConverse(model=NOVA, temperature=0, max_tokens=300)
    bound = chat.bind_tools([Forecast], tool_choice="Forecast")
    whole = None
    for chunk in bound.stream("What is the weather in Rome?"):
        whole = chunk if whole is None else whole + chunk
    [call] = whole.tool_calls
    assert call["name"] == "Forecast"
    Forecast.model_validate(call["args"])
    assert whole.response_metadata["stopReason"] == "tool_use"


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


def cosine(a: list[float], b: list[float]) -> float:
    return float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


# What a vector store does: documents and a query, and the document that answers it is nearest.
@pytest.mark.parametrize(
    ("model", "options", "length"),
    [
        ("amazon.titan-embed-text-v1", {}, 1536),
        ("amazon.titan-embed-text-v2:0", {}, 1024),
        ("amazon.titan-embed-text-v2:0", {"dimensions": 256}, 256),
        ("cohere.embed-english-v3", {}, 1024),
        ("cohere.embed-v4:0", {"dimensions": 512}, 512),
        ("amazon.nova-2-multimodal-embeddings-v1:0", {"dimensions": 384}, 384),
    ],
)
def test_embeddings(model, options, length):
    embeddings = BedrockEmbeddings(model_id=model, **options)
    documents = [
        "The recipe needs two eggs and a cup of flour.",
        "To reset your password, open the settings and choose Security.",
        "The train to Hamburg leaves from platform nine.",
    ]
    vectors = embeddings.embed_documents(documents)
    query = embeddings.embed_query("I cannot log in because I forgot my password.")
    assert [len(vector) for vector in [*vectors, query]] == [length] * 4
    nearest = max(range(3), key=lambda index: cosine(vectors[index], query))
    assert nearest == 1
