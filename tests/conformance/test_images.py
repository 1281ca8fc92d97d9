"""Image generation with boto3, in front of an image server that draws for real."""

from __future__ import annotations

import io
import json
import socket

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from bedplate_server import BedplateServer
from image_server import ImageServer, encoded, picture
from image_studio import CONFIG, Studio, half_mask, malformed, opened, studio_with

TITAN_1 = "amazon.titan-image-generator-v1"
TITAN_2 = "amazon.titan-image-generator-v2:0"
CANVAS = "amazon.nova-canvas-v1:0"
SDXL = "stability.stable-diffusion-xl-v1"
SD3 = "stability.sd3-5-large-v1:0"
CORE = "stability.stable-image-core-v1:1"
ULTRA = "stability.stable-image-ultra-v1:1"


@pytest.fixture(scope="module")
def running_studio(on_aws, tmp_path_factory, make_client):
    if on_aws:
        pytest.skip("needs an image server of its own")
    yield from studio_with(tmp_path_factory, make_client, "sd-cpp-local", "")


@pytest.fixture
def studio(running_studio):
    running_studio.images.asked.clear()
    running_studio.images.fault = ""
    return running_studio


@pytest.fixture(scope="module")
def openai_studio(on_aws, tmp_path_factory, make_client):
    if on_aws:
        pytest.skip("needs an image server of its own")
    yield from studio_with(tmp_path_factory, make_client, "gpt-image-1", "gpt-image-1")


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on while the test holds it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def titan(text: str = "a lighthouse", **config) -> dict:
    return {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": text},
        "imageGenerationConfig": config,
    }


def inpainting(image: bytes, **params) -> dict:
    return {
        "taskType": "INPAINTING",
        "inPaintingParams": {"image": encoded(image), "text": "a boat", **params},
    }


@pytest.mark.parametrize(
    "model, seed", [(TITAN_1, 42), (TITAN_2, 42), (CANVAS, 12)]
)
def test_amazon_models_draw_in_the_size_and_number_asked_for(studio, model, seed):
    body = titan(width=512, height=512, numberOfImages=3, cfgScale=7.5)
    body["textToImageParams"]["negativeText"] = "fog"
    answer = studio.invoke(model, body)
    assert list(answer) == ["images"]
    images = [opened(image) for image in answer["images"]]
    assert [(image.format, image.size) for image in images] == [("PNG", (512, 512))] * 3
    # Every image has a seed of its own, and shows it.
    assert [image.getpixel((0, 0))[0] for image in images] == [seed, seed + 1, seed + 2]
    asked = studio.images.asked[0]
    assert (asked.path, asked.prompt) == ("/v1/images/generations", "a lighthouse")
    assert asked.extra == {
        "seed": seed,
        "negative_prompt": "fog",
        "sample_params": {"guidance": {"txt_cfg": 7.5}},
    }


def test_the_clients_seed_is_used(studio):
    studio.invoke(TITAN_2, titan(seed=7))
    assert studio.images.asked[0].extra["seed"] == 7
    assert studio.images.asked[0].members["size"] == "1024x1024"


def test_a_style_becomes_words_of_the_prompt(studio):
    body = titan()
    body["textToImageParams"]["style"] = "DESIGN_SKETCH"
    studio.invoke(CANVAS, body)
    assert studio.images.asked[0].prompt == "a lighthouse, design sketch style"


@pytest.mark.parametrize("task, left", [("INPAINTING", 255), ("OUTPAINTING", 0)])
@pytest.mark.parametrize("model", [TITAN_1, CANVAS])
def test_masks_say_what_to_change_in_white_and_transparent(studio, model, task, left):
    params = {"image": encoded(picture(400, 360)), "text": "a boat"}
    params["maskImage"] = encoded(half_mask(400, 360))
    key = "inPaintingParams" if task == "INPAINTING" else "outPaintingParams"
    answer = studio.invoke(model, {"taskType": task, key: params})
    assert opened(answer["images"][0]).size == (400, 360)
    asked = studio.images.asked[0]
    assert asked.path == "/v1/images/edits"
    assert asked.image().size == (400, 360)
    mask = asked.image("mask")
    right = 255 - left
    assert mask.getpixel((0, 0)) == (left, left, left, 255 - left)
    assert mask.getpixel((399, 0)) == (right, right, right, 255 - right)


