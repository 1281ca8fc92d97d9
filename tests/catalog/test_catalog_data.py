"""Checks of the model catalogue in data/catalog."""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data" / "catalog"

# Ids that AWS tutorials and course notes use, in the spelling they use.
TUTORIAL_MODEL_IDS = [
    "a121.j2-ultra",
    "ai21.j2-grande-instruct",
    "ai21.j2-jumbo-instruct",
    "ai21.j2-mid",
    "ai21.j2-mid-v1",
    "ai21.j2-ultra-v1",
    "amazon.rerank-v1:0",
    "amazon.titan-elt-medium",
    "amazon.titan-embed-g1-text-02",
    "amazon.titan-embed-text-v1",
    "amazon.titan-embed-text-v1:0",
    "amazon.titan-embed-text-v2:0",
    "amazon.titan-text-express-v1",
    "amazon.titan-tg1-large",
    "amazon.titan-tgl-large",
    "anthropic.claude-3-5-haiku-20241022-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "anthropic.claude-3-opus-20240229-v1:0",
    "anthropic.claude-3-sonnet-20240229-v1:0",
    "anthropic.claude-instant-v1",
    "anthropic.claude-v1",
    "anthropic.claude-v2",
    "cohere.command-text-v14",
    "cohere.embed-english-v3",
    "cohere.embed-multilingual-v3",
    "meta.llama3-1-70b-instruct-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "stability.stable-diffusion-x1-v0",
    "stability.stable-diffusion-xl",
    "stability.stable-diffusion-xl-v1",
]

TUTORIAL_PROFILE_IDS = [
    "eu.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "us.anthropic.claude-3-5-haiku-20241022-v1:0",
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
]

# Models that the tutorials name without an id.
NAMED_MODELS = [
    "ai21.jamba-1-5-large-v1:0",
    "ai21.jamba-1-5-mini-v1:0",
    "amazon.titan-embed-image-v1",
    "amazon.titan-image-generator-v1",
    "amazon.titan-image-generator-v2:0",
    "amazon.titan-text-lite-v1",
    "amazon.titan-text-premier-v1:0",
    "cohere.command-r-v1:0",
    "meta.llama2-13b-chat-v1",
    "meta.llama2-70b-chat-v1",
    "meta.llama3-1-405b-instruct-v1:0",
    "meta.llama3-1-8b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mixtral-8x7b-instruct-v0:1",
    "stability.sd3-large-v1:0",
]

FAMILIES = {
    "ai21-j2", "ai21-jamba", "amazon-rerank", "anthropic-messages", "anthropic-text",
    "cohere-command", "cohere-command-r", "cohere-embed", "cohere-rerank", "deepseek",
    "meta-llama", "mistral-chat", "mistral-instruct", "nova", "nova-canvas", "nova-embed",
    "openai-chat", "qwen", "stability-edit", "stability-sd3", "stability-sdxl",
    "titan-embed-image", "titan-embed-text", "titan-image", "titan-text",
    "twelvelabs-embed", "twelvelabs-pegasus", "writer",
}

FEATURES = [
    "invokeModel", "converse", "converseStream", "multiTurn", "systemPrompts",
    "stopSequences", "toolUse", "streamingToolUse", "images", "video", "documents",
    "guardrails", "reasoning", "promptCaching", "countTokens",
]
# For these the sources leave gaps, so null is allowed next to true and false.
FEATURES_MAYBE_NULL = {"stopSequences", "streamingToolUse", "documents", "guardrails", "countTokens"}

PRICE_KEYS = [
    "inputPer1kTokensUsd", "outputPer1kTokensUsd", "cacheReadPer1kTokensUsd",
    "cacheWritePer1kTokensUsd", "perImageUsd", "perInputImageUsd", "perQueryUsd",
]

MODEL_KEYS = [
    "modelId", "modelName", "providerName", "inputModalities", "outputModalities",
    "extraInputModalities", "responseStreamingSupported", "customizationsSupported",
    "inferenceTypesSupported", "modelLifecycle", "family", "contextWindowTokens",
    "maxOutputTokens", "features", "promptCache", "embedding", "price", "regions",
    "onDemandRegions", "baseModelId", "aliasOf", "notes",
]

