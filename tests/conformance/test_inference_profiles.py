"""ListInferenceProfiles and GetInferenceProfile: the system-defined ones."""

from __future__ import annotations

import botocore.exceptions
import pytest

from conversations import REGION

HAIKU_PROFILE = "us.anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture(scope="module")
def profiles(control):
    pages = control.get_paginator("list_inference_profiles").paginate()
    return [summary for page in pages for summary in page["inferenceProfileSummaries"]]


def test_summaries(profiles):
    by_id = {profile["inferenceProfileId"]: profile for profile in profiles}
    assert HAIKU_PROFILE in by_id
    assert len(by_id) == len(profiles), "a profile is listed twice"
    for profile in profiles:
        identifier = profile["inferenceProfileId"]
        arn = profile["inferenceProfileArn"]
        assert arn.startswith(f"arn:aws:bedrock:{REGION}:")
        assert arn.endswith(f":inference-profile/{identifier}")
        assert (profile["type"], profile["status"]) == ("SYSTEM_DEFINED", "ACTIVE")
        assert profile["inferenceProfileName"] and profile["models"]
        for model in profile["models"]:
            assert ":foundation-model/" in model["modelArn"]


# Only profiles that can be called from the region are listed there: no eu. profile in us-east-1.
def test_only_profiles_of_the_region(profiles, make_client):
    geographies = {profile["inferenceProfileId"].split(".")[0] for profile in profiles}
    assert "us" in geographies and "eu" not in geographies
    europe = make_client("bedrock", region_name="eu-central-1").list_inference_profiles()
    geographies = {
        profile["inferenceProfileId"].split(".")[0]
        for profile in europe["inferenceProfileSummaries"]
    }
    assert "eu" in geographies and "us" not in geographies


# Claude Code pages through the system-defined ones at its start (reference, section 4.1). Pages
# neither lose nor repeat a profile.
def test_paging(control, profiles):
    seen, token, pages = [], {}, 0
    while True:
        page = control.list_inference_profiles(maxResults=5, typeEquals="SYSTEM_DEFINED", **token)
        seen += [profile["inferenceProfileId"] for profile in page["inferenceProfileSummaries"]]
        assert len(page["inferenceProfileSummaries"]) <= 5
        pages += 1
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert pages > 1
    assert seen == [profile["inferenceProfileId"] for profile in profiles]


@pytest.mark.parametrize(
    "parameters", [{"maxResults": 0}, {"maxResults": 1001}, {"typeEquals": "X"}]
)
def test_invalid_parameters(unchecked_control, parameters):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        unchecked_control.list_inference_profiles(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("1 validation error detected: Value ")
    assert f"'{next(iter(parameters))}'" in error["Message"]


# A token that this server did not give is refused, not taken for the first page.
def test_invalid_token(control):
    with pytest.raises(control.exceptions.ValidationException):
        control.list_inference_profiles(nextToken="bm90LWEtdG9rZW4=")


# One profile, by id (with its colon as %3A in the path) and by ARN (with %2F).
def test_get_inference_profile(control, profiles):
    (listed,) = [p for p in profiles if p["inferenceProfileId"] == HAIKU_PROFILE]
    by_id = control.get_inference_profile(inferenceProfileIdentifier=HAIKU_PROFILE)
    by_arn = control.get_inference_profile(inferenceProfileIdentifier=listed["inferenceProfileArn"])
    for reply in (by_id, by_arn):
        reply.pop("ResponseMetadata")
        assert reply == listed


@pytest.mark.parametrize("identifier", ["us.no.such-model-v1:0", "abcdefghijkl"])
def test_get_unknown_profile(control, identifier):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        control.get_inference_profile(inferenceProfileIdentifier=identifier)
    assert caught.value.response["Error"]["Code"] in (
        "ResourceNotFoundException",
        "ValidationException",
    )
    assert caught.value.response["Error"]["Message"]
