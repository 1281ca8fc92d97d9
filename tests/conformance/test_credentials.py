"""Who may call: signatures, session tokens, API keys (reference, sections 3.3, 3.4 and 4)."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest
from aws_bedrock_token_generator import BedrockTokenGenerator

from conversations import CLAUDE, REGION, user
from signed_http import SignedHttp

TARGET = f"/model/{CLAUDE}/converse"
BODY = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}
AUTH_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.coral.service/"

INVALID_TOKEN = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)


def body_bytes() -> bytes:
    return json.dumps(BODY).encode()


# A key that nobody has: the one error of this group that was recorded whole (section 3.1).
def test_unknown_access_key(http):
    keys = botocore.credentials.Credentials(
        "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/EXAMPLEKEY"
    )
    response = http.send("POST", TARGET, BODY, keys=keys)
    assert response.status == 403
    assert response.header("x-amzn-errortype") == f"UnrecognizedClientException:{AUTH_NAMESPACE}"
    assert response.header("content-type") == "application/json"
    assert response.header("x-amzn-requestid")
    assert response.json() == {"message": INVALID_TOKEN}


# boto3 makes of it what it makes of AWS's.
def test_unknown_access_key_in_boto3(make_client):
    client = make_client(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x" * 40)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.converse(modelId=CLAUDE, **BODY)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("UnrecognizedClientException", INVALID_TOKEN)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


# The right key with the wrong secret.
def test_wrong_secret(http):
    keys = botocore.credentials.Credentials(http.keys.access_key, "x" * 40)
    response = http.send("POST", TARGET, BODY, keys=keys)
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")
    assert response.message.startswith(MISMATCH)


# A body changed on the way.
def test_changed_body(http):
    headers = http.sign("POST", TARGET, body_bytes(), {"Content-Type": "application/json"})
    response = http.send_unsigned("POST", TARGET, body_bytes().replace(b"Hello", b"Hallo"), headers)
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")


# A path changed on the way: the signature is good for one model only.
def test_changed_path(http):
    headers = http.sign("POST", TARGET, body_bytes(), {"Content-Type": "application/json"})
    other = TARGET.replace("haiku", "sonnet")
    response = http.send_unsigned("POST", other, body_bytes(), headers)
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")


# A signature holds for five minutes, in both directions.
@pytest.mark.parametrize(
    "minutes, text",
    [
        (-6, "Signature expired: "),
        (-60 * 24, "Signature expired: "),
        (6, "Signature not yet current: "),
    ],
)
def test_clock_skew(http, minutes, text):
    at = datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)
    response = http.send("POST", TARGET, BODY, at=at)
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")
    assert response.message.startswith(text)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clock_skew_that_is_allowed(http, minutes):
    at = datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)
    assert http.send("POST", TARGET, BODY, at=at).status == 200


# Signed for another service, which this path does not belong to.
def test_wrong_service(http):
    response = http.send("POST", TARGET, BODY, service="ec2")
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")
    assert response.message == "Credential should be scoped to correct service: 'bedrock'. "


# Every region is answered: regions are logical here.
@pytest.mark.bedplate_only
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-northeast-1"])
def test_regions(http, region):
    assert http.send("POST", TARGET, BODY, region=region).status == 200


# No credentials at all.
def test_no_credentials(http):
    response = http.send_unsigned("POST", TARGET, BODY, {"Content-Type": "application/json"})
    assert response.status == 403
    assert response.error_type in ("MissingAuthenticationTokenException", "AccessDeniedException")
    assert response.message in ("Missing Authentication Token", "Authorization header is missing")


# Half a signature: each missing part is named, all at once.
@pytest.mark.parametrize(
    "authorization, texts",
    [
        (
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request",
            ["requires 'Signature' parameter.", "requires 'SignedHeaders' parameter."],
        ),
        (
            "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc",
            ["Authorization header requires 'Credential' parameter."],
        ),
        ("AWS4-HMAC-SHA256", ["'Credential'", "'Signature'", "'SignedHeaders'"]),
        ("AWS4-HMAC-SHA256 nonsense", ["missing equal-sign"]),
    ],
)
def test_incomplete_signature(http, authorization, texts):
    headers = {"Authorization": authorization, "X-Amz-Date": "20260101T000000Z"}
    response = http.send_unsigned("POST", TARGET, BODY, headers)
    assert response.error_type == "IncompleteSignatureException"
    assert response.status in (400, 403)
    assert all(text in response.message for text in texts)


# Another scheme than those that Bedrock knows.
@pytest.mark.parametrize(
    "authorization", ["Basic dXNlcjpwYXNz", "Negotiate x", "AWS4-ECDSA-P256-SHA256 a=b"]
)
def test_other_schemes(http, authorization):
    response = http.send_unsigned("POST", TARGET, BODY, {"Authorization": authorization})
    assert response.status in (400, 403)
    assert response.error_type in (
        "MissingAuthenticationTokenException",
        "IncompleteSignatureException",
        "AccessDeniedException",
    )


# A session token that no service of this account gave out.
def test_unknown_session_token(http):
    keys = botocore.credentials.Credentials(
        "ASIAIOSFODNN7EXAMPLE", "x" * 40, "IQoJb3JpZ2luX2VjEXAMPLETOKEN=="
    )
    response = http.send("POST", TARGET, BODY, keys=keys)
    assert (response.status, response.error_type) == (403, "UnrecognizedClientException")
    assert response.message == INVALID_TOKEN


def presigned_target(http, target: str, body: bytes, expires: int = 60, at=None) -> str:
    """The same request with its signature in the query."""
    request = botocore.awsrequest.AWSRequest("POST", f"http://{http.authority}{target}")

    class SignerOfBodies(botocore.auth.SigV4QueryAuth):
        def payload(self, request):  # botocore would put the body into the query
            return hashlib.sha256(body).hexdigest()

    with pytest.MonkeyPatch.context() as patch:
        if at is not None:
            patch.setattr(botocore.auth, "get_current_datetime", lambda *_: at)
        SignerOfBodies(http.keys, "bedrock", REGION, expires=expires).add_auth(request)
    return request.url.removeprefix(f"http://{http.authority}")


# The signature may stand in the query instead of the header.
def test_presigned(http):
    target = presigned_target(http, TARGET, body_bytes())
    assert http.send_unsigned("POST", target, body_bytes()).status == 200


# It lives as long as it says and not longer.
def test_presigned_expired(http):
    at = datetime.datetime.utcnow() - datetime.timedelta(seconds=90)
    target = presigned_target(http, TARGET, body_bytes(), expires=60, at=at)
    response = http.send_unsigned("POST", target, body_bytes())
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")
    assert response.message.startswith("Signature expired: ")


def test_presigned_and_changed(http):
    target = presigned_target(http, TARGET, body_bytes())
    response = http.send_unsigned("POST", target + "&extra=1", body_bytes())
    assert (response.status, response.error_type) == (403, "InvalidSignatureException")


# The long-term API key of the first start opens both services, in the header that boto3 sends.
@pytest.mark.bedplate_only
def test_long_term_api_key(bearer_client):
    reply = bearer_client().converse(modelId=CLAUDE, **BODY)
    assert reply["usage"]["outputTokens"] == 1
    assert bearer_client("bedrock").list_foundation_models()["modelSummaries"]


# A short-term key is a presigned URL in disguise, made by AWS's own generator from the access key,
# without asking anybody; the server verifies it offline (section 3.4).
@pytest.mark.bedplate_only
def test_short_term_api_key(http, bearer_client):
    token = BedrockTokenGenerator().get_token(http.keys, REGION)
    assert token.startswith("bedrock-api-key-")
    reply = bearer_client(token=token).converse(modelId=CLAUDE, **BODY)
    assert reply["usage"]["outputTokens"] == 1


def bearer(http, token: str):
    return http.send_unsigned("POST", TARGET, BODY, {"Authorization": f"Bearer {token}"})


# What AWS says of a key it does not know, with the capital M of its authorisation layer.
@pytest.mark.parametrize(
    "token",
    [
        "ABSK" + base64.b64encode(b"BedrockAPIKey-abcd-at-123456789012:" + b"x" * 44).decode(),
        "bedrock-api-key-"
        + base64.b64encode(b"bedrock.amazonaws.com/?Action=x&Version=1").decode(),
        "bedrock-api-key-!!!not base64!!!",
    ],
    ids=["long-term", "short-term", "not base64"],
)
def test_invalid_api_key(http, token):
    response = bearer(http, token)
    assert response.status == 403
    assert response.error_type == "AccessDeniedException"
    assert response.json() == {
        "Message": "Authentication failed: Please make sure your API Key is valid."
    }


# A short-term key that somebody else signed.
@pytest.mark.bedplate_only
def test_short_term_key_of_another_account(http):
    stranger = botocore.credentials.Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40)
    response = bearer(http, BedrockTokenGenerator().get_token(stranger, REGION))
    assert response.status == 403
    assert response.json() == {
        "Message": "Authentication failed: Please make sure your API Key is valid."
    }


# And one whose time is over.
@pytest.mark.bedplate_only
def test_short_term_key_expired(http):
    with pytest.MonkeyPatch.context() as patch:
        at = datetime.datetime.utcnow() - datetime.timedelta(hours=13)
        patch.setattr(botocore.auth, "get_current_datetime", lambda *_: at)
        token = BedrockTokenGenerator().get_token(http.keys, REGION)
    response = bearer(http, token)
    assert (response.status, response.error_type) == (403, "AccessDeniedException")
    assert "expired" in response.message


# The word before the key is the scheme, in any case; a key alone is nothing.
@pytest.mark.bedplate_only
def test_bearer_scheme(http, server):
    for scheme in ("Bearer", "bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {server.api_key}"}
        assert http.send_unsigned("POST", TARGET, BODY, headers).status == 200
    for value in (server.api_key, "Bearer", "Bearer "):
        response = http.send_unsigned("POST", TARGET, BODY, {"Authorization": value})
        assert response.status == 403


# API keys are not for the agents' services (section 3.4).
def test_api_key_does_not_open_the_agents_services(http, server):
    headers = (
        {"Authorization": f"Bearer {server.api_key}"} if server else {"Authorization": "Bearer x"}
    )
    response = http.send_unsigned("POST", "/knowledgebases/", {}, headers)
    assert response.status == 403


# Every failure above leaves the connection in order: the next request on it is answered.
def test_connection_survives_a_refusal(http):
    wrong = http.request_bytes(
        "POST", TARGET, body_bytes(), keys=botocore.credentials.Credentials("AKIAX", "y")
    )
    right = http.request_bytes("POST", TARGET, body_bytes())
    with http.connect() as connection:
        for data, status in ((wrong, 403), (right, 200), (wrong, 403), (right, 200)):
            connection.send(data)
            assert connection.read_response().status == status


# With authentication off (which only loopback allows) nothing of this is asked for.
@pytest.mark.bedplate_only
def test_without_authentication(start_server):
    running = start_server(arguments=("--no-auth",))
    nobody = SignedHttp(running.url, "AKIDANYTHING", "anything", REGION)
    assert nobody.send_unsigned("POST", TARGET, BODY).status == 200
    assert nobody.send("POST", TARGET, BODY).status == 200