PROFILE_KEYS = [
    "inferenceProfileId", "inferenceProfileName", "description", "type", "status",
    "geography", "models", "regions", "sourceRegions", "routes", "verified",
]

GEO_PREFIX = {
    "US": "us", "EU": "eu", "APAC": "apac", "AU": "au", "JP": "jp", "CA": "ca",
    "US-GOV": "us-gov", "GLOBAL": "global",
}

REGION = re.compile(r"[a-z]{2}(-gov)?-[a-z]+-[1-9]")


def load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


MODELS = load("models.json")
PROFILES = load("inference_profiles.json")
BY_ID = {m["modelId"]: m for m in MODELS}


@pytest.fixture(scope="module")
def shapes():
    loaders = pytest.importorskip("botocore.loaders")
    return loaders.Loader().load_service_model("bedrock", "service-2")["shapes"]


def model_ids(cases):
    return [c["modelId"] for c in cases]


def test_ids_are_unique():
    for ids in (
        model_ids(MODELS),
        [p["inferenceProfileId"] for p in PROFILES],
        [p["inferenceProfileName"] for p in PROFILES],
    ):
        assert [i for i, n in Counter(ids).items() if n > 1] == []


def test_sorted():
    assert MODELS == sorted(MODELS, key=lambda m: (m["providerName"], m["modelId"]))
    order = {m["modelId"]: n for n, m in enumerate(MODELS)}
    assert PROFILES == sorted(
        PROFILES, key=lambda p: (order[p["models"][0]], p["inferenceProfileId"])
    )


@pytest.mark.parametrize("name", ["models.json", "inference_profiles.json"])
def test_layout_of_file(name):
    text = (DATA / name).read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("wanted", TUTORIAL_MODEL_IDS + NAMED_MODELS)
def test_tutorial_model_present(wanted):
    assert wanted in BY_ID


@pytest.mark.parametrize("wanted", TUTORIAL_PROFILE_IDS)
def test_tutorial_profile_present(wanted):
    assert wanted in {p["inferenceProfileId"] for p in PROFILES}


@pytest.mark.parametrize("m", MODELS, ids=model_ids(MODELS))
def test_model_fields(m):
    assert list(m) == MODEL_KEYS
    for key in ("modelId", "modelName", "providerName"):
        assert isinstance(m[key], str) and m[key].strip() == m[key] != ""
    assert m["family"] in FAMILIES
    assert m["inputModalities"] and m["outputModalities"]
    for key in ("inputModalities", "outputModalities", "extraInputModalities",
                "customizationsSupported", "inferenceTypesSupported"):
        assert len(set(m[key])) == len(m[key])
    assert set(m["extraInputModalities"]) <= {"AUDIO", "SPEECH", "VIDEO"}
    assert isinstance(m["responseStreamingSupported"], bool)
    for key in ("contextWindowTokens", "maxOutputTokens"):
        assert m[key] is None or (type(m[key]) is int and m[key] > 0)
    if m["contextWindowTokens"] and m["maxOutputTokens"]:
        assert m["maxOutputTokens"] <= m["contextWindowTokens"]
    assert m["notes"] is None or isinstance(m["notes"], str)


@pytest.mark.parametrize("m", MODELS, ids=model_ids(MODELS))
def test_model_lifecycle(m):
    life = m["modelLifecycle"]
    assert list(life) == ["status", "startOfLifeTime", "legacyTime",
                          "publicExtendedAccessTime", "endOfLifeTime"]
    times = [t for t in list(life.values())[1:] if t is not None]
    for t in times:
        datetime.strptime(t, "%Y-%m-%dT%H:%M:%SZ")
    assert times == sorted(times)
    if life["status"] == "ACTIVE":
        assert life["legacyTime"] is None and life["endOfLifeTime"] is None


