"""STS through boto3 and the AWS CLI: who am I, and temporary keys that work everywhere but where AWS
refuses them (docs/iam-api.md)."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

import botocore.exceptions
import pytest

from conversations import CLAUDE, user

AWS = Path(sys.executable).parent / "aws"
TIMEOUT_SECONDS = 90
NO_MFA = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
    "number is valid and associated with this user."
)


@pytest.fixture(scope="module")
def sts(make_client):
    return make_client("sts")


def keys_of(credentials: dict) -> dict:
    """A client's options that make it use these temporary keys."""
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


@pytest.fixture(scope="module")
def session_keys(sts):
    return keys_of(sts.get_session_token()["Credentials"])


def refusal(call) -> tuple[int, str, str]:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call()
    response = caught.value.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"]["Message"],
    )


def test_get_caller_identity(sts):
    reply = sts.get_caller_identity()
    account = reply["Account"]
    assert re.fullmatch(r"\d{12}", account)
    assert reply["Arn"].startswith(f"arn:aws:iam::{account}:user/")
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", reply["UserId"])
    assert sts.get_caller_identity()["UserId"] == reply["UserId"]
    head = reply["ResponseMetadata"]["HTTPHeaders"]
    assert head["content-type"] == "text/xml"
    assert head["x-amzn-requestid"] == reply["ResponseMetadata"]["RequestId"]


# IAM is global on AWS, STS is not; with an endpoint of their own clients sign for their region.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_every_region(make_client, region):
    assert make_client("sts", region_name=region).get_caller_identity()["Account"]
    status, code, _ = refusal(make_client("iam", region_name=region).list_virtual_mfa_devices)
    assert (status, code) == (501, "NotImplemented")


@pytest.mark.parametrize("seconds", [None, 900, 129600])
def test_get_session_token_lives_as_long_as_asked(sts, seconds):
    before = datetime.datetime.now(datetime.timezone.utc)
    options = {} if seconds is None else {"DurationSeconds": seconds}
    credentials = sts.get_session_token(**options)["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert len(credentials["SecretAccessKey"]) == 40
    life = (credentials["Expiration"] - before).total_seconds()
    assert abs(life - (seconds or 43200)) < 30


@pytest.mark.parametrize(
    "seconds, limit",
    [(899, "greater than or equal to 900"), (129601, "less than or equal to 129600"), (-1, "900")],
)
def test_get_session_token_within_its_limits(make_client, unchecked_config, seconds, limit):
    client = make_client("sts", unchecked_config)
    status, code, message = refusal(lambda: client.get_session_token(DurationSeconds=seconds))
    assert (status, code) == (400, "ValidationError")
    assert message.startswith(
        f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy "
        "constraint: Member must have value "
    )
    assert limit in message


@pytest.mark.parametrize("seconds", ["", "abc", "900.0", "2147483648"])
def test_get_session_token_wants_a_number(make_client, unchecked_config, seconds):
    client = make_client("sts", unchecked_config)
    status, code, message = refusal(lambda: client.get_session_token(DurationSeconds=seconds))
    assert (status, code) == (400, "MalformedInput")
    assert seconds != "" or message == "missing value for decimal type"


def test_session_keys_are_the_user(sts, make_client, session_keys):
    of_session = make_client("sts", **session_keys).get_caller_identity()
    of_user = sts.get_caller_identity()
    for name in ("UserId", "Account", "Arn"):
        assert of_session[name] == of_user[name]


def test_session_keys_open_bedrock(make_client, session_keys):
    models = make_client("bedrock", **session_keys).list_foundation_models()["modelSummaries"]
    assert CLAUDE in [model["modelId"] for model in models]
    reply = make_client("bedrock-runtime", **session_keys).converse(
        modelId=CLAUDE, messages=[user("Hello")], inferenceConfig={"maxTokens": 2}
    )
    assert reply["output"]["message"]["content"][0]["text"]


def test_session_keys_get_no_other_session(make_client, session_keys):
    client = make_client("sts", **session_keys)
    assert refusal(client.get_session_token) == (
        *(403, "AccessDenied"),
        "Cannot call GetSessionToken with session credentials",
    )


def test_session_keys_without_mfa_do_not_open_iam(make_client, session_keys):
    status, code, message = refusal(make_client("iam", **session_keys).list_users)
    assert (status, code) == (403, "InvalidClientTokenId")
    assert message.startswith("The security token included in the request is invalid")


@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "code", [{"TokenCode": "123456"}, {"SerialNumber": "GAHT12345678"}], ids=lambda each: [*each][0]
)
def test_a_user_without_a_device_has_no_mfa_code(sts, code):
    assert refusal(lambda: sts.get_session_token(**code)) == (403, "AccessDenied", NO_MFA)


