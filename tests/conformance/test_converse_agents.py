"""What agents need of Converse: calls that the model decides on, several at once, thinking that
comes back signed, images and results on their way to the engine. The engine is scripted, since the
demo model does none of this by itself."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

CLAUDE = "anthropic.claude-3-7-sonnet-20250219-v1:0"
TOOLS = {
    "tools": [
        {"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}}
        for name in ("get_weather", "get_time")
    ]
}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
HI = [{"role": "user", "content": [{"text": "Hello"}]}]


@pytest.fixture
def scripted(start_server, scripted_engine, make_client):
    """Runs a request while `script` plays the engine's part: (what the client got, the engine's
    request)."""
    running = start_server(scripted_engine.config(models="*"))
    runtime = make_client(running=running)

    def run(script, operation: str = "converse", **request):
        def ask():
            reply = getattr(runtime, operation)(**request)
            return list(reply["stream"]) if "stream" in reply else reply

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask)
            generation = scripted_engine.next_generation()
            script(generation)
            return asked.result(timeout=30), generation.body

    run.runtime = runtime
    return run


def two_calls(generation) -> None:
    generation.delta("I look.")
    generation.call(0, "get_weather", '{"city": "R', 'ome"}')
    generation.call(1, "get_time", "{}")
    generation.finish("tool_calls")


def test_parallel_calls(scripted):
    reply, sent = scripted(two_calls, modelId=CLAUDE, messages=HI, toolConfig=TOOLS)
    content = reply["output"]["message"]["content"]
    assert content[0] == {"text": "I look."}
    assert [(block["toolUse"]["name"], block["toolUse"]["input"]) for block in content[1:]] == [
        ("get_weather", {"city": "Rome"}),
        ("get_time", {}),
    ]
    assert content[1]["toolUse"]["toolUseId"] != content[2]["toolUse"]["toolUseId"]
    assert reply["stopReason"] == "tool_use"
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["get_weather", "get_time"]
    assert sent["tool_choice"] == "auto"


def test_parallel_calls_streamed(scripted):
    events, _ = scripted(
        two_calls, "converse_stream", modelId=CLAUDE, messages=HI, toolConfig=TOOLS
    )
    order = [
        (name, event[name].get("contentBlockIndex")) for event in events for name in event
    ]
    assert order == [
        ("messageStart", None),
        ("contentBlockDelta", 0),
        ("contentBlockStop", 0),
        ("contentBlockStart", 1),
        ("contentBlockDelta", 1),
        ("contentBlockDelta", 1),
        ("contentBlockDelta", 1),
        ("contentBlockStop", 1),
        ("contentBlockStart", 2),
        ("contentBlockDelta", 2),
        ("contentBlockDelta", 2),
        ("contentBlockStop", 2),
        ("messageStop", None),
        ("metadata", None),
    ]
    assert events[-2]["messageStop"]["stopReason"] == "tool_use"


def test_calls_and_results_reach_the_engine(scripted):
    messages = [
        *HI,
        {
            "role": "assistant",
            "content": [
                {"text": "I look."},
                {"toolUse": {"toolUseId": "t1", "name": "get_time", "input": {"zone": "UTC"}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "t1",
                        "content": [{"json": {"hour": 9}}],
                        "status": "error",
                    }
                },
                {"text": "Go on."},
            ],
        },
    ]
    _, sent = scripted(
        lambda generation: generation.finish(), modelId=CLAUDE, messages=messages, toolConfig=TOOLS
    )
    assert [message["role"] for message in sent["messages"]] == [
        "user",
        "assistant",
        "tool",
        "user",
    ]
    [made] = sent["messages"][1]["tool_calls"]
    assert (made["id"], json.loads(made["function"]["arguments"])) == ("t1", {"zone": "UTC"})
    assert sent["messages"][2]["content"] == 'The tool failed:\n{"hour":9}'
    assert sent["messages"][3]["content"] == "Go on."


def test_images_reach_the_engine_in_their_place(scripted):
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAA"
        "gQCA05RTSgAAAABJRU5ErkJggg=="
    )
    content = [
        {"text": "Look:"},
        {"image": {"format": "png", "source": {"bytes": pixel}}},
        {"text": "What is it?"},
    ]
    _, sent = scripted(
        lambda generation: generation.finish(),
        modelId=CLAUDE,
        messages=[{"role": "user", "content": content}],
    )
    parts = sent["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "text"]
    assert parts[1]["image_url"]["url"] == (
        "data:image/png;base64," + base64.b64encode(pixel).decode()
    )


def thinks(generation) -> None:
    generation.thought("hm, ")
    generation.thought("so")
    generation.delta("Yes.")
    generation.finish()


def test_thinking_is_signed_and_comes_back(scripted):
    reply, _ = scripted(
        thinks, modelId=CLAUDE, messages=HI, additionalModelRequestFields=THINKING
    )
    thought, text = reply["output"]["message"]["content"]
    assert thought["reasoningContent"]["reasoningText"]["text"] == "hm, so"
    assert len(thought["reasoningContent"]["reasoningText"]["signature"]) > 20
    assert text == {"text": "Yes."}

    again = [*HI, {"role": "assistant", "content": [thought, text]}, *HI]
    scripted(thinks, modelId=CLAUDE, messages=again, additionalModelRequestFields=THINKING)
    thought["reasoningContent"]["reasoningText"]["text"] += "!"
    with pytest.raises(ClientError) as refused:
        scripted.runtime.converse(
            modelId=CLAUDE, messages=again, additionalModelRequestFields=THINKING
        )
    assert refused.value.response["Error"]["Message"] == (
        "The model returned the following errors: messages.1.content.0: Invalid `signature` in "
        "`thinking` block"
    )


def test_thinking_streamed(scripted):
    events, _ = scripted(
        thinks,
        "converse_stream",
        modelId=CLAUDE,
        messages=HI,
        additionalModelRequestFields=THINKING,
    )
    deltas = [
        event["contentBlockDelta"] for event in events if "contentBlockDelta" in event
    ]
    assert [delta["contentBlockIndex"] for delta in deltas] == [0, 0, 0, 1]
    reasoning = [delta["delta"]["reasoningContent"] for delta in deltas[:3]]
    assert [next(iter(part)) for part in reasoning] == ["text", "text", "signature"]
    assert not any("contentBlockStart" in event for event in events)


def test_thinking_that_nobody_asked_for_is_kept_back(scripted):
    reply, _ = scripted(thinks, modelId=CLAUDE, messages=HI)
    assert reply["output"]["message"]["content"] == [{"text": "Yes."}]


def test_native_messages_carry_calls_and_thinking(scripted):
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 2000,
        "messages": [{"role": "user", "content": "Hello"}],
        "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
        **THINKING,
    }

    def script(generation) -> None:
        generation.thought("hm")
        generation.call(0, "get_weather", '{"city": "Rome"}')
        generation.finish("tool_calls")

    reply, _ = scripted(script, "invoke_model", modelId=CLAUDE, body=json.dumps(body))
    message = json.loads(reply["body"].read())
    thought, call = message["content"]
    assert thought["type"] == "thinking" and thought["signature"]
    assert (call["type"], call["input"]) == ("tool_use", {"city": "Rome"})
    assert message["stop_reason"] == "tool_use"
