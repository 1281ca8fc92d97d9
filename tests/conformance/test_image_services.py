"""Stability's image services with boto3, in front of an image server that draws for real."""

from __future__ import annotations

import io
import json

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from image_server import encoded, picture
from image_studio import half_mask, malformed, opened, studio_with

INPAINT = "us.stability.stable-image-inpaint-v1:0"
ERASE = "us.stability.stable-image-erase-object-v1:0"
OUTPAINT = "us.stability.stable-outpaint-v1:0"
REPLACE = "us.stability.stable-image-search-replace-v1:0"
RECOLOR = "us.stability.stable-image-search-recolor-v1:0"
CUT_OUT = "us.stability.stable-image-remove-background-v1:0"
SKETCH = "us.stability.stable-image-control-sketch-v1:0"
STRUCTURE = "us.stability.stable-image-control-structure-v1:0"
STYLE_GUIDE = "us.stability.stable-image-style-guide-v1:0"
STYLE_TRANSFER = "us.stability.stable-style-transfer-v1:0"
FAST = "us.stability.stable-fast-upscale-v1:0"
CREATIVE = "us.stability.stable-creative-upscale-v1:0"
CONSERVATIVE = "us.stability.stable-conservative-upscale-v1:0"

CLOSED = (0, 0, 0, 255)
OPEN = (255, 255, 255, 0)


@pytest.fixture(scope="module")
def running_studios(on_aws, tmp_path_factory, make_client):
    if on_aws:
        pytest.skip("needs an image server of its own")
    kinds = {"stable diffusion": ("sd-cpp-local", ""), "gpt-image": ("gpt-image-1", "gpt-image-1")}
    servers = {
        name: studio_with(tmp_path_factory, make_client, *kind) for name, kind in kinds.items()
    }
    yield {name: next(server) for name, server in servers.items()}
    for server in servers.values():
        next(server, None)


@pytest.fixture
def diffusion(running_studios):
    running_studios["stable diffusion"].images.asked.clear()
    return running_studios["stable diffusion"]


@pytest.fixture
def gpt_image(running_studios):
    running_studios["gpt-image"].images.asked.clear()
    return running_studios["gpt-image"]


def image(width: int = 96, height: int = 64, format: str = "PNG") -> str:
    return encoded(picture(width, height, format=format))


def test_inpainting_with_a_mask_of_another_size(diffusion):
    body = {
        "image": image(),
        "prompt": "armour",
        "mask": encoded(half_mask(48, 32)),
        "grow_mask": 0,
        "negative_prompt": "fog",
        "style_preset": "neon-punk",
        "seed": 7,
        "output_format": "jpeg",
    }
    answer = diffusion.invoke(INPAINT, body)
    assert list(answer) == ["seeds", "finish_reasons", "images"]
    assert (answer["seeds"], answer["finish_reasons"]) == ([7], [None])
    drawn = opened(answer["images"][0])
    assert (drawn.format, drawn.size) == ("JPEG", (96, 64))
    (asked,) = diffusion.images.asked
    assert (asked.path, asked.prompt) == ("/v1/images/edits", "armour, neon punk style")
    assert asked.extra == {"seed": 7, "negative_prompt": "fog"}
    mask = asked.image("mask")
    assert mask.size == (96, 64)
    assert [mask.getpixel((x, 0)) for x in (0, 47, 48, 95)] == [CLOSED, CLOSED, OPEN, OPEN]


