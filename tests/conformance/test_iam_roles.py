"""Roles and AssumeRole: who is trusted, what a session may be given, and when it ends."""

from __future__ import annotations

import base64
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from iam_entities import (
    BEDROCK,
    call_bedrock,
    client_of,
    fresh,
    make_user,
    refusal,
    statement,
    trust,
)

pytestmark = pytest.mark.bedplate_only
AWS = Path(sys.executable).parent / "aws"


@pytest.fixture(scope="module")
def iam(make_client):
    return make_client("iam")


@pytest.fixture(scope="module")
def account(make_client):
    return make_client("sts").get_caller_identity()["Account"]


@pytest.fixture(scope="module")
def ann(iam, make_client):
    """A user's ARN, and STS with their keys."""
    name = make_user(iam, "arn:aws:iam::aws:policy/AdministratorAccess")
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    return iam.get_user(UserName=name)["User"]["Arn"], client_of(make_client, "sts", keys)


def make_role(iam, trusted: str, **options) -> str:
    name = fresh("role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **options)["Role"]
    iam.attach_role_policy(RoleName=name, PolicyArn=BEDROCK)
    return role["Arn"]


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def denied(user: str, arn: str, action: str = "sts:AssumeRole") -> tuple[int, str, str]:
    text = f"User: {user} is not authorized to perform: {action} on resource: {arn}"
    return 403, "AccessDenied", text


def test_a_role_from_creation_to_deletion(iam, account):
    name = fresh("role")
    trusted = trust({"AWS": f"arn:aws:iam::{account}:root"})
    made = iam.create_role(
        RoleName=name,
        Path="/r/",
        AssumeRolePolicyDocument=trusted,
        Description="what for",
        MaxSessionDuration=7200,
        Tags=[{"Key": "a", "Value": "b"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{account}:role/r/{name}"
    assert made["RoleId"].startswith("AROA")
    got = iam.get_role(RoleName=name)["Role"]
    assert got["AssumeRolePolicyDocument"] == json.loads(trusted)
    assert (got["Description"], got["MaxSessionDuration"]) == ("what for", 7200)
    assert got["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.update_role(RoleName=name, Description="another", MaxSessionDuration=3600)
    got = iam.get_role(RoleName=name)["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("another", 3600)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust({"AWS": account}))
    iam.tag_role(RoleName=name, Tags=[{"Key": "c", "Value": "d"}])
    assert len(iam.list_role_tags(RoleName=name)["Tags"]) == 2
    assert name in [role["RoleName"] for role in iam.list_roles(PathPrefix="/r/")["Roles"]]
    iam.delete_role(RoleName=name)
    assert refusal(lambda: iam.get_role(RoleName=name)) == (
        404,
        "NoSuchEntity",
        f"The role with name {name} cannot be found.",
    )


def test_a_session_acts_as_its_role(iam, ann, make_client, account):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}))
    reply = sts.assume_role(RoleArn=role, RoleSessionName="lab@home")
    who = f"arn:aws:sts::{account}:assumed-role/{name_of(role)}/lab@home"
    assert reply["AssumedRoleUser"]["Arn"] == who
    role_id = iam.get_role(RoleName=name_of(role))["Role"]["RoleId"]
    assert reply["AssumedRoleUser"]["AssumedRoleId"] == f"{role_id}:lab@home"
    assert "PackedPolicySize" not in reply
    keys = reply["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA")
    left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=55) < left <= datetime.timedelta(hours=1)
    assert call_bedrock(make_client, keys) > 50
    identity = client_of(make_client, "sts", keys).get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (who, f"{role_id}:lab@home")
    iam.put_role_policy(
        RoleName=name_of(role), PolicyName="own", PolicyDocument=statement("iam:GetUser")
    )
    assert refusal(client_of(make_client, "iam", keys).get_user)[1:] == (
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_only_who_is_trusted_may_assume(iam, ann, make_client, account):
    arn, sts = ann
    stranger = make_user(iam, "arn:aws:iam::aws:policy/AdministratorAccess")
    of_stranger = client_of(
        make_client, "sts", iam.create_access_key(UserName=stranger)["AccessKey"]
    )
    role = make_role(iam, trust({"AWS": arn}))
    stranger_arn = f"arn:aws:iam::{account}:user/{stranger}"
    assert refusal(
        lambda: of_stranger.assume_role(RoleArn=role, RoleSessionName="lab")
    ) == denied(stranger_arn, role)
    # A role that is not there is answered the same.
    gone = f"arn:aws:iam::{account}:role/gone"
    assert refusal(lambda: sts.assume_role(RoleArn=gone, RoleSessionName="lab")) == denied(
        arn, gone
    )
    other_account = "arn:aws:iam::999999999999:role/Reader"
    assert refusal(
        lambda: sts.assume_role(RoleArn=other_account, RoleSessionName="lab")
    ) == denied(arn, other_account)
    # The name alone is not enough: the path belongs to the ARN.
    in_path = role.replace(":role/", ":role/elsewhere/")
    assert refusal(lambda: sts.assume_role(RoleArn=in_path, RoleSessionName="lab"))[1] == (
        "AccessDenied"
    )
    status, code, _ = refusal(
        lambda: sts.assume_role(RoleArn=f"arn:aws:iam::{account}:user/x", RoleSessionName="lab")
    )
    assert (status, code) == (400, "ValidationError")


def test_trust_in_an_account_needs_the_users_own_permission(iam, make_client, account):
    role = make_role(iam, trust({"AWS": f"arn:aws:iam::{account}:root"}))
    name = make_user(iam, None)
    sts = client_of(make_client, "sts", iam.create_access_key(UserName=name)["AccessKey"])
    arn = f"arn:aws:iam::{account}:user/{name}"
    assert refusal(lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab")) == denied(
        arn, role
    )
    iam.put_user_policy(
        UserName=name, PolicyName="assume", PolicyDocument=statement("sts:AssumeRole", role)
    )
    assert sts.assume_role(RoleArn=role, RoleSessionName="lab")["Credentials"]
    iam.put_user_policy(
        UserName=name,
        PolicyName="not",
        PolicyDocument=statement("sts:AssumeRole", role, effect="Deny"),
    )
    assert refusal(lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab")) == denied(
        arn, role
    )


def test_external_ids_and_other_conditions(iam, ann):
    arn, sts = ann
    role = make_role(
        iam, trust({"AWS": arn}, Condition={"StringEquals": {"sts:ExternalId": "secret-7"}})
    )
    assume = lambda **more: sts.assume_role(  # noqa: E731
        RoleArn=role, RoleSessionName="lab", **more
    )
    assert refusal(assume) == denied(arn, role)
    assert refusal(lambda: assume(ExternalId="secret-8")) == denied(arn, role)
    assert assume(ExternalId="secret-7")["Credentials"]
    named = make_role(
        iam, trust({"AWS": arn}, Condition={"StringLike": {"sts:RoleSessionName": "team-*"}})
    )
    assert refusal(lambda: sts.assume_role(RoleArn=named, RoleSessionName="lab"))[1] == (
        "AccessDenied"
    )
    assert sts.assume_role(RoleArn=named, RoleSessionName="team-a")["Credentials"]


def test_durations(iam, ann, make_client):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}), MaxSessionDuration=7200)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="lab", DurationSeconds=7200)["Credentials"]
    left = keys["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=115) < left <= datetime.timedelta(hours=2)
    assert refusal(
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab", DurationSeconds=7201)
    ) == (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    assert refusal(
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab", DurationSeconds=43201)
    )[1] == "ValidationError"
    second = make_role(iam, trust({"AWS": role}), MaxSessionDuration=7200)
    chained = client_of(make_client, "sts", keys)
    iam.put_role_policy(
        RoleName=name_of(role),
        PolicyName="assume",
        PolicyDocument=statement("sts:AssumeRole", second),
    )
    assert chained.assume_role(RoleArn=second, RoleSessionName="lab", DurationSeconds=3600)
    assert refusal(
        lambda: chained.assume_role(RoleArn=second, RoleSessionName="lab", DurationSeconds=3601)
    )[2] == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining."
    )


def test_tags_and_source_identity(iam, ann, make_client):
    arn, sts = ann
    tag = [{"Key": "team", "Value": "lab"}]
    plain = make_role(iam, trust({"AWS": arn}))
    assert refusal(
        lambda: sts.assume_role(RoleArn=plain, RoleSessionName="lab", Tags=tag)
    ) == denied(arn, plain, "sts:TagSession")
    assert refusal(
        lambda: sts.assume_role(RoleArn=plain, RoleSessionName="lab", SourceIdentity="ann")
    ) == denied(arn, plain, "sts:SetSourceIdentity")
    every = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    role = make_role(iam, trust({"AWS": arn}, every))
    reply = sts.assume_role(
        RoleArn=role,
        RoleSessionName="lab",
        Tags=tag,
        TransitiveTagKeys=["team"],
        SourceIdentity="ann",
    )
    assert reply["SourceIdentity"] == "ann" and reply["PackedPolicySize"] > 0
    # Transitive tags and the source identity go with the session into the next role.
    needs_both = trust(
        {"AWS": role},
        every,
        Condition={
            "StringEquals": {"aws:PrincipalTag/team": "lab", "aws:SourceIdentity": "ann"}
        },
    )
    second = make_role(iam, needs_both)
    iam.put_role_policy(
        RoleName=name_of(role), PolicyName="assume", PolicyDocument=statement(every, second)
    )
    chained = client_of(make_client, "sts", reply["Credentials"])
    assert chained.assume_role(RoleArn=second, RoleSessionName="two")["SourceIdentity"] == "ann"
    assert refusal(
        lambda: chained.assume_role(RoleArn=second, RoleSessionName="two", SourceIdentity="bob")
    )[1] == "AccessDenied"
    assert refusal(
        lambda: chained.assume_role(RoleArn=second, RoleSessionName="two", Tags=tag)
    )[1] == "InvalidParameterValue"
    assert refusal(
        lambda: sts.assume_role(
            RoleArn=role, RoleSessionName="lab", Tags=tag, TransitiveTagKeys=["other"]
        )
    )[1] == "InvalidParameterValue"


def test_session_policies(iam, ann):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}, ["sts:AssumeRole", "sts:TagSession"]))
    reply = sts.assume_role(
        RoleArn=role,
        RoleSessionName="lab",
        Policy=statement("bedrock:*"),
        PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"}],
    )
    assert 0 < reply["PackedPolicySize"] < 100
    assert refusal(
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab", Policy="{")
    )[:2] == (400, "MalformedPolicyDocument")
    assert refusal(
        lambda: sts.assume_role(
            RoleArn=role,
            RoleSessionName="lab",
            PolicyArns=[{"arn": "arn:aws:iam::aws:policy/Nothing"}],
        )
    )[:2] == (400, "ValidationError")
    # Random texts cannot be packed.
    many = [{"Key": f"k{i}", "Value": os.urandom(128).hex()} for i in range(50)]
    status, code, text = refusal(
        lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab", Tags=many)
    )
    assert (status, code) == (400, "PackedPolicyTooLarge") and "Packed policy consumes" in text


def test_a_session_ends_with_its_role(iam, ann, make_client):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}))
    keys = sts.assume_role(RoleArn=role, RoleSessionName="lab")["Credentials"]
    assert call_bedrock(make_client, keys) > 50
    iam.detach_role_policy(RoleName=name_of(role), PolicyArn=BEDROCK)
    iam.delete_role(RoleName=name_of(role))
    assert refusal(lambda: call_bedrock(make_client, keys))[:2] == (
        403,
        "UnrecognizedClientException",
    )
    # One of the same name is another role.
    iam.create_role(RoleName=name_of(role), AssumeRolePolicyDocument=trust({"AWS": arn}))
    iam.attach_role_policy(RoleName=name_of(role), PolicyArn=BEDROCK)
    assert refusal(lambda: call_bedrock(make_client, keys))[1] == "UnrecognizedClientException"


