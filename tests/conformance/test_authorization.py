"""What policies allow, through boto3 and raw requests: model calls, the other APIs, API keys, IAM
itself, and the ways around them that must not work (docs/authorization.md)."""

from __future__ import annotations

import base64
import itertools
import json
import os

import botocore.credentials
import botocore.exceptions
import pytest

from conversations import CLAUDE, LLAMA, NOVA, REGION, user
from signed_http import SignedHttp

pytestmark = pytest.mark.bedplate_only

ONE_TOKEN = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}
MODEL_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{LLAMA}"
_numbers = itertools.count(1)


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **condition) -> dict:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def deny(action, resource="*", **condition) -> dict:
    return {**allow(action, resource, **condition), "Effect": "Deny"}


@pytest.fixture(scope="session")
def iam(make_client):
    return make_client("iam")


@pytest.fixture(scope="session")
def account(make_client) -> str:
    return make_client("sts").get_caller_identity()["Account"]


class User:
    """A user of IAM with an access key and one inline policy."""

    def __init__(self, iam, make_client, server, statements: tuple[dict, ...], **options):
        self.name = f"authz-{os.getpid()}-{next(_numbers)}"
        self.arn = iam.create_user(UserName=self.name, **options)["User"]["Arn"]
        if statements:
            iam.put_user_policy(
                UserName=self.name, PolicyName="test", PolicyDocument=document(*statements)
            )
        key = iam.create_access_key(UserName=self.name)["AccessKey"]
        self.keys = (key["AccessKeyId"], key["SecretAccessKey"])
        self.http = SignedHttp(server.url, *self.keys, REGION)
        self._make_client = make_client

    def client(self, service: str = "bedrock-runtime"):
        return self._make_client(
            service, aws_access_key_id=self.keys[0], aws_secret_access_key=self.keys[1]
        )

    def converse(self, model: str = LLAMA, **options):
        return self.client().converse(modelId=model, **ONE_TOKEN, **options)


@pytest.fixture(scope="session")
def make_user(iam, make_client, server):
    def make(*statements: dict, **options) -> User:
        return User(iam, make_client, server, statements, **options)

    return make


