"""Provisioned throughput: made, called, renamed, listed, deleted. What it is for, capacity that others
cannot take, is in tests/scenarios/test_provisioned_capacity.py; commitments are there, too, since
what is committed cannot be deleted again."""

from __future__ import annotations

import itertools
import json
import uuid

import botocore.exceptions
import pytest

from conversations import CLAUDE, REGION, user
from test_aws_cli import aws

pytestmark = pytest.mark.bedplate_only

MODEL = f"{CLAUDE}:48k"  # AWS sells throughput for variants with a context length only
MODEL_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}"
OTHER_MODEL = "meta.llama3-1-8b-instruct-v1:0:128k"
ONE_TOKEN = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}
ABSENT_ARN = f"arn:aws:bedrock:{REGION}:123456789012:provisioned-model/abcdefghijkl"
_numbers = itertools.count()


def error_of(call, **parameters) -> dict:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


@pytest.fixture
def make_throughput(control):
    """Makes one after the other, and deletes what the test has left of them."""
    arns = []

    def make(name: str | None = None, model: str = MODEL, units: int = 1, **more) -> str:
        reply = control.create_provisioned_model_throughput(
            provisionedModelName=name or f"throughput-{next(_numbers)}",
            modelId=model,
            modelUnits=units,
            **more,
        )
        assert reply["ResponseMetadata"]["HTTPStatusCode"] == 201
        arns.append(reply["provisionedModelArn"])
        return arns[-1]

    yield make
    for arn in set(arns):
        try:
            control.delete_provisioned_model_throughput(provisionedModelId=arn)
        except control.exceptions.ResourceNotFoundException:
            pass


def listed(control, **parameters) -> list[dict]:
    pages = control.get_paginator("list_provisioned_model_throughputs").paginate(**parameters)
    return [summary for page in pages for summary in page["provisionedModelSummaries"]]


def names(control, **parameters) -> list[str]:
    return [summary["provisionedModelName"] for summary in listed(control, **parameters)]


# By ARN and by name; nobody uses the engine, so it is in service at once.
@pytest.mark.parametrize("model", [MODEL, MODEL_ARN])
def test_get(control, make_throughput, model):
    arn = make_throughput("my-throughput", model, 2, tags=[{"key": "team", "value": "blue"}])
    for identifier in (arn, "my-throughput"):
        got = control.get_provisioned_model_throughput(provisionedModelId=identifier)
        assert got["provisionedModelArn"] == arn
        assert got["provisionedModelName"] == "my-throughput"
        assert (got["modelUnits"], got["desiredModelUnits"]) == (2, 2)
        assert {got["modelArn"], got["desiredModelArn"], got["foundationModelArn"]} == {MODEL_ARN}
        assert got["status"] == "InService"
        assert got["creationTime"] == got["lastModifiedTime"]
        assert not {"commitmentDuration", "commitmentExpirationTime", "failureMessage"} & set(got)
    tags = control.list_tags_for_resource(resourceARN=arn)["tags"]
    assert tags == [{"key": "team", "value": "blue"}]


def test_invoked(runtime, make_throughput):
    arn = make_throughput()
    reply = runtime.converse(modelId=arn, **ONE_TOKEN)
    assert reply["usage"]["outputTokens"] == 1
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-bedplate-served-by"].startswith("llama.cpp/")
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 1,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    invoked = runtime.invoke_model(modelId=arn, body=json.dumps(body))
    assert json.loads(invoked["body"].read())["usage"]["output_tokens"] == 1


def test_invoked_after_its_end(control, runtime, make_throughput):
    arn = make_throughput()
    control.delete_provisioned_model_throughput(provisionedModelId=arn)
    for identifier in (arn, ABSENT_ARN):
        error = error_of(runtime.converse, modelId=identifier, **ONE_TOKEN)
        assert error["Code"] == "ResourceNotFoundException"