def trusted_by(iam, role: str):
    """Whom the role's policy names, as GetRole shows it."""
    document = iam.get_role(RoleName=name_of(role))["Role"]["AssumeRolePolicyDocument"]
    return document["Statement"][0]["Principal"]["AWS"]


def keys_of_user(iam, make_client, name: str):
    """STS with a new key of a user, who may ask for everything."""
    iam.attach_user_policy(
        UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    return client_of(make_client, "sts", iam.create_access_key(UserName=name)["AccessKey"])


def erase_user(iam, name: str) -> None:
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_user(UserName=name)


# Documented: a trust policy means the user, not the name. One who is renamed is trusted on, one who
# is deleted is not, though somebody else gets the name.
def test_a_trust_policy_means_the_user_and_not_the_name(iam, make_client):
    name, renamed = fresh("mortal"), fresh("mortal")
    user = iam.create_user(UserName=name)["User"]
    role = make_role(iam, trust({"AWS": [user["Arn"]]}))
    assert trusted_by(iam, role) == [user["Arn"]]
    sts = keys_of_user(iam, make_client, name)
    assert sts.assume_role(RoleArn=role, RoleSessionName="lab")
    iam.update_user(UserName=name, NewUserName=renamed)
    assert trusted_by(iam, role) == [user["Arn"].replace(name, renamed)]
    assert sts.assume_role(RoleArn=role, RoleSessionName="lab")
    erase_user(iam, renamed)
    assert trusted_by(iam, role) == [user["UserId"]]

    arn = iam.create_user(UserName=renamed)["User"]["Arn"]
    namesake = keys_of_user(iam, make_client, renamed)
    assert refusal(lambda: namesake.assume_role(RoleArn=role, RoleSessionName="lab"))[1] == (
        "AccessDenied"
    )
    assert trusted_by(iam, role) == [user["UserId"]]
    gone = trust({"AWS": user["UserId"]})
    assert refusal(
        lambda: iam.update_assume_role_policy(RoleName=name_of(role), PolicyDocument=gone)
    ) == (400, "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{user["UserId"]}"')
    iam.update_assume_role_policy(RoleName=name_of(role), PolicyDocument=trust({"AWS": arn}))
    assert namesake.assume_role(RoleArn=role, RoleSessionName="lab")


def test_a_trust_policy_means_the_role_and_not_the_name(iam, ann, make_client):
    arn, sts = ann
    one = make_role(iam, trust({"AWS": arn}))
    two = make_role(iam, trust({"AWS": one}))
    first = sts.assume_role(RoleArn=one, RoleSessionName="lab")["Credentials"]
    of_one = client_of(make_client, "sts", first)
    iam.attach_role_policy(
        RoleName=name_of(one), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    assert of_one.assume_role(RoleArn=two, RoleSessionName="lab")
    one_id = iam.get_role(RoleName=name_of(one))["Role"]["RoleId"]
    for policy in (BEDROCK, "arn:aws:iam::aws:policy/AdministratorAccess"):
        iam.detach_role_policy(RoleName=name_of(one), PolicyArn=policy)
    iam.delete_role(RoleName=name_of(one))
    assert trusted_by(iam, two) == one_id
    iam.create_role(RoleName=name_of(one), AssumeRolePolicyDocument=trust({"AWS": arn}))
    iam.attach_role_policy(
        RoleName=name_of(one), PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    again = sts.assume_role(RoleArn=one, RoleSessionName="lab")["Credentials"]
    of_namesake = client_of(make_client, "sts", again)
    assert refusal(lambda: of_namesake.assume_role(RoleArn=two, RoleSessionName="lab"))[1] == (
        "AccessDenied"
    )


def test_whom_a_trust_policy_names_must_exist(iam, ann, account):
    arn, _ = ann
    role = make_role(iam, trust({"AWS": arn}))
    for nobody in (
        f"arn:aws:iam::{account}:user/nobody-of-this-name",
        f"arn:aws:iam::{account}:role/{name_of(role)}x",
        f"arn:aws:iam::{account}:user/path/{name_of(arn)}",
        "arn:aws:iam::999999999999:root",
        "arn:aws:iam::999999999999:user/ann",
        "999999999999",
        "AIDANOBODYOFTHATIDATALL",
    ):
        expected = (400, "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{nobody}"')
        document = trust({"AWS": [arn, nobody]})
        assert expected == refusal(
            lambda: iam.create_role(RoleName=fresh("role"), AssumeRolePolicyDocument=document)
        )
        assert expected == refusal(
            lambda: iam.update_assume_role_policy(RoleName=name_of(role), PolicyDocument=document)
        )
    assert trusted_by(iam, role) == arn


# The keys of the connection are there as for every other question.
def test_trust_from_a_network(iam, ann, account):
    arn, sts = ann
    for operator, key, here, elsewhere in (
        ("IpAddress", "aws:SourceIp", ["127.0.0.0/8", "::1/128"], "10.0.0.0/8"),
        ("Bool", "aws:SecureTransport", "false", "true"),
        ("StringLike", "aws:UserAgent", "Boto3/*", "curl/*"),
        ("StringEquals", "aws:RequestedRegion", sts.meta.region_name, "eu-north-1"),
    ):
        for value, allowed in ((here, True), (elsewhere, False)):
            role = make_role(iam, trust({"AWS": arn}, Condition={operator: {key: value}}))
            if allowed:
                assert sts.assume_role(RoleArn=role, RoleSessionName="lab"), key
                continue
            answer = refusal(lambda: sts.assume_role(RoleArn=role, RoleSessionName="lab"))
            assert answer == denied(arn, role), key


def test_forged_tokens(iam, ann, make_client):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}))
    keys, other = (
        sts.assume_role(RoleArn=role, RoleSessionName="lab")["Credentials"] for _ in range(2)
    )
    raw = bytearray(base64.b64decode(keys["SessionToken"]))
    raw[-1] ^= 1
    for token in (
        base64.b64encode(raw).decode(),
        other["SessionToken"],
        keys["SessionToken"][:-8],
        "AAAA",
    ):
        forged = {**keys, "SessionToken": token}
        assert refusal(lambda: call_bedrock(make_client, forged))[:2] == (
            403,
            "UnrecognizedClientException",
        )
    wrong = {**keys, "SecretAccessKey": other["SecretAccessKey"]}
    assert refusal(lambda: call_bedrock(make_client, wrong))[1] == "InvalidSignatureException"


def test_what_is_not_there(iam, ann, http):
    arn, sts = ann
    role = make_role(iam, trust({"AWS": arn}))
    status, code, text = refusal(
        lambda: sts.assume_role(
            RoleArn=role,
            RoleSessionName="lab",
            SerialNumber="arn:aws:iam::1:mfa/x",
            TokenCode="123456",
        )
    )
    assert (status, code) == (403, "AccessDenied") and "MultiFactorAuthentication" in text
    query = "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=lab"
    response = http.send_unsigned("GET", query + f"&RoleArn={role}&WebIdentityToken=aaaa")
    assert response.status == 501


# What people do: a profile that assumes a role.
def test_aws_cli_with_a_profile(iam, ann, server, tmp_path):
    arn, _ = ann
    name = arn.rpartition("/")[2]
    old = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    keys = iam.create_access_key(UserName=name)["AccessKey"] if len(old) < 2 else None
    assert keys
    role = make_role(iam, trust({"AWS": arn}))
    config = tmp_path / "config"
    config.write_text(
        f"[profile base]\naws_access_key_id = {keys['AccessKeyId']}\n"
        f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
        f"[profile lab]\nrole_arn = {role}\nsource_profile = base\nregion = us-east-1\n"
    )
    environment = server.client_environment(AWS_CONFIG_FILE=str(config), AWS_PAGER="")
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.pop(variable)
    done = subprocess.run(
        [str(AWS), "--profile", "lab", "sts", "get-caller-identity"],
        capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert f":assumed-role/{name_of(role)}/" in json.loads(done.stdout)["Arn"]