@pytest.mark.parametrize("m", MODELS, ids=model_ids(MODELS))
def test_model_features(m):
    f = m["features"]
    assert list(f) == FEATURES
    for key, value in f.items():
        assert isinstance(value, bool) or (value is None and key in FEATURES_MAYBE_NULL)
    assert f["invokeModel"] or f["converse"]
    if not f["converse"]:
        converse_only = set(FEATURES) - {"invokeModel", "video"}
        assert not any(f[key] for key in converse_only)
    if f["streamingToolUse"]:
        assert f["toolUse"] and f["converseStream"]
    if f["images"]:
        assert "IMAGE" in m["inputModalities"]
    if f["video"]:
        assert "VIDEO" in m["extraInputModalities"]
    assert (m["promptCache"] is not None) == f["promptCaching"]
    if m["promptCache"]:
        assert list(m["promptCache"]) == ["minTokensPerCheckpoint", "maxCheckpoints", "ttls", "fields"]
        assert set(m["promptCache"]["ttls"]) <= {"5m", "1h"}
        assert set(m["promptCache"]["fields"]) <= {"system", "messages", "tools"}


@pytest.mark.parametrize("m", MODELS, ids=model_ids(MODELS))
def test_model_embedding_and_price(m):
    emb = m["embedding"]
    assert (emb is not None) == ("EMBEDDING" in m["outputModalities"])
    if emb:
        assert list(emb) == ["dimensions", "defaultDimensions", "maxInputTokens", "maxInputsPerRequest"]
        if emb["dimensions"] is not None:
            assert emb["dimensions"] == sorted(emb["dimensions"])
            assert emb["defaultDimensions"] in emb["dimensions"]
    price = m["price"]
    if price is not None:
        assert list(price) == PRICE_KEYS
        assert all(v is None or (isinstance(v, (int, float)) and 0 <= v < 1) for v in price.values())
        assert any(v is not None for v in price.values())


@pytest.mark.parametrize("m", MODELS, ids=model_ids(MODELS))
def test_model_regions_and_links(m):
    for key in ("regions", "onDemandRegions"):
        assert m[key] == sorted(set(m[key]))
        assert all(REGION.fullmatch(r) for r in m[key])
    assert m["regions"]
    assert set(m["onDemandRegions"]) <= set(m["regions"])
    if "ON_DEMAND" in m["inferenceTypesSupported"]:
        assert m["onDemandRegions"]
    if "INFERENCE_PROFILE" in m["inferenceTypesSupported"]:
        assert any(m["modelId"] in p["models"] for p in PROFILES)
    assert m["baseModelId"] is None or m["aliasOf"] is None
    for key in ("baseModelId", "aliasOf"):
        if m[key] is not None:
            target = BY_ID[m[key]]
            assert target["baseModelId"] is None and target["aliasOf"] is None
            assert target["family"] == m["family"]
    if m["baseModelId"] is not None:
        assert m["modelId"].startswith(m["baseModelId"] + ":")
        assert m["inferenceTypesSupported"] == ["PROVISIONED"]


def test_models_match_botocore(shapes):
    modality = set(shapes["ModelModality"]["enum"])
    custom = set(shapes["ModelCustomization"]["enum"])
    # INFERENCE_PROFILE is what the service answers although the SDK model lacks it.
    inference = set(shapes["InferenceType"]["enum"]) | {"INFERENCE_PROFILE"}
    status = set(shapes["FoundationModelLifecycleStatus"]["enum"])
    life = set(shapes["FoundationModelLifecycle"]["members"])
    model_id = re.compile(shapes["BedrockModelId"]["pattern"])
    arn = re.compile(shapes["FoundationModelArn"]["pattern"])
    for m in MODELS:
        assert set(m["inputModalities"]) | set(m["outputModalities"]) <= modality, m["modelId"]
        assert set(m["customizationsSupported"]) <= custom, m["modelId"]
        assert set(m["inferenceTypesSupported"]) <= inference, m["modelId"]
        assert m["modelLifecycle"]["status"] in status, m["modelId"]
        assert set(m["modelLifecycle"]) <= life
        assert model_id.fullmatch(m["modelId"]), m["modelId"]
        assert len(m["modelId"]) <= shapes["BedrockModelId"]["max"]
        for region in m["regions"]:
            partition = "aws-us-gov" if region.startswith("us-gov-") else "aws"
            assert arn.fullmatch(f"arn:{partition}:bedrock:{region}::foundation-model/{m['modelId']}")


