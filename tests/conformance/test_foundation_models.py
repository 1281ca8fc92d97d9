"""ListFoundationModels and GetFoundationModel."""

from __future__ import annotations

import botocore.exceptions
import pytest

from conversations import CLAUDE, FAMILIES, REGION


def ids(summaries) -> set[str]:
    return {summary["modelId"] for summary in summaries}


@pytest.fixture(scope="module")
def models(control):
    return control.list_foundation_models()["modelSummaries"]


# Every summary has what programs pick models by.
def test_summaries(models):
    assert ids(models) >= set(FAMILIES.values())
    assert len(ids(models)) == len(models), "a model is listed twice"
    for model in models:
        assert model["modelArn"] == f"arn:aws:bedrock:{REGION}::foundation-model/{model['modelId']}"
        assert model["modelName"] and model["providerName"]
        assert set(model["inputModalities"]) <= {"TEXT", "IMAGE", "EMBEDDING"}
        assert set(model["outputModalities"]) <= {"TEXT", "IMAGE", "EMBEDDING"}
        assert isinstance(model["responseStreamingSupported"], bool)
        assert set(model["customizationsSupported"]) <= {
            "FINE_TUNING",
            "CONTINUED_PRE_TRAINING",
            "DISTILLATION",
        }
        assert set(model["inferenceTypesSupported"]) <= {
            "ON_DEMAND",
            "PROVISIONED",
            "INFERENCE_PROFILE",
        }
        assert model["modelLifecycle"]["status"] in ("ACTIVE", "LEGACY")


# A spelling found in some document is answered but not offered.
@pytest.mark.bedplate_only
def test_aliases_are_not_listed(models):
    assert "a121.j2-ultra" not in ids(models)


# Every filter gives exactly the models whose summary fits it, and not none.
@pytest.mark.parametrize(
    "filter_name, value, fits",
    [
        ("byProvider", "Anthropic", lambda model: model["providerName"] == "Anthropic"),
        ("byProvider", "Amazon", lambda model: model["providerName"] == "Amazon"),
        ("byOutputModality", "TEXT", lambda model: "TEXT" in model["outputModalities"]),
        ("byOutputModality", "IMAGE", lambda model: "IMAGE" in model["outputModalities"]),
        ("byOutputModality", "EMBEDDING", lambda model: "EMBEDDING" in model["outputModalities"]),
        (
            "byInferenceType",
            "ON_DEMAND",
            lambda model: "ON_DEMAND" in model["inferenceTypesSupported"],
        ),
        (
            "byInferenceType",
            "PROVISIONED",
            lambda model: "PROVISIONED" in model["inferenceTypesSupported"],
        ),
        (
            "byCustomizationType",
            "FINE_TUNING",
            lambda model: "FINE_TUNING" in model["customizationsSupported"],
        ),
        (
            "byCustomizationType",
            "CONTINUED_PRE_TRAINING",
            lambda model: "CONTINUED_PRE_TRAINING" in model["customizationsSupported"],
        ),
        (
            "byCustomizationType",
            "DISTILLATION",
            lambda model: "DISTILLATION" in model["customizationsSupported"],
        ),
    ],
)
def test_filters(control, models, filter_name, value, fits):
    found = control.list_foundation_models(**{filter_name: value})["modelSummaries"]
    assert ids(found) == ids(filter(fits, models))
    assert found


# AWS's own examples write the provider in lower case.
def test_provider_filter_ignores_case(control):
    exact = control.list_foundation_models(byProvider="Anthropic")["modelSummaries"]
    lower = control.list_foundation_models(byProvider="anthropic")["modelSummaries"]
    assert ids(lower) == ids(exact)


# Filters are joined by "and".
def test_filters_combine(control, models):
    found = control.list_foundation_models(byProvider="Amazon", byOutputModality="EMBEDDING")
    expected = {
        model["modelId"]
        for model in models
        if model["providerName"] == "Amazon" and "EMBEDDING" in model["outputModalities"]
    }
    assert ids(found["modelSummaries"]) == expected


# Nobody's models are an empty list and no error.
def test_provider_without_models(control):
    assert control.list_foundation_models(byProvider="Nobody")["modelSummaries"] == []


# A value outside of the enumeration is named, with what would have been allowed.
def test_invalid_filter(unchecked_control):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        unchecked_control.list_foundation_models(byOutputModality="SMELL")
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith(
        "1 validation error detected: Value 'SMELL' at 'byOutputModality' failed to satisfy "
        "constraint: Member must satisfy enum value set: ["
    )


# The region of the signature is the region of the ARNs; regions offer different models.
def test_region_decides(make_client, models):
    other = make_client("bedrock", region_name="eu-west-3").list_foundation_models()
    summaries = other["modelSummaries"]
    assert {model["modelArn"].split(":")[3] for model in summaries} == {"eu-west-3"}


# One model's details, by id and by ARN, are those of the list.
@pytest.mark.parametrize("model", FAMILIES.values(), ids=FAMILIES)
def test_get_foundation_model(control, models, model):
    (listed,) = [summary for summary in models if summary["modelId"] == model]
    by_id = control.get_foundation_model(modelIdentifier=model)["modelDetails"]
    by_arn = control.get_foundation_model(modelIdentifier=listed["modelArn"])["modelDetails"]
    assert by_id == by_arn
    assert {name: by_id[name] for name in listed} == listed


# To see whether a model streams, the course says, ask for this member.
def test_get_foundation_model_says_whether_it_streams(control):
    details = control.get_foundation_model(modelIdentifier=CLAUDE)["modelDetails"]
    assert details["responseStreamingSupported"] is True
    details = control.get_foundation_model(modelIdentifier="amazon.titan-embed-text-v2:0")
    assert details["modelDetails"]["responseStreamingSupported"] is False


@pytest.mark.parametrize(
    "identifier",
    [
        "no.such-model-v1:0",
        f"arn:aws:bedrock:{REGION}::foundation-model/no.such-model-v1:0",
    ],
)
def test_get_unknown_model(control, identifier):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        control.get_foundation_model(modelIdentifier=identifier)
    assert caught.value.response["Error"]["Code"] in (
        "ResourceNotFoundException",
        "ValidationException",
    )
    assert "identifier" in caught.value.response["Error"]["Message"]


# A list reply's headers: JSON and a request id.
def test_headers(control):
    headers = control.list_foundation_models()["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-requestid"]
