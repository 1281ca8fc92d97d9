"""PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy of bedrock. On AWS guardrails, their
profiles and custom models take policies; what exists here does not."""

from __future__ import annotations

import json

import botocore.exceptions
import pytest

from conversations import CLAUDE, REGION

pytestmark = pytest.mark.bedplate_only

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "bedrock:ApplyGuardrail",
                "Resource": "*",
            }
        ],
    }
)
GUARDRAIL = f"arn:aws:bedrock:{REGION}:123456789012:guardrail/abcdefghijkl"


def error_of(call, **parameters) -> dict:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


def test_no_such_resource(control):
    error = error_of(control.put_resource_policy, resourceArn=GUARDRAIL, resourcePolicy=POLICY)
    assert error["Code"] == "ValidationException"  # the operation models no other
    assert GUARDRAIL in error["Message"]
    for call in (control.get_resource_policy, control.delete_resource_policy):
        assert error_of(call, resourceArn=GUARDRAIL)["Code"] == "ResourceNotFoundException"


# A policy that nobody would ask is refused, not kept.
def test_resource_without_policies(control):
    arn = control.create_inference_profile(
        inferenceProfileName="private",
        modelSource={"copyFrom": f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}"},
    )["inferenceProfileArn"]
    try:
        error = error_of(control.put_resource_policy, resourceArn=arn, resourcePolicy=POLICY)
        assert error["Code"] == "ValidationException"
        assert error_of(control.get_resource_policy, resourceArn=arn)["Code"] == (
            "ResourceNotFoundException"
        )
    finally:
        control.delete_inference_profile(inferenceProfileIdentifier=arn)


@pytest.mark.parametrize(
    "parameters, member",
    [
        ({"resourceArn": "", "resourcePolicy": POLICY}, "resourceArn"),
        ({"resourceArn": GUARDRAIL, "resourcePolicy": ""}, "resourcePolicy"),
        ({"resourceArn": GUARDRAIL, "resourcePolicy": "x" * 20481}, "resourcePolicy"),
    ],
)
def test_invalid_parameters(unchecked_control, parameters, member):
    error = error_of(unchecked_control.put_resource_policy, **parameters)
    assert error["Code"] == "ValidationException"
    assert f"'{member}'" in error["Message"]
