"""Embedding models: how to ask for one text's vector, and where it stands in the answer."""

from __future__ import annotations

TITAN_V1 = "amazon.titan-embed-text-v1"
TITAN_G1 = "amazon.titan-embed-g1-text-02"
TITAN_V2 = "amazon.titan-embed-text-v2:0"
TITAN_IMAGE = "amazon.titan-embed-image-v1"
COHERE_V3 = "cohere.embed-english-v3"
COHERE_V4 = "cohere.embed-v4:0"
NOVA = "amazon.nova-2-multimodal-embeddings-v1:0"
MARENGO = "twelvelabs.marengo-embed-3-0-v1:0"


def nova_body(text: str, mode: str = "END", **more) -> dict:
    params = {"embeddingPurpose": "GENERIC_INDEX", **more}
    params["text"] = {"truncationMode": mode, "value": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}


def cohere_body(*texts: str, **more) -> dict:
    return {"texts": list(texts), "input_type": "search_document", **more}


# Each model: the body for one text, where its vector stands, and how long it is.
MODELS = {
    TITAN_V1: (lambda t: {"inputText": t}, lambda r: r["embedding"], 1536),
    TITAN_G1: (lambda t: {"inputText": t}, lambda r: r["embedding"], 1536),
    TITAN_V2: (lambda t: {"inputText": t}, lambda r: r["embedding"], 1024),
    TITAN_IMAGE: (lambda t: {"inputText": t}, lambda r: r["embedding"], 1024),
    COHERE_V3: (cohere_body, lambda r: r["embeddings"][0], 1024),
    COHERE_V4: (cohere_body, lambda r: r["embeddings"]["float"][0], 1536),
    NOVA: (nova_body, lambda r: r["embeddings"][0]["embedding"], 3072),
    MARENGO: (
        lambda t: {"inputType": "text", "text": {"inputText": t}},
        lambda r: r["data"][0]["embedding"],
        512,
    ),
}
