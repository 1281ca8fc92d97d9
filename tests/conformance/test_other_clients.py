"""Clients of others for Bedrock, unmodified, with only the endpoint set: Anthropic's SDK, LiteLLM,
LlamaIndex. (LangChain has a file of its own.)"""

from __future__ import annotations

import asyncio
import os

import anthropic
import jsonschema
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.bedrock import BedrockEmbedding
from llama_index.llms.bedrock_converse import BedrockConverse
from pydantic import BaseModel, Field

from conversations import CLAUDE, GPT_OSS, LLAMA, NOVA

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else importing it fetches its price list
import litellm  # noqa: E402

pytestmark = [
    pytest.mark.bedplate_only,
    # LiteLLM's own affair.
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211"),
    pytest.mark.filterwarnings("ignore:Item 'summary' on TypedDict"),
]

SONNET = "us.anthropic.claude-sonnet-5"
HELLO = [{"role": "user", "content": "Hello! Who are you?"}]


@pytest.fixture(autouse=True)
def environment(server, credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_BEDROCK_RUNTIME_ENDPOINT", server.url)  # LiteLLM's name for it
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key)
    monkeypatch.setenv("AWS_REGION", credentials.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", credentials.region)


# Anthropic's SDK. Its Bedrock client names the API's version in the body, the newest by default.


@pytest.fixture
def bedrock():
    with anthropic.AnthropicBedrock(max_retries=0) as client:
        yield client


@pytest.mark.parametrize("model", [CLAUDE, SONNET])
def test_anthropic_message(bedrock, model):
    message = bedrock.messages.create(model=model, messages=HELLO, max_tokens=40)
    assert message.id.startswith("msg_bdrk_")
    assert message.content[0].text
    assert message.stop_reason in ("end_turn", "max_tokens")
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0


@pytest.mark.parametrize("model", [CLAUDE, SONNET])
def test_anthropic_stream(bedrock, model):
    with bedrock.messages.stream(model=model, messages=HELLO, max_tokens=5) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    assert len(pieces) > 1 and "".join(pieces) == message.content[0].text
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 5


def test_anthropic_system_and_betas(bedrock):
    message = bedrock.beta.messages.create(
        model=SONNET,
        system=[{"type": "text", "text": "You are kind.", "cache_control": {"type": "ephemeral"}}],
        messages=HELLO,
        max_tokens=5,
        betas=["context-1m-2025-08-07"],
    )
    assert message.content[0].text


def test_anthropic_api_key(server):
    with anthropic.AnthropicBedrock(api_key=server.api_key, max_retries=0) as client:
        assert client.messages.create(model=CLAUDE, messages=HELLO, max_tokens=5).content
    with anthropic.AnthropicBedrock(api_key="wrong", max_retries=0) as client:
        with pytest.raises(anthropic.PermissionDeniedError):
            client.messages.create(model=CLAUDE, messages=HELLO, max_tokens=5)


def test_anthropic_async():
    async def ask():
        async with anthropic.AsyncAnthropicBedrock(max_retries=0) as client:
            async with client.messages.stream(model=CLAUDE, messages=HELLO, max_tokens=5) as stream:
                return await stream.get_final_message()

    assert asyncio.run(ask()).usage.output_tokens == 5


def test_anthropic_errors(bedrock):
    with pytest.raises(anthropic.BadRequestError, match="model identifier is invalid"):
        bedrock.messages.create(model="anthropic.no-such-model", messages=HELLO, max_tokens=5)
    with pytest.raises(anthropic.BadRequestError, match="temperature: Extra inputs"):
        bedrock.messages.create(
            model=SONNET, messages=HELLO, max_tokens=5, extra_body={"temperature": 0.5}
        )
    # The version before has sampling yet; a program may ask for it.
    assert bedrock.messages.create(
        model=SONNET,
        messages=HELLO,
        max_tokens=5,
        extra_body={"temperature": 0.5, "anthropic_version": "bedrock-2023-05-31"},
    ).content


# LiteLLM asks through Converse or, when told, through InvokeModel.
LITELLM_MODELS = [
    f"bedrock/{CLAUDE}",
    f"bedrock/us.{NOVA}",
    f"bedrock/{GPT_OSS}",
    f"bedrock/invoke/{CLAUDE}",
    f"bedrock/invoke/{LLAMA}",
]


@pytest.mark.parametrize("model", LITELLM_MODELS)
def test_litellm(model):
    question = {"model": model, "messages": HELLO, "max_tokens": 20, "temperature": 0}
    reply = litellm.completion(**question)
    assert reply.choices[0].message.content
    assert reply.usage.completion_tokens > 0
    pieces = list(litellm.completion(**question, stream=True))
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert text == reply.choices[0].message.content
    assert pieces[-1].choices[0].finish_reason == reply.choices[0].finish_reason


WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 12}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


