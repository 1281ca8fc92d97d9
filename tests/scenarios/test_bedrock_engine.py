"""type = "bedrock": one Bedplate behind another, and what goes over the wire."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

import converse_server as upstreams
from bedplate_server import REPOSITORY
from bedrock_front import (  # fixtures, too
    LLAMA,
    SONNET,
    ask,
    behind,
    client,
    keys_of,
    question,
    says,
    serve,
    upstream,
)
from converse_server import Answer
from image_server import picture

TOOL = {"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}}
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


def test_request_and_reply(client, ask):
    request = question(system=[{"text": "Be brief."}], inferenceConfig={"maxTokens": 7})
    reply, seen = ask(client, request, says("Hello"))
    assert reply["output"]["message"]["content"] == [{"text": "Hello"}]
    assert reply["stopReason"] == "end_turn"
    assert reply["usage"]["inputTokens"] == 3
    assert reply["ResponseMetadata"]["HTTPHeaders"]["x-bedplate-served-by"] == "bedrock/up"
    assert [message["role"] for message in seen["messages"]] == ["system", "user"]
    assert seen["max_tokens"] == 7


# Each token passes both servers before the next one is made.
def test_streams_at_once(client, scripted_engine):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.converse_stream, **question())
        generation = scripted_engine.next_generation()
        for sent, token in enumerate(("one ", "two ", "three")):
            generation.delta(token)
            if sent == 0:
                events = iter(answer.result()["stream"])
            for event in events:
                if "contentBlockDelta" in event:
                    assert event["contentBlockDelta"]["delta"]["text"] == token
                    break
            assert generation.deltas_sent <= sent + 1
        generation.finish()
        kinds = [next(iter(event)) for event in events]
    assert kinds == ["contentBlockStop", "messageStop", "metadata"]


def test_tools_there_and_back(client, ask):
    def calls(generation):
        generation.call(0, "add", '{"a"', ": 1}")
        generation.call(1, "add", "{}")
        generation.finish("tool_calls")

    tools = {"tools": [TOOL], "toolChoice": {"any": {}}}
    reply, seen = ask(client, question("Add", toolConfig=tools), calls)
    assert reply["stopReason"] == "tool_use"
    said = reply["output"]["message"]
    used = [part["toolUse"] for part in said["content"] if "toolUse" in part]
    assert [call["input"] for call in used] == [{"a": 1}, {}]
    assert seen["tools"][0]["function"]["name"] == "add"
    assert seen["tool_choice"] == "required"

    results = [
        {"toolResult": {"toolUseId": call["toolUseId"], "content": [{"json": {"sum": 2}}]}}
        for call in used
    ]
    request = question("Add", toolConfig={"tools": [TOOL]})
    request["messages"] += [said, {"role": "user", "content": results}]
    _, seen = ask(client, request, says("2"))
    told = [message for message in seen["messages"] if message["role"] == "tool"]
    assert [message["tool_call_id"] for message in told] == [call["toolUseId"] for call in used]
    assert json.loads(told[0]["content"]) == {"sum": 2}


def test_images_and_documents(client, ask):
    document = {"format": "md", "name": "notes", "source": {"bytes": b"# One line"}}
    image = {"format": "png", "source": {"bytes": picture(1, 1)}}
    request = question([{"text": "Look"}, {"image": image}, {"document": document}])
    _, seen = ask(client, request, says("I see."))
    sent = json.dumps(seen["messages"])
    assert "data:image/png;base64," in sent
    assert "# One line" in sent
    assert "notes" in sent


# A model that sees gets a PDF's pages as images, too, behind its text.
def test_pages_of_a_pdf(serve, upstream, client_to):
    pdf = (REPOSITORY / "tests/documents/owner-password.pdf").read_bytes()
    document = {"format": "pdf", "name": "report", "source": {"bytes": pdf}}
    client_to(serve(upstream.url)).converse(**question([{"document": document}, {"text": "So?"}]))
    (turn,) = upstream.asked[0].body["messages"]
    kinds = [next(iter(block)) for block in turn["content"]]
    assert kinds[0] == "document" and kinds[-1] == "text"
    assert kinds[1:-1] and set(kinds[1:-1]) == {"image"}
    page = base64.b64decode(turn["content"][1]["image"]["source"]["bytes"])
    assert page.startswith(b"\x89PNG")


# Both servers sign: each gets its own signature back, and a forged one does not get past us.
@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_there_and_back(client, scripted_engine, ask, streamed):
    def thinks(generation):
        generation.thought("Let me ")
        generation.thought("see.")
        generation.delta("Hi")
        generation.finish()

    request = question(
        model=f"us.{SONNET}",
        inferenceConfig={"maxTokens": 2048},
        additionalModelRequestFields=THINKING,
    )
    if streamed:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.converse_stream, **request)
            thinks(scripted_engine.next_generation())
            thought = {"text": "", "signature": ""}
            for event in answer.result()["stream"]:
                delta = event.get("contentBlockDelta", {}).get("delta", {})
                for key, piece in delta.get("reasoningContent", {}).items():
                    thought[key] += piece
    else:
        reply, _ = ask(client, request, thinks)
        content = reply["output"]["message"]["content"]
        thought = content[0]["reasoningContent"]["reasoningText"]
    assert thought["text"] == "Let me see."

    def history(signed: dict) -> dict:
        parts = [{"reasoningContent": {"reasoningText": signed}}, {"text": "Hi"}]
        first = request["messages"][0]
        return {**request, "messages": [first, {"role": "assistant", "content": parts}, first]}

    reply, _ = ask(client, history(thought), says("Again"))
    assert reply["output"]["message"]["content"] == [{"text": "Again"}]
    with pytest.raises(ClientError, match="Invalid `signature`"):
        client.converse(**history({**thought, "text": "Other."}))


# With real weights: the same reply as without a server in between, and its counts.
def test_real_model_and_counting(start_server, serve, client_to):
    behind = start_server()
    front = client_to(serve(behind.url, environment=keys_of(behind)))
    sampling = {"maxTokens": 8, "temperature": 0}
    request = question(model=f"us.{SONNET}", inferenceConfig=sampling)
    reply = front.converse(**request)
    direct = client_to(behind).converse(**request)
    assert reply["output"] == direct["output"]
    assert reply["stopReason"] == direct["stopReason"]
    assert reply["usage"]["totalTokens"] == direct["usage"]["totalTokens"]
    converse = {"messages": request["messages"]}
    counted = front.count_tokens(modelId=SONNET, input={"converse": converse})
    assert counted["inputTokens"] == reply["usage"]["inputTokens"]


def test_wire_form(serve, upstream, client_to):
    point = {"cachePoint": {"type": "default"}}
    sampling = {"maxTokens": 7, "temperature": 0.5, "stopSequences": ["END"]}
    request = question(
        [{"text": "Hello"}, point],
        model=f"us.{SONNET}",
        inferenceConfig=sampling,
        additionalModelRequestFields={"top_k": 9},
    )
    upstream.answers = [
        upstreams.reply(*upstreams.text("a"), *upstreams.end(cacheReadInputTokens=200))
    ]
    reply = client_to(serve(upstream.url)).converse(**request)
    assert reply["usage"]["inputTokens"] == 11
    assert reply["usage"]["cacheReadInputTokens"] == 200
    (asked,) = upstream.asked
    assert asked.path == f"/model/us.{SONNET.replace(':', '%3A')}/converse-stream"
    assert asked.body == {
        "messages": [{"role": "user", "content": [{"text": "Hello"}, point]}],
        "inferenceConfig": sampling,
        "additionalModelRequestFields": {"top_k": 9},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }


# Where the service counts only for models, the model of the profile is asked for.
def test_count_tokens_of_a_profile(serve, upstream, client_to):
    words = "The provided model doesn't support counting tokens."
    upstream.answers = [
        upstreams.error(400, "ValidationException", words),
        Answer(b'{"inputTokens":42}'),
    ]
    converse = {"messages": question()["messages"]}
    client = client_to(serve(upstream.url))
    counted = client.count_tokens(modelId=SONNET, input={"converse": converse})
    assert counted["inputTokens"] == 42
    models = [asked.path.split("/")[2].replace("%3A", ":") for asked in upstream.asked]
    assert models == [f"us.{SONNET}", SONNET]
    assert upstream.asked[1].body == {"input": {"converse": converse}}


# What Converse has no place for is refused, and does not reach the upstream.
def test_refused_parameters(serve, upstream, client_to):
    client = client_to(serve(upstream.url))
    with pytest.raises(ClientError, match="no raw prompts"):
        client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "Hello"}))
    assert upstream.asked == []
