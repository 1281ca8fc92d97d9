"""Citations: the sentences of a reply that rest on the request's documents point at them. The
engine is scripted, so that the reply is known. Order of events: recorded AWS traffic."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

CLAUDE = "anthropic.claude-3-5-sonnet-20241022-v2:0"
NOVA = "amazon.nova-lite-v1:0"
SOURCE = "Grüße! The tower was opened in 1937 by Anna Berg. It is 142 metres tall."
OPENED = "The tower was opened in 1937 by Anna Berg."
TALL = "It is 142 metres tall."
PIECES = [
    "I have",
    " looked. Good",
    " news. The tower ope",
    "ned in 1937. ",
    "It is 14",
    "2 metres",
    " tall.\nAnything",
    " else?",
]
REPLY = [
    "I have looked. Good news. ",
    "The tower opened in 1937. ",
    "It is 142 metres tall.\n",
    "Anything else?",
]


def document(name: str = "Harbour", enabled: bool = True, **source) -> dict:
    source = source or {"text": SOURCE}
    return {
        "document": {
            "format": "txt",
            "name": name,
            "source": source,
            "citations": {"enabled": enabled},
        }
    }


def turn(*blocks: dict) -> list[dict]:
    return [{"role": "user", "content": [*blocks, {"text": "What is this?"}]}]


def native(source: dict, stream: bool = False, **more) -> dict:
    block = {"type": "document", "source": source, "citations": {"enabled": True}, **more}
    text = {"type": "text", "text": "What is this?"}
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": [block, text]}],
    }
    return {"modelId": CLAUDE, "body": json.dumps(body)}


@pytest.fixture
def asking(start_server, scripted_engine, make_client):
    """Sends a request; the engine answers with `pieces`."""
    running = start_server(scripted_engine.config(models="*"))
    runtime = make_client(running=running)

    def ask(operation: str, pieces=PIECES, **request):
        def call():
            reply = getattr(runtime, operation)(**request)
            if "stream" in reply:
                return list(reply["stream"])
            if operation == "invoke_model":
                return json.loads(reply["body"].read())
            if "body" in reply:
                return [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]
            return reply

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(call)
            generation = scripted_engine.next_generation()
            for piece in pieces:
                generation.delta(piece)
            generation.finish()
            return asked.result(timeout=30)

    ask.runtime = runtime
    ask.running = running
    return ask


def located(text: str, index: int = 0) -> dict:
    start = SOURCE.index(text)
    assert SOURCE[start : start + len(text)] == text
    return {"documentIndex": index, "start": start, "end": start + len(text)}


def cited(text: str, title: str = "Harbour", index: int = 0) -> dict:
    return {
        "title": title,
        "sourceContent": [{"text": text}],
        "location": {"documentChar": located(text, index)},
    }


@pytest.mark.parametrize("model", [CLAUDE, NOVA])
def test_converse(asking, model):
    reply = asking("converse", modelId=model, messages=turn(document()))
    assert reply["output"]["message"]["content"] == [
        {"text": REPLY[0]},
        {"citationsContent": {"content": [{"text": REPLY[1]}], "citations": [cited(OPENED)]}},
        {"citationsContent": {"content": [{"text": REPLY[2]}], "citations": [cited(TALL)]}},
        {"text": REPLY[3]},
    ]


def test_converse_stream(asking):
    events = asking("converse_stream", modelId=CLAUDE, messages=turn(document()))
    blocks = [
        (event[name]["contentBlockIndex"], event[name].get("delta"))
        for event in events
        for name in event
        if "contentBlockIndex" in event[name]
    ]
    assert not any("contentBlockStart" in event for event in events)
    assert blocks == [
        (0, {"text": "I have looked. "}),
        (0, {"text": "Good news. "}),
        (0, None),
        (1, {"citation": cited(OPENED)}),
        (1, {"text": REPLY[1]}),
        (1, None),
        (2, {"citation": cited(TALL)}),
        (2, {"text": REPLY[2]}),
        (2, None),
        (3, {"text": REPLY[3]}),
        (3, None),
    ]
    assert [next(iter(event)) for event in events[-2:]] == ["messageStop", "metadata"]


def char_location(text: str, title: str | None) -> dict:
    place = located(text)
    return {
        "type": "char_location",
        "cited_text": text,
        "document_index": 0,
        "document_title": title,
        "start_char_index": place["start"],
        "end_char_index": place["end"],
    }


TEXT = {"type": "text", "media_type": "text/plain", "data": SOURCE}


def test_invoke_model(asking):
    reply = asking("invoke_model", **native(TEXT, title="Harbour"))
    assert reply["content"] == [
        {"type": "text", "text": REPLY[0]},
        {"type": "text", "text": REPLY[1], "citations": [char_location(OPENED, "Harbour")]},
        {"type": "text", "text": REPLY[2], "citations": [char_location(TALL, "Harbour")]},
        {"type": "text", "text": REPLY[3]},
    ]


def test_invoke_model_stream(asking):
    chunks = asking("invoke_model_with_response_stream", **native(TEXT))
    of_block = [chunk for chunk in chunks if chunk.get("index") == 1]
    assert of_block == [
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "text", "text": "", "citations": []},
        },
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "citations_delta", "citation": char_location(OPENED, None)},
        },
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "text_delta", "text": REPLY[1]},
        },
        {"type": "content_block_stop", "index": 1},
    ]
    starts = [chunk["index"] for chunk in chunks if chunk["type"] == "content_block_start"]
    assert starts == [0, 1, 2, 3]


def pdf_of(*pages: str) -> bytes:
    """A PDF with one line on each page."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for i, line in enumerate(pages):
        drawn = f"BT /F1 12 Tf 50 700 Td ({line}) Tj ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * i} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>",
            f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        ]
    file, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{file}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer<</Root 1 0 R/Size {size}>>\nstartxref\n{len(file)}\n%%EOF"
    ).encode()


