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


EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def policy_for(*actions: str) -> str:
    one = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


# Documented: what a federated user may do is what the user's own policies and those of the request
# both allow.
def test_a_federated_user_may_do_what_both_allow(sts, make_client):
    reply = sts.get_federation_token(
        Name="visitor", Policy=policy_for("bedrock:ListFoundationModels", "iam:GetUser")
    )
    account = sts.get_caller_identity()["Account"]
    arn = f"arn:aws:sts::{account}:federated-user/visitor"
    assert reply["FederatedUser"] == {"FederatedUserId": f"{account}:visitor", "Arn": arn}
    assert 0 < reply["PackedPolicySize"] <= 100
    left = reply["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(hours=11) < left <= datetime.timedelta(hours=12)
    keys = keys_of(reply["Credentials"])
    who = make_client("sts", **keys).get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (arn, f"{account}:visitor")
    control = make_client("bedrock", **keys)
    assert control.list_foundation_models()["modelSummaries"]
    status, code, text = refusal(control.list_inference_profiles)
    assert (status, code) == (403, "AccessDeniedException")
    assert arn in text and "no session policy allows" in text


def test_a_federated_user_without_policies_may_do_nothing(sts, make_client):
    keys = keys_of(sts.get_federation_token(Name="nobody")["Credentials"])
    assert refusal(make_client("bedrock", **keys).list_foundation_models)[1] == (
        "AccessDeniedException"
    )
    assert make_client("sts", **keys).get_caller_identity()["Arn"].endswith("/nobody")


def test_a_federated_user_has_no_more_than_the_user(sts, make_client):
    iam = make_client("iam")
    name = "lender"
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name,
        PolicyName="own",
        PolicyDocument=policy_for("sts:GetFederationToken", "bedrock:ListFoundationModels"),
    )
    own = iam.create_access_key(UserName=name)["AccessKey"]
    of_user = make_client(
        "sts",
        aws_access_key_id=own["AccessKeyId"],
        aws_secret_access_key=own["SecretAccessKey"],
    )
    keys = keys_of(of_user.get_federation_token(Name="guest", Policy=EVERYTHING)["Credentials"])
    control = make_client("bedrock", **keys)
    assert control.list_foundation_models()["modelSummaries"]
    assert refusal(control.list_inference_profiles)[1] == "AccessDeniedException"
    # Managed policies and tags are handed on as well.
    tagged = of_user.get_federation_token
    tags = [{"Key": "team", "Value": "lab"}]
    read_only = [{"arn": "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"}]
    assert refusal(lambda: tagged(Name="guest", PolicyArns=read_only, Tags=tags))[1] == (
        "AccessDenied"
    )
    only_tagged = json.loads(EVERYTHING)
    only_tagged["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": "lab"}}
    iam.put_user_policy(
        UserName=name,
        PolicyName="own",
        PolicyDocument=policy_for("sts:*", "bedrock:ListFoundationModels"),
    )
    given = tagged(Name="guest", Policy=json.dumps(only_tagged), Tags=tags)
    keys = keys_of(given["Credentials"])
    assert make_client("bedrock", **keys).list_foundation_models()["modelSummaries"]
    # They end with the user.
    iam.delete_access_key(UserName=name, AccessKeyId=own["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="own")
    iam.delete_user(UserName=name)
    assert refusal(make_client("bedrock", **keys).list_foundation_models)[1] == (
        "UnrecognizedClientException"
    )


# Documented: neither IAM, nor STS but for GetCallerIdentity.
def test_a_federated_user_gets_no_further(sts, make_client):
    reply = sts.get_federation_token(Name="visitor", Policy=EVERYTHING)
    keys = keys_of(reply["Credentials"])
    of_visitor = make_client("sts", **keys)
    account = of_visitor.get_caller_identity()["Account"]
    assert refusal(make_client("iam", **keys).list_users)[1] == "InvalidClientTokenId"
    for call in (
        lambda: of_visitor.get_federation_token(Name="another"),
        of_visitor.get_session_token,
        lambda: of_visitor.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="lab"
        ),
    ):
        assert refusal(call)[:2] == (403, "AccessDenied")
    assert refusal(lambda: of_visitor.get_federation_token(Name="another"))[2] == (
        "Cannot call GetFederationToken with session credentials"
    )


@pytest.mark.parametrize(
    "options, code",
    [
        ({"Name": "x" * 33}, "ValidationError"),
        ({"Name": "visitor", "DurationSeconds": 899}, "ValidationError"),
        ({"Name": "visitor", "Policy": "{}"}, "MalformedPolicyDocument"),
        (
            {"Name": "visitor", "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/None"}]},
            "ValidationError",
        ),
    ],
)
def test_get_federation_token_refuses(make_client, unchecked_config, options, code):
    client = make_client("sts", unchecked_config)
    assert refusal(lambda: client.get_federation_token(**options))[1] == code
