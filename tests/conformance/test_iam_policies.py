"""IAM's managed and inline policies, attachments, boundaries and simulations."""

from __future__ import annotations

import json

import pytest

from iam_entities import BEDROCK, fresh, make_user, refusal, statement, trust

pytestmark = pytest.mark.bedplate_only
READ_ONLY = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"


@pytest.fixture(scope="module")
def iam(make_client):
    return make_client("iam")


def make_policy(iam, document: str | None = None, **options) -> str:
    document = document or statement("bedrock:InvokeModel")
    made = iam.create_policy(PolicyName=fresh("policy"), PolicyDocument=document, **options)
    return made["Policy"]["Arn"]


def test_a_policy_from_creation_to_deletion(iam):
    name = fresh("policy")
    document = statement("bedrock:InvokeModel")
    made = iam.create_policy(
        PolicyName=name, Path="/p/", PolicyDocument=document, Description="what for",
        Tags=[{"Key": "a", "Value": "b"}],
    )["Policy"]
    arn = made["Arn"]
    assert arn.endswith(f":policy/p/{name}") and made["PolicyId"].startswith("ANPA")
    assert (made["DefaultVersionId"], made["AttachmentCount"]) == ("v1", 0)
    got = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (got["Description"], got["Tags"]) == ("what for", [{"Key": "a", "Value": "b"}])
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(document) and version["IsDefaultVersion"]
    assert refusal(lambda: iam.create_policy(PolicyName=name, PolicyDocument=document)) == (
        409,
        "EntityAlreadyExists",
        f"A policy called {name} already exists. Duplicate names are not allowed.",
    )
    iam.delete_policy(PolicyArn=arn)
    assert refusal(lambda: iam.get_policy(PolicyArn=arn)) == (
        404,
        "NoSuchEntity",
        f"Policy {arn} was not found.",
    )


def test_versions(iam):
    arn = make_policy(iam)
    for number in range(2, 6):
        made = iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=statement(f"s3:Get{number}"), SetAsDefault=number == 3
        )["PolicyVersion"]
        assert made["VersionId"] == f"v{number}"
    assert refusal(
        lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=statement("s3:*"))
    )[1] == "LimitExceeded"
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [item["VersionId"] for item in listed] == ["v5", "v4", "v3", "v2", "v1"]
    assert [item["VersionId"] for item in listed if item["IsDefaultVersion"]] == ["v3"]
    assert refusal(lambda: iam.delete_policy_version(PolicyArn=arn, VersionId="v3")) == (
        409,
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn))[1] == "DeleteConflict"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v5")
    for number in range(1, 5):
        iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{number}")
    assert refusal(lambda: iam.get_policy_version(PolicyArn=arn, VersionId="v1"))[1] == (
        "NoSuchEntity"
    )
    # Numbers are not used again.
    made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=statement("s3:*"))
    assert made["PolicyVersion"]["VersionId"] == "v6"


def test_attachments(iam):
    name = make_user(iam, None)
    role = fresh("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust({"AWS": "*"}))
    arn = make_policy(iam, Path="/own/")
    for policy in (arn, BEDROCK):
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
    assert {item["PolicyArn"] for item in attached} == {arn, BEDROCK}
    own = iam.list_attached_user_policies(UserName=name, PathPrefix="/own/")["AttachedPolicies"]
    assert [item["PolicyArn"] for item in own] == [arn]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert [user["UserName"] for user in entities["PolicyUsers"]] == [name]
    assert [found["RoleName"] for found in entities["PolicyRoles"]] == [role]
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn)) == (
        409,
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    iam.detach_user_policy(UserName=name, PolicyArn=arn)
    assert refusal(lambda: iam.detach_user_policy(UserName=name, PolicyArn=arn)) == (
        404,
        "NoSuchEntity",
        f"Policy {arn} was not found.",
    )
    gone = arn + "-gone"
    assert refusal(lambda: iam.attach_role_policy(RoleName=role, PolicyArn=gone)) == (
        404,
        "NoSuchEntity",
        f"Policy {gone} does not exist or is not attachable.",
    )
    assert refusal(lambda: iam.delete_role(RoleName=role))[1] == "DeleteConflict"


def test_ten_policies_at_most(iam):
    name = make_user(iam, None)
    for _ in range(10):
        iam.attach_user_policy(UserName=name, PolicyArn=make_policy(iam))
    one_more = make_policy(iam)
    assert refusal(lambda: iam.attach_user_policy(UserName=name, PolicyArn=one_more)) == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerUser: 10",
    )


