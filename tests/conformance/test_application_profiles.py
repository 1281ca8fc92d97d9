"""Application inference profiles: made, listed, called, deleted (user guide, "Create an application
inference profile"). A profile can be called by its ARN, not by its bare id."""

from __future__ import annotations

import json
import uuid

import botocore.exceptions
import pytest

from conversations import CLAUDE, REGION, text_of, user

pytestmark = pytest.mark.bedplate_only  # AWS's answers may change between calls of other people

TITAN_EMBED = "amazon.titan-embed-text-v2:0"
CLAUDE_ARN = f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}"
SYSTEM_PROFILE = f"us.{CLAUDE}"
ONE_TOKEN = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}


def account_of(control) -> str:
    (first,) = control.list_inference_profiles(maxResults=1)["inferenceProfileSummaries"]
    return first["inferenceProfileArn"].split(":")[4]


def system_arn(control) -> str:
    return f"arn:aws:bedrock:{REGION}:{account_of(control)}:inference-profile/{SYSTEM_PROFILE}"


@pytest.fixture
def make_profile(control):
    """Makes profiles, and deletes what the test has left of them."""
    arns = []

    def make(name: str = "team", source: str = CLAUDE_ARN, **more) -> str:
        reply = control.create_inference_profile(
            inferenceProfileName=name, modelSource={"copyFrom": source}, **more
        )
        assert reply["ResponseMetadata"]["HTTPStatusCode"] == 201
        assert reply["status"] == "ACTIVE"
        arns.append(reply["inferenceProfileArn"])
        return reply["inferenceProfileArn"]

    yield make
    for arn in set(arns):
        try:
            control.delete_inference_profile(inferenceProfileIdentifier=arn)
        except control.exceptions.ResourceNotFoundException:
            pass


def error_of(call, *arguments, **parameters) -> dict:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*arguments, **parameters)
    return caught.value.response["Error"]


def own_profiles(control, **parameters) -> list[dict]:
    pages = control.get_paginator("list_inference_profiles").paginate(
        typeEquals="APPLICATION", **parameters
    )
    return [profile for page in pages for profile in page["inferenceProfileSummaries"]]


# Of a model, for one region: what it was made with comes back, by ARN and by id.
def test_of_a_model(control, make_profile):
    arn = make_profile("team a", description="Costs of team a")
    account, identifier = account_of(control), arn.rsplit("/", 1)[1]
    assert arn == f"arn:aws:bedrock:{REGION}:{account}:application-inference-profile/{identifier}"
    assert len(identifier) == 12 and identifier == identifier.lower() and identifier.isalnum()
    for name in (arn, identifier):
        profile = control.get_inference_profile(inferenceProfileIdentifier=name)
        assert profile["inferenceProfileArn"] == arn
        assert profile["inferenceProfileId"] == identifier
        assert profile["inferenceProfileName"] == "team a"
        assert profile["description"] == "Costs of team a"
        assert profile["models"] == [{"modelArn": CLAUDE_ARN}]
        assert (profile["status"], profile["type"]) == ("ACTIVE", "APPLICATION")
        assert profile["createdAt"] == profile["updatedAt"]


# Of a system-defined profile: it routes to that one's models.
def test_of_a_system_profile(control, make_profile):
    arn = make_profile(source=system_arn(control))
    profile = control.get_inference_profile(inferenceProfileIdentifier=arn)
    system = control.get_inference_profile(inferenceProfileIdentifier=SYSTEM_PROFILE)
    assert profile["models"] == system["models"]


# Every call that takes a model takes the profile's ARN, and an engine serves it.
@pytest.mark.parametrize("of_system_profile", [False, True])
def test_invoked(control, runtime, make_profile, of_system_profile):
    arn = make_profile(source=system_arn(control) if of_system_profile else CLAUDE_ARN)
    reply = runtime.converse(modelId=arn, **ONE_TOKEN)
    assert reply["usage"]["outputTokens"] == 1
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-bedplate-served-by"].startswith("llama.cpp/")
    stream = runtime.converse_stream(modelId=arn, **ONE_TOKEN)["stream"]
    assert any("messageStop" in event for event in stream)
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 1,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    invoked = runtime.invoke_model(modelId=arn, body=json.dumps(body))
    assert json.loads(invoked["body"].read())["usage"]["output_tokens"] == 1
    events = runtime.invoke_model_with_response_stream(modelId=arn, body=json.dumps(body))["body"]
    assert sum(1 for _ in events) > 0