@pytest.mark.parametrize("p", PROFILES, ids=[p["inferenceProfileId"] for p in PROFILES])
def test_profile(p):
    assert list(p) == PROFILE_KEYS
    assert p["models"] and all(i in BY_ID for i in p["models"])
    for i in p["models"]:
        assert BY_ID[i]["aliasOf"] is None and BY_ID[i]["baseModelId"] is None
        assert set(p["sourceRegions"]) <= set(BY_ID[i]["regions"])
    assert p["inferenceProfileId"] == f"{GEO_PREFIX[p['geography']]}.{p['models'][0]}"
    for key in ("regions", "sourceRegions"):
        assert p[key] and p[key] == sorted(set(p[key]))
        assert all(REGION.fullmatch(r) for r in p[key])
    assert set(p["routes"]) <= set(p["sourceRegions"])
    for destinations in p["routes"].values():
        assert destinations == sorted(set(destinations)) != p["regions"]
    is_gov = {r.startswith("us-gov-") for r in p["regions"] + p["sourceRegions"]}
    assert is_gov == {p["geography"] == "US-GOV"}
    assert isinstance(p["verified"], bool)
    if p["geography"] == "GLOBAL":
        assert p["routes"] == {}
        assert p["description"].endswith("globally across all supported AWS Regions.")
    else:
        for region in p["regions"]:
            assert region in p["description"]


def test_profiles_match_botocore(shapes):
    pid = re.compile(shapes["InferenceProfileId"]["pattern"])
    arn = re.compile(shapes["InferenceProfileArn"]["pattern"])
    for p in PROFILES:
        assert pid.fullmatch(p["inferenceProfileId"])
        assert len(p["inferenceProfileId"]) <= shapes["InferenceProfileId"]["max"]
        assert len(p["inferenceProfileName"]) <= shapes["InferenceProfileName"]["max"]
        assert len(p["description"]) <= shapes["InferenceProfileDescription"]["max"]
        assert p["type"] in shapes["InferenceProfileType"]["enum"]
        assert p["status"] in shapes["InferenceProfileStatus"]["enum"]
        for region in p["sourceRegions"]:
            partition = "aws-us-gov" if region.startswith("us-gov-") else "aws"
            assert arn.fullmatch(
                f"arn:{partition}:bedrock:{region}:123456789012:inference-profile/{p['inferenceProfileId']}"
            )


def test_known_facts():
    """A few values that callers rely on."""
    assert BY_ID["anthropic.claude-3-5-sonnet-20241022-v2:0"]["maxOutputTokens"] == 8192
    assert BY_ID["amazon.titan-embed-text-v2:0"]["embedding"]["dimensions"] == [256, 512, 1024]
    assert BY_ID["amazon.titan-text-express-v1"]["features"]["systemPrompts"] is False
    assert BY_ID["amazon.titan-text-express-v1"]["features"]["toolUse"] is False
    assert BY_ID["mistral.mistral-7b-instruct-v0:2"]["features"]["systemPrompts"] is False
    assert BY_ID["meta.llama3-1-70b-instruct-v1:0"]["features"]["streamingToolUse"] is False
    assert BY_ID["ai21.j2-ultra-v1"]["responseStreamingSupported"] is False
    assert BY_ID["amazon.nova-micro-v1:0"]["features"]["images"] is False
    assert BY_ID["amazon.titan-embed-text-v1:0"]["aliasOf"] == "amazon.titan-embed-text-v1"
    profile = {p["inferenceProfileId"]: p for p in PROFILES}
    sonnet = profile["us.anthropic.claude-3-5-sonnet-20241022-v2:0"]
    assert sonnet["inferenceProfileName"] == "US Anthropic Claude 3.5 Sonnet v2"
    assert sonnet["description"] == (
        "Routes requests to Anthropic Claude 3.5 Sonnet v2 in us-east-1, us-east-2 and us-west-2."
    )
