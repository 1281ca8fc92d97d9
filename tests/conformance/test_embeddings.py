"""Embeddings and rankings through InvokeModel, with the weights that set-up obtains."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embedding_models import COHERE_V3, COHERE_V4, MODELS, NOVA, TITAN_V2, cohere_body, nova_body

WEIGHTS_DIMENSIONS = 384
REFERENCE = json.loads((Path(__file__).parent / "minilm_vectors.json").read_text())["texts"]
QUERY = "How can I get a new password?"
PARAPHRASE = "I forgot my password and would like to reset it."
UNRELATED = "The volcano erupted and covered the island in ash."

only_here = pytest.mark.bedplate_only


def invoke(client, model: str, body: dict) -> tuple[dict, dict]:
    response = client.invoke_model(modelId=model, body=json.dumps(body))
    assert response["contentType"] == "application/json"
    return json.loads(response["body"].read()), response["ResponseMetadata"]["HTTPHeaders"]


def embed(client, model: str, text: str) -> np.ndarray:
    body, vector, _ = MODELS[model]
    return np.array(vector(invoke(client, model, body(text))[0]))


def titan(client, text: str, **more) -> np.ndarray:
    return np.array(invoke(client, TITAN_V2, {"inputText": text, **more})[0]["embedding"])


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))


# The vectors are those of the reference implementation, and so are the numbers of tokens.
@only_here
@pytest.mark.parametrize("known", REFERENCE, ids=[text["text"][:20] for text in REFERENCE])
def test_vectors_agree_with_the_reference(runtime, known):
    reply, headers = invoke(runtime, TITAN_V2, {"inputText": known["text"]})
    vector = np.array(reply["embedding"])
    assert cosine(vector[:WEIGHTS_DIMENSIONS], np.array(known["vector"])) > 0.999
    assert not vector[WEIGHTS_DIMENSIONS:].any()
    assert reply["inputTextTokenCount"] == known["tokens"]
    assert headers["x-amzn-bedrock-input-token-count"] == str(known["tokens"])


@pytest.mark.parametrize("model", MODELS)
def test_vectors_have_the_promised_length(runtime, model):
    body, vector, dimensions = MODELS[model]
    reply, headers = invoke(runtime, model, body(QUERY))
    assert len(vector(reply)) == dimensions
    assert int(headers["x-amzn-bedrock-input-token-count"]) > 0
    assert int(headers["x-amzn-bedrock-invocation-latency"]) >= 0


@pytest.mark.parametrize("model", MODELS)
def test_a_paraphrase_is_nearer_than_another_subject(runtime, model):
    query, same, other = (embed(runtime, model, t) for t in (QUERY, PARAPHRASE, UNRELATED))
    assert cosine(query, same) > cosine(query, other) + 0.2
    assert cosine(query, embed(runtime, model, QUERY)) > 0.9999


@only_here
def test_the_reply_names_its_weights(runtime):
    _, headers = invoke(runtime, TITAN_V2, {"inputText": QUERY})
    assert headers["x-bedplate-served-by"] == "llama.cpp/all-minilm-l6-v2.gguf"


# ---- Titan V2


@pytest.mark.parametrize("dimensions", [256, 512, 1024])
def test_titan_v2_lengths(runtime, dimensions):
    vectors = [titan(runtime, t, dimensions=dimensions) for t in (QUERY, PARAPHRASE, UNRELATED)]
    assert all(len(vector) == dimensions for vector in vectors)
    assert all(abs(np.linalg.norm(vector) - 1) < 1e-3 for vector in vectors)
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2


# The shorter vector is the documented projection of the whole one.
@only_here
def test_titan_v2_projection(runtime):
    n, length = WEIGHTS_DIMENSIONS, 256
    k, i = np.ogrid[:length, :n]
    matrix = np.sqrt(np.where(k == 0, 1, 2) / n) * np.cos(np.pi / n * (i + 0.5) * k)
    expected = matrix @ titan(runtime, QUERY)[:n]
    assert cosine(titan(runtime, QUERY, dimensions=length), expected) > 0.99999


def test_titan_v2_without_normalisation(runtime):
    plain, normal = titan(runtime, QUERY, normalize=False), titan(runtime, QUERY)
    assert abs(np.linalg.norm(normal) - 1) < 1e-3
    assert abs(np.linalg.norm(plain) - 1) > 0.1
    assert cosine(plain, normal) > 0.9999


def test_titan_v2_types(runtime):
    body = {"inputText": QUERY, "dimensions": 256, "embeddingTypes": ["float", "binary"]}
    reply, _ = invoke(runtime, TITAN_V2, body)
    assert reply["embeddingsByType"]["float"] == reply["embedding"]
    bits = reply["embeddingsByType"]["binary"]
    assert bits == [int(value > 0) for value in reply["embedding"]]
    reply, _ = invoke(runtime, TITAN_V2, {"inputText": QUERY, "embeddingTypes": ["binary"]})
    assert "embedding" not in reply
    assert set(reply["embeddingsByType"]) == {"binary"}
    reply, _ = invoke(runtime, TITAN_V2, {"inputText": QUERY})
    assert reply["embeddingsByType"]["float"] == reply["embedding"]


# ---- Cohere


def test_cohere_v3_keeps_the_order_of_texts(runtime):
    texts = [f"Text number {number} of the lot." for number in range(96)]
    reply, headers = invoke(runtime, COHERE_V3, cohere_body(*texts))
    assert reply["texts"] == [text.lower() for text in texts]  # recorded of the English model
    assert reply["response_type"] == "embeddings_floats"
    assert reply["id"]
    vectors = np.array(reply["embeddings"])
    assert vectors.shape == (96, 1024)
    for number in (0, 41, 95):
        alone, _ = invoke(runtime, COHERE_V3, cohere_body(texts[number]))
        assert cosine(vectors[number], np.array(alone["embeddings"][0])) > 0.9999
    assert int(headers["x-amzn-bedrock-input-token-count"]) > 96 * 3


# 8-bit numbers point where the floats do, and bits are their signs.
@pytest.mark.parametrize("model", [COHERE_V3, COHERE_V4])
def test_cohere_types(runtime, model):
    types = ["float", "int8", "uint8", "binary", "ubinary"]
    reply, _ = invoke(runtime, model, cohere_body(QUERY, UNRELATED, embedding_types=types))
    assert reply["response_type"] == "embeddings_by_type"
    by_type = {kind: np.array(vectors) for kind, vectors in reply["embeddings"].items()}
    assert set(by_type) == set(types)
    for row, vector in enumerate(by_type["float"]):
        assert cosine(by_type["int8"][row].astype(float), vector) > 0.99
        packed = np.packbits(vector > 0)
        assert by_type["ubinary"][row].tolist() == packed.tolist()
        assert by_type["binary"][row].tolist() == (packed.astype(int) - 128).tolist()
    assert by_type["int8"].min() >= -128 and by_type["int8"].max() <= 127
    assert by_type["uint8"].min() >= 0 and by_type["uint8"].max() <= 255


def test_cohere_v4_inputs_and_lengths(runtime):
    parts = [{"type": "text", "text": "Resetting"}, {"type": "text", "text": "a password"}]
    body = {
        "input_type": "search_document",
        "inputs": [{"content": parts}, {"content": [{"type": "text", "text": UNRELATED}]}],
        "output_dimension": 512,
        "embedding_types": ["float"],
    }
    reply, _ = invoke(runtime, COHERE_V4, body)
    first, second = (np.array(vector) for vector in reply["embeddings"]["float"])
    assert len(first) == 512
    query = np.array(
        invoke(runtime, COHERE_V4, cohere_body(QUERY, output_dimension=512))[0]["embeddings"][
            "float"
        ][0]
    )
    assert cosine(query, first) > cosine(query, second) + 0.2


# ---- Long texts: the weights read 512 tokens at once


# 940 tokens are two windows of 470: the text's vector is the mean of theirs.
@only_here
def test_titan_reads_a_long_text_in_windows(runtime):
    cats, dogs = "cat " * 470, "dog " * 470
    body = {"inputText": cats + dogs, "normalize": False}
    reply, headers = invoke(runtime, TITAN_V2, body)
    assert reply["inputTextTokenCount"] == 942
    assert headers["x-amzn-bedrock-input-token-count"] == "942"
    mean = (titan(runtime, cats, normalize=False) + titan(runtime, dogs, normalize=False)) / 2
    assert np.allclose(np.array(reply["embedding"]), mean, atol=1e-3)
    assert abs(np.linalg.norm(titan(runtime, cats + dogs)) - 1) < 1e-3


# What a long text says at its end counts, too.
@only_here
def test_titan_reads_a_long_text_to_its_end(runtime):
    beginning = "The harbour lay still in the morning fog. " * 60
    volcano = titan(runtime, UNRELATED)
    whole = titan(runtime, beginning + (UNRELATED + " ") * 40)
    assert cosine(whole, volcano) > cosine(titan(runtime, beginning), volcano) + 0.1


# "ab" is one token; of 602 with the marks, 512 stay: the first or the last 510 words.
@only_here
@pytest.mark.parametrize("truncate", ["START", "END"])
def test_cohere_shortens_by_tokens(runtime, truncate):
    head, middle, tail = "cat " * 90, "ab " * 420, "dog " * 90
    reply, headers = invoke(
        runtime, COHERE_V3, cohere_body(head + middle + tail, truncate=truncate)
    )
    assert headers["x-amzn-bedrock-input-token-count"] == "512"
    kept = head + middle if truncate == "END" else middle + tail
    expected, _ = invoke(runtime, COHERE_V3, cohere_body(kept))
    assert cosine(np.array(reply["embeddings"][0]), np.array(expected["embeddings"][0])) > 0.99999


@only_here
def test_cohere_v4_shortens_to_its_budget(runtime):
    text = "one two three four five six seven eight"
    short, headers = invoke(
        runtime, COHERE_V4, cohere_body(text, truncate="RIGHT", max_tokens=5)
    )
    expected, _ = invoke(runtime, COHERE_V4, cohere_body("one two three"))
    assert headers["x-amzn-bedrock-input-token-count"] == "5"
    assert cosine(
        np.array(short["embeddings"]["float"][0]), np.array(expected["embeddings"]["float"][0])
    ) > 0.99999


# 8,192 characters of a token each, and two marks: 8,170 fit into 8,172 tokens.
@only_here
def test_nova_tells_where_it_cut(runtime):
    reply, headers = invoke(runtime, NOVA, nova_body("日" * 8192))
    assert reply["embeddings"][0]["truncatedCharLength"] == 8170
    assert headers["x-amzn-bedrock-input-token-count"] == "8172"
    reply, _ = invoke(runtime, NOVA, nova_body(QUERY))
    assert "truncatedCharLength" not in reply["embeddings"][0]


@only_here
def test_many_at_once(make_client):
    client = make_client("bedrock-runtime")
    texts = [known["text"] for known in REFERENCE] * 6
    with ThreadPoolExecutor(16) as workers:
        vectors = list(workers.map(lambda text: titan(client, text), texts))
    for vector, known in zip(vectors, REFERENCE * 6, strict=True):
        assert cosine(vector[:WEIGHTS_DIMENSIONS], np.array(known["vector"])) > 0.999


# ---- Rankings

DOCUMENTS = [
    "Bananas are rich in potassium.",
    "Paris has been the capital of France for centuries.",
    "The Loire is the longest river of France.",
    "Interest rates rose by half a percent.",
]
RANKERS = {"cohere.rerank-v3-5:0": {"api_version": 2}, "amazon.rerank-v1:0": {}}


@pytest.fixture(scope="module")
def west(make_client):
    """Where both rerankers are to be had."""
    return make_client("bedrock-runtime", region_name="us-west-2")


@pytest.mark.parametrize("model", RANKERS)
def test_rerank(west, model):
    body = {"query": "What is the capital of France?", "documents": DOCUMENTS, **RANKERS[model]}
    reply, headers = invoke(west, model, body)
    scores = [result["relevance_score"] for result in reply["results"]]
    assert sorted(result["index"] for result in reply["results"]) == [0, 1, 2, 3]
    assert reply["results"][0]["index"] == 1
    assert reply["results"][1]["index"] == 2
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert scores[0] > scores[-1] + 0.3
    assert "x-amzn-bedrock-input-token-count" not in headers  # recorded: rankings count none
    best, _ = invoke(west, model, {**body, "top_n": 1})
    assert best["results"] == reply["results"][:1]


@pytest.mark.parametrize("model", RANKERS)
def test_rerank_takes_documents_as_objects(west, model):
    documents = [{"text": text} for text in DOCUMENTS]
    body = {"query": "Which river is long?", "documents": documents, **RANKERS[model]}
    assert invoke(west, model, body)[0]["results"][0]["index"] == 2
