"""The audit trail: what official clients do, as CloudTrail would tell of it (docs/audit.md)."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

from audit_log import audit_files, event_of, request_id_of, verify
from bedplate_server import BedplateServer
from conversations import REGION, user

pytestmark = pytest.mark.bedplate_only

MODEL = "meta.llama3-8b-instruct-v1:0"
CANARY = "CANARY-my-mothers-maiden-name"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


# Of its own, so that nothing but these calls is in its log.
@pytest.fixture(scope="module")
def audited(bedplate_binary, tmp_path_factory):
    with BedplateServer(tmp_path_factory.mktemp("audit")) as server:
        yield server


@pytest.fixture
def client(audited, make_client):
    def make(service="bedrock-runtime", **options):
        return make_client(service, running=audited, **options)

    return make


@pytest.fixture
def event(audited):
    return lambda response: event_of(audited.data_dir, request_id_of(response))


def log_text(server) -> str:
    return "".join(path.read_text() for path in audit_files(server.data_dir / "audit"))


def failure(call, **parameters) -> dict:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    return caught.value.response


def test_a_model_call_looks_as_cloudtrails(audited, client, event):
    runtime = client()
    found = event(runtime.converse(modelId=MODEL, messages=[user(CANARY)],
                                   system=[{"text": CANARY}]))
    keys = audited.credentials
    account = found["recipientAccountId"]
    assert re.fullmatch(r"\d{12}", account)
    assert found["eventVersion"] == "1.11"
    assert found["userIdentity"] == {
        "type": "IAMUser",
        "principalId": found["userIdentity"]["principalId"],
        "arn": f"arn:aws:iam::{account}:user/administrator",
        "accountId": account,
        "accessKeyId": keys.access_key_id,
        "userName": "administrator",
    }
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", found["userIdentity"]["principalId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["eventTime"])
    assert found["eventSource"] == "bedrock.amazonaws.com"
    assert found["eventName"] == "Converse"
    assert found["awsRegion"] == REGION
    assert found["sourceIPAddress"] == "127.0.0.1"
    assert found["userAgent"].startswith("Boto3/")
    assert found["requestParameters"] == {"modelId": MODEL}
    assert found["responseElements"] is None
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found["eventID"])
    assert found["readOnly"] is True
    assert found["eventType"] == "AwsApiCall"
    assert found["managementEvent"] is True
    assert found["eventCategory"] == "Management"
    assert "errorCode" not in found
    assert "demo" in found["additionalEventData"]["servedBy"]
    assert CANARY not in log_text(audited)


def test_a_stream_is_recorded_at_its_end(audited, client, event):
    response = client().converse_stream(modelId=MODEL, messages=[user(CANARY)])
    assert [part for part in response["stream"] if "messageStop" in part]
    found = event(response)
    assert found["eventName"] == "ConverseStream"
    assert found["requestParameters"] == {"modelId": MODEL}
    assert "clientGone" not in found["additionalEventData"]
    assert CANARY not in log_text(audited)


def test_native_bodies_stay_out(audited, client, event):
    runtime = client()
    body = f'{{"prompt": "{CANARY}", "max_gen_len": 4}}'
    assert event(runtime.invoke_model(modelId=MODEL, body=body))["requestParameters"] == {
        "modelId": MODEL}
    response = failure(runtime.invoke_model, modelId=MODEL,
                       body=f'{{"prompt": "x", "{CANARY}": 1}}')
    assert CANARY in response["Error"]["Message"]
    found = event(response)
    assert found["errorCode"] == "ValidationException"
    assert found["errorMessage"] == HIDDEN
    assert found["requestParameters"] == {"modelId": MODEL}
    assert CANARY not in log_text(audited)


def test_the_control_plane_and_its_errors(client, event):
    control = client("bedrock")
    found = event(control.list_foundation_models(byOutputModality="TEXT"))
    assert found["eventName"] == "ListFoundationModels"
    assert found["requestParameters"] == {"byOutputModality": "TEXT"}
    assert found["readOnly"] is True
    found = event(failure(control.get_foundation_model, modelIdentifier="no.such-model"))
    assert found["errorCode"] in ("ResourceNotFoundException", "ValidationException")
    assert found["requestParameters"] == {"modelIdentifier": "no.such-model"}
    # Not built: recorded all the same.
    found = event(failure(control.delete_custom_model, modelIdentifier="mine"))
    assert found["eventName"] == "DeleteCustomModel"
    assert found["readOnly"] is False


def test_temporary_keys_are_told_of_without_their_secrets(audited, client, event):
    sts = client("sts")
    response = sts.get_session_token(DurationSeconds=900)
    made = response["Credentials"]
    found = event(response)
    assert found["eventSource"] == "sts.amazonaws.com"
    assert found["requestParameters"] == {"durationSeconds": 900}
    shown = found["responseElements"]["credentials"]
    assert shown["accessKeyId"] == made["AccessKeyId"]
    assert shown["secretAccessKey"] == shown["sessionToken"] == HIDDEN
    temporary = client(aws_access_key_id=made["AccessKeyId"],
                       aws_secret_access_key=made["SecretAccessKey"],
                       aws_session_token=made["SessionToken"])
    found = event(temporary.converse(modelId=MODEL, messages=[user("Hello")]))
    assert found["userIdentity"]["accessKeyId"] == made["AccessKeyId"]
    assert "sessionContext" in found["userIdentity"]
    # A wrong signature's error repeats every header, the token's too.
    wrong = client(aws_access_key_id=made["AccessKeyId"], aws_secret_access_key="wrong",
                   aws_session_token=made["SessionToken"])
    event(failure(wrong.converse, modelId=MODEL, messages=[user("Hello")]))
    text = log_text(audited)
    assert made["SecretAccessKey"] not in text
    assert made["SessionToken"] not in text


def test_who_cannot_prove_who_they_are(audited, client, event):
    keys = audited.credentials
    stranger = client(aws_access_key_id=keys.access_key_id, aws_secret_access_key="wrong")
    response = failure(stranger.converse, modelId=MODEL, messages=[user(CANARY)])
    found = event(response)
    assert found["errorCode"] == "InvalidSignatureException"
    assert "\n" not in found["errorMessage"]
    assert found["userIdentity"]["type"] == "Unknown"
    assert found["userIdentity"]["accessKeyId"] == keys.access_key_id
    assert found["requestParameters"] == {"modelId": MODEL}
    text = log_text(audited)
    assert keys.secret_access_key not in text
    assert CANARY not in text


def test_a_door_with_an_api_key(audited):
    request = urllib.request.Request(
        f"{audited.url}/v1/chat/completions", method="POST",
        data=f'{{"model": "{MODEL}", "messages": [{{"role": "user", "content": "{CANARY}"}}],'
             ' "max_tokens": 4}'.encode(),
        headers={"Authorization": f"Bearer {audited.api_key}",
                 "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        request_id = reply.headers["x-request-id"]
    found = event_of(audited.data_dir, request_id)
    assert found["eventSource"] == "bedrock-mantle.amazonaws.com"
    assert found["eventName"] == "CreateInference"
    assert found["eventCategory"] == "Data"
    assert found["managementEvent"] is False
    assert found["requestParameters"] == {"model": MODEL}
    assert found["additionalEventData"]["callWithBearerToken"] is True
    text = log_text(audited)
    assert audited.api_key not in text
    assert CANARY not in text


def test_health_checks_are_nobodys_calls(audited, client, event):
    with urllib.request.urlopen(f"{audited.url}/_bedplate/health", timeout=60) as reply:
        assert reply.status == 200
    event(client("bedrock").list_foundation_models())
    assert '"eventName":"UnknownOperation"' not in log_text(audited)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{audited.url}/nothing/here", timeout=60)
    event(client("bedrock").list_foundation_models())
    assert '"eventName":"UnknownOperation"' in log_text(audited)


def test_the_log_of_all_that_is_whole(audited, client, event):
    event(client("bedrock").list_foundation_models())
    done = verify(audited.data_dir)
    assert done.returncode == 0, done.stdout
    assert "nobody has changed them" in done.stdout
