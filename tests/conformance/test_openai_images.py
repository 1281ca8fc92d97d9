"""OpenAI's images API: the official `openai` client, in front of an image server that draws for
real."""

from __future__ import annotations

import io
import json

import openai
import pytest
from PIL import Image

from bedplate_server import BedplateServer
from image_server import ImageServer, picture
from image_studio import CONFIG, opened

pytestmark = pytest.mark.bedplate_only

TITAN = "amazon.titan-image-generator-v2:0"
CANVAS = "amazon.nova-canvas-v1:0"
SDXL = "stability.stable-diffusion-xl-v1"
SD3 = "stability.sd3-5-large-v1:0"
ULTRA = "stability.stable-image-ultra-v1:1"
ERASE = "stability.stable-image-erase-object-v1:0"
PREFIXES = ["/v1", "/openai/v1"]


class Gallery:
    """A server of ours with an image server of one kind behind it."""

    def __init__(self, images: ImageServer, server: BedplateServer):
        self.images = images
        self.server = server
        self.clients: list[openai.OpenAI] = []

    def client(self, prefix: str = "/v1", key: str | None = None) -> openai.OpenAI:
        key = key or self.server.api_key
        self.clients.append(
            openai.OpenAI(base_url=self.server.url + prefix, max_retries=0, api_key=key)
        )
        return self.clients[-1]

    def draw(self, model: str, prompt: str = "a boat", **more) -> openai.types.ImagesResponse:
        return self.client().images.generate(model=model, prompt=prompt, **more)

    def refusal(self, model: str, prompt: str = "a boat", **more) -> openai.BadRequestError:
        with pytest.raises(openai.BadRequestError) as raised:
            self.draw(model, prompt, **more)
        assert self.images.asked == []
        return raised.value


def gallery_of(folder, model_id: str, model: str):
    with ImageServer(model_id) as images:
        with BedplateServer(folder, CONFIG.format(url=images.url, model=model)) as server:
            gallery = Gallery(images, server)
            yield gallery
            for client in gallery.clients:
                client.close()


@pytest.fixture(scope="module")
def running_diffusion(tmp_path_factory):
    yield from gallery_of(tmp_path_factory.mktemp("images"), "sd-cpp-local", "")


@pytest.fixture(scope="module")
def running_gpt_image(tmp_path_factory):
    yield from gallery_of(tmp_path_factory.mktemp("images"), "gpt-image-1", "gpt-image-1")


@pytest.fixture
def diffusion(running_diffusion):
    running_diffusion.images.asked.clear()
    running_diffusion.images.fault = ""
    return running_diffusion


@pytest.fixture
def gpt_image(running_gpt_image):
    running_gpt_image.images.asked.clear()
    return running_gpt_image


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("model", [TITAN, CANVAS, SDXL, SD3, ULTRA])
def test_images(diffusion, prefix, model):
    reply = diffusion.client(prefix).images.generate(
        model=model, prompt="a boat", n=2, response_format="b64_json"
    )
    drawn = [opened(image.b64_json) for image in reply.data]
    assert [(image.format, image.size) for image in drawn] == [("PNG", (1024, 1024))] * 2
    assert (reply.size, reply.output_format) == ("1024x1024", "png")
    assert reply.created > 1_600_000_000
    assert diffusion.images.asked[0].prompt == "a boat"


def test_size_and_format(diffusion):
    reply = diffusion.draw(CANVAS, size="1040x336", output_format="webp")
    image = opened(reply.data[0].b64_json)
    assert (image.format, image.size, reply.size) == ("WEBP", (1040, 336), "1040x336")


def test_who_asks_twice_gets_two_images(diffusion):
    for _ in range(2):
        diffusion.draw(TITAN)
    first, second = (asked.extra["seed"] for asked in diffusion.images.asked)
    assert first != second


def test_quality_and_background_where_the_engine_knows_them(gpt_image):
    reply = gpt_image.draw(TITAN, n=2, quality="high", background="transparent")
    assert len(reply.data) == 2
    (asked,) = gpt_image.images.asked
    assert asked.members["quality"] == "high"
    assert asked.members["background"] == "transparent"


@pytest.mark.parametrize("more", [{"quality": "hd"}, {"background": "transparent"}])
def test_and_where_it_does_not(diffusion, more):
    assert "cannot honour" in diffusion.refusal(TITAN, **more).message


@pytest.mark.parametrize(
    "model, prompt, more, param",
    [
        (TITAN, "a" * 513, {}, "prompt"),
        (CANVAS, "a" * 1025, {}, "prompt"),
        (TITAN, "", {}, "prompt"),
        (TITAN, "a", {"size": "1000x1000"}, "size"),
        (CANVAS, "a", {"size": "1024x1025"}, "size"),
        (SDXL, "a", {"size": "512x512"}, "size"),
        (SD3, "a", {"size": "512x512"}, "size"),
        (TITAN, "a", {"size": "large"}, "size"),
        (TITAN, "a", {"n": 11}, "n"),
        (TITAN, "a", {"response_format": "url"}, "response_format"),
        (TITAN, "a", {"style": "vivid"}, "style"),
        (TITAN, "a", {"quality": "low"}, "quality"),
        (TITAN, "a", {"output_compression": 50}, "output_compression"),
        (TITAN, "a", {"stream": True}, "stream"),
        (TITAN, "a", {"extra_body": {"seed": 1}}, "seed"),
        (ERASE, "a", {}, "model"),
        ("amazon.nova-lite-v1:0", "a", {}, "model"),
    ],
)
def test_refused(diffusion, model, prompt, more, param):
    refusal = diffusion.refusal(model, prompt, **more)
    assert refusal.param == param
    assert refusal.type == "invalid_request_error"