def refusal(call) -> str:
    """Runs `call`, which must be refused with 403, and returns AWS's text."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call()
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403, error
    assert error["Error"]["Code"] in ("AccessDeniedException", "AccessDenied"), error
    return error["Error"]["Message"]


def denied(who: User, action: str, resource: str | None) -> str:
    on = f" on resource: {resource}" if resource else ""
    return (
        f"User: {who.arn} is not authorized to perform: {action}{on} because no identity-based "
        f"policy allows the {action} action"
    )


# --- Model calls


def test_nothing_without_a_policy(make_user):
    nobody = make_user()
    assert refusal(nobody.converse) == denied(nobody, "bedrock:InvokeModel", MODEL_ARN)
    listing = refusal(nobody.client("bedrock").list_foundation_models)
    assert listing == denied(nobody, "bedrock:ListFoundationModels", None)
    # Whose keys these are everybody may ask.
    assert nobody.client("sts").get_caller_identity()["Arn"] == nobody.arn


def test_one_model_and_no_other(make_user):
    someone = make_user(allow("bedrock:InvokeModel", MODEL_ARN))
    assert someone.converse()["usage"]["outputTokens"] == 1
    assert someone.converse(MODEL_ARN)["usage"]["outputTokens"] == 1
    other = f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}"
    assert refusal(lambda: someone.converse(CLAUDE)) == denied(
        someone, "bedrock:InvokeModel", other
    )
    unknown = "no.such-model-v1:0"
    assert refusal(lambda: someone.converse(unknown)) == denied(
        someone, "bedrock:InvokeModel", f"arn:aws:bedrock:{REGION}::foundation-model/{unknown}"
    )


def test_streams_have_an_action_of_their_own(make_user):
    someone = make_user(allow("bedrock:InvokeModel"))
    action = "bedrock:InvokeModelWithResponseStream"
    call = someone.client().converse_stream
    assert refusal(lambda: call(modelId=LLAMA, **ONE_TOKEN)) == denied(someone, action, MODEL_ARN)
    body = json.dumps({"prompt": "Hello", "max_gen_len": 1})
    call = someone.client().invoke_model_with_response_stream
    assert refusal(lambda: call(modelId=LLAMA, body=body)) == denied(someone, action, MODEL_ARN)
    assert someone.client().invoke_model(modelId=LLAMA, body=body)["body"].read()


def test_counting_tokens_has_an_action_of_its_own(make_user):
    someone = make_user(allow("bedrock:InvokeModel"))
    call = someone.client().count_tokens
    question = {"converse": {"messages": [user("Hello")]}}
    assert "bedrock:CountTokens" in refusal(lambda: call(modelId=CLAUDE, input=question))


def test_a_profile_needs_itself_and_its_models(make_user, account):
    profile = f"arn:aws:bedrock:{REGION}:{account}:inference-profile/us.{NOVA}"
    models = f"arn:aws:bedrock:us-*::foundation-model/{NOVA}"
    someone = make_user(allow("bedrock:InvokeModel", models))
    assert profile in refusal(lambda: someone.converse(f"us.{NOVA}"))
    someone = make_user(allow("bedrock:InvokeModel", profile))
    assert "::foundation-model/" in refusal(lambda: someone.converse(f"us.{NOVA}"))
    one_region = models.replace("us-*", REGION)
    someone = make_user(allow("bedrock:InvokeModel", [profile, one_region]))
    assert "us-east-2::foundation-model/" in refusal(lambda: someone.converse(f"us.{NOVA}"))
    someone = make_user(allow("bedrock:InvokeModel", [profile, models]))
    assert someone.converse(f"us.{NOVA}")["usage"]["outputTokens"] == 1


def test_a_model_through_its_profile_only(make_user, account):
    profile = f"arn:aws:bedrock:{REGION}:{account}:inference-profile/us.{NOVA}"
    someone = make_user(
        allow("bedrock:InvokeModel", profile),
        allow(
            "bedrock:InvokeModel",
            f"arn:aws:bedrock:*::foundation-model/{NOVA}",
            StringEquals={"bedrock:InferenceProfileArn": profile},
        ),
    )
    assert someone.converse(f"us.{NOVA}")["usage"]["outputTokens"] == 1
    assert "foundation-model" in refusal(lambda: someone.converse(NOVA))


@pytest.fixture
def make_profile(control):
    """Makes application inference profiles of a team's, and deletes them."""
    made = []

    def make(team: str) -> str:
        name = f"authz-{os.getpid()}-{next(_numbers)}"
        made.append(
            control.create_inference_profile(
                inferenceProfileName=name,
                modelSource={"copyFrom": MODEL_ARN},
                tags=[{"key": "team", "value": team}],
            )["inferenceProfileArn"]
        )
        return made[-1]

    yield make
    for arn in made:
        control.delete_inference_profile(inferenceProfileIdentifier=arn)


def test_tags_of_resources_decide(make_user, make_profile):
    profiles = "arn:aws:bedrock:*:*:application-inference-profile/*"
    someone = make_user(
        allow("bedrock:InvokeModel", profiles, StringEquals={"aws:ResourceTag/team": "blue"}),
        allow(
            "bedrock:InvokeModel", MODEL_ARN, ArnLike={"bedrock:InferenceProfileArn": profiles}
        ),
    )
    assert someone.converse(make_profile("blue"))["usage"]["outputTokens"] == 1
    red = make_profile("red")
    assert refusal(lambda: someone.converse(red)) == denied(someone, "bedrock:InvokeModel", red)
    assert refusal(someone.converse)