def test_pages_and_chunks(asking):
    secret = "The secret harbour lies at 54 degrees."
    pdf = document(bytes=pdf_of("A cover.", f"Listen. {secret}"))
    pdf["document"]["format"] = "pdf"
    chunks = document("Notes", content=[{"text": "Nothing."}, {"text": SOURCE}])
    asked = turn(document("Other", enabled=False), pdf, chunks)
    pieces = [f"{secret} ", TALL]
    reply = asking("converse", pieces, modelId=CLAUDE, messages=asked)
    content = reply["output"]["message"]["content"]
    assert [block["citationsContent"]["content"][0]["text"] for block in content] == pieces
    [page], [chunk] = [block["citationsContent"]["citations"] for block in content]
    assert page["location"] == {"documentPage": {"documentIndex": 1, "start": 2, "end": 3}}
    assert chunk["location"] == {"documentChunk": {"documentIndex": 2, "start": 1, "end": 2}}
    assert chunk["sourceContent"] == [{"text": SOURCE}]


def test_tool_results_are_cited_and_counted(asking):
    result = {"toolResult": {"toolUseId": "t", "content": [document("Found")]}}
    messages = [
        {"role": "user", "content": [document("First", text="Other things."), {"text": "Look."}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "t", "name": "look", "input": {}}}],
        },
        {"role": "user", "content": [result]},
    ]
    tools = {"tools": [{"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object"}}}}]}
    reply = asking("converse", [TALL], modelId=CLAUDE, messages=messages, toolConfig=tools)
    [block] = reply["output"]["message"]["content"]
    assert block["citationsContent"]["citations"] == [cited(TALL, "Found", 1)]


def test_no_citations_where_none_are_asked_for(asking):
    reply = asking("converse", modelId=CLAUDE, messages=turn(document(enabled=False)))
    assert reply["output"]["message"]["content"] == [{"text": "".join(REPLY)}]


def test_a_cited_reply_comes_back(asking):
    said = asking("converse", modelId=CLAUDE, messages=turn(document()))["output"]["message"]
    messages = [*turn(document()), said, {"role": "user", "content": [{"text": "And?"}]}]
    again = asking("converse", ["That is all."], modelId=CLAUDE, messages=messages)
    assert again["output"]["message"]["content"] == [{"text": "That is all."}]


def test_citations_and_structured_output_are_refused(asking):
    body = json.loads(native(TEXT)["body"])
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    with pytest.raises(ClientError) as refused:
        asking.runtime.invoke_model(modelId=CLAUDE, body=json.dumps(body))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "Citations cannot be used" in refused.value.response["Error"]["Message"]


def test_langchain_reads_them(asking, scripted_engine, monkeypatch):
    from langchain_aws import ChatBedrockConverse
    from langchain_core.messages import HumanMessage

    credentials = asking.running.credentials
    monkeypatch.setenv("AWS_ENDPOINT_URL", asking.running.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key)
    monkeypatch.setenv("AWS_REGION", credentials.region)
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    chat = ChatBedrockConverse(model=CLAUDE)
    message = HumanMessage([document(), {"type": "text", "text": "What is this?"}])
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(chat.invoke, [message])
        generation = scripted_engine.next_generation()
        for piece in PIECES:
            generation.delta(piece)
        generation.finish()
        content = asked.result(timeout=30).content
    assert [block["text"] for block in content] == REPLY
    assert len(content[1]["citations"]) == 1
    assert OPENED in json.dumps(content[1]["citations"], ensure_ascii=False)
