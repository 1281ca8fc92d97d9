"""IAM's users, groups, access keys and API keys, and that they work against Bedrock at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bedplate_server import run_bedplate
from iam_entities import BEDROCK, call_bedrock, client_of, fresh, make_user, refusal, statement

pytestmark = pytest.mark.bedplate_only
AWS = Path(sys.executable).parent / "aws"


@pytest.fixture(scope="module")
def iam(make_client):
    return make_client("iam")


@pytest.fixture(scope="module")
def account(make_client):
    return make_client("sts").get_caller_identity()["Account"]


def test_a_user_from_creation_to_deletion(iam, account):
    name = fresh("ann")
    made = iam.create_user(
        UserName=name, Path="/team/lab/", Tags=[{"Key": "team", "Value": "lab"}]
    )["User"]
    assert made["Arn"] == f"arn:aws:iam::{account}:user/team/lab/{name}"
    assert made["UserId"].startswith("AIDA") and len(made["UserId"]) == 21
    assert made["Path"] == "/team/lab/"
    got = iam.get_user(UserName=name)["User"]
    assert got == made
    assert got["Tags"] == [{"Key": "team", "Value": "lab"}]
    renamed = fresh("bob")
    iam.update_user(UserName=name, NewUserName=renamed, NewPath="/")
    again = iam.get_user(UserName=renamed)["User"]
    assert again["UserId"] == made["UserId"]
    assert again["Arn"] == f"arn:aws:iam::{account}:user/{renamed}"
    assert refusal(lambda: iam.get_user(UserName=name)) == (
        404,
        "NoSuchEntity",
        f"The user with name {name} cannot be found.",
    )
    iam.delete_user(UserName=renamed)
    assert refusal(lambda: iam.delete_user(UserName=renamed))[1] == "NoSuchEntity"


def test_names_are_taken_whatever_their_case(iam):
    name = make_user(iam, None)
    assert refusal(lambda: iam.create_user(UserName=name.upper())) == (
        409,
        "EntityAlreadyExists",
        f"User with name {name.upper()} already exists.",
    )
    other = make_user(iam, None)
    status, code, _ = refusal(lambda: iam.update_user(UserName=other, NewUserName=name))
    assert (status, code) == (409, "EntityAlreadyExists")
    assert refusal(lambda: iam.create_user(UserName="administrator"))[1] == "EntityAlreadyExists"


def test_names_that_are_none(iam, make_client, unchecked_config):
    unchecked = make_client("iam", unchecked_config)
    for name in ("a b", "ä", "", "x" * 65, "a/b", "../x"):
        status, code, _ = refusal(lambda: unchecked.create_user(UserName=name))
        assert (status, code) == (400, "ValidationError"), name
    for path in ("team/", "/team", "x"):
        status, code, _ = refusal(
            lambda: unchecked.create_user(UserName=fresh("x"), Path=path)
        )
        assert (status, code) == (400, "ValidationError"), path


def test_the_caller_is_the_default(iam, make_client):
    assert iam.get_user()["User"]["UserName"] == "administrator"
    name = make_user(iam, "arn:aws:iam::aws:policy/AdministratorAccess")
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    own = client_of(make_client, "iam", keys)
    assert own.get_user()["User"]["UserName"] == name
    listed = own.list_access_keys()["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [keys["AccessKeyId"]]
    assert "SecretAccessKey" not in listed[0]


def test_lists_come_in_pages(iam):
    path = f"/{fresh('pages')}/"
    names = [make_user(iam, None, Path=path) for _ in range(5)]
    pages = iam.get_paginator("list_users").paginate(
        PathPrefix=path, PaginationConfig={"PageSize": 2}
    )
    found = [[user["UserName"] for user in page["Users"]] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(sum(found, [])) == sorted(names)
    marker = iam.list_users(PathPrefix=path, MaxItems=2)["Marker"]
    for wrong in ("x", marker[:-4] + "AAAA"):
        assert refusal(lambda: iam.list_users(PathPrefix=path, Marker=wrong))[1] == (
            "ValidationError"
        )
    # A marker is good for its own list only.
    assert refusal(lambda: iam.list_users(Marker=marker))[1] == "ValidationError"
    assert refusal(lambda: iam.list_groups(Marker=marker))[1] == "ValidationError"


def test_access_keys_work_and_rotate(iam, make_client):
    name = make_user(iam)
    first = iam.create_access_key(UserName=name)["AccessKey"]
    assert first["AccessKeyId"].startswith("AKIA") and len(first["SecretAccessKey"]) == 40
    assert first["Status"] == "Active"
    assert call_bedrock(make_client, first) > 50
    second = iam.create_access_key(UserName=name)["AccessKey"]
    assert refusal(lambda: iam.create_access_key(UserName=name)) == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )
    iam.update_access_key(UserName=name, AccessKeyId=first["AccessKeyId"], Status="Inactive")
    assert refusal(lambda: call_bedrock(make_client, first)) == (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
    of_iam = client_of(make_client, "iam", first)
    assert refusal(of_iam.get_user)[:2] == (403, "InvalidClientTokenId")
    assert call_bedrock(make_client, second) > 50
    iam.update_access_key(UserName=name, AccessKeyId=first["AccessKeyId"], Status="Active")
    assert call_bedrock(make_client, first) > 50
    iam.delete_access_key(UserName=name, AccessKeyId=first["AccessKeyId"])
    assert refusal(lambda: call_bedrock(make_client, first))[1] == "UnrecognizedClientException"
    gone = {"UserName": name, "AccessKeyId": first["AccessKeyId"]}
    assert refusal(lambda: iam.delete_access_key(**gone)) == (
        404,
        "NoSuchEntity",
        f"The Access Key with id {first['AccessKeyId']} cannot be found.",
    )
    # A key of one user is none of another's.
    other = make_user(iam, None)
    assert refusal(
        lambda: iam.delete_access_key(UserName=other, AccessKeyId=second["AccessKeyId"])
    )[1] == "NoSuchEntity"


def test_wrong_secrets_and_mixed_up_keys(iam, make_client):
    one, two = (iam.create_access_key(UserName=make_user(iam))["AccessKey"] for _ in range(2))
    mixed = {**one, "SecretAccessKey": two["SecretAccessKey"]}
    status, code, _ = refusal(lambda: call_bedrock(make_client, mixed))
    assert (status, code) == (403, "InvalidSignatureException")
    with_token = {**one, "SessionToken": "AAAA"}
    assert refusal(lambda: call_bedrock(make_client, with_token))[1] == "UnrecognizedClientException"


def test_a_user_with_belongings_cannot_be_deleted(iam):
    name = make_user(iam)
    group = fresh("group")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=statement("s3:*"))
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]

    def conflict() -> str:
        status, code, text = refusal(lambda: iam.delete_user(UserName=name))
        assert (status, code) == (409, "DeleteConflict")
        return text

    assert conflict() == "Cannot delete entity, must detach all policies first."
    iam.detach_user_policy(UserName=name, PolicyArn=BEDROCK)
    assert conflict() == "Cannot delete entity, must delete policies first."
    iam.delete_user_policy(UserName=name, PolicyName="own")
    assert conflict() == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(UserName=name, AccessKeyId=key)
    assert conflict() == "Cannot delete entity, must remove users from group first."
    assert refusal(lambda: iam.delete_group(GroupName=group))[2] == (
        "Cannot delete entity, must remove users from group first."
    )
    iam.remove_user_from_group(GroupName=group, UserName=name)
    iam.delete_user(UserName=name)
    iam.delete_group(GroupName=group)


def test_groups(iam, account):
    group, name = fresh("group"), make_user(iam, None)
    made = iam.create_group(GroupName=group, Path="/g/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{account}:group/g/{group}"
    assert made["GroupId"].startswith("AGPA")
    iam.add_user_to_group(GroupName=group, UserName=name)
    iam.add_user_to_group(GroupName=group, UserName=name)
    assert [user["UserName"] for user in iam.get_group(GroupName=group)["Users"]] == [name]
    groups = iam.list_groups_for_user(UserName=name)["Groups"]
    assert [found["GroupName"] for found in groups] == [group]
    assert group in [found["GroupName"] for found in iam.list_groups(PathPrefix="/g/")["Groups"]]
    iam.attach_group_policy(GroupName=group, PolicyArn=BEDROCK)
    iam.put_group_policy(GroupName=group, PolicyName="own", PolicyDocument=statement("s3:*"))
    attached = iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonBedrockFullAccess", "PolicyArn": BEDROCK}]
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == ["own"]
    renamed = fresh("group")
    iam.update_group(GroupName=group, NewGroupName=renamed)
    assert [user["UserName"] for user in iam.get_group(GroupName=renamed)["Users"]] == [name]
    assert refusal(lambda: iam.get_group(GroupName=group)) == (
        404,
        "NoSuchEntity",
        f"The group with name {group} cannot be found.",
    )


def test_api_keys_work_at_once(iam, bearer_client):
    name = make_user(iam)
    made = iam.create_service_specific_credential(
        UserName=name, ServiceName="bedrock.amazonaws.com", CredentialAgeDays=30
    )["ServiceSpecificCredential"]
    assert made["ServiceCredentialSecret"].startswith("ABSK")
    assert made["ServiceSpecificCredentialId"].startswith("ACCA")
    assert (made["ExpirationDate"] - made["CreateDate"]).days == 30
    key = made["ServiceCredentialSecret"]
    assert bearer_client("bedrock", key).list_foundation_models()["modelSummaries"]
    listed = iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]
    assert [item["ServiceSpecificCredentialId"] for item in listed] == [
        made["ServiceSpecificCredentialId"]
    ]
    assert "ServiceCredentialSecret" not in listed[0]
    ids = {"UserName": name, "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}

    def refused(token: str) -> str:
        client = bearer_client("bedrock", token)
        status, code, text = refusal(client.list_foundation_models)
        assert (status, code) == (403, "AccessDeniedException")
        return text

    iam.update_service_specific_credential(**ids, Status="Inactive")
    assert refused(key) == "Authentication failed: Please make sure your API Key is valid."
    iam.update_service_specific_credential(**ids, Status="Active")
    again = iam.reset_service_specific_credential(**ids)["ServiceSpecificCredential"]
    refused(key)
    other = again["ServiceCredentialSecret"]
    assert bearer_client("bedrock", other).list_foundation_models()["modelSummaries"]
    iam.delete_service_specific_credential(**ids)
    refused(other)
    assert refusal(lambda: iam.delete_service_specific_credential(**ids))[1] == "NoSuchEntity"
    assert refusal(
        lambda: iam.create_service_specific_credential(
            UserName=name, ServiceName="codecommit.amazonaws.com"
        )
    )[:2] == (404, "NotSupportedService")


def test_two_api_keys_at_most(iam):
    name = make_user(iam)
    make = lambda: iam.create_service_specific_credential(  # noqa: E731
        UserName=name, ServiceName="bedrock.amazonaws.com"
    )
    assert "ExpirationDate" not in make()["ServiceSpecificCredential"]
    make()
    assert refusal(make)[1] == "LimitExceeded"


def test_a_deleted_user_is_gone_with_what_acted_as_them(iam, make_client):
    name = make_user(iam)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    sts = client_of(make_client, "sts", keys)
    session = sts.get_session_token()["Credentials"]
    assert call_bedrock(make_client, session) > 50
    assert client_of(make_client, "sts", session).get_caller_identity()["Arn"].endswith(
        f":user/{name}"
    )
    iam.delete_access_key(UserName=name, AccessKeyId=keys["AccessKeyId"])
    assert call_bedrock(make_client, session) > 50
    iam.detach_user_policy(UserName=name, PolicyArn=BEDROCK)
    iam.delete_user(UserName=name)
    assert refusal(lambda: call_bedrock(make_client, session))[1] == "UnrecognizedClientException"
    # Another user of that name is another user.
    make_user(iam, UserName=name)
    assert refusal(lambda: call_bedrock(make_client, session))[1] == "UnrecognizedClientException"


def test_tags(iam):
    name = make_user(iam, None)
    iam.tag_user(UserName=name, Tags=[{"Key": "Team", "Value": "a"}, {"Key": "b", "Value": ""}])
    iam.tag_user(UserName=name, Tags=[{"Key": "team", "Value": "c"}])
    assert iam.list_user_tags(UserName=name)["Tags"] == [
        {"Key": "b", "Value": ""},
        {"Key": "team", "Value": "c"},
    ]
    iam.untag_user(UserName=name, TagKeys=["b"])
    assert len(iam.list_user_tags(UserName=name)["Tags"]) == 1
    twice = [{"Key": "x", "Value": "1"}, {"Key": "X", "Value": "2"}]
    assert refusal(lambda: iam.tag_user(UserName=name, Tags=twice)) == (
        400,
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    many = [{"Key": f"k{i}", "Value": ""} for i in range(50)]
    assert refusal(lambda: iam.tag_user(UserName=name, Tags=many))[1] == "LimitExceeded"
    assert refusal(
        lambda: iam.tag_user(UserName=name, Tags=[{"Key": "aws:x", "Value": ""}])
    )[1] == "InvalidInput"


def test_everything_survives_a_restart(start_server, make_client):
    running = start_server()
    iam = make_client("iam", running=running)
    name = make_user(iam)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    api_key = iam.create_service_specific_credential(
        UserName=name, ServiceName="bedrock.amazonaws.com"
    )["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    session = client_of(make_client, "sts", keys, running).get_session_token()["Credentials"]
    backup = running.directory / "state.backup"
    done = run_bedplate("backup", backup, *running.options)
    assert done.returncode == 0, done.stderr
    database = backup.read_bytes() + b"".join(
        path.read_bytes() for path in running.data_dir.iterdir() if path.name.startswith("bedplate")
    )
    assert keys["AccessKeyId"].encode() in database
    assert keys["SecretAccessKey"].encode() not in database
    assert api_key.encode() not in database
    assert running.stop() == 0

    again = start_server(directory=running.directory)
    assert call_bedrock(make_client, keys, again) > 50
    assert call_bedrock(make_client, session, again) > 50
    found = make_client("iam", running=again).get_user(UserName=name)["User"]
    assert found["UserName"] == name


def aws(environment: dict, *arguments: str) -> dict:
    done = subprocess.run(
        [str(AWS), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else {}


def test_aws_cli(server):
    environment = server.client_environment()
    name = fresh("cli")
    made = aws(environment, "iam", "create-user", "--user-name", name, "--tags", "Key=a,Value=b")
    assert made["User"]["UserName"] == name
    aws(environment, "iam", "attach-user-policy", "--user-name", name, "--policy-arn", BEDROCK)
    keys = aws(environment, "iam", "create-access-key", "--user-name", name)["AccessKey"]
    own = {
        **environment,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
    }
    assert aws(own, "sts", "get-caller-identity")["Arn"].endswith(f":user/{name}")
    assert aws(own, "bedrock", "list-foundation-models")["modelSummaries"]
