"""What may stand in the path for a model (reference, sections 2.4 and 4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations import CLAUDE, LLAMA, REGION, text_of, user

ONE_TOKEN = {"messages": [user("Hello")], "inferenceConfig": {"maxTokens": 1}}


# Ids, ARNs and profiles are all answered.
@pytest.mark.parametrize(
    "identifier",
    [
        CLAUDE,
        f"arn:aws:bedrock:{REGION}::foundation-model/{CLAUDE}",
        f"us.{CLAUDE}",
        f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/us.{CLAUDE}",
    ],
)
def test_accepted(runtime, identifier):
    reply = runtime.converse(modelId=identifier, **ONE_TOKEN)
    assert reply["usage"]["outputTokens"] == 1


# A profile of another geography than the caller's region's routes as well: its own regions serve.
@pytest.mark.bedplate_only
def test_global_profile(make_client):
    client = make_client(region_name="us-west-2")
    reply = client.converse(modelId="global.anthropic.claude-sonnet-4-20250514-v1:0", **ONE_TOKEN)
    assert reply["usage"]["outputTokens"] == 1


# boto3 sends the colon of an id as %3A, Anthropic's SDKs send it as it is; both signatures hold
# (section 4: the canonical path is the path as received, encoded once more).
@pytest.mark.parametrize(
    "path_id",
    [
        CLAUDE,
        CLAUDE.replace(":", "%3A"),
        CLAUDE.replace(":", "%3a"),
        f"arn%3Aaws%3Abedrock%3A{REGION}%3A%3Afoundation-model%2F{CLAUDE.replace(':', '%3A')}",
        f"arn:aws:bedrock:{REGION}::foundation-model%2F{CLAUDE}",
    ],
)
def test_encodings_of_the_path(http, path_id):
    assert http.send("POST", f"/model/{path_id}/converse", ONE_TOKEN).status == 200


# A model that is to be had only through a profile says so, with AWS's typographic apostrophe.
def test_model_that_needs_a_profile(runtime):
    identifier = "anthropic.claude-sonnet-4-20250514-v1:0"
    with pytest.raises(runtime.exceptions.ValidationException) as caught:
        runtime.converse(modelId=identifier, **ONE_TOKEN)
    assert caught.value.response["Error"]["Message"] == (
        f"Invocation of model ID {identifier} with on-demand throughput isn\u2019t supported. "
        "Retry your request with the ID or ARN of an inference profile that contains this model."
    )
    assert runtime.converse(modelId=f"us.{identifier}", **ONE_TOKEN)["usage"]["outputTokens"] == 1


# What names no model, in every form.
@pytest.mark.parametrize(
    "identifier",
    [
        "no.such-model",
        "claude",
        "anthropic.claude-9-haiku-20990101-v1:0",
        "us.no.such-model-v1:0",
        f"arn:aws:bedrock:{REGION}::foundation-model/no.such-model",
        f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/us.no.such-model",
    ],
)
@pytest.mark.parametrize("operation", ["converse", "converse-stream", "invoke"])
def test_unknown_model(http, identifier, operation):
    path_id = identifier.replace(":", "%3A").replace("/", "%2F")
    response = http.send("POST", f"/model/{path_id}/{operation}", ONE_TOKEN)
    assert response.status == 400
    assert response.error_type == "ValidationException"
    assert response.json() == {"message": "The provided model identifier is invalid."}


# A model that exists but is bound to nothing is like one that the account was not granted.
@pytest.mark.bedplate_only
def test_unbound_model(start_server, scripted_engine, make_client):
    running = start_server(
        scripted_engine.config(models="meta.*")
        # The demo model would serve what is left, so it is bound to something of its own.
        + '[engines.demo]\ntype = "llama.cpp"\nweights = "nowhere.gguf"\n'
    )
    client = make_client(running=running)
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.converse(modelId=CLAUDE, **ONE_TOKEN)
    assert caught.value.response["Error"]["Message"] == (
        "You don't have access to the model with the specified model ID."
    )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


# Logical regions own bindings: the same model id is served by one region's engine and not by
# another's.
@pytest.mark.bedplate_only
def test_regions_own_bindings(start_server, scripted_engine, make_client):
    config = scripted_engine.config(models=LLAMA).replace(
        "[[bindings]]", '[[bindings]]\nregions = ["us-west-2"]'
    )
    running = start_server(config)
    west = make_client(running=running, region_name="us-west-2")

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(west.converse, modelId=LLAMA, messages=[user("Hello")])
        generation = scripted_engine.next_generation()
        generation.delta("from the west")
        generation.finish()
        assert text_of(answer.result(20)) == "from the west"
    east = make_client(running=running, region_name="us-east-1")
    reply = east.converse(modelId=LLAMA, **ONE_TOKEN)
    assert "demo-chat" in reply["ResponseMetadata"]["HTTPHeaders"]["x-bedplate-served-by"]


# A model of the operator's own, which AWS does not know, is listed and answered.
@pytest.mark.bedplate_only
def test_own_model(start_server, scripted_engine, make_client):
    running = start_server(scripted_engine.config(models="acme.roadrunner-v1"))
    control = make_client("bedrock", running=running)
    listed = {m["modelId"] for m in control.list_foundation_models()["modelSummaries"]}
    assert "acme.roadrunner-v1" in listed

    client = make_client(running=running)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(
            client.converse, modelId="acme.roadrunner-v1", messages=[user("Hello")]
        )
        generation = scripted_engine.next_generation()
        generation.delta("meep")
        generation.finish()
        reply = answer.result(20)
    assert text_of(reply) == "meep"
    assert reply["ResponseMetadata"]["HTTPHeaders"]["x-bedplate-served-by"].startswith("openai/")