def test_anthropic_tools(bedrock):
    tool = {"name": "get_weather", "description": "The weather.", "input_schema": WEATHER}
    request = {
        "model": SONNET,
        "messages": HELLO,
        "max_tokens": 300,
        "tools": [tool],
        "tool_choice": {"type": "tool", "name": "get_weather"},
    }
    message = bedrock.messages.create(**request)
    [call] = message.content
    jsonschema.validate(call.input, WEATHER)
    assert message.stop_reason == "tool_use"
    with bedrock.messages.stream(**request) as stream:
        streamed = stream.get_final_message()
    jsonschema.validate(streamed.content[0].input, WEATHER)


def test_litellm_error():
    with pytest.raises(litellm.BadRequestError, match="The provided model identifier is invalid."):
        litellm.completion(model="bedrock/anthropic.no-such-model", messages=HELLO)


# LlamaIndex's Converse class, whole and streamed, at once and in turn.


def test_llama_index():
    model = BedrockConverse(model=CLAUDE, max_tokens=20, temperature=0)
    chat = [ChatMessage(role="system", content="You are kind."), ChatMessage("Hello! Who are you?")]
    reply = model.chat(chat)
    assert reply.message.content
    pieces = list(model.stream_chat(chat))
    assert len(pieces) > 1
    assert "".join(piece.delta for piece in pieces) == reply.message.content
    assert model.complete("Hello").text


def test_llama_index_async():
    model = BedrockConverse(model=CLAUDE, max_tokens=20, temperature=0)
    assert asyncio.run(model.achat([ChatMessage("Hello")])).message.content


def test_llama_index_error():
    model = BedrockConverse(model="us.anthropic.claude-sonnet-5", max_tokens=10**7, max_retries=1)
    with pytest.raises(Exception, match="maximum tokens you requested exceeds the model limit"):
        model.chat([ChatMessage("Hello")])


class WeatherQuestion(BaseModel):
    city: str = Field(max_length=12)
    days: int = Field(le=5)


def get_weather(city: str, days: int) -> str:
    """The weather of a city."""
    return f"Sunny in {city} for {days} days."


# The call, its result, and what the model says then; the same with the arguments in pieces.
def test_llama_index_tools():
    model = BedrockConverse(model=CLAUDE, max_tokens=300, temperature=0)
    tool = FunctionTool.from_defaults(get_weather, fn_schema=WeatherQuestion)
    asked = {"tools": [tool], "user_msg": "Hello! Who are you?", "tool_required": True}
    reply = model.chat_with_tools(**asked)
    (call,) = model.get_tool_calls_from_response(reply)
    assert call.tool_name == "get_weather" and set(call.tool_kwargs) == {"city", "days"}
    output = tool.call(**call.tool_kwargs)
    result = ChatMessage(
        role="tool", content=output.content, additional_kwargs={"tool_call_id": call.tool_id}
    )
    chat = [ChatMessage("Hello! Who are you?"), reply.message, result]
    assert model.chat_with_tools([tool], chat_history=chat).message.content

    *_, last = model.stream_chat_with_tools(**asked)
    (streamed,) = model.get_tool_calls_from_response(last)
    assert (streamed.tool_name, streamed.tool_kwargs) == (call.tool_name, call.tool_kwargs)


@pytest.mark.parametrize(
    "model, length",
    [
        ("amazon.titan-embed-text-v1", 1536),
        ("amazon.titan-embed-text-v2:0", 1024),
        ("cohere.embed-english-v3", 1024),
        ("cohere.embed-v4:0", 1536),
    ],
)
def test_llama_index_embeddings(model, length):
    embedding = BedrockEmbedding(model_name=model)
    texts = ["The harbour is open.", "A cat sleeps."]
    query = embedding.get_query_embedding("Is the harbour open?")
    near, far = embedding.get_text_embedding_batch(texts)
    assert len(query) == len(near) == len(far) == length
    assert embedding.similarity(query, near) > embedding.similarity(query, far)
    assert asyncio.run(embedding.aget_text_embedding(texts[0])) == pytest.approx(near, abs=1e-3)