def test_session_keys_with_another_token_are_unknown(sts, make_client, session_keys):
    other = keys_of(sts.get_session_token()["Credentials"])
    mixed = {**session_keys, "aws_session_token": other["aws_session_token"]}
    for options in (mixed, {**session_keys, "aws_session_token": None}):
        status, code, _ = refusal(make_client("sts", **options).get_caller_identity)
        assert (status, code) == (403, "InvalidClientTokenId")


def test_wrong_keys(make_client):
    wrong_secret = make_client("sts", aws_secret_access_key="0" * 40)
    status, code, message = refusal(wrong_secret.get_caller_identity)
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith(
        "The request signature we calculated does not match the signature you provided."
    )
    unknown = make_client("sts", aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    assert refusal(unknown.get_caller_identity) == (
        *(403, "InvalidClientTokenId"),
        "The security token included in the request is invalid.",
    )


@pytest.mark.bedplate_only
def test_get_access_key_info(sts, credentials, make_client, session_keys):
    account = sts.get_caller_identity()["Account"]
    reply = sts.get_access_key_info(AccessKeyId=credentials.access_key_id)
    assert reply["Account"] == account
    status, code, _ = refusal(lambda: sts.get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE"))
    assert (status, code) == (400, "ValidationError")
    of_session = make_client("sts", **session_keys)
    status, code, _ = refusal(
        lambda: of_session.get_access_key_info(AccessKeyId=credentials.access_key_id)
    )
    assert (status, code) == (403, "AccessDenied")


# How Vault and Kubernetes prove who they are: a signed URL that somebody else calls.
@pytest.mark.bedplate_only
def test_a_presigned_caller_identity(sts, http):
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    response = http.send_unsigned("GET", "/?" + url.partition("?")[2])
    assert response.status == 200
    assert f"<Account>{sts.get_caller_identity()['Account']}</Account>" in response.body.decode()
    tampered = url.replace("GetCallerIdentity", "GetSessionToken")
    response = http.send_unsigned("GET", "/?" + tampered.partition("?")[2])
    assert response.status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in response.body


# With authentication off everybody is the administrator, whatever keys they sign with.
@pytest.mark.bedplate_only
def test_without_authentication(start_server, make_client):
    running = start_server(arguments=("--no-auth",))
    keys = {"aws_access_key_id": "AKIDANYTHING", "aws_secret_access_key": "anything"}
    client = make_client("sts", running=running, **keys)
    assert client.get_caller_identity()["Arn"].endswith(":user/administrator")
    session = keys_of(client.get_session_token()["Credentials"])
    assert make_client("bedrock", running=running, **session).list_foundation_models()


def aws(environment: dict, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(AWS), *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env={**environment, "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"},
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.bedplate_only
def test_aws_cli(server):
    environment = server.client_environment()
    who = aws(environment, "sts", "get-caller-identity")
    assert who.returncode == 0, who.stderr
    assert json.loads(who.stdout)["Arn"].endswith(":user/administrator")

    made = aws(environment, "sts", "get-session-token", "--duration-seconds", "900")
    assert made.returncode == 0, made.stderr
    keys = json.loads(made.stdout)["Credentials"]
    session = {
        **environment,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    listed = aws(session, "bedrock", "list-foundation-models", "--query", "length(modelSummaries)")
    assert listed.returncode == 0, listed.stderr
    assert int(listed.stdout) > 50

    again = aws(session, "sts", "get-session-token")
    assert again.returncode != 0
    assert (
        "An error occurred (AccessDenied) when calling the GetSessionToken operation: Cannot call "
        "GetSessionToken with session credentials"
    ) in again.stderr
    # `iam` once more, for what is not built.
    unbuilt = aws(environment, "iam", "list-virtual-mfa-devices")
    assert "(NotImplemented) when calling the ListVirtualMFADevices operation" in unbuilt.stderr