def test_delete(control, make_throughput):
    arn = make_throughput("short-lived")
    control.delete_provisioned_model_throughput(provisionedModelId="short-lived")
    for call in (
        control.get_provisioned_model_throughput,
        control.delete_provisioned_model_throughput,
        control.update_provisioned_model_throughput,
    ):
        for identifier in (arn, "short-lived", ABSENT_ARN):
            error = error_of(call, provisionedModelId=identifier)
            assert error["Code"] == "ResourceNotFoundException"
    make_throughput("short-lived")  # its name is free again


def test_rename(control, make_throughput):
    arn = make_throughput("before")
    make_throughput("taken")
    control.update_provisioned_model_throughput(
        provisionedModelId="before", desiredProvisionedModelName="after"
    )
    got = control.get_provisioned_model_throughput(provisionedModelId="after")
    assert got["provisionedModelArn"] == arn
    assert got["lastModifiedTime"] >= got["creationTime"]
    error = error_of(control.get_provisioned_model_throughput, provisionedModelId="before")
    assert error["Code"] == "ResourceNotFoundException"
    error = error_of(
        control.update_provisioned_model_throughput,
        provisionedModelId=arn,
        desiredProvisionedModelName="taken",
    )
    assert error["Code"] == "ValidationException"


# "You can't specify this field if this Provisioned Throughput is associated with a base model."
def test_change_of_a_base_model(control, make_throughput):
    arn = make_throughput()
    error = error_of(
        control.update_provisioned_model_throughput,
        provisionedModelId=arn,
        desiredModelId=OTHER_MODEL,
    )
    assert error["Code"] == "ValidationException"
    assert "base model" in error["Message"]


# The demo engine has 4 slots. What is given back can be had again.
def test_more_than_there_is(control, make_throughput):
    first = make_throughput(units=3)
    for units in (2, 2_147_483_647):
        error = error_of(
            control.create_provisioned_model_throughput,
            provisionedModelName="too-large",
            modelId=MODEL,
            modelUnits=units,
        )
        assert error["Code"] == "ServiceQuotaExceededException"
        assert "1 are left" in error["Message"]
    assert "too-large" not in names(control)
    control.delete_provisioned_model_throughput(provisionedModelId=first)
    make_throughput(units=4)


def test_name_taken(control, make_throughput):
    make_throughput("mine", units=2)
    for _ in range(3):  # what is refused sets nothing aside
        error = error_of(
            control.create_provisioned_model_throughput,
            provisionedModelName="mine",
            modelId=MODEL,
            modelUnits=2,
        )
        assert error["Code"] == "ValidationException"
        assert "'mine'" in error["Message"]


# The same request again takes no more capacity, even when there is none left.
def test_client_request_token(control, make_throughput):
    token = uuid.uuid4().hex
    arn = make_throughput("once", units=4, clientRequestToken=token)
    assert make_throughput("once", units=4, clientRequestToken=token) == arn
    error = error_of(
        control.create_provisioned_model_throughput,
        provisionedModelName="twice",
        modelId=MODEL,
        modelUnits=1,
        clientRequestToken=token,
    )
    assert error["Code"] == "ValidationException"


@pytest.mark.parametrize(
    "model, code",
    [
        (CLAUDE, "ValidationException"),  # the id without a context length
        (f"us.{CLAUDE}", "ValidationException"),  # a profile
        ("no.such-model-v1:0", "ValidationException"),
        ("amazon.titan-image-generator-v1:0", "AccessDeniedException"),  # nothing makes images
        (MODEL_ARN.replace(REGION, "us-west-2"), "ResourceNotFoundException"),
        (
            f"arn:aws:bedrock:{REGION}:123456789012:custom-model/anthropic.claude-v1/abcdefghijkl",
            "ResourceNotFoundException",
        ),
    ],
)
def test_models_without_throughput(control, model, code):
    error = error_of(
        control.create_provisioned_model_throughput,
        provisionedModelName="none",
        modelId=model,
        modelUnits=1,
    )
    assert error["Code"] == code