def test_a_jpeg_serves_as_a_mask(studio):
    mask = picture(320, 320, "black", "JPEG")
    studio.invoke(TITAN_2, inpainting(picture(320, 320), maskImage=encoded(mask)))
    assert studio.images.asked[0].image("mask").getpixel((0, 0)) == (255, 255, 255, 0)


def test_similarity_is_the_opposite_of_strength(studio):
    params = {"images": [encoded(picture(320, 320))], "similarityStrength": 0.25}
    body = {"taskType": "IMAGE_VARIATION", "imageVariationParams": params}
    answer = studio.invoke(TITAN_2, body)
    assert opened(answer["images"][0]).size == (1024, 1024)
    assert studio.images.asked[0].extra["strength"] == 0.75
    assert studio.images.asked[0].prompt == ""


def test_sdxl(studio):
    body = {
        "text_prompts": [{"text": "a cat"}, {"text": "(dog)", "weight": -0.5}],
        "cfg_scale": 9,
        "steps": 20,
        "sampler": "K_EULER_ANCESTRAL",
        "style_preset": "pixel-art",
        "seed": 99,
        "width": 1152,
        "height": 896,
    }
    answer = studio.invoke(SDXL, body)
    assert answer["result"] == "success"
    (artifact,) = answer["artifacts"]
    assert (artifact["seed"], artifact["finishReason"]) == (99, "SUCCESS")
    assert opened(artifact["base64"]).size == (1152, 896)
    asked = studio.images.asked[0]
    assert asked.prompt == "a cat, pixel art style"
    assert asked.extra == {
        "seed": 99,
        "negative_prompt": "(\\(dog\\):0.5)",
        "sample_params": {
            "sample_steps": 20,
            "sample_method": "euler_a",
            "guidance": {"txt_cfg": 9},
        },
    }


def test_sdxl_sends_the_image_itself_to_whom_accepts_it(studio):
    body = json.dumps({"text_prompts": [{"text": "a cat"}]})
    response = studio.client.invoke_model(modelId=SDXL, body=body, accept="image/png")
    assert response["contentType"] == "image/png"
    assert Image.open(io.BytesIO(response["body"].read())).size == (1024, 1024)


def test_sdxl_takes_the_mask_from_the_images_transparency(studio):
    image = Image.new("RGBA", (128, 64), (9, 9, 9, 255))
    image.paste((9, 9, 9, 0), (0, 0, 64, 64))
    out = io.BytesIO()
    image.save(out, "PNG")
    body = {
        "text_prompts": [{"text": "a cat"}],
        "init_image": encoded(out.getvalue()),
        "mask_source": "INIT_IMAGE_ALPHA",
    }
    studio.invoke(SDXL, body)
    mask = studio.images.asked[0].image("mask")
    assert mask.getpixel((0, 0)) == (255, 255, 255, 0)
    assert mask.getpixel((127, 0)) == (0, 0, 0, 255)


@pytest.mark.parametrize("model", [SD3, CORE, ULTRA])
def test_sd3_class_models(studio, model):
    body = {"prompt": "a car", "aspect_ratio": "16:9", "output_format": "jpeg"}
    answer = studio.invoke(model, body)
    assert list(answer) == ["seeds", "finish_reasons", "images"]
    assert answer["finish_reasons"] == [None]
    assert opened(answer["images"][0]).size == (1344, 768)
    assert opened(answer["images"][0]).format == "JPEG"
    # The seed that is told is the one that was used.
    assert answer["seeds"] == [studio.images.asked[0].extra["seed"]]
    assert 0 < answer["seeds"][0] <= 4294967295


def test_sd3_without_a_seed_takes_another_one_each_time(studio):
    seeds = {studio.invoke(SD3, {"prompt": "a car"})["seeds"][0] for _ in range(3)}
    assert len(seeds) == 3