def test_unknown_model(diffusion):
    with pytest.raises(openai.NotFoundError) as raised:
        diffusion.draw("amazon.no-such-model")
    assert raised.value.code == "model_not_found"


def test_wrong_key(diffusion):
    with pytest.raises(openai.AuthenticationError):
        diffusion.client(key="wrong").images.generate(model=TITAN, prompt="a")


def test_an_engine_that_fails(diffusion):
    diffusion.images.fault = "500"
    with pytest.raises(openai.InternalServerError) as raised:
        diffusion.draw(TITAN)
    assert raised.value.type == "server_error"


def test_no_binding(server):
    with openai.OpenAI(
        base_url=server.url + "/v1", max_retries=0, api_key=server.api_key
    ) as client, pytest.raises(openai.PermissionDeniedError):
        client.images.generate(model=TITAN, prompt="a")


def test_methods_and_paths(http, server):
    headers = {"Authorization": f"Bearer {server.api_key}"}
    response = http.send_unsigned("GET", "/v1/images/generations", b"", headers)
    assert (response.status, response.header("allow")) == (405, "POST")
    response = http.send_unsigned("GET", "/v1/images/edits", b"", headers)
    assert (response.status, response.header("allow")) == (405, "POST")
    for target in ("/v1/images", "/v1/images/variations"):
        response = http.send_unsigned("POST", target, json.dumps({}).encode(), headers)
        assert response.status == 404
    # An edit is a form.
    headers["Content-Type"] = "application/json"
    response = http.send_unsigned("POST", "/v1/images/edits", b"{}", headers)
    assert response.status == 400
    assert "multipart/form-data" in response.json()["error"]["message"]


# Edits: what reaches the engine is the image as it was, with a mask whose transparent part says
# where; the reply has the image's size unless another was asked for.


def transparent_left(width: int, height: int) -> bytes:
    mask = Image.new("RGBA", (width, height), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (0, 0, width // 2, height))
    out = io.BytesIO()
    mask.save(out, "PNG")
    return out.getvalue()


def edit(gallery: Gallery, model: str, image, prefix: str = "/v1", **more):
    prompt = more.pop("prompt", "a boat")
    return gallery.client(prefix).images.edit(model=model, image=image, prompt=prompt, **more)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("model", [TITAN, CANVAS, SDXL, SD3])
def test_edits(diffusion, prefix, model):
    reply = edit(diffusion, model, ("i.png", picture(512, 384)), prefix, n=2)
    drawn = [opened(image.b64_json) for image in reply.data]
    assert [(image.format, image.size) for image in drawn] == [("PNG", (512, 384))] * 2
    first = diffusion.images.asked[0]
    assert first.path == "/v1/images/edits"
    assert first.prompt == "a boat"
    assert first.image().size == (512, 384)


def test_edit_with_a_mask(diffusion):
    mask = ("m.png", transparent_left(512, 512))
    reply = edit(diffusion, TITAN, ("i.png", picture(512, 512)), mask=mask, size="512x512")
    assert opened(reply.data[0].b64_json).size == (512, 512)
    (asked,) = diffusion.images.asked
    drawn = asked.image("mask").convert("L")
    assert (drawn.getpixel((10, 10)), drawn.getpixel((500, 10))) == (255, 0)


def test_edit_of_several_images(gpt_image):
    pictures = [("a.png", picture(512, 512)), ("b.jpg", picture(512, 512, format="JPEG"))]
    edit(gpt_image, TITAN, pictures, size="512x512")
    (asked,) = gpt_image.images.asked
    assert len(asked.files["image[]"]) == 2


@pytest.mark.parametrize(
    "image, more, param",
    [
        (b"no image at all", {}, "image"),
        (picture(2000, 2000), {}, "image"),
        (picture(512, 512), {"mask": ("m.png", transparent_left(256, 256))}, "mask"),
        (picture(512, 512), {"mask": ("m.png", b"no image")}, "mask"),
        (picture(512, 512), {"size": "1000x1000"}, "size"),
        (picture(512, 512), {"prompt": "a" * 513}, "prompt"),
        (picture(512, 512), {"n": 11}, "n"),
        (picture(512, 512), {"input_fidelity": "high"}, "input_fidelity"),
        (picture(512, 512), {"response_format": "url"}, "response_format"),
        (picture(512, 512), {"extra_body": {"seed": "1"}}, "seed"),
    ],
)
def test_refused_edits(diffusion, image, more, param):
    with pytest.raises(openai.BadRequestError) as raised:
        edit(diffusion, TITAN, ("i.png", image), **more)
    assert raised.value.param == param
    assert diffusion.images.asked == []
