"""type = "bedrock": whom it signs as, and that nobody learns it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from bedrock_front import (  # fixtures, too
    KEYS,
    SECRET,
    SIGNED,
    ask,
    behind,
    keys_of,
    question,
    says,
    serve,
    upstream,
)


# The upstream really checks the signature. Nobody learns anything of it but its name.
def test_wrong_secret(serve, behind, client_to):
    front = serve(behind.url, environment={**keys_of(behind), "UP_SECRET": SECRET})
    with pytest.raises(ClientError) as caught:
        client_to(front).converse(**question())
    error = caught.value.response["Error"]
    assert error["Code"] == "ServiceUnavailableException"
    assert error["Message"] == (
        "The service that serves this model refuses this server's credentials "
        "(InvalidSignatureException)."
    )
    front.stop()
    said = front.log() + str(caught.value.response)
    assert SECRET not in said
    assert keys_of(behind)["UP_ID"] not in said


def test_api_key(serve, behind, client_to, ask):
    settings = 'api_key_env = "UP_KEY"'
    front = serve(behind.url, settings=settings, environment={"UP_KEY": behind.api_key})
    reply, _ = ask(client_to(front), question(), says("Hello"))
    assert reply["stopReason"] == "end_turn"
    wrong = serve(behind.url, settings=settings, environment={"UP_KEY": SECRET})
    with pytest.raises(ClientError, match="refuses this server's credentials") as caught:
        client_to(wrong).converse(**question())
    wrong.stop()
    assert SECRET not in wrong.log() + str(caught.value.response)


def test_credentials_file(serve, behind, client_to, ask, tmp_path):
    keys = keys_of(behind)
    file = tmp_path / "credentials"
    file.write_text(
        f"[default]\naws_access_key_id = x\naws_secret_access_key = y\n\n"
        f"[work]\naws_access_key_id = {keys['UP_ID']}\n"
        f"aws_secret_access_key = {keys['UP_SECRET']}\n"
    )
    settings = f'credentials_file = "{file}"\nprofile = "work"'
    front = serve(behind.url, settings=settings, environment={})
    reply, _ = ask(client_to(front), question(), says("Hello"))
    assert reply["stopReason"] == "end_turn"


def test_session_token_is_signed(serve, upstream, client_to):
    settings = SIGNED + 'session_token_env = "UP_TOKEN"'
    front = serve(upstream.url, settings=settings, environment={**KEYS, "UP_TOKEN": "to+ken"})
    client_to(front).converse(**question())
    (asked,) = upstream.asked
    assert asked.headers["x-amz-security-token"] == "to+ken"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token," in (
        asked.headers["authorization"]
    )
    assert "/us-east-1/bedrock/aws4_request" in asked.headers["authorization"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("", "'region'"),
        ('region = "Mars/1"', "needs a 'region'"),
        ('region = "us-east-1"', "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ('region = "us-east-1"\napi_key_env = "NO_SUCH_KEY"', "NO_SUCH_KEY"),
        ('region = "us-east-1"\ncredentials_file = "none"', "cannot be read"),
        ('region = "us-east-1"\nsecret = "x"', "unknown key"),
    ],
)
def test_configuration_that_is_of_no_use(start_server, settings, complaint):
    with pytest.raises(AssertionError, match=complaint):
        start_server(f'[engines.a]\ntype = "bedrock"\n{settings}\n')
