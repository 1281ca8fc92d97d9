"""type = "bedrock" for models that embed or rank: bodies and answers pass as they are."""

from __future__ import annotations

import json

import openai
import pytest
from botocore.exceptions import ClientError

import converse_server as upstreams
from bedrock_front import SECRET, keys_of, serve  # fixtures, too
from converse_server import Answer, ConverseServer

V1 = "amazon.titan-embed-text-v1"
V2 = "amazon.titan-embed-text-v2:0"
IMAGE = "amazon.titan-embed-image-v1"
NOVA = "amazon.nova-2-multimodal-embeddings-v1:0"
COHERE = "cohere.embed-v4:0"
RERANK = "cohere.rerank-v3-5:0"
VECTORS = ("amazon.*", "cohere.*")
TEXT = "The sea is wide."
BODIES = {
    V1: {"inputText": TEXT},
    V2: {"inputText": TEXT, "dimensions": 256, "embeddingTypes": ["float", "binary"]},
    NOVA: {
        "taskType": "SINGLE_EMBEDDING",
        "singleEmbeddingParams": {
            "embeddingPurpose": "GENERIC_INDEX",
            "text": {"truncationMode": "END", "value": TEXT},
        },
    },
    COHERE: {"texts": [TEXT, "Cats."], "input_type": "search_query", "output_dimension": 256},
    RERANK: {"query": "sea", "documents": [TEXT, "Cats."], "api_version": 2, "top_n": 1},
}


def invoke(client, model: str, body: dict | None = None) -> tuple[dict, dict]:
    response = client.invoke_model(modelId=model, body=json.dumps(body or BODIES[model]))
    return json.loads(response["body"].read()), response["ResponseMetadata"]["HTTPHeaders"]


# With real weights behind: the same answers as without a server in between, and its counts.
def test_same_as_without_a_server_between(start_server, serve, client_to):
    behind = start_server()
    front = client_to(serve(behind.url, environment=keys_of(behind), bound=VECTORS))
    direct = client_to(behind)
    counted = "x-amzn-bedrock-input-token-count"
    for model in BODIES:
        here, headers = invoke(front, model)
        there, expected = invoke(direct, model)
        for reply in (here, there):
            reply.pop("id", None)
        assert here == there, model
        assert headers.get(counted) == expected.get(counted)
        assert headers["x-bedplate-served-by"] == "bedrock/up"


@pytest.fixture
def upstream():
    answer = Answer(
        b'{"embedding":[0.25],"inputTextTokenCount":4,"message":null}',
        headers={"X-Amzn-Bedrock-Input-Token-Count": "4"},
    )
    with ConverseServer(answer) as server:
        yield server


# What our own weights could not read is the upstream's affair: it gets the body as it is.
def test_wire_form(serve, upstream, client_to):
    body = {"inputText": "a", "inputImage": "iVBORw0KGgo=", "embeddingConfig": {"x": [1.5, None]}}
    reply, headers = invoke(client_to(serve(upstream.url, bound=VECTORS)), IMAGE, body)
    assert reply == {"embedding": [0.25], "inputTextTokenCount": 4, "message": None}
    assert headers["x-amzn-bedrock-input-token-count"] == "4"
    (asked,) = upstream.asked
    assert asked.path == f"/model/{IMAGE}/invoke"
    assert asked.body == body
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA")


def test_named_by_the_upstreams_id(serve, upstream, client_to):
    settings = 'access_key_id_env = "UP_ID"\nsecret_access_key_env = "UP_SECRET"\nmodel = "other"\n'
    client = client_to(serve(upstream.url, settings=settings, bound=VECTORS))
    invoke(client, V2)
    assert upstream.asked[0].path == "/model/other/invoke"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (429, "ThrottlingException", "ThrottlingException"),
        (400, "ValidationException", "ValidationException"),
        (403, "AccessDeniedException", "ServiceUnavailableException"),
        (500, "InternalServerException", "ModelErrorException"),
    ],
)
def test_failures(serve, upstream, client_to, status, kind, code):
    upstream.answers = [upstreams.error(status, kind, f"Because of {SECRET}.")]
    server = serve(upstream.url, bound=VECTORS)
    with pytest.raises(ClientError) as caught:
        invoke(client_to(server), V2)
    assert caught.value.response["Error"]["Code"] == code
    assert SECRET not in str(caught.value.response)
    server.stop()
    assert SECRET not in server.log()


# What is no JSON object does not reach the upstream; an answer that breaks off is no answer.
def test_nonsense(serve, upstream, client_to):
    client = client_to(serve(upstream.url, bound=VECTORS))
    with pytest.raises(ClientError, match="Malformed input request"):
        client.invoke_model(modelId=V2, body="[")
    assert upstream.asked == []
    upstream.answers = [Answer(b'{"embedding":', missing_bytes=10)]
    with pytest.raises(ClientError) as caught:
        invoke(client, V2)
    assert caught.value.response["Error"]["Code"] == "ModelErrorException"


# The door speaks to the upstream in the model's native words.
def test_the_door(start_server, serve, client_to):
    behind = start_server()
    front = serve(behind.url, environment=keys_of(behind), bound=VECTORS)
    expected, _ = invoke(client_to(behind), V2, {"inputText": TEXT, "dimensions": 256})
    with openai.OpenAI(
        base_url=front.url + "/v1", api_key=front.api_key, max_retries=0
    ) as client:
        reply = client.embeddings.create(
            model=V2, input=[TEXT, "Cats."], dimensions=256, encoding_format="float"
        )
        cohere = client.embeddings.create(
            model=COHERE, input=[TEXT, "Cats."], encoding_format="float"
        )
    assert reply.data[0].embedding == pytest.approx(expected["embedding"], abs=1e-5)
    assert reply.usage.prompt_tokens > expected["inputTextTokenCount"]
    assert len(cohere.data) == 2