def test_a_mask_grows_by_five_pixels_unless_told_otherwise(diffusion):
    body = {"image": image(), "prompt": "armour", "mask": encoded(half_mask(96, 64))}
    diffusion.invoke(INPAINT, body)
    openness = [diffusion.images.asked[0].image("mask").getpixel((x, 9))[0] for x in range(96)]
    assert openness == sorted(openness)
    assert openness[48] == 255 and 0 < openness[42] < 255 and openness[36] == 0


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_erasing_what_is_transparent(diffusion, format):
    picture = Image.new("RGBA", (96, 64), (9, 9, 9, 255))
    picture.paste((9, 9, 9, 0), (0, 0, 48, 64))
    out = io.BytesIO()
    picture.save(out, format, lossless=True)
    diffusion.invoke(ERASE, {"image": encoded(out.getvalue()), "grow_mask": 0})
    (asked,) = diffusion.images.asked
    assert asked.prompt == ""
    mask = asked.image("mask")
    assert (mask.getpixel((0, 0)), mask.getpixel((95, 0))) == (OPEN, CLOSED)


def test_outpainting_widens_the_image_and_masks_the_margins(diffusion):
    body = {"image": image(format="JPEG"), "left": 16, "up": 8, "down": 24}
    answer = diffusion.invoke(OUTPAINT, body)
    assert opened(answer["images"][0]).size == (112, 96)
    (asked,) = diffusion.images.asked
    assert asked.members["size"] == "112x96"
    widened = asked.image()
    assert (widened.format, widened.size) == ("PNG", (112, 96))
    assert widened.getpixel((0, 0)) == widened.getpixel((16, 8))
    mask = asked.image("mask")
    corners = {xy: mask.getpixel(xy) for xy in [(15, 8), (16, 7), (16, 8), (111, 71), (111, 72)]}
    assert corners == {
        (15, 8): OPEN, (16, 7): OPEN, (16, 8): CLOSED, (111, 71): CLOSED, (111, 72): OPEN
    }  # fmt: skip


def test_no_margins_that_make_an_image_too_large(diffusion):
    code, message = diffusion.refusal(OUTPAINT, {"image": image(6001, 2500), "left": 1999})
    assert (code, message) == malformed("#/image: an image may have at most 9437184 pixels")
    body = {"image": image(4500, 2000), "left": 2000, "right": 2000}
    code, message = diffusion.refusal(OUTPAINT, body)
    assert (code, message) == malformed(
        "#/image: no side of an image may be longer than 8000 pixels"
    )


INSTRUCTED = [
    (REPLACE, {"prompt": "jacket", "search_prompt": "sweater"}, ["sweater", "jacket"]),
    (RECOLOR, {"prompt": "pink", "select_prompt": "jacket"}, ["colour", "jacket", "pink"]),
    (SKETCH, {"prompt": "a house", "style_preset": "anime"}, ["sketch", "a house", "anime style"]),
    (STRUCTURE, {"prompt": "sparks"}, ["structure", "sparks"]),
    (CUT_OUT, {}, ["background"]),
]


@pytest.mark.parametrize("model, body, words", INSTRUCTED)
def test_models_that_follow_instructions_edit_without_a_mask(gpt_image, model, body, words):
    answer = gpt_image.invoke(model, {"image": image(), **body})
    assert list(answer) == ["finish_reasons", "images"]
    assert opened(answer["images"][0]).size == (96, 64)
    (asked,) = gpt_image.images.asked
    assert asked.path == "/v1/images/edits"
    assert all(word in asked.prompt for word in words)
    assert ("background" in asked.members) == (model == CUT_OUT)
    assert "mask" not in asked.files


@pytest.mark.parametrize("model, body, words", INSTRUCTED)
def test_models_that_are_shown_descriptions_do_not(diffusion, model, body, words):
    code, message = diffusion.refusal(model, {"image": image(), **body})
    assert code == "ValidationException"
    assert message.startswith("The engine that serves this model cannot honour ")
    assert diffusion.images.asked == []


def test_a_style_guide_gives_the_style_and_not_the_size(gpt_image):
    answer = gpt_image.invoke(
        STYLE_GUIDE, {"image": image(), "prompt": "a city", "aspect_ratio": "3:2"}
    )
    assert opened(answer["images"][0]).size == (1216, 832)