def test_sd3_changes_a_webp(studio):
    image = picture(320, 192, format="WEBP")
    answer = studio.invoke(SD3, {"prompt": "a car", "image": encoded(image), "strength": 0.7})
    assert opened(answer["images"][0]).size == (320, 192)
    asked = studio.images.asked[0]
    assert (asked.extra["strength"], asked.image().format) == (0.7, "PNG")


def test_ultra_has_a_default_strength(studio):
    studio.invoke(ULTRA, {"prompt": "a car", "image": encoded(picture(64, 64))})
    assert studio.images.asked[0].extra["strength"] == 0.35


IMAGE = encoded(picture(320, 320))

BAD_BODIES = [
    (TITAN_1, "[]", ("ValidationException",
                     "Malformed input request, please reformat your input and try again.")),
    (TITAN_1, {}, malformed("#: required key [taskType] not found")),
    (TITAN_1, {"taskType": "PAINT"}, malformed("#/taskType: PAINT is not a valid enum value")),
    (TITAN_1, {"taskType": "BACKGROUND_REMOVAL", "backgroundRemovalParams": {"image": IMAGE}},
     malformed("#/taskType: BACKGROUND_REMOVAL is not a valid enum value")),
    (TITAN_1, {"taskType": "TEXT_IMAGE"}, malformed("#: required key [textToImageParams] not found")),
    (TITAN_1, titan("a" * 513),
     malformed("#/textToImageParams/text: expected maxLength: 512, actual: 513")),
    (CANVAS, titan("a" * 1025),
     malformed("#/textToImageParams/text: expected maxLength: 1024, actual: 1025")),
    (CANVAS, {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a", "images": []}},
     malformed("#/textToImageParams: extraneous key [images] is not permitted")),
    (TITAN_1, titan(numberOfImages=6),
     malformed("#/imageGenerationConfig/numberOfImages: 6 is not less or equal to 5")),
    (TITAN_1, titan(cfgScale=1),
     malformed("#/imageGenerationConfig/cfgScale: 1 is not greater or equal to 1.1")),
    (TITAN_1, titan(seed=2147483647), malformed(
        "#/imageGenerationConfig/seed: 2147483647 is not less or equal to 2147483646")),
    (TITAN_1, inpainting(b"", maskImage=IMAGE),
     malformed("#/inPaintingParams/image: expected an image in base64")),
    (TITAN_1, inpainting(b"no image", maskImage=IMAGE),
     malformed("#/inPaintingParams/image: the image could not be read")),
    (TITAN_1, inpainting(picture(320, 320)), malformed(
        "#/inPaintingParams/maskImage: exactly one of maskPrompt and maskImage must be given")),
    (TITAN_1, inpainting(picture(320, 320), maskImage=IMAGE, maskPrompt="sky"), malformed(
        "#/inPaintingParams/maskImage: exactly one of maskPrompt and maskImage must be given")),
    (TITAN_1, inpainting(picture(321, 320), maskImage=IMAGE),
     malformed("#/inPaintingParams/maskImage: the mask must have the size of the image")),
    (TITAN_1, inpainting(picture(1409, 320), maskImage=IMAGE), malformed(
        "#/inPaintingParams/image: no side of an image may be longer than 1408 pixels")),
    (CANVAS, inpainting(picture(319, 320), maskImage=IMAGE), malformed(
        "#/inPaintingParams/image: no side of an image may be shorter than 320 pixels")),
    (TITAN_1, inpainting(picture(320, 320, format="GIF"), maskImage=IMAGE),
     malformed("#/inPaintingParams/image: an image must be PNG or JPEG")),
    (SDXL, {}, malformed("#: required key [text_prompts] not found")),
    (SDXL, {"text_prompts": []},
     malformed("#/text_prompts: expected minimum item count: 1, found: 0")),
    (SDXL, {"text_prompts": [{"text": "a"}], "steps": 51},
     malformed("#/steps: 51 is not less or equal to 50")),
    (SDXL, {"text_prompts": [{"text": "a"}], "samples": 2},
     malformed("#/samples: 2 is not less or equal to 1")),
    (SDXL, {"text_prompts": [{"text": "a"}], "image_strength": 0.5},
     malformed("#: required key [init_image] not found")),
    (SD3, {}, malformed("#: required key [prompt] not found")),
    (SD3, {"prompt": "a", "image": IMAGE}, malformed("#: required key [strength] not found")),
    (SD3, {"prompt": "a", "aspect_ratio": "1:2"},
     malformed("#/aspect_ratio: 1:2 is not a valid enum value")),
    (CORE, {"prompt": "a", "image": IMAGE},
     malformed("#: extraneous key [image] is not permitted")),
    (SD3, {"prompt": "a", "image": encoded(picture(63, 64)), "strength": 1},
     malformed("#/image: no side of an image may be shorter than 64 pixels")),
]  # fmt: skip


@pytest.mark.parametrize("model, body, expected", BAD_BODIES)
def test_bad_bodies_are_refused_in_the_models_words(studio, model, body, expected):
    assert studio.refusal(model, body) == expected
    assert studio.images.asked == []


@pytest.mark.parametrize("size", [(100, 100), (1024, 1008), (1408, 1408), (640, 1152)])
def test_sizes_that_titan_has_not(studio, size):
    code, message = studio.refusal(TITAN_1, titan(width=size[0], height=size[1]))
    assert code == "ValidationException"
    assert message.startswith(f"The requested image size {size[0]} x {size[1]} is not supported")


def params(task: str, key: str, **members) -> dict:
    return {"taskType": task, key: members}


BEYOND = [
    (TITAN_2, titan(quality="premium"), 'the quality "premium"'),
    (TITAN_2, inpainting(picture(320, 320), maskPrompt="sky"), "a maskPrompt"),
    (TITAN_2, inpainting(picture(320, 320), maskImage=IMAGE, returnMask=True), "returnMask"),
    (TITAN_2, params("TEXT_IMAGE", "textToImageParams", text="a", conditionImage=IMAGE),
     "a conditionImage"),
    (CANVAS, params("COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", text="a",
                    colors=["#00ff00"]), "a list of colors"),
    (CANVAS, params("BACKGROUND_REMOVAL", "backgroundRemovalParams", image=IMAGE),
     "BACKGROUND_REMOVAL"),
    (CANVAS, params("OUTPAINTING", "outPaintingParams", text="a", image=IMAGE, maskImage=IMAGE,
                    outPaintingMode="PRECISE"), "the outPaintingMode PRECISE"),
    (CANVAS, params("VIRTUAL_TRY_ON", "virtualTryOnParams", sourceImage=IMAGE,
                    referenceImage=IMAGE, maskType="GARMENT",
                    garmentBasedMask={"garmentClass": "SHOES"}), "VIRTUAL_TRY_ON"),
    (CANVAS, params("IMAGE_VARIATION", "imageVariationParams", images=[IMAGE, IMAGE]),
     "more than one input image"),
    (SDXL, {"text_prompts": [{"text": "a"}], "sampler": "DDPM"}, "the sampler DDPM"),
    (SDXL, {"text_prompts": [{"text": "a"}], "clip_guidance_preset": "SLOW"},
     "a clip_guidance_preset"),
    (SD3, {"prompt": 'a <sd_cpp_extra_args>{"seed":1}</sd_cpp_extra_args>'},
     "a prompt with the mark of extra arguments"),
]  # fmt: skip


@pytest.mark.parametrize("model, body, what", BEYOND)
def test_what_the_engine_cannot_do_is_refused(studio, model, body, what):
    code, message = studio.refusal(model, body)
    assert code == "ValidationException"
    assert message.startswith(f"The engine that serves this model cannot honour {what}.")
    assert studio.images.asked == []


@pytest.mark.parametrize(
    "fault, code, part",
    [
        ("500", "ModelErrorException", "generate_image returned no results"),
        ("400", "ValidationException", "invalid params"),
        ("no json", "ModelErrorException", "no JSON object"),
        ("too few", "ModelErrorException", "another number of images"),
        ("url", "ModelErrorException", "a link instead"),
        ("no base64", "ModelErrorException", "no base64"),
        ("no image", "ModelErrorException", "cannot be read"),
        ("other size", "ModelErrorException", "was asked for a png of 1024 x 1024 pixels"),
    ],
)
def test_a_server_that_misbehaves(studio, fault, code, part):
    studio.images.fault = fault
    found, message = studio.refusal(TITAN_1, titan())
    assert found == code
    assert part in message


def test_a_server_that_hangs_up(studio):
    studio.images.fault = "hang up"
    code, _ = studio.refusal(TITAN_1, titan())
    assert code in ("ModelErrorException", "ServiceUnavailableException")
    # One request's bad luck is not the next one's.
    studio.images.fault = ""
    assert len(studio.invoke(TITAN_1, titan())["images"]) == 1


def test_openais_own_models_get_what_they_know(openai_studio):
    openai_studio.images.asked.clear()
    body = titan(width=1024, height=1024, quality="premium", numberOfImages=2)
    assert len(openai_studio.invoke(TITAN_2, body)["images"]) == 2
    (asked,) = openai_studio.images.asked
    assert asked.members == {
        "model": "gpt-image-1",
        "n": 2,
        "size": "1024x1024",
        "prompt": "a lighthouse",
        "quality": "high",
        "output_format": "png",
    }


def test_openais_own_models_tell_no_seed(openai_studio):
    answer = openai_studio.invoke(SD3, {"prompt": "a car"})
    assert list(answer) == ["finish_reasons", "images"]


@pytest.mark.parametrize(
    "model, body, what",
    [
        (TITAN_2, titan(seed=1), "a seed"),
        (TITAN_2, titan(cfgScale=8), "how closely the prompt is followed"),
        (SD3, {"prompt": "a", "negative_prompt": "b"}, "a negative prompt"),
        (SDXL, {"text_prompts": [{"text": "a", "weight": 2}]}, "prompts' weights"),
        (SDXL, {"text_prompts": [{"text": "a"}], "steps": 20}, "a number of steps"),
    ],
)
def test_openais_own_models_refuse_what_they_do_not_know(openai_studio, model, body, what):
    openai_studio.images.asked.clear()
    code, message = openai_studio.refusal(model, body)
    assert code == "ValidationException"
    assert f"cannot honour {what}" in message
    assert openai_studio.images.asked == []


def test_converse_and_streams_are_refused(studio):
    with pytest.raises(ClientError) as raised:
        studio.client.converse(
            modelId=CANVAS, messages=[{"role": "user", "content": [{"text": "a"}]}]
        )
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError) as raised:
        studio.client.invoke_model_with_response_stream(modelId=CANVAS, body=json.dumps(titan()))
    error = raised.value.response["Error"]
    assert error["Message"] == "The model is unsupported for streaming."


