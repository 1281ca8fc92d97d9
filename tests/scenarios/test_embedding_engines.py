"""Engines that embed: killed, remote, or bound to models they are not for."""

from __future__ import annotations

import json
import os
import signal

import pytest
from botocore.exceptions import ClientError

from bedplate_server import Deadline, demo_weights, wait_for_end

TITAN = "amazon.titan-embed-text-v2:0"
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
TEXT = "The sea is wide, the sea is deep."
RESTART_SECONDS_MAX = 20


def embed(client, text: str = TEXT) -> tuple[list[float], dict]:
    response = client.invoke_model(modelId=TITAN, body=json.dumps({"inputText": text}))
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    return json.loads(response["body"].read())["embedding"], headers


def refusal(call, **arguments) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    return raised.value.response["Error"]["Message"]


# kill -9: until the engine is back, requests get errors that invite to try again; then the vectors
# are the same as before.
def test_killed_and_back(start_server, client_to):
    server = start_server()
    client = client_to(server)
    before, _ = embed(client)
    (engine,) = server.engine_pids()
    os.kill(engine, signal.SIGKILL)
    assert wait_for_end(engine, 5)
    deadline = Deadline(RESTART_SECONDS_MAX, "the engine is back")
    while deadline.open():
        try:
            after, _ = embed(client)
            break
        except ClientError as error:
            assert error.response["Error"]["Code"] in (
                "ModelNotReadyException",
                "ModelErrorException",
                "ServiceUnavailableException",
            )
    assert after == before
    assert server.engine_pids() != [engine]


# A pool of servers of OpenAI's protocol gives the vectors and counts that an engine of one's own
# gives. Long texts are divided there, too.
def test_a_pool_embeds(start_server, client_to, openai_config):
    local = start_server()
    client = client_to(local)
    expected, headers = embed(client)
    socket = local.data_dir / "run/embedding.sock"
    gone = local.data_dir / "run/gone.sock"
    config = openai_config(f"unix:{gone}", f"unix:{socket}", model="*embed*")
    pooled = client_to(start_server(config))
    for _ in range(2):
        found, pool_headers = embed(pooled)
        assert found == pytest.approx(expected, abs=1e-4)
        counted = "x-amzn-bedrock-input-token-count"
        assert pool_headers[counted] == headers[counted]
        assert pool_headers["x-bedplate-served-by"].startswith("openai/")
    long_text = "cat " * 600
    assert embed(pooled, long_text)[0] == pytest.approx(embed(client, long_text)[0], abs=1e-4)


# Chat weights do not embed, and embedding weights do not chat: both say so.
def test_bound_to_what_it_is_not_for(start_server, client_to):
    config = f"""
[engines.chat]
type = "llama.cpp"
weights = "{demo_weights()}"
[[bindings]]
models = ["{TITAN}"]
engine = "chat"
[[bindings]]
models = ["{CLAUDE}"]
engine = "embedding"
"""
    client = client_to(start_server(config))
    body = json.dumps({"inputText": TEXT})
    message = refusal(client.invoke_model, modelId=TITAN, body=body)
    assert message == "The weights that serve this model do not embed."
    messages = [{"role": "user", "content": [{"text": TEXT}]}]
    for call in (client.converse, client.converse_stream):
        assert "generate no text" in refusal(call, modelId=CLAUDE, messages=messages)


# Weights that are not there: an error that names the file, and nothing else is harmed.
def test_missing_weights(start_server, client_to):
    config = '[engines.own]\ntype = "llama.cpp"\nweights = "/nowhere/vectors.gguf"\n'
    config += f'[[bindings]]\nmodels = ["{TITAN}"]\nengine = "own"\n'
    client = client_to(start_server(config))
    with pytest.raises(ClientError) as raised:
        embed(client)
    assert raised.value.response["Error"]["Code"] == "ServiceUnavailableException"
    assert "/nowhere/vectors.gguf" in raised.value.response["Error"]["Message"]
    other = client.invoke_model(
        modelId="cohere.embed-english-v3",
        body=json.dumps({"texts": [TEXT], "input_type": "search_query"}),
    )
    assert len(json.loads(other["body"].read())["embeddings"][0]) == 1024
