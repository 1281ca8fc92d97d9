"""Requests of the query protocol that no client sends. The answers are those that AWS's STS was seen
to give, where docs/iam-api.md says so."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import pytest

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"
IAM = "{https://iam.amazonaws.com/doc/2010-05-08/}"
FRONT_END = "{http://webservices.amazon.com/AWSFault/2005-15-09}"
WHO = "Action=GetCallerIdentity&Version=2011-06-15"

pytestmark = pytest.mark.bedplate_only


def send(http, body: str | bytes, service: str = "sts", **options):
    options.setdefault("headers", FORM)
    return http.send("POST", "/", body, service=service, **options)


def error_of(response, namespace: str = STS) -> tuple[int, str, str]:
    """(status, code, message) of a well-formed error of that namespace."""
    root = ElementTree.fromstring(response.body)
    assert root.tag == f"{namespace}ErrorResponse"
    assert response.header("content-type") == "text/xml"
    assert root.findtext(f"{namespace}RequestId") == response.header("x-amzn-requestid")
    error = root.find(f"{namespace}Error")
    kind = error.findtext(f"{namespace}Type")
    assert kind == ("Sender" if response.status < 500 else "Receiver")
    message = error.findtext(f"{namespace}Message")
    return response.status, error.findtext(f"{namespace}Code"), message


def is_answered(response) -> bool:
    root = ElementTree.fromstring(response.body)
    return response.status == 200 and root.tag == f"{STS}GetCallerIdentityResponse"


@pytest.mark.parametrize(
    "body",
    [
        WHO,
        WHO + "&Unknown=value",
        "Action=GetCallerIdentity&Action=NoSuchAction&Version=2011-06-15",
        WHO + "&Version=2000-01-01",
        "&&" + WHO + "&",
        "%41ction=Get%43allerIdentity&Version=2011-06-15",
    ],
)
def test_accepted(http, body):
    assert is_answered(send(http, body))


def test_a_get_request(http):
    assert is_answered(http.send("GET", f"/?{WHO}", service="sts"))


def test_the_content_type_may_have_parameters(http):
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert is_answered(send(http, WHO, headers=headers))


@pytest.mark.parametrize(
    "body, text",
    [
        ("Action=NoSuchAction&Version=2011-06-15", "NoSuchAction for version 2011-06-15"),
        ("Action=NoSuchAction&" + WHO, "NoSuchAction for version 2011-06-15"),
        ("Action=GetCallerIdentity", "GetCallerIdentity for version NO_VERSION_SPECIFIED"),
        ("Action=GetCallerIdentity&Version=", "GetCallerIdentity for version "),
        ("Action=GetCallerIdentity&Version=2000-01-01", "GetCallerIdentity for version 2000-01-01"),
        ("Action=&Version=2011-06-15", " for version 2011-06-15"),
        ("Action=ListUsers&Version=2010-05-08", "ListUsers for version 2010-05-08"),
        ("Action=getcalleridentity&Version=2011-06-15", "getcalleridentity for version 2011-06-15"),
        ("Action=%3Cb%3E%26%01&Version=1", "<b>&\ufffd for version 1"),
    ],
)
def test_no_such_operation(http, body, text):
    expected = (400, "InvalidAction", "Could not find operation " + text)
    assert error_of(send(http, body), FRONT_END) == expected


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "x"])
def test_a_body_that_is_no_form_names_no_operation(http, content_type):
    response = send(http, WHO, headers={"Content-Type": content_type})
    assert error_of(response)[:2] == (400, "MissingAction")


def test_no_operation_at_all(http):
    assert error_of(send(http, "Version=2011-06-15"))[:2] == (400, "MissingAction")
    assert error_of(send(http, b""))[:2] == (400, "MissingAction")


@pytest.mark.parametrize("body", [b"Action=%", b"Action=%zz", b"%ff=1", b"a=\xff", WHO + "&a=%C3"])
def test_malformed_forms(http, body):
    assert error_of(send(http, body))[:2] == (404, "MalformedQueryString")


def test_huge_forms(http):
    assert error_of(send(http, WHO + "&a=" + "x" * 1024 * 1024))[:2] == (
        *(413, "RequestEntityTooLarge"),
    )
    assert error_of(send(http, WHO + "&a=1" * 10_000))[:2] == (404, "MalformedQueryString")
    assert error_of(send(http, WHO + "&" + "n" * 513 + "=1"))[:2] == (404, "MalformedQueryString")
    assert is_answered(send(http, WHO + "&a=" + "x" * 1_000_000))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(http, method):
    assert error_of(http.send(method, "/", WHO, service="sts", headers=FORM))[0] == 405


def test_other_paths(http):
    assert error_of(http.send("POST", "/users", WHO, service="sts", headers=FORM))[0] == 404
    # Whatever the path says, it is the signature's service that is addressed.
    response = http.send("GET", "/foundation-models", service="iam")
    assert error_of(response, IAM)[0] == 404


@pytest.mark.parametrize(
    "parameters, namespace",
    [
        ({"Action": "GetCallerIdentity", "Version": "2011-06-15"}, STS),
        ({"Action": "GetSessionToken", "Version": "2011-06-15"}, STS),
        ({"Action": "ListUsers", "Version": "2010-05-08"}, IAM),
    ],
)
def test_unsigned(http, parameters, namespace):
    response = http.send_unsigned("POST", "/", urlencode(parameters), headers=FORM)
    assert error_of(response, namespace) == (
        *(403, "MissingAuthenticationToken"),
        "Request is missing Authentication Token",
    )


# These prove who sends them by other means, so they reach STS without a signature.
@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_what_needs_no_signature(http, action):
    body = urlencode({"Action": action, "Version": "2011-06-15", "RoleArn": "x"})
    status, code, message = error_of(http.send_unsigned("POST", "/", body, headers=FORM))
    assert (status, code) == (501, "NotImplemented") and action in message


def test_an_unsigned_form_for_nobody(http):
    body = "Action=ListQueues&Version=2012-11-05"
    assert http.send_unsigned("POST", "/", body, headers=FORM).status == 404


def test_api_keys_do_not_open_iam(http, server):
    headers = {**FORM, "Authorization": f"Bearer {server.api_key}"}
    response = http.send_unsigned("POST", "/", WHO, headers=headers)
    assert error_of(response)[:2] == (403, "MissingAuthenticationToken")


def test_a_signature_for_another_service(http):
    # Signed for STS and sent with IAM's action: the scope decides, so there is no such operation.
    body = "Action=ListUsers&Version=2010-05-08"
    assert error_of(send(http, body, "sts"), FRONT_END)[1] == "InvalidAction"
    # A signature of one service is none of another.
    signed = http.request_bytes("POST", "/", WHO.encode(), service="iam", headers=FORM)
    response = http.send_bytes(signed.replace(b"/iam/aws4_request", b"/sts/aws4_request"))
    assert error_of(response)[:2] == (403, "SignatureDoesNotMatch")
    bedrock = http.send("POST", "/", WHO, service="bedrock", headers=FORM)
    assert (bedrock.status, bedrock.error_type) == (404, "UnknownOperationException")


def test_a_changed_body(http):
    signed = http.request_bytes("POST", "/", WHO.encode(), service="sts", headers=FORM)
    response = http.send_bytes(signed.replace(b"GetCallerIdentity", b"GetCallerIdentitY"))
    assert error_of(response, FRONT_END)[1] == "InvalidAction"
    other = (WHO + "&x=1").encode()
    signed = http.request_bytes("POST", "/", other, service="sts", headers=FORM)
    response = http.send_bytes(signed.replace(b"&x=1", b"&x=2"))
    assert error_of(response)[:2] == (403, "SignatureDoesNotMatch")


def test_an_incomplete_signature(http):
    headers = {
        **FORM,
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/sts/"
        "aws4_request, SignedHeaders=host",
    }
    response = http.send_unsigned("POST", "/", WHO, headers=headers)
    assert error_of(response)[:2] == (400, "IncompleteSignature")


def test_broken_constraints(http):
    body = "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=x%2F"
    status, code, message = error_of(send(http, body))
    assert (status, code) == (400, "ValidationError")
    assert message.startswith("2 validation errors detected: Value 'x/' at 'accessKeyId' failed")


# A connection goes on after every refusal: each was read to its end.
def test_the_connection_survives(http):
    bodies = (b"Action=%", WHO.encode() + b"&a=" + b"x" * 1_100_000, WHO.encode())
    with http.connect() as connection:
        for body in bodies:
            connection.send(http.request_bytes("POST", "/", body, service="sts", headers=FORM))
            last = connection.read_response()
    assert is_answered(last)