@pytest.mark.parametrize(
    "parameters, member",
    [
        ({"modelUnits": 0}, "modelUnits"),
        ({"provisionedModelName": "a b"}, "provisionedModelName"),
        ({"provisionedModelName": "x" * 64}, "provisionedModelName"),
        ({"commitmentDuration": "OneYear"}, "commitmentDuration"),
        ({"clientRequestToken": "-"}, "clientRequestToken"),
    ],
)
def test_invalid_parameters(unchecked_control, parameters, member):
    request = {"provisionedModelName": "name", "modelId": MODEL, "modelUnits": 1}
    error = error_of(
        unchecked_control.create_provisioned_model_throughput, **{**request, **parameters}
    )
    assert error["Code"] == "ValidationException"
    assert f"'{member}'" in error["Message"]


# Newest first unless asked otherwise; filters hold together.
def test_list(control, make_throughput):
    for name in ("alpha-one", "alpha-two", "beta"):
        make_throughput(name)
    make_throughput("llama", OTHER_MODEL)
    assert names(control) == ["llama", "beta", "alpha-two", "alpha-one"]
    assert names(control, sortBy="CreationTime", sortOrder="Ascending") == [
        "alpha-one",
        "alpha-two",
        "beta",
        "llama",
    ]
    assert names(control, nameContains="alpha") == ["alpha-two", "alpha-one"]
    assert names(control, nameContains="Alpha") == []
    assert names(control, modelArnEquals=MODEL_ARN) == ["beta", "alpha-two", "alpha-one"]
    assert names(control, modelArnEquals=MODEL_ARN, nameContains="beta") == ["beta"]
    assert len(names(control, statusEquals="InService")) == 4
    assert names(control, statusEquals="Failed") == []
    (beta,) = listed(control, nameContains="beta")
    after = names(control, creationTimeAfter=beta["creationTime"])
    before = names(control, creationTimeBefore=beta["creationTime"])
    assert "beta" not in after and "alpha-one" not in after
    assert "beta" not in before and "llama" not in before


@pytest.mark.parametrize("filters", [{}, {"modelArnEquals": MODEL_ARN}])
def test_list_in_pages(control, make_throughput, filters):
    for number in range(3):
        make_throughput(f"page-{number}")
    make_throughput("not-mine", OTHER_MODEL)
    whole = names(control, **filters)
    paged = names(control, **filters, PaginationConfig={"PageSize": 1})
    assert paged == whole and len(whole) == 4 - len(filters)
    token = control.list_provisioned_model_throughputs(maxResults=1, **filters)["nextToken"]
    for other in ({"nameContains": "page"}, {"sortOrder": "Ascending"}):
        error = error_of(
            control.list_provisioned_model_throughputs, nextToken=token, **filters, **other
        )
        assert error["Code"] == "ValidationException"


def test_other_region(make_client, make_throughput):
    arn = make_throughput("here")
    west = make_client("bedrock", region_name="us-west-2")
    assert names(west) == []
    for identifier in (arn, "here"):
        error = error_of(west.get_provisioned_model_throughput, provisionedModelId=identifier)
        assert error["Code"] == "ResourceNotFoundException"


def test_aws_cli(server, control):
    environment = {**server.client_environment(), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
    result = aws(
        environment,
        *("bedrock", "create-provisioned-model-throughput", "--model-units", "1"),
        *("--provisioned-model-name", "by-cli", "--model-id", MODEL),
    )
    assert result.returncode == 0, result.stderr
    arn = json.loads(result.stdout)["provisionedModelArn"]
    result = aws(environment, "bedrock", "list-provisioned-model-throughputs")
    (summary,) = json.loads(result.stdout)["provisionedModelSummaries"]
    assert summary["provisionedModelArn"] == arn
    result = aws(
        environment,
        *("bedrock", "delete-provisioned-model-throughput", "--provisioned-model-id", "by-cli"),
    )
    assert result.returncode == 0, result.stderr
    assert names(control) == []