# CountTokens takes models only (recorded for system-defined profiles).
def test_counts_no_tokens(runtime, make_profile):
    error = error_of(
        runtime.count_tokens,
        modelId=make_profile(),
        input={"converse": {"messages": [user("Hello")]}},
    )
    assert error["Code"] == "ValidationException"
    assert error["Message"] == "The provided model doesn't support counting tokens."


def test_embeds(runtime, make_profile):
    arn = make_profile(source=f"arn:aws:bedrock:{REGION}::foundation-model/{TITAN_EMBED}")
    reply = runtime.invoke_model(modelId=arn, body=json.dumps({"inputText": "Hello"}))
    assert json.loads(reply["body"].read())["embedding"]


# AWS says that a bare id is no model identifier; one that is gone cannot be resolved.
def test_not_invoked(control, runtime, make_profile):
    arn = make_profile()
    error = error_of(runtime.converse, modelId=arn.rsplit("/", 1)[1], **ONE_TOKEN)
    assert error["Code"] == "ValidationException"
    assert error["Message"] == "The provided model identifier is invalid."
    control.delete_inference_profile(inferenceProfileIdentifier=arn)
    error = error_of(runtime.converse, modelId=arn, **ONE_TOKEN)
    assert error["Code"] == "ResourceNotFoundException"
    assert error["Message"] == (
        "Could not resolve the foundation model from the provided model identifier."
    )


# Whose profile it is and where: a name alone does not help in another account or region.
def test_other_account_and_region(control, make_client, runtime, make_profile):
    arn = make_profile()
    foreign = arn.replace(account_of(control), "999999999999")
    for call in (
        lambda: runtime.converse(modelId=foreign, **ONE_TOKEN),
        lambda: control.get_inference_profile(inferenceProfileIdentifier=foreign),
        lambda: control.delete_inference_profile(inferenceProfileIdentifier=foreign),
        lambda: control.list_tags_for_resource(resourceARN=foreign),
    ):
        assert error_of(call)["Code"] == "ResourceNotFoundException"
    west = make_client("bedrock", region_name="us-west-2")
    assert own_profiles(west) == []
    for name in (arn, arn.rsplit("/", 1)[1]):
        error = error_of(west.get_inference_profile, inferenceProfileIdentifier=name)
        assert error["Code"] == "ResourceNotFoundException"
    error = error_of(make_client(region_name="us-west-2").converse, modelId=arn, **ONE_TOKEN)
    assert error["Code"] == "ResourceNotFoundException"


# Pages go on from the system-defined profiles into the account's own: each once, whatever the size.
@pytest.mark.parametrize("page_max", [1, 7, 1000])
def test_list_pages_across_both(control, make_profile, page_max):
    made = [make_profile(f"page {number}") for number in range(5)]
    system = control.list_inference_profiles(typeEquals="SYSTEM_DEFINED")
    expected = [p["inferenceProfileArn"] for p in system["inferenceProfileSummaries"]] + made
    if page_max == 1:  # one by one, from near the border on
        assert [p["inferenceProfileArn"] for p in own_profiles(control, PaginationConfig={
            "PageSize": 1})] == made
        return
    pages = control.get_paginator("list_inference_profiles").paginate(
        PaginationConfig={"PageSize": page_max}
    )
    seen = [p["inferenceProfileArn"] for page in pages for p in page["inferenceProfileSummaries"]]
    assert seen == expected


# The border between the two parts, exactly at the end of a page: no profile is lost, and no token
# leads to an empty page.
def test_page_ends_with_the_system_profiles(control, make_profile):
    system = control.list_inference_profiles(typeEquals="SYSTEM_DEFINED")
    count = len(system["inferenceProfileSummaries"])
    assert "nextToken" not in control.list_inference_profiles(maxResults=count)
    arn = make_profile()
    first = control.list_inference_profiles(maxResults=count)
    second = control.list_inference_profiles(maxResults=count, nextToken=first["nextToken"])
    assert [p["inferenceProfileArn"] for p in second["inferenceProfileSummaries"]] == [arn]
    assert "nextToken" not in second