def test_tags_of_requests_decide(make_user, account):
    profiles = f"arn:aws:bedrock:{REGION}:{account}:application-inference-profile/*"

    def create(who: User, team: str):
        client = who.client("bedrock")
        made = client.create_inference_profile(
            inferenceProfileName=f"authz-{os.getpid()}-{next(_numbers)}",
            modelSource={"copyFrom": MODEL_ARN},
            tags=[{"key": "team", "value": team}],
        )
        client.delete_inference_profile(
            inferenceProfileIdentifier=made["inferenceProfileArn"]
        )

    create_only = allow(["bedrock:CreateInferenceProfile", "bedrock:DeleteInferenceProfile"])
    someone = make_user(create_only)
    assert refusal(lambda: create(someone, "blue")) == denied(
        someone, "bedrock:TagResource", profiles
    )
    blue = allow("bedrock:TagResource", StringEquals={"aws:RequestTag/team": "blue"})
    someone = make_user(create_only, blue)
    create(someone, "blue")
    assert refusal(lambda: create(someone, "red"))


@pytest.mark.parametrize(
    "holds, fails",
    [
        (
            {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
            {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        ),
        (
            {"Bool": {"aws:SecureTransport": "false"}},
            {"Bool": {"aws:SecureTransport": "true"}},
        ),
        (
            {"StringLike": {"aws:UserAgent": "*Boto3/*"}},
            {"StringLike": {"aws:UserAgent": "curl/*"}},
        ),
        (
            {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
            {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        ),
        (
            {"StringEquals": {"aws:RequestedRegion": REGION}},
            {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        ),
        (
            {"StringLike": {"aws:username": "authz-*"}},
            {"StringLike": {"aws:username": "administrator"}},
        ),
    ],
    ids=["address", "transport", "agent", "time", "region", "name"],
)
def test_conditions(make_user, holds, fails):
    allowed = make_user(allow("bedrock:InvokeModel", **holds))
    assert allowed.converse()["usage"]["outputTokens"] == 1
    assert refusal(make_user(allow("bedrock:InvokeModel", **fails)).converse)


def test_an_explicit_deny_wins(make_user):
    someone = make_user(allow("*"), deny("bedrock:*", MODEL_ARN))
    assert refusal(someone.converse).endswith("with an explicit deny in an identity-based policy")
    assert someone.converse(NOVA)["usage"]["outputTokens"] == 1


# The input is read and checked first; what policies say comes next.
def test_bad_input_is_told_before_a_denial(make_user):
    response = make_user().http.send("POST", f"/model/{LLAMA}/converse", {"messages": "none"})
    assert response.status == 400


# --- Ways around a policy that must not work


# What stands in the path is decoded once and compared as it is, so every other spelling is another
# resource, which nobody allowed.
@pytest.mark.parametrize(
    "path_id",
    [
        f"{LLAMA}%2F..%2F{CLAUDE}",
        f"{LLAMA}/../{CLAUDE}",
        f"..%2Ffoundation-model%2F{CLAUDE}",
        f"%252E%252E%252F{CLAUDE}",
        f"{CLAUDE}%00",
        f"{CLAUDE}%0A",
        f"{CLAUDE}%20",
        "*",
        "anthropic.*",
        f"{CLAUDE[:-1]}%3F",
        f"arn%3Aaws%3Abedrock%3A{REGION}%3A%3Afoundation-model%2F*",
        f"arn%3Aaws%3Abedrock%3Aeu-west-1%3A%3Afoundation-model%2F{CLAUDE}",
        f"arn%3Aaws-cn%3Abedrock%3A{REGION}%3A%3Afoundation-model%2F{CLAUDE}",
        f"arn%3Aaws%3Abedrock%3A{REGION}%3A999988887777%3Afoundation-model%2F{CLAUDE}",
        f"arn%3Aaws%3Abedrock%3A{REGION}%3A999988887777%3Ainference-profile%2Fus.{CLAUDE}",
    ],
)
def test_identifiers_that_pretend(restricted, path_id):
    response = restricted.http.send("POST", f"/model/{path_id}/converse", ONE_TOKEN)
    assert response.status in (400, 403, 404), response.body
    assert restricted.http.send("POST", f"/model/{LLAMA}/converse", ONE_TOKEN).status == 200


@pytest.fixture(scope="module")
def restricted(make_user) -> User:
    """May everything in Bedrock, but call Claude only in Ireland."""
    return make_user(
        allow("bedrock:*", MODEL_ARN),
        allow("bedrock:*", f"arn:aws:bedrock:eu-west-1::foundation-model/{CLAUDE}"),
    )


# AWS's own words for another account's resource: that account would have to allow it.
def test_a_profile_of_another_account(make_user):
    someone = make_user(allow("*"))
    foreign = f"arn:aws:bedrock:{REGION}:999988887777:inference-profile/us.{NOVA}"
    assert refusal(lambda: someone.converse(foreign)).endswith(
        f"on resource: {foreign} because no resource-based policy allows the bedrock:InvokeModel "
        "action"
    )


def signed_twice(http: SignedHttp, other: SignedHttp, target: str) -> bytes:
    """One request with two signatures, each right."""
    body = json.dumps(ONE_TOKEN).encode()
    content = {"Content-Type": "application/json"}
    first = http.sign("POST", target, body, content)
    second = other.sign("POST", target, body, content)
    lines = [f"POST {target} HTTP/1.1", f"Host: {http.authority}"]
    lines += [f"{name}: {value}" for name, value in first.items()]
    lines += [f"Authorization: {second['Authorization']}", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


# Whoever stands in front must not see one caller where the server sees another.
def test_two_signatures_are_none(make_user, http):
    nobody = make_user()
    target = f"/model/{LLAMA}/converse"
    for first, second in ((http, nobody.http), (nobody.http, http)):
        response = first.send_bytes(signed_twice(first, second, target))
        assert response.status in (400, 403), response.body


# A body behind a body: the second request would be the first caller's.
@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {length}\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: {length}",
        "Content-Length: {length}\r\nContent-Length: 0",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding:\x0bchunked",
        "Content-Length: {length}\r\n X-Folded: yes",
        "Host: evil.example\r\nContent-Length: {length}",
    ],
)
def test_ambiguous_framing(make_user, framing):
    someone = make_user(allow("bedrock:InvokeModel", MODEL_ARN))
    target = f"/model/{LLAMA}/converse"
    body = json.dumps(ONE_TOKEN).encode()
    headers = someone.http.sign("POST", target, body, {"Content-Type": "application/json"})
    head = someone.http.head_bytes("POST", target, headers)[:-2]
    head += framing.format(length=len(body)).encode() + b"\r\n\r\n"
    with someone.http.connect() as connection:
        connection.send(head + body)
        assert connection.read_response().status == 400
        assert connection.is_closed_by_peer()


# --- API keys and the other APIs


@pytest.fixture
def key_of(iam):
    """Makes API keys for users."""

    def make(who: User) -> str:
        made = iam.create_service_specific_credential(
            UserName=who.name, ServiceName="bedrock.amazonaws.com"
        )
        return made["ServiceSpecificCredential"]["ServiceCredentialSecret"]

    return make


def test_api_keys_need_a_permission_of_their_own(make_user, key_of, http):
    def call(who: User):
        headers = {"Authorization": f"Bearer {key_of(who)}", "Content-Type": "application/json"}
        return http.send_unsigned("POST", f"/model/{LLAMA}/converse", ONE_TOKEN, headers)

    someone = make_user(allow("bedrock:InvokeModel"))
    response = call(someone)
    assert (response.status, response.error_type) == (403, "AccessDeniedException")
    assert response.json() == {"Message": denied(someone, "bedrock:CallWithBearerToken", "*")}
    both = allow(["bedrock:InvokeModel", "bedrock:CallWithBearerToken"])
    assert call(make_user(both)).status == 200
    short_only = allow(
        "bedrock:CallWithBearerToken", StringEquals={"bedrock:BearerTokenType": "SHORT_TERM"}
    )
    assert call(make_user(allow("bedrock:InvokeModel"), short_only)).status == 403


DOORS = [
    (
        "/v1/chat/completions",
        {"model": LLAMA, "max_tokens": 1, "messages": [{"role": "user", "content": "Hello"}]},
        lambda body: body["error"]["message"],
    ),
    (
        "/v1/messages",
        {"model": CLAUDE, "max_tokens": 1, "messages": [{"role": "user", "content": "Hello"}]},
        lambda body: body["error"]["message"],
    ),
]


@pytest.mark.parametrize("target, body, text_in", DOORS, ids=["OpenAI", "Anthropic"])
def test_the_other_apis_ask_the_same(make_user, target, body, text_in):
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/{body['model']}"
    version = {"anthropic-version": "2023-06-01"}
    nobody = make_user()
    response = nobody.http.send("POST", target, body, headers=version)
    assert response.status == 403
    assert text_in(response.json()) == denied(nobody, "bedrock:InvokeModel", arn)
    someone = make_user(allow("bedrock:InvokeModel", arn))
    assert someone.http.send("POST", target, body, headers=version).status == 200
    response = someone.http.send("POST", target, {**body, "stream": True}, headers=version)
    assert response.status == 403
    assert "bedrock:InvokeModelWithResponseStream" in text_in(response.json())


def test_listing_at_the_other_apis(make_user):
    nobody = make_user()
    for target in ("/v1/models", f"/v1/models/{LLAMA}"):
        assert nobody.http.send("GET", target).status == 403
    someone = make_user(allow(["bedrock:List*", "bedrock:Get*"]))
    for target in ("/v1/models", f"/v1/models/{LLAMA}", f"/v1/models/us.{NOVA}"):
        assert someone.http.send("GET", target).status == 200


# --- IAM itself


def test_iam_denies_in_its_own_words(make_user, account):
    nobody = make_user()
    iam = nobody.client("iam")
    users = f"arn:aws:iam::{account}:user/"
    assert refusal(lambda: iam.create_user(UserName="x")) == denied(
        nobody, "iam:CreateUser", users + "x"
    )
    assert refusal(lambda: iam.get_user(UserName="administrator")) == denied(
        nobody, "iam:GetUser", "user administrator"
    )
    assert refusal(iam.get_user) == denied(nobody, "iam:GetUser", f"user {nobody.name}")
    assert refusal(iam.list_users) == denied(nobody, "iam:ListUsers", users)


# The classic ways to more than one has.
def test_nobody_gives_themselves_more(make_user, account):
    team = f"arn:aws:iam::{account}:user/team/"
    member = make_user(Path="/team/")
    lead = make_user(
        allow(["iam:PutUserPolicy", "iam:CreateAccessKey", "iam:UpdateUser"], team + "*")
    )
    iam = lead.client("iam")
    everything = document(allow("*"))
    put = {"PolicyName": "more", "PolicyDocument": everything}
    iam.put_user_policy(UserName=member.name, **put)
    assert "iam:PutUserPolicy" in refusal(lambda: iam.put_user_policy(UserName=lead.name, **put))
    assert "iam:CreateAccessKey" in refusal(iam.create_access_key)
    assert "iam:AttachUserPolicy" in refusal(
        lambda: iam.attach_user_policy(
            UserName=member.name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
    )
    # Moving oneself to where one may do more needs leave on both ends.
    assert "iam:UpdateUser" in refusal(
        lambda: iam.update_user(UserName=lead.name, NewPath="/team/")
    )
    assert "iam:UpdateUser" in refusal(
        lambda: iam.update_user(UserName=member.name, NewPath="/leads/")
    )
    assert "iam:CreateUser" in refusal(lambda: iam.create_user(UserName="x", Path="/team/"))


def test_a_boundary_can_be_made_a_must(make_user, iam, account):
    boundary = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
    must = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    lead = make_user(allow(["iam:CreateUser", "iam:PutUserPolicy"], **must)).client("iam")
    name = f"bounded-{os.getpid()}-{next(_numbers)}"
    assert refusal(lambda: lead.create_user(UserName=name))
    lead.create_user(UserName=name, PermissionsBoundary=boundary)
    put = {"PolicyName": "more", "PolicyDocument": document(allow("*"))}
    lead.put_user_policy(UserName=name, **put)
    assert refusal(lambda: lead.put_user_policy(UserName=make_user().name, **put))


def test_tags_of_users_decide(make_user, account):
    blue = make_user(Tags=[{"Key": "team", "Value": "blue"}])
    red = make_user(Tags=[{"Key": "team", "Value": "red"}])
    lead = make_user(
        allow("iam:GetUser", StringEquals={"aws:ResourceTag/team": "blue"}),
        allow("iam:CreateUser"),
        allow("iam:TagUser", StringEquals={"aws:RequestTag/team": "blue"}),
    ).client("iam")
    assert lead.get_user(UserName=blue.name)["User"]["Arn"] == blue.arn
    assert refusal(lambda: lead.get_user(UserName=red.name))
    name = f"tagged-{os.getpid()}-{next(_numbers)}"
    wrong = [{"Key": "team", "Value": "red"}]
    assert "iam:TagUser" in refusal(lambda: lead.create_user(UserName=name, Tags=wrong))
    lead.create_user(UserName=name, Tags=[{"Key": "team", "Value": "blue"}])
    assert "iam:TagUser" in refusal(lambda: lead.tag_user(UserName=red.name, Tags=wrong))


# A session has no more than its user.
def test_sessions_of_users(make_user, make_client):
    someone = make_user(allow("bedrock:InvokeModel", MODEL_ARN))
    keys = someone.client("sts").get_session_token()["Credentials"]
    client = make_client(
        "bedrock-runtime",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert client.converse(modelId=LLAMA, **ONE_TOKEN)["usage"]["outputTokens"] == 1
    assert refusal(lambda: client.converse(modelId=CLAUDE, **ONE_TOKEN))


# One user's key with another user's session, or secret, is nobody's.
def test_keys_of_two_users_do_not_mix(make_user, make_client):
    rich, poor = make_user(allow("*")), make_user()
    session = rich.client("sts").get_session_token()["Credentials"]["SessionToken"]
    for key_id, secret, token in (
        (rich.keys[0], poor.keys[1], None),
        (poor.keys[0], rich.keys[1], None),
        (poor.keys[0], poor.keys[1], session),
    ):
        keys = botocore.credentials.Credentials(key_id, secret, token)
        target = f"/model/{LLAMA}/converse"
        response = rich.http.send("POST", target, ONE_TOKEN, keys=keys)
        assert response.status == 403
        assert response.error_type in (
            "InvalidSignatureException",
            "UnrecognizedClientException",
        )


# The claims of a session token can be read, but not rewritten.
def test_a_forged_session_token(make_user, make_client):
    someone = make_user()
    keys = someone.client("sts").get_session_token()["Credentials"]
    token = bytearray(base64.b64decode(keys["SessionToken"]))
    token[-3] ^= 1
    forged = botocore.credentials.Credentials(
        keys["AccessKeyId"], keys["SecretAccessKey"], base64.b64encode(bytes(token)).decode()
    )
    target = f"/model/{LLAMA}/converse"
    response = someone.http.send("POST", target, ONE_TOKEN, keys=forged)
    assert (response.status, response.error_type) == (403, "UnrecognizedClientException")
