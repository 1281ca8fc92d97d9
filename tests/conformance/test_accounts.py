"""Several accounts in one server: made on the command line beside it, and apart from each other."""

from __future__ import annotations

import json

import pytest

from bedplate_server import Deadline, run_bedplate
from iam_entities import BEDROCK, call_bedrock, client_of, make_user, refusal, statement, trust

pytestmark = pytest.mark.bedplate_only
NOTICED_SECONDS_MAX = 30


@pytest.fixture(scope="module")
def running(bedplate_binary, tmp_path_factory):
    from bedplate_server import BedplateServer

    with BedplateServer(tmp_path_factory.mktemp("accounts")) as server:
        yield server


def accounts(running, *arguments: str):
    return run_bedplate("accounts", *arguments, *running.options)


def works(make_client, running, keys) -> bool:
    try:
        client_of(make_client, "sts", keys, running).get_caller_identity()
        return True
    except Exception as problem:  # noqa: BLE001
        assert "InvalidClientTokenId" in str(problem)
        return False


def make_account(make_client, running, name: str) -> dict:
    """A new account's keys, once the running server knows them."""
    made = accounts(running, "create", name, "--json")
    assert made.returncode == 0, made.stderr
    keys = json.loads(made.stdout)
    deadline = Deadline(NOTICED_SECONDS_MAX, "the server notices a new account")
    while deadline.open():
        if works(make_client, running, keys):
            return keys


@pytest.fixture(scope="module")
def research(running, make_client):
    return make_account(make_client, running, "research")


def test_the_administrator_of_an_account(running, make_client, research):
    who = client_of(make_client, "sts", research, running).get_caller_identity()
    assert who["Account"] == research["AccountId"]
    assert who["Arn"] == research["UserArn"]
    assert who["Arn"].endswith(":user/administrator")
    assert call_bedrock(make_client, research, running) > 50
    iam = client_of(make_client, "iam", research, running)
    attached = iam.list_attached_user_policies(UserName="administrator")["AttachedPolicies"]
    assert [item["PolicyName"] for item in attached] == ["AdministratorAccess"]


def test_accounts_do_not_see_each_other(running, make_client, research):
    iam = make_client("iam", running=running)
    theirs = client_of(make_client, "iam", research, running)
    name = make_user(iam)
    arn = iam.create_policy(PolicyName=name, PolicyDocument=statement("s3:*"))["Policy"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    assert name not in [user["UserName"] for user in theirs.list_users()["Users"]]
    for call in (
        lambda: theirs.get_user(UserName=name),
        lambda: theirs.delete_user(UserName=name),
        lambda: theirs.attach_user_policy(UserName="administrator", PolicyArn=arn),
        lambda: theirs.delete_access_key(UserName="administrator", AccessKeyId=key),
        lambda: theirs.update_access_key(
            UserName="administrator", AccessKeyId=key, Status="Inactive"
        ),
    ):
        assert refusal(call)[1] == "NoSuchEntity"
    # A name is the caller's own; an ARN names the other account, which allowed nothing.
    for call in (theirs.get_policy, theirs.delete_policy):
        assert refusal(lambda call=call: call(PolicyArn=arn))[1] == "AccessDenied"
    # The same name in both is two users.
    theirs.create_user(UserName=name)
    assert theirs.get_user(UserName=name)["User"]["UserId"] != (
        iam.get_user(UserName=name)["User"]["UserId"]
    )
    marker = iam.list_policies(MaxItems=1)["Marker"]
    assert refusal(lambda: theirs.list_policies(Marker=marker))[1] == "ValidationError"


def test_roles_across_accounts(running, make_client, research):
    iam = make_client("iam", running=running)
    role = iam.create_role(
        RoleName="visitors",
        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{research['AccountId']}:root"}),
    )["Role"]["Arn"]
    iam.attach_role_policy(RoleName="visitors", PolicyArn=BEDROCK)
    sts = client_of(make_client, "sts", research, running)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    who = client_of(make_client, "sts", keys, running).get_caller_identity()
    assert who["Account"] == make_client("sts", running=running).get_caller_identity()["Account"]
    assert call_bedrock(make_client, keys, running) > 50
    iam.update_assume_role_policy(
        RoleName="visitors", PolicyDocument=trust({"Service": "bedrock.amazonaws.com"})
    )
    assert refusal(lambda: sts.assume_role(RoleArn=role, RoleSessionName="visit"))[1] == (
        "AccessDenied"
    )


def test_a_closed_account(running, make_client):
    keys = make_account(make_client, running, "short-lived")
    session = client_of(make_client, "sts", keys, running).get_session_token()["Credentials"]
    closed = accounts(running, "close", keys["AccountId"])
    assert closed.returncode == 0, closed.stderr
    deadline = Deadline(NOTICED_SECONDS_MAX, "the server notices that an account is closed")
    while deadline.open():
        if not works(make_client, running, keys):
            break
    assert not works(make_client, running, session)
    listed = json.loads(accounts(running, "list", "--json").stdout)
    states = {line["AccountId"]: line["State"] for line in listed}
    assert states[keys["AccountId"]] == "CLOSED"


def test_mistakes_on_the_command_line(running, research):
    again = accounts(running, "create", "research")
    assert again.returncode == 1 and "there is an account 'research' already" in again.stderr
    unknown = accounts(running, "close", "000000000000")
    assert unknown.returncode == 1 and "there is no account 000000000000" in unknown.stderr
    first = json.loads(accounts(running, "list", "--json").stdout)[0]["AccountId"]
    refused = accounts(running, "close", first)
    assert refused.returncode == 1 and "cannot be closed" in refused.stderr
    assert accounts(running, "create", "x" * 51).returncode == 1
    assert accounts(running).returncode == 2
    text = accounts(running, "create", "as text").stdout
    assert "export AWS_ACCESS_KEY_ID='AKIA" in text
    assert research["SecretAccessKey"] not in accounts(running, "list").stdout


# What one account has had cached is not there for another, though the engine may still hold it.
def test_cached_prefixes_are_each_accounts_own(running, make_client, research):
    prefix = "The harbour lies to the north of the old town. " * 110

    def usage(client) -> tuple[int, int]:
        reply = client.converse(
            modelId="us.anthropic.claude-3-7-sonnet-20250219-v1:0",
            system=[{"text": prefix}, {"cachePoint": {"type": "default"}}],
            messages=[{"role": "user", "content": [{"text": "Where is it?"}]}],
            inferenceConfig={"maxTokens": 1},
        )["usage"]
        return reply["cacheReadInputTokens"], reply["cacheWriteInputTokens"]

    ours = make_client("bedrock-runtime", running=running)
    theirs = client_of(make_client, "bedrock-runtime", research, running)
    read, written = usage(ours)
    assert read == 0 and written > 1024
    assert usage(ours)[0] > 1024
    assert usage(theirs) == (0, written)
    assert usage(theirs)[0] > 1024