def test_a_style_comes_from_a_second_image(gpt_image):
    body = {"init_image": image(), "style_image": image(128, 128), "prompt": "statue"}
    answer = gpt_image.invoke(STYLE_TRANSFER, body)
    assert opened(answer["images"][0]).size == (96, 64)
    sizes = [Image.open(io.BytesIO(file)).size for file in gpt_image.images.asked[0].files["image[]"]]
    assert sizes == [(96, 64), (128, 128)]


def test_erasing_is_an_instruction_where_a_prompt_must_be(gpt_image):
    gpt_image.invoke(ERASE, {"image": image(), "mask": encoded(half_mask(96, 64))})
    (asked,) = gpt_image.images.asked
    assert asked.prompt.startswith("Remove what is in the masked area")
    assert asked.image("mask").size == (96, 64)


BEYOND = [
    (FAST, {}, "upscaling"),
    (CREATIVE, {"prompt": "a", "creativity": 0.3}, "upscaling"),
    (CONSERVATIVE, {"prompt": "a"}, "upscaling"),
    (OUTPAINT, {"left": 8, "creativity": 0.5}, "creativity"),
    (SKETCH, {"prompt": "a", "control_strength": 0.7}, "control_strength"),
    (STYLE_GUIDE, {"prompt": "a", "fidelity": 0.5}, "fidelity"),
    (REPLACE, {"prompt": "a", "search_prompt": "b", "grow_mask": 5}, "grow_mask"),
    (REPLACE, {"prompt": "a", "search_prompt": "b", "seed": 5}, "a seed"),
    (CUT_OUT, {"output_format": "jpeg"}, "a transparent background in a JPEG"),
]


@pytest.mark.parametrize("model, body, what", BEYOND)
def test_what_the_engine_cannot_do_is_refused(gpt_image, model, body, what):
    code, message = gpt_image.refusal(model, {"image": image(), **body})
    assert code == "ValidationException"
    assert message.startswith(f"The engine that serves this model cannot honour {what}.")
    assert gpt_image.images.asked == []


BAD_BODIES = [
    (INPAINT, {"image": image()}, "#: required key [prompt] not found"),
    (INPAINT, {"prompt": "a"}, "#: required key [image] not found"),
    (INPAINT, {"prompt": "a", "image": "***"}, "#/image: expected an image in base64"),
    (INPAINT, {"prompt": "a", "image": image(), "mask": encoded(b"no image")},
     "#/mask: the image could not be read"),
    (INPAINT, {"prompt": "a", "image": image(63, 64)},
     "#/image: no side of an image may be shorter than 64 pixels"),
    (INPAINT, {"prompt": "a", "image": image(320, 100)},
     "#/image: an image may be at most 2.5 times as long as wide"),
    (INPAINT, {"prompt": "a", "image": image(format="GIF")},
     "#/image: an image must be PNG, JPEG or WebP"),
    (INPAINT, {"prompt": "a", "image": image(), "strength": 0.5},
     "#: extraneous key [strength] is not permitted"),
    (OUTPAINT, {"image": image()}, "#: at least one of left, right, up and down must be above 0"),
    (FAST, {"image": image(1537, 64)},
     "#/image: no side of an image may be longer than 1536 pixels"),
    (CREATIVE, {"image": image(1025, 1024), "prompt": "a"},
     "#/image: an image may have at most 1048576 pixels"),
]  # fmt: skip


@pytest.mark.parametrize("model, body, what", BAD_BODIES)
def test_bad_bodies_are_refused_in_the_models_words(diffusion, model, body, what):
    assert diffusion.refusal(model, body) == malformed(what)
    assert diffusion.images.asked == []


def test_without_a_binding_there_is_no_access(runtime, on_aws):
    if on_aws:
        pytest.skip("depends on the account")
    with pytest.raises(ClientError) as raised:
        runtime.invoke_model(modelId=FAST, body=json.dumps({"image": image()}))
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
