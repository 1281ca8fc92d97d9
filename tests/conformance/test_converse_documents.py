"""Documents and images in Converse and in Messages bodies: what reaches the engine, and what is
refused. The files lie in tests/documents."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
CLAUDE = "anthropic.claude-3-5-sonnet-20241022-v2:0"
MODEL_ERROR = "The model returned the following errors: "


def png(width: int, height: int, rows: bytes | None = None) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\x7f" * width) * height if rows is None else rows
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def document(data: bytes, format: str, name: str = "file", **more) -> dict:
    return {"document": {"format": format, "name": name, "source": {"bytes": data}, **more}}


def image(data: bytes, format: str = "png") -> dict:
    return {"image": {"format": format, "source": {"bytes": data}}}


def turn(*blocks: dict) -> list[dict]:
    return [{"role": "user", "content": [*blocks, {"text": "What is this?"}]}]


@pytest.fixture(scope="module")
def reading(request, bedplate_binary, tmp_path_factory, make_client):
    """Sends a request to an engine that only notes what it got, and hands that back."""
    from bedplate_server import BedplateServer
    from scripted_engine import ScriptedEngine

    with ScriptedEngine() as engine, BedplateServer(
        tmp_path_factory.mktemp("documents"), config=engine.config()
    ) as running:
        runtime = make_client(running=running)

        def read(operation: str = "converse", **arguments) -> dict:
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(getattr(runtime, operation), modelId=CLAUDE, **arguments)
                generation = engine.next_generation()
                generation.finish()
                asked.result(timeout=30)
                return generation.body

        read.runtime = runtime
        yield read


def seen(body: dict) -> str:
    content = body["messages"][0]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def refusal(runtime, *blocks: dict) -> str:
    with pytest.raises(ClientError) as refused:
        runtime.converse(modelId=CLAUDE, messages=turn(*blocks))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("file", "format", "expected"),
    [
        ("report.docx", "docx", "Harbour report"),
        ("report.doc", "doc", "arbour"),
        ("cargo.xlsx", "xlsx", ","),
        ("cargo.xls", "xls", ","),
        ("owner-password.pdf", "pdf", "The secret harbour"),
    ],
)
def test_the_text_of_a_document_reaches_the_engine(reading, file, format, expected):
    sent = reading(messages=turn(document((DOCUMENTS / file).read_bytes(), format, "my file")))
    text = seen(sent)
    assert text.startswith('<document name="my file">\n')
    assert expected in text
    assert text.endswith("</document>\nWhat is this?")


@pytest.mark.parametrize("format", ["txt", "md", "csv", "html"])
def test_text_formats(reading, format):
    text = seen(reading(messages=turn(document("Gr\u00fc\u00dfe, 1".encode(), format))))
    assert "Gr\u00fc\u00dfe, 1" in text


def test_text_and_chunks_that_the_client_gives(reading):
    blocks = [
        {"document": {"format": "txt", "name": "a", "source": {"text": "plain"}}},
        {
            "document": {
                "format": "txt",
                "name": "b",
                "source": {"content": [{"text": "one"}, {"text": "two"}]},
            }
        },
    ]
    text = seen(reading(messages=turn(*blocks)))
    assert "plain" in text and "one" in text and "two" in text


def test_documents_of_messages_bodies(reading):
    source = {
        "type": "base64",
        "media_type": "application/pdf",
        "data": base64.b64encode((DOCUMENTS / "owner-password.pdf").read_bytes()).decode(),
    }
    content = [{"type": "document", "source": source}, {"type": "text", "text": "?"}]
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": content}],
    }
    assert "The secret harbour" in seen(reading("invoke_model", body=json.dumps(body)))


def test_documents_of_tool_results(reading):
    messages = [
        {"role": "user", "content": [{"text": "Look it up."}]},
        {
            "role": "assistant",
            "content": [{"toolUse": {"toolUseId": "t", "name": "look_up", "input": {}}}],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "t",
                        "content": [document(b"The harbour is closed.", "txt"), image(png(2, 2))],
                    }
                }
            ],
        },
    ]
    tools = {"tools": [{"toolSpec": {"name": "look_up", "inputSchema": {"json": {"type": "object"}}}}]}
    sent = reading(messages=messages, toolConfig=tools)["messages"]
    assert "The harbour is closed." in sent[2]["content"]
    assert sent[3]["content"][0]["type"] == "image_url"


def test_the_demo_model_counts_what_it_reads(runtime):
    messages = turn(document(b"word " * 100, "txt"))
    counted = runtime.count_tokens(modelId=CLAUDE, input={"converse": {"messages": messages}})
    reply = runtime.converse(modelId=CLAUDE, messages=messages, inferenceConfig={"maxTokens": 4})
    assert reply["usage"]["inputTokens"] == counted["inputTokens"] > 100


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            [document((DOCUMENTS / "password.pdf").read_bytes(), "pdf")],
            MODEL_ERROR
            + "messages.0.content.0.pdf.source.bytes: The PDF specified is password protected.",
        ),
        (
            [document((DOCUMENTS / "owner-password.pdf").read_bytes()[:500], "pdf")],
            MODEL_ERROR + "messages.0.content.0.pdf.source.bytes: The PDF specified was not valid.",
        ),
        (
            [document(b"no zip", "docx")],
            MODEL_ERROR
            + "messages.0.content.0.source.bytes: The document source bytes could not be parsed as "
            "the specified format. If using a text-based format, try source.text instead of "
            "source.bytes.",
        ),
        ([image(b"no image")], MODEL_ERROR + "Could not process image"),
        (
            [image(png(9000, 1))],
            MODEL_ERROR
            + "messages.0.content.0.image.source.bytes: At least one of the image dimensions exceed "
            "max allowed size: 8000 pixels",
        ),
        (
            [image(png(2, 2), "jpeg")],
            MODEL_ERROR
            + "messages.0.content.0.image.source.bytes: The image was specified using the "
            "image/jpeg media type, but the image appears to be a image/png image",
        ),
        (
            [image(png(1, 1)) for _ in range(21)],
            MODEL_ERROR + "messages: too many images: image_count > 20",
        ),
        (
            [document(b"x", "txt", f"file {i}") for i in range(6)],
            "You can't include more than 5 documents in a request.",
        ),
        (
            [document(b"x", "txt", "same"), document(b"x", "txt", "same")],
            "Messages can't contain duplicate document names. Rename the document and retry your "
            "request.",
        ),
        (
            [document(b"x", "txt", "a.txt")],
            "The document file name can only contain alphanumeric characters, whitespace "
            "characters, hyphens, parentheses, and square brackets. The name can't contain more "
            "than one consecutive whitespace character. Check that the file name conforms to these "
            "restrictions and retry your request.",
        ),
    ],
    ids=[
        "password",
        "truncated",
        "no docx",
        "no image",
        "image too wide",
        "other format",
        "many images",
        "many documents",
        "same names",
        "bad name",
    ],
)
def test_refusals(runtime, blocks, expected):
    assert refusal(runtime, *blocks) == expected


def test_an_image_above_five_megabytes(runtime):
    noise = png(1, 1) + b"\0" * 4_000_000
    assert "image exceeds 5 MB maximum: 533" in refusal(runtime, image(noise))