# A token is for the list that gave it.
def test_tokens_of_another_list(control, make_client, make_profile):
    make_profile("one")
    make_profile("two")
    token = control.list_inference_profiles(typeEquals="APPLICATION", maxResults=1)["nextToken"]
    for parameters in ({"nextToken": token}, {"nextToken": token[:-4] + "AAAA"}):
        error = error_of(control.list_inference_profiles, **parameters)
        assert error["Code"] == "ValidationException"
        assert error["Message"] == "The provided nextToken is invalid."
    west = make_client("bedrock", region_name="us-west-2")
    error = error_of(west.list_inference_profiles, nextToken=token, typeEquals="APPLICATION")
    assert error["Code"] == "ValidationException"


# The same token and the same request: one profile. Another request: refused.
def test_client_request_token(control, make_profile):
    token = uuid.uuid4().hex
    first = make_profile(clientRequestToken=token)
    assert make_profile(clientRequestToken=token) == first
    assert [p["inferenceProfileArn"] for p in own_profiles(control)] == [first]
    error = error_of(
        control.create_inference_profile,
        inferenceProfileName="other",
        modelSource={"copyFrom": CLAUDE_ARN},
        clientRequestToken=token,
    )
    assert error["Code"] == "ConflictException"
    assert make_profile() != first


@pytest.mark.parametrize(
    "source",
    [
        f"arn:aws:bedrock:us-west-2::foundation-model/{CLAUDE}",
        f"arn:aws:bedrock:{REGION}::foundation-model/no.such-model-v1:0",
        f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/us.no.such-model-v1:0",
        f"arn:aws:bedrock:{REGION}:999999999999:inference-profile/{SYSTEM_PROFILE}",
    ],
)
def test_bad_sources(control, source):
    error = error_of(
        control.create_inference_profile,
        inferenceProfileName="team",
        modelSource={"copyFrom": source},
    )
    assert error["Code"] == "ValidationException"
    assert error["Message"] == "copyFrom must be a valid inference profile model source ARN."


def test_source_that_needs_a_profile(control):
    model = "anthropic.claude-sonnet-4-20250514-v1:0"
    error = error_of(
        control.create_inference_profile,
        inferenceProfileName="team",
        modelSource={"copyFrom": f"arn:aws:bedrock:{REGION}::foundation-model/{model}"},
    )
    assert error["Code"] == "ValidationException"
    assert "on-demand throughput isn\u2019t supported" in error["Message"]


@pytest.mark.parametrize(
    "parameters, member",
    [
        ({"inferenceProfileName": "no!"}, "inferenceProfileName"),
        ({"description": ""}, "description"),
        ({"modelSource": {"copyFrom": CLAUDE}}, "modelSource.copyFrom"),
    ],
)
def test_invalid_parameters(unchecked_control, parameters, member):
    request = {"inferenceProfileName": "team", "modelSource": {"copyFrom": CLAUDE_ARN}}
    error = error_of(unchecked_control.create_inference_profile, **{**request, **parameters})
    assert error["Code"] == "ValidationException"
    assert f"'{member}'" in error["Message"]


def test_delete(control, make_profile):
    arn = make_profile()
    control.delete_inference_profile(inferenceProfileIdentifier=arn.rsplit("/", 1)[1])
    for call in (control.delete_inference_profile, control.get_inference_profile):
        error = error_of(call, inferenceProfileIdentifier=arn)
        assert error["Code"] == "ResourceNotFoundException"
    assert own_profiles(control) == []
    error = error_of(control.delete_inference_profile, inferenceProfileIdentifier=SYSTEM_PROFILE)
    assert error["Code"] == "ValidationException"


# The other APIs take the ARN as well.
def test_other_apis(http, server, make_profile):
    arn = make_profile()
    body = {"model": arn, "max_tokens": 1, "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    reply = http.send_unsigned("POST", "/v1/chat/completions", body, headers)
    assert reply.status == 200, reply.body
    assert reply.json()["usage"]["completion_tokens"] == 1
    gone = {**body, "model": arn[:-1] + ("a" if arn[-1] != "a" else "b")}
    reply = http.send_unsigned("POST", "/v1/chat/completions", gone, headers)
    assert reply.status == 404, reply.body


def test_conversation_is_the_models(runtime, make_profile):
    arn = make_profile()
    options = {"messages": [user("Count to five.")], "inferenceConfig": {"temperature": 0.0}}
    assert text_of(runtime.converse(modelId=arn, **options)) == text_of(
        runtime.converse(modelId=CLAUDE, **options)
    )
