"""Bad input to embedding and rerank models: each provider's own words."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from embedding_models import (
    COHERE_V3,
    COHERE_V4,
    MARENGO,
    NOVA,
    TITAN_IMAGE,
    TITAN_V1,
    TITAN_V2,
    cohere_body,
    nova_body,
)

IMAGE = "iVBORw0KGgo="


def error_of(call, **arguments) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Code"], error["Message"]


def refusal(client, model: str, body: dict | str) -> str:
    text = body if isinstance(body, str) else json.dumps(body)
    code, message = error_of(client.invoke_model, modelId=model, body=text)
    assert code == "ValidationException"
    return message


def malformed(what: str) -> str:
    return f"Malformed input request: {what}, please reformat your input and try again."


CASES = [
    (TITAN_V1, {}, malformed("#: required key [inputText] not found")),
    (TITAN_V1, {"inputText": ""}, malformed("expected minLength: 1, actual: 0")),
    (
        TITAN_V1,
        {"inputText": "a", "dimensions": 1536, "normalize": True},
        malformed("2 schema violations found"),
    ),
    (
        TITAN_V2,
        {"inputText": "a" * 50_001},
        malformed("expected maxLength: 50000, actual: 50001"),
    ),
    (
        TITAN_V2,
        {"inputText": "a", "dimensions": 100},
        malformed("#/dimensions: 100 is not a valid enum value"),
    ),
    (
        TITAN_V2,
        {"inputText": ["a"]},
        malformed("#/inputText: expected type: String, found: JSONArray"),
    ),
    (TITAN_V2, "no json", "Malformed input request, please reformat your input and try again."),
    (TITAN_V2, "[]", "Malformed input request, please reformat your input and try again."),
    (
        COHERE_V3,
        {"inputText": "a"},
        malformed(
            "#: required key [images] not found#: required key [texts] not found"
            "#: required key [texts] not found#: required key [texts] not found"
            "#: required key [texts] not found#: required key [input_type] not found"
            "#: extraneous key [inputText] is not permitted"
        ),
    ),
    (COHERE_V3, {"texts": ["a"]}, malformed("#: required key [input_type] not found")),
    (
        COHERE_V3,
        cohere_body("a" * 2049),
        malformed("#/texts/0: expected maxLength: 2048, actual: 2049"),
    ),
    (
        COHERE_V3,
        cohere_body(*["a"] * 97),
        malformed("#/texts: expected maximum item count: 96, found: 97"),
    ),
    (COHERE_V3, cohere_body("ab " * 600), "Input is too long for requested model."),
    (
        COHERE_V4,
        cohere_body("a", output_dimension=100),
        malformed("#/output_dimension: 100 is not a valid enum value"),
    ),
    (COHERE_V4, cohere_body("a b c d", max_tokens=3), "Input is too long for requested model."),
    (
        NOVA,
        nova_body("a", mode="MIDDLE"),
        malformed(
            "#/singleEmbeddingParams/text/truncationMode: MIDDLE is not a valid enum value"
        ),
    ),
    (NOVA, nova_body("日" * 8192, mode="NONE"), "Input is too long for requested model."),
    (
        MARENGO,
        {"inputType": "text", "inputText": "a"},
        malformed("2 schema violations found"),
    ),
]


NAMES = [f"{model.split('.')[1]}-{number}" for number, (model, _, _) in enumerate(CASES)]


@pytest.mark.parametrize(("model", "body", "message"), CASES, ids=NAMES)
def test_refusals(runtime, model, body, message):
    assert refusal(runtime, model, body) == message


# The tokens are the weights' own, and counted, not guessed: one for each word and two marks.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("model", [TITAN_V1, TITAN_V2])
def test_titan_counts_the_tokens_of_what_is_too_long(runtime, model):
    assert refusal(runtime, model, {"inputText": "word " * 9000}) == (
        "400 Bad Request: Too many input tokens. Max input tokens: 8192, "
        "request input token count: 9002"
    )


@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    ("model", "body"),
    [
        (TITAN_IMAGE, {"inputImage": IMAGE}),
        (TITAN_IMAGE, {"inputImage": IMAGE, "inputText": "a"}),
        (COHERE_V3, {"images": [f"data:image/png;base64,{IMAGE}"], "input_type": "image"}),
        (
            NOVA,
            {
                "taskType": "SINGLE_EMBEDDING",
                "singleEmbeddingParams": {
                    "embeddingPurpose": "GENERIC_INDEX",
                    "image": {"format": "png", "source": {"bytes": IMAGE}},
                },
            },
        ),
        (MARENGO, {"inputType": "image", "image": {"mediaSource": {"base64String": IMAGE}}}),
    ],
)
def test_weights_without_eyes_say_so(runtime, model, body):
    assert "read no image input" in refusal(runtime, model, body)


def test_rerank_wants_its_version_as_a_number(make_client):
    client = make_client("bedrock-runtime", region_name="us-west-2")
    body = {"query": "q", "documents": ["a"]}
    cohere = "cohere.rerank-v3-5:0"
    assert refusal(client, cohere, body) == malformed("#: required key [api_version] not found")
    assert refusal(client, cohere, {**body, "api_version": "2"}) == malformed(
        "#/api_version: expected type: Integer, found: String"
    )


MESSAGES = [{"role": "user", "content": [{"text": "hello"}]}]
NO_CHAT = (
    "This action doesn't support the model that you provided. Try again with a supported text or "
    "chat model."
)


@pytest.mark.parametrize("model", [TITAN_V2, COHERE_V3, NOVA])
def test_embedding_models_do_not_converse(runtime, model):
    for call in (runtime.converse, runtime.converse_stream):
        assert error_of(call, modelId=model, messages=MESSAGES) == ("ValidationException", NO_CHAT)


@pytest.mark.parametrize("model", [TITAN_V2, COHERE_V3, NOVA])
def test_embedding_models_do_not_stream(runtime, model):
    assert error_of(
        runtime.invoke_model_with_response_stream, modelId=model, body='{"inputText":"a"}'
    ) == ("ValidationException", "The model is unsupported for streaming.")


def test_embedding_models_count_no_tokens(runtime):
    body = json.dumps({"inputText": "a"}).encode()
    assert error_of(
        runtime.count_tokens, modelId=TITAN_V2, input={"invokeModel": {"body": body}}
    ) == ("ValidationException", "The provided model doesn't support counting tokens.")


def test_rerank_models_do_not_converse(make_client):
    client = make_client("bedrock-runtime", region_name="us-west-2")
    assert error_of(client.converse, modelId="amazon.rerank-v1:0", messages=MESSAGES) == (
        "ValidationException",
        NO_CHAT,
    )
