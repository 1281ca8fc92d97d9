"""What IAM tells of an account as a whole: who may do what, and which keys and roles are in use."""

from __future__ import annotations

import datetime
import json

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
KINDS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@pytest.fixture(scope="module")
def iam(make_client):
    return make_client("iam")


def last_used(iam, key_id: str) -> dict:
    reply = iam.get_access_key_last_used(AccessKeyId=key_id)
    return {"UserName": reply["UserName"], **reply["AccessKeyLastUsed"]}


def is_now(time: datetime.datetime) -> bool:
    past = datetime.datetime.now(datetime.timezone.utc) - time
    return datetime.timedelta(seconds=-1) <= past < datetime.timedelta(minutes=2)


def test_when_a_key_was_last_used(iam, make_client):
    name = make_user(iam, "arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    key_id = key["AccessKeyId"]
    never = {"UserName": name, "ServiceName": "N/A", "Region": "N/A"}
    assert last_used(iam, key_id) == never
    call_bedrock(make_client, key)
    used = last_used(iam, key_id)
    assert is_now(used.pop("LastUsedDate"))
    region = make_client("bedrock").meta.region_name
    assert used == {"UserName": name, "ServiceName": "bedrock", "Region": region}
    # Also a request that is refused: the key was used.
    client_of(make_client, "iam", key).get_user()
    assert last_used(iam, key_id)["ServiceName"] == "iam"
    # A wrong secret is nobody's use.
    wrong = {**key, "SecretAccessKey": "0" * 40}
    assert refusal(lambda: client_of(make_client, "sts", wrong).get_caller_identity())
    assert last_used(iam, key_id)["ServiceName"] == "iam"
    iam.delete_access_key(UserName=name, AccessKeyId=key_id)
    assert refusal(lambda: last_used(iam, key_id))[:2] == (403, "AccessDenied")


def test_the_administrators_own_key(iam, credentials):
    used = last_used(iam, credentials.access_key_id)
    assert (used["UserName"], used["ServiceName"]) == ("administrator", "iam")


def test_a_key_of_nobody(iam):
    status, code, text = refusal(lambda: last_used(iam, "AKIAIOSFODNN7EXAMPLE"))
    assert (status, code) == (403, "AccessDenied")
    assert text.endswith(
        "is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key "
        "AKIAIOSFODNN7EXAMPLE"
    )


def test_when_a_role_was_last_used(iam, make_client):
    user = make_user(iam, "arn:aws:iam::aws:policy/AdministratorAccess")
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    name = fresh("role")
    arn = iam.get_user(UserName=user)["User"]["Arn"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": arn}))["Role"]
    iam.attach_role_policy(RoleName=name, PolicyArn=BEDROCK)
    assert iam.get_role(RoleName=name)["Role"]["RoleLastUsed"] == {}
    sts = client_of(make_client, "sts", keys)
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="lab")["Credentials"]
    call_bedrock(make_client, session)
    used = iam.get_role(RoleName=name)["Role"]["RoleLastUsed"]
    assert is_now(used["LastUsedDate"])
    assert used["Region"] == make_client("bedrock").meta.region_name


@pytest.fixture(scope="module")
def household(iam):
    """One entity of each kind, which belong together."""
    names = {kind: fresh(f"details-{kind}") for kind in ("user", "group", "role", "policy")}
    policy = iam.create_policy(
        PolicyName=names["policy"],
        Description="for details",
        PolicyDocument=statement("bedrock:ListFoundationModels"),
    )["Policy"]["Arn"]
    iam.create_policy_version(
        PolicyArn=policy, PolicyDocument=statement("bedrock:*"), SetAsDefault=True
    )
    iam.create_group(GroupName=names["group"])
    iam.attach_group_policy(GroupName=names["group"], PolicyArn=policy)
    iam.put_group_policy(
        GroupName=names["group"], PolicyName="g", PolicyDocument=statement("iam:GetGroup")
    )
    arn = iam.create_user(
        UserName=names["user"],
        Path="/d/",
        PermissionsBoundary=policy,
        Tags=[{"Key": "team", "Value": "lab"}],
    )["User"]["Arn"]
    iam.add_user_to_group(UserName=names["user"], GroupName=names["group"])
    iam.put_user_policy(
        UserName=names["user"], PolicyName="u", PolicyDocument=statement("iam:GetUser")
    )
    iam.create_role(RoleName=names["role"], AssumeRolePolicyDocument=trust({"AWS": arn}))
    iam.attach_role_policy(RoleName=names["role"], PolicyArn=BEDROCK)
    return names, arn, policy


def all_details(iam, **options) -> dict[str, list]:
    found: dict[str, list] = {kind: [] for kind in KINDS}
    for page in iam.get_paginator("get_account_authorization_details").paginate(**options):
        for kind in KINDS:
            found[kind] += page[kind]
    return found


def one_of(details: list, member: str, name: str) -> dict:
    (found,) = [item for item in details if item[member] == name]
    return found


def test_authorization_details(iam, household):
    names, arn, policy = household
    details = all_details(iam)
    user = one_of(details["UserDetailList"], "UserName", names["user"])
    assert user["Arn"] == arn and user["UserId"].startswith("AIDA") and user["Path"] == "/d/"
    assert user["GroupList"] == [names["group"]]
    assert user["UserPolicyList"] == [
        {"PolicyName": "u", "PolicyDocument": json.loads(statement("iam:GetUser"))}
    ]
    assert user["AttachedManagedPolicies"] == []
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    assert user["Tags"] == [{"Key": "team", "Value": "lab"}]

    group = one_of(details["GroupDetailList"], "GroupName", names["group"])
    attached = {"PolicyName": names["policy"], "PolicyArn": policy}
    assert group["AttachedManagedPolicies"] == [attached]
    assert [inline["PolicyName"] for inline in group["GroupPolicyList"]] == ["g"]

    role = one_of(details["RoleDetailList"], "RoleName", names["role"])
    assert role["AssumeRolePolicyDocument"] == json.loads(trust({"AWS": arn}))
    assert [one["PolicyArn"] for one in role["AttachedManagedPolicies"]] == [BEDROCK]
    assert role["InstanceProfileList"] == [] and role["RolePolicyList"] == []

    own = one_of(details["Policies"], "Arn", policy)
    assert (own["AttachmentCount"], own["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert own["DefaultVersionId"] == "v2" and own["Description"] == "for details"
    versions = {one["VersionId"]: one for one in own["PolicyVersionList"]}
    assert versions["v2"]["IsDefaultVersion"] and not versions["v1"]["IsDefaultVersion"]
    assert versions["v1"]["Document"] == json.loads(statement("bedrock:ListFoundationModels"))
    of_aws = one_of(details["Policies"], "Arn", BEDROCK)
    assert of_aws["AttachmentCount"] >= 1 and of_aws["PolicyVersionList"][0]["Document"]


@pytest.mark.parametrize(
    "kind, member",
    [
        ("User", "UserDetailList"),
        ("Group", "GroupDetailList"),
        ("Role", "RoleDetailList"),
        ("LocalManagedPolicy", "Policies"),
        ("AWSManagedPolicy", "Policies"),
    ],
)
def test_details_of_one_kind(iam, household, kind, member):
    details = all_details(iam, Filter=[kind])
    assert details[member] and not any(details[other] for other in KINDS if other != member)
    if member == "Policies":
        of_aws = {one["Arn"].startswith("arn:aws:iam::aws:") for one in details[member]}
        assert of_aws == {kind == "AWSManagedPolicy"}


def test_details_come_in_pages(iam, household):
    whole = all_details(iam)
    in_pages = all_details(iam, PaginationConfig={"PageSize": 2})
    assert in_pages == whole
    first = iam.get_account_authorization_details(MaxItems=1)
    assert first["IsTruncated"] and sum(len(first[kind]) for kind in KINDS) == 1
    # A marker is good for its own filter.
    assert refusal(
        lambda: iam.get_account_authorization_details(Marker=first["Marker"], Filter=["Role"])
    )[1] == "ValidationError"


def test_details_must_be_allowed(iam, make_client):
    name = make_user(iam, BEDROCK)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    client = client_of(make_client, "iam", keys)
    assert refusal(client.get_account_authorization_details)[1] == "AccessDenied"
