"""A server of OpenAI's images API inside the test process that really draws.

It answers as stable-diffusion.cpp's server does, or as OpenAI's, and notes what it got. `fault`
makes it misbehave.
"""

from __future__ import annotations

import base64
import email.parser
import email.policy
import io
import json
import re
from dataclasses import dataclass, field

from PIL import Image

from http_fake import FakeHandler, HttpFake

EXTRA = re.compile(r"<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>")


def picture(width: int, height: int, color="red", format: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), color).save(out, format)
    return out.getvalue()


def encoded(image: bytes) -> str:
    return base64.b64encode(image).decode()


@dataclass
class Asked:
    """One request that reached the server."""

    path: str
    members: dict
    files: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        return EXTRA.sub("", self.members["prompt"])

    @property
    def extra(self) -> dict:
        found = EXTRA.search(self.members["prompt"])
        return json.loads(found.group(1)) if found else {}

    def image(self, name: str = "image") -> Image.Image:
        return Image.open(io.BytesIO(self.files[name][0]))


def read_form(content_type: str, body: bytes) -> tuple[dict, dict[str, list[bytes]]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    members, files = {}, {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename():
            files.setdefault(name, []).append(content)
        else:
            members[name] = content.decode()
    return members, files


class ImageHandler(FakeHandler):
    fake: ImageServer

    def do_GET(self):
        if self.path == "/v1/models":
            self.send_json(200, {"data": [{"id": self.fake.model_id, "owned_by": "local"}]})
        else:
            self.send_json(404, {"error": "not found"})

    def do_POST(self):
        body = self.read_body()
        kind = self.headers["Content-Type"]
        if kind == "application/json":
            asked = Asked(self.path, json.loads(body))
        else:
            asked = Asked(self.path, *read_form(kind, body))
        self.fake.asked.append(asked)
        self._answer(asked, self.fake.fault)

    def _answer(self, asked: Asked, fault: str) -> None:
        if fault == "hang up":
            self.hang_up()
        elif fault == "500":
            self.send_json(500, {"error": "generate_image returned no results"})
        elif fault == "400":
            self.send_json(400, {"error": "invalid params"})
        elif fault == "no json":
            self.send_bytes(200, b"<html>", {"Content-Type": "application/json"})
        else:
            self.send_json(200, {"created": 1, "data": self._images(asked, fault)})

    def _images(self, asked: Asked, fault: str) -> list[dict]:
        width, height = map(int, asked.members["size"].split("x"))
        count = int(asked.members["n"]) - (fault == "too few")
        if fault == "other size":
            width += 8
        seed = asked.extra.get("seed", 0)
        format = asked.members.get("output_format", "png")
        image = picture(width, height, (seed % 256, 0, 0), format)
        if fault == "no image":
            image = b"no image at all"
        if fault == "url":
            return [{"url": "http://127.0.0.1/image.png"}] * count
        if fault == "no base64":
            return [{"b64_json": "***"}] * count
        return [{"b64_json": encoded(image)}] * count


class ImageServer(HttpFake):
    """Draws what it is asked for; `asked` holds that."""

    Handler = ImageHandler

    def __init__(self, model_id: str = "sd-cpp-local"):
        self.model_id = model_id
        self.asked: list[Asked] = []
        self.fault = ""
        super().__init__()
