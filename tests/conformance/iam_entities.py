"""What the tests of IAM share: names of their own, users with keys, and refusals."""

from __future__ import annotations

import itertools
import json
import os

import botocore.exceptions

_numbers = itertools.count(1)
BEDROCK = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def fresh(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


def statement(action, resource="*", effect="Allow") -> str:
    one = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def trust(principal, action="sts:AssumeRole", **more) -> str:
    one = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


def refusal(call) -> tuple[int, str, str]:
    """Runs `call`, which must be refused: its status, code and text."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        problem = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status, problem["Code"], problem["Message"]
    raise AssertionError("the call was not refused")


def client_of(make_client, service: str, keys: dict, running=None):
    """A client with keys as CreateAccessKey or AssumeRole give them."""
    return make_client(
        service,
        running=running,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


def call_bedrock(make_client, keys: dict, running=None) -> int:
    """How many models these keys can list."""
    client = client_of(make_client, "bedrock", keys, running)
    return len(client.list_foundation_models()["modelSummaries"])


def make_user(iam, policy: str | None = BEDROCK, **options) -> str:
    name = options.pop("UserName", None) or fresh("user")
    iam.create_user(UserName=name, **options)
    if policy:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    return name