def test_policies_of_aws(iam):
    listed = iam.list_policies(Scope="AWS")["Policies"]
    arns = [policy["Arn"] for policy in listed]
    assert BEDROCK in arns and READ_ONLY in arns
    got = iam.get_policy(PolicyArn=READ_ONLY)["Policy"]
    version = iam.get_policy_version(PolicyArn=READ_ONLY, VersionId=got["DefaultVersionId"])
    assert "bedrock:Get*" in json.dumps(version["PolicyVersion"]["Document"])
    versions = iam.list_policy_versions(PolicyArn=READ_ONLY)["Versions"]
    assert [item["VersionId"] for item in versions] == [got["DefaultVersionId"]]
    assert refusal(lambda: iam.delete_policy(PolicyArn=READ_ONLY))[:2] == (403, "AccessDenied")
    own = make_policy(iam)
    listed = iam.list_policies(Scope="Local", MaxItems=1000)["Policies"]
    local = [policy["Arn"] for policy in listed]
    assert own in local and READ_ONLY not in local
    both = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 3})
    assert {own, READ_ONLY} <= {policy["Arn"] for page in both for policy in page["Policies"]}
    attached = iam.list_policies(OnlyAttached=True, Scope="Local", MaxItems=1000)["Policies"]
    assert own not in [policy["Arn"] for policy in attached]


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_inline_policies(iam, kind):
    name = fresh(kind)
    named = {f"{kind.capitalize()}Name": name}
    if kind == "role":
        iam.create_role(**named, AssumeRolePolicyDocument=trust({"AWS": "*"}))
    else:
        getattr(iam, f"create_{kind}")(**named)
    put = getattr(iam, f"put_{kind}_policy")
    get = getattr(iam, f"get_{kind}_policy")
    document = statement("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/a+b%20c")
    for policy in ("two", "one"):
        put(**named, PolicyName=policy, PolicyDocument=document)
    assert getattr(iam, f"list_{kind}_policies")(**named)["PolicyNames"] == ["one", "two"]
    assert get(**named, PolicyName="one")["PolicyDocument"] == json.loads(document)
    remove = getattr(iam, f"delete_{kind}_policy")
    remove(**named, PolicyName="one")
    expected = (404, "NoSuchEntity", f"The {kind} policy with name one cannot be found.")
    assert refusal(lambda: get(**named, PolicyName="one")) == expected
    assert refusal(lambda: remove(**named, PolicyName="one")) == expected
    # The limit is for all of an entity's together.
    limit = {"user": 2048, "group": 5120, "role": 10240}[kind]
    large = statement("s3:" + "x" * 110, "arn:aws:s3:::" + "y" * (limit // 2 - 150))
    put(**named, PolicyName="large", PolicyDocument=large)
    assert refusal(lambda: put(**named, PolicyName="more", PolicyDocument=large)) == (
        409,
        "LimitExceeded",
        f"Maximum policy size of {limit} bytes exceeded for {kind} {name}",
    )
    assert getattr(iam, f"list_{kind}_policies")(**named)["PolicyNames"] == ["large", "two"]


def test_documents_that_are_none(iam):
    name = make_user(iam, None)
    for document in (
        "{",
        "[]",
        json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}),
        trust({"AWS": "*"}),
        statement("no-service"),
    ):
        for call in (
            lambda document=document: iam.put_user_policy(
                UserName=name, PolicyName="x", PolicyDocument=document
            ),
            lambda document=document: iam.create_policy(
                PolicyName=fresh("policy"), PolicyDocument=document
            ),
        ):
            assert refusal(call)[:2] == (400, "MalformedPolicyDocument"), document
    assert refusal(
        lambda: iam.create_role(
            RoleName=fresh("role"), AssumeRolePolicyDocument=statement("sts:AssumeRole")
        )
    )[:2] == (400, "MalformedPolicyDocument")
    assert iam.list_user_policies(UserName=name)["PolicyNames"] == []


def test_permissions_boundaries(iam):
    arn = make_policy(iam)
    name = make_user(iam, None, PermissionsBoundary=arn)
    got = iam.get_user(UserName=name)["User"]["PermissionsBoundary"]
    assert got["PermissionsBoundaryArn"] == arn
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn))[1] == "DeleteConflict"
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=READ_ONLY)
    iam.delete_policy(PolicyArn=arn)
    iam.delete_user_permissions_boundary(UserName=name)
    assert "PermissionsBoundary" not in iam.get_user(UserName=name)["User"]
    assert refusal(lambda: iam.delete_user_permissions_boundary(UserName=name))[1] == (
        "NoSuchEntity"
    )
    assert refusal(
        lambda: iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn)
    )[1] == "NoSuchEntity"


def decisions(reply: dict) -> list[tuple[str, str]]:
    return [(one["EvalActionName"], one["EvalDecision"]) for one in reply["EvaluationResults"]]


def test_simulations(iam):
    name = make_user(iam, READ_ONLY)
    iam.put_user_policy(
        UserName=name,
        PolicyName="no-profiles",
        PolicyDocument=statement("bedrock:ListInferenceProfiles", effect="Deny"),
    )
    actions = [
        "bedrock:ListFoundationModels",
        "bedrock:ListInferenceProfiles",
        "bedrock:InvokeModel",
    ]
    arn = iam.get_user(UserName=name)["User"]["Arn"]
    reply = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=actions)
    assert decisions(reply) == list(zip(actions, ["allowed", "explicitDeny", "implicitDeny"]))
    matched = [one["MatchedStatements"] for one in reply["EvaluationResults"]]
    assert matched[0][0]["SourcePolicyId"] == "AmazonBedrockReadOnly"
    assert matched[1][0]["SourcePolicyId"] == "no-profiles"
    assert matched[2] == []
    custom = iam.simulate_custom_policy(
        PolicyInputList=[
            json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Action": "bedrock:*",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
                    },
                }
            )
        ],
        PermissionsBoundaryPolicyInputList=[statement("bedrock:List*")],
        ActionNames=["bedrock:ListGuardrails", "bedrock:InvokeModel"],
        ContextEntries=[
            {
                "ContextKeyName": "aws:RequestedRegion",
                "ContextKeyValues": ["eu-west-1"],
                "ContextKeyType": "string",
            }
        ],
    )
    assert [decision for _, decision in decisions(custom)] == ["allowed", "implicitDeny"]
    detail = custom["EvaluationResults"][1]["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": False}
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=arn, ActionNames=actions, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["EvaluationResults"]) for page in pages] == [2, 1]
    assert refusal(
        lambda: iam.simulate_principal_policy(PolicySourceArn=arn + "x", ActionNames=actions)
    )[1] == "NoSuchEntity"


def test_account_summary(iam):
    before = iam.get_account_summary()["SummaryMap"]
    make_user(iam, None)
    after = iam.get_account_summary()["SummaryMap"]
    assert after["Users"] >= before["Users"] + 1
    assert after["AccessKeysPerUserQuota"] == 2
