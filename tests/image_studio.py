"""A server of ours with an image server behind it and a client in front."""

from __future__ import annotations

import base64
import io
import json

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from bedplate_server import BedplateServer
from image_server import ImageServer

CONFIG = """
[engines.images]
type = "openai"
endpoints = ["{url}"]
model = "{model}"

[[bindings]]
models = ["amazon.titan-image-*", "amazon.nova-canvas-*", "stability.*"]
engine = "images"
"""


class Studio:
    def __init__(self, images: ImageServer, client):
        self.images = images
        self.client = client

    def invoke(self, model: str, body: dict | str, **more) -> dict:
        text = body if isinstance(body, str) else json.dumps(body)
        response = self.client.invoke_model(modelId=model, body=text, **more)
        assert response["contentType"] == "application/json"
        return json.loads(response["body"].read())

    def refusal(self, model: str, body: dict | str) -> tuple[str, str]:
        with pytest.raises(ClientError) as raised:
            self.invoke(model, body)
        error = raised.value.response["Error"]
        return error["Code"], error["Message"]


def studio_with(tmp_path_factory, make_client, model_id: str, model: str):
    with ImageServer(model_id) as images:
        config = CONFIG.format(url=images.url, model=model)
        with BedplateServer(tmp_path_factory.mktemp("images"), config) as server:
            yield Studio(images, make_client("bedrock-runtime", running=server))


def opened(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text)))


def half_mask(width: int, height: int) -> bytes:
    """Black on the left, white on the right."""
    mask = Image.new("RGB", (width, height), "white")
    mask.paste((0, 0, 0), (0, 0, width // 2, height))
    out = io.BytesIO()
    mask.save(out, "PNG")
    return out.getvalue()


def malformed(what: str) -> tuple[str, str]:
    text = f"Malformed input request: {what}, please reformat your input and try again."
    return "ValidationException", text
