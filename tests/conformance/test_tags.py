"""TagResource, UntagResource and ListTagsForResource on all services that have them ("Tagging your
AWS resources" for the rules)."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest

from conversations import CLAUDE, REGION
from test_aws_cli import aws

pytestmark = pytest.mark.bedplate_only

SOURCE = {"copyFrom": f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}"}
ABSENT = "The specified resource Amazon Resource Name (ARN) was not found."


def as_tags(**tags: str) -> list[dict]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def tags_of(control, arn: str) -> dict[str, str]:
    return {
        tag["key"]: tag["value"] for tag in control.list_tags_for_resource(resourceARN=arn)["tags"]
    }


def error_of(call, **parameters) -> dict:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return caught.value.response


@pytest.fixture
def make_profile(control):
    arns = []

    def make(**more) -> str:
        reply = control.create_inference_profile(
            inferenceProfileName="tagged", modelSource=SOURCE, **more
        )
        arns.append(reply["inferenceProfileArn"])
        return arns[-1]

    yield make
    for arn in arns:
        control.delete_inference_profile(inferenceProfileIdentifier=arn)


# Given with the create, added to, replaced, taken away.
def test_life_of_tags(control, make_profile):
    arn = make_profile(tags=as_tags(team="blue", stage="test"))
    assert tags_of(control, arn) == {"team": "blue", "stage": "test"}
    control.tag_resource(resourceARN=arn, tags=as_tags(team="red", cost="12"))
    assert tags_of(control, arn) == {"team": "red", "stage": "test", "cost": "12"}
    control.untag_resource(resourceARN=arn, tagKeys=["stage", "no such key"])
    assert tags_of(control, arn) == {"team": "red", "cost": "12"}


# A tag's key is taken as it is, its case and blanks included; its value may be empty.
def test_odd_tags(control, make_profile):
    arn = make_profile()
    odd = {"Team": "1", "team": "2", "a b/c=d+e-f@g": "", "x:aws:": "ok", "k" * 128: "v" * 256}
    control.tag_resource(resourceARN=arn, tags=as_tags(**odd))
    assert tags_of(control, arn) == odd


def test_no_tags(control, make_profile):
    arn = make_profile()
    assert tags_of(control, arn) == {}
    control.tag_resource(resourceARN=arn, tags=[])
    assert tags_of(control, arn) == {}


@pytest.mark.parametrize("key", ["aws:owner", "AWS:owner", "aWs:"])
def test_reserved_keys(control, make_profile, key):
    arn = make_profile()
    for response in (
        error_of(control.tag_resource, resourceARN=arn, tags=[{"key": key, "value": "x"}]),
        error_of(
            control.create_inference_profile,
            inferenceProfileName="tagged",
            modelSource=SOURCE,
            tags=[{"key": key, "value": "x"}],
        ),
    ):
        assert response["Error"]["Code"] == "ValidationException"
        assert key in response["Error"]["Message"]


def test_keys_given_twice(control, make_profile):
    arn = make_profile(tags=as_tags(team="blue"))
    twice = [{"key": "team", "value": "red"}, {"key": "team", "value": "green"}]
    response = error_of(control.tag_resource, resourceARN=arn, tags=twice)
    assert response["Error"]["Code"] == "ValidationException"
    assert tags_of(control, arn) == {"team": "blue"}


# 50 of one resource, those it has included; one too many changes nothing.
def test_too_many_tags(control, make_profile):
    arn = make_profile(tags=as_tags(**{f"key{number}": "x" for number in range(48)}))
    response = error_of(control.tag_resource, resourceARN=arn, tags=as_tags(a="1", b="2", c="3"))
    assert response["Error"]["Code"] == "TooManyTagsException"
    assert response["resourceName"] == arn
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(tags_of(control, arn)) == 48
    control.tag_resource(resourceARN=arn, tags=as_tags(key0="y", a="1", b="2"))
    assert len(tags_of(control, arn)) == 50
    response = error_of(
        control.create_inference_profile,
        inferenceProfileName="tagged",
        modelSource=SOURCE,
        tags=as_tags(**{f"key{number}": "x" for number in range(51)}),
    )
    assert response["Error"]["Code"] == "TooManyTagsException"


@pytest.mark.parametrize("tag", [{"key": "", "value": "x"}, {"key": "k" * 129, "value": "x"},
                                 {"key": "k", "value": "v" * 257}, {"key": "k!", "value": "x"}])
def test_tags_that_break_the_model(unchecked_control, make_profile, tag):
    arn = make_profile()
    response = error_of(unchecked_control.tag_resource, resourceARN=arn, tags=[tag])
    assert response["Error"]["Code"] == "ValidationException"
    assert "'tags.1.member." in response["Error"]["Message"]


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:bedrock:{REGION}:123456789012:application-inference-profile/abcdefghijkl",
        f"arn:aws:bedrock:{REGION}:123456789012:provisioned-model/abcdefghijkl",
        f"arn:aws:bedrock:{REGION}:123456789012:guardrail/abcdefghijkl",
        f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/us.{CLAUDE}",
        "abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_no_such_resource(control, arn):
    for response in (
        error_of(control.tag_resource, resourceARN=arn, tags=as_tags(a="1")),
        error_of(control.untag_resource, resourceARN=arn, tagKeys=["a"]),
        error_of(control.list_tags_for_resource, resourceARN=arn),
    ):
        assert response["Error"]["Code"] == "ResourceNotFoundException"
        assert response["Error"]["Message"].startswith(ABSENT)
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 404


# Tags go with their resource: a new one of another id has none of them.
def test_deleted_resource(control):
    created = control.create_inference_profile(
        inferenceProfileName="tagged", modelSource=SOURCE, tags=as_tags(a="1")
    )
    arn = created["inferenceProfileArn"]
    control.delete_inference_profile(inferenceProfileIdentifier=arn)
    response = error_of(control.list_tags_for_resource, resourceARN=arn)
    assert response["Error"]["Code"] == "ResourceNotFoundException"


# The other services tag agents, knowledge bases and sessions, of which there are none; and none of
# bedrock's own resources.
@pytest.mark.parametrize(
    "service, resource",
    [
        ("bedrock-agent", "agent/ABCDEFGHIJ"),
        ("bedrock-agent", "knowledge-base/ABCDEFGHIJ"),
        ("bedrock-agent", "agent-alias/ABCDEFGHIJ/KLMNOPQRST"),
        ("bedrock-agent", "prompt/ABCDEFGHIJ:1"),
        ("bedrock-agent-runtime", "session/01234567-89ab-cdef-0123-456789abcdef"),
    ],
)
def test_other_services(make_client, service, resource):
    client = make_client(service)
    arn = f"arn:aws:bedrock:{REGION}:123456789012:{resource}"
    for response in (
        error_of(client.tag_resource, resourceArn=arn, tags={"a": "1"}),
        error_of(client.untag_resource, resourceArn=arn, tagKeys=["a", "b"]),
        error_of(client.list_tags_for_resource, resourceArn=arn),
    ):
        assert response["Error"]["Code"] == "ResourceNotFoundException"
        assert response["Error"]["Message"].startswith(ABSENT)


def test_other_services_refuse_other_arns(make_client, make_profile):
    client = make_client("bedrock-agent")
    response = error_of(client.list_tags_for_resource, resourceArn=make_profile())
    assert response["Error"]["Code"] == "ValidationException"


def test_aws_cli(server, control, make_profile):
    environment = {**server.client_environment(), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
    arn = make_profile()
    result = aws(
        environment,
        *("bedrock", "tag-resource", "--resource-arn", arn),
        *("--tags", "key=team,value=blue", "key=stage,value=test"),
    )
    assert result.returncode == 0, result.stderr
    result = aws(environment, "bedrock", "list-tags-for-resource", "--resource-arn", arn)
    assert json.loads(result.stdout)["tags"] == as_tags(stage="test", team="blue")
    result = aws(
        environment,
        *("bedrock", "untag-resource", "--resource-arn", arn, "--tag-keys", "team"),
    )
    assert result.returncode == 0, result.stderr
    assert tags_of(control, arn) == {"stage": "test"}