@pytest.mark.parametrize("model", [TITAN_1, TITAN_2, CANVAS, SDXL, SD3, CORE, ULTRA])
def test_without_a_binding_there_is_no_access(runtime, on_aws, model):
    if on_aws:
        pytest.skip("depends on the account")
    with pytest.raises(ClientError) as raised:
        runtime.invoke_model(modelId=model, body=json.dumps(titan()))
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"


def test_another_server_is_asked_when_one_cannot_be_reached(
    on_aws, tmp_path, make_client, unused_port
):
    if on_aws:
        pytest.skip("needs image servers of its own")
    with ImageServer() as images:
        urls = f'http://127.0.0.1:{unused_port}", "{images.url}'
        with BedplateServer(tmp_path, CONFIG.format(url=urls, model="")) as server:
            studio = Studio(images, make_client("bedrock-runtime", running=server))
            for _ in range(3):
                assert len(studio.invoke(TITAN_1, titan(numberOfImages=2))["images"]) == 2
        assert len(images.asked) == 6


def test_an_image_model_bound_to_a_chat_engine_makes_no_images(on_aws, tmp_path, make_client):
    if on_aws:
        pytest.skip("needs a server of its own")
    config = '[[bindings]]\nmodels = ["amazon.titan-image-*"]\nengine = "demo"\n'
    with BedplateServer(tmp_path, config) as server:
        studio = Studio(None, make_client("bedrock-runtime", running=server))
        code, message = studio.refusal(TITAN_1, titan())
        assert code == "ValidationException"
        assert message == "The engine that serves this model makes no images."
