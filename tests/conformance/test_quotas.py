"""Quotas: throttled with AWS's words through every way in, settled with what was really used.

The scripted engine counts tokens in words, so what a call is worth is known exactly."""

from __future__ import annotations

import json

import botocore.config
import openai
import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedplate_server import StartFailed, clean_environment, run_bedplate
from conversations import CLAUDE, LLAMA, stream_text, text_of, user

pytestmark = pytest.mark.bedplate_only

SONNET_4 = "us.anthropic.claude-sonnet-4-20250514-v1:0"
EMBED = "amazon.titan-embed-text-v2:0"
RERANK = "cohere.rerank-v3-5:0"
IMAGE = "amazon.nova-canvas-v1:0"
TOO_MANY_REQUESTS = "Too many requests, please wait before trying again."
TOO_MANY_TOKENS = "Too many tokens, please wait before trying again."
TOO_MANY_PER_DAY = "Too many tokens per day, please wait before trying again."
RULES = {
    "rules": [
        {
            "when": {"text_contains": "breaks"},
            "text": "one two three four",
            "fault": "fail",
            "fault_after_tokens": 2,
        },
        {"when": {"text_contains": "fails"}, "text": "", "fault": "fail"},
        {"text": "Yes.", "usage": {"input_tokens": 40, "output_tokens": 10}},
    ]
}
ENGINE = """
[engines.script]
type = "scripted"
rules = "{rules}"

[[bindings]]
models = ["{claude}", "{llama}", "anthropic.claude-sonnet-4-20250514-v1:0"]
engine = "script"

[engines.away]
type = "openai"
endpoints = ["http://127.0.0.1:9"]

[[bindings]]
models = ["{image}"]
engine = "away"
"""


@pytest.fixture
def limited(start_server, tmp_path):
    """Starts a server with these quotas."""

    def start(*quotas: str):
        rules = tmp_path / "rules.json"
        rules.write_text(json.dumps(RULES))
        config = ENGINE.format(rules=rules, claude=CLAUDE, llama=LLAMA, image=IMAGE)
        return start_server(config + "".join(f"\n[[quotas]]\n{quota}\n" for quota in quotas))

    return start


def converse(client, model: str = CLAUDE, max_tokens: int = 100, text: str = "Hi", **more):
    return client.converse(
        modelId=model,
        messages=[user(text)],
        inferenceConfig={"maxTokens": max_tokens},
        **more,
    )


def throttled(call, *arguments, **options) -> str:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert error["Error"]["Code"] == "ThrottlingException"
    return error["Error"]["Message"]


def native(client, model: str, body: dict):
    return client.invoke_model(modelId=model, body=json.dumps(body))


def claude_body(**more) -> dict:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hi"}],
        **more,
    }


def test_every_operation_takes_of_the_same_requests(limited, make_client):
    server = limited("requests_per_minute = 4\nmodels = ['anthropic.*']")
    client = make_client(running=server)
    assert text_of(converse(client)) == "Yes."
    stream = client.converse_stream(modelId=CLAUDE, messages=[user("Hi")])["stream"]
    assert stream_text(stream) == "Yes."
    native(client, CLAUDE, claude_body())
    response = client.invoke_model_with_response_stream(
        modelId=CLAUDE, body=json.dumps(claude_body())
    )
    assert len(list(response["body"])) > 1
    # Never inside a stream: the refusal is the call's own answer.
    for refused in (
        lambda: converse(client),
        lambda: client.converse_stream(modelId=CLAUDE, messages=[user("Hi")]),
        lambda: native(client, CLAUDE, claude_body()),
        lambda: client.invoke_model_with_response_stream(
            modelId=CLAUDE, body=json.dumps(claude_body())
        ),
    ):
        assert throttled(refused) == TOO_MANY_REQUESTS
    converse(client, LLAMA)  # another model
    converse(make_client(running=server, region_name="us-west-2"))  # another region


def test_a_client_that_waits_and_tries_again_gets_its_answer(limited, make_client):
    server = limited("requests_per_minute = 12")
    patient = botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 10})
    client = make_client("bedrock-runtime", patient, server)
    retries = [converse(client)["ResponseMetadata"]["RetryAttempts"] for _ in range(13)]
    assert retries[0] == 0
    assert retries[-1] > 0


def test_max_tokens_are_reserved_and_given_back(limited, make_client):
    client = make_client(running=limited("tokens_per_minute = 1000"))
    for _ in range(5):
        # 900 are reserved and 50 used, each time: at the end 250 of the 1000.
        converse(client, max_tokens=700)
    assert throttled(converse, client, max_tokens=990) == TOO_MANY_TOKENS
    converse(client, max_tokens=700)


def test_without_max_tokens_the_model_s_longest_reply_is_reserved(limited, make_client):
    client = make_client(running=limited("tokens_per_minute = 4000"))
    refusal = throttled(client.converse, modelId=CLAUDE, messages=[user("Hi")])
    assert refusal == TOO_MANY_TOKENS
    converse(client, max_tokens=3900)


def test_the_day_is_counted_apart(limited, make_client):
    client = make_client(running=limited("tokens_per_minute = 100_000\ntokens_per_day = 120"))
    converse(client, max_tokens=100)
    assert throttled(converse, client, max_tokens=100) == TOO_MANY_PER_DAY
    converse(client, max_tokens=60)
    assert throttled(converse, client, max_tokens=60) == TOO_MANY_PER_DAY


def test_output_of_claude_4_counts_five_times(limited, make_client):
    client = make_client(running=limited("tokens_per_day = 200"))
    converse(client, SONNET_4, max_tokens=150)  # 40 + 10 * 5
    converse(client, SONNET_4, max_tokens=105)
    assert throttled(converse, client, SONNET_4, max_tokens=21) == TOO_MANY_PER_DAY
    converse(client, SONNET_4, max_tokens=20)


def test_a_long_prompt_is_refused_before_the_engine_sees_it(limited, make_client):
    client = make_client(running=limited("tokens_per_minute = 1000"))
    refusal = throttled(converse, client, text="word " * 4000)
    assert refusal == TOO_MANY_TOKENS
    converse(client, text="word " * 100)


def test_a_failure_gives_the_tokens_back_and_a_reply_that_breaks_off_does_not(
    limited, make_client
):
    client = make_client(running=limited("tokens_per_day = 200"))
    for _ in range(3):
        with pytest.raises(ClientError, match="ModelErrorException"):
            converse(client, max_tokens=190, text="This fails")
    with pytest.raises(EventStreamError):
        list(
            client.converse_stream(
                modelId=CLAUDE,
                messages=[user("This breaks" + " off" * 60)],
                inferenceConfig={"maxTokens": 100},
            )["stream"]
        )
    assert throttled(converse, client, max_tokens=190) == TOO_MANY_PER_DAY
    converse(client, max_tokens=150)


def test_input_that_is_refused_costs_no_tokens(limited, make_client):
    client = make_client(running=limited("tokens_per_day = 200"))
    for _ in range(3):
        with pytest.raises(ClientError, match="ValidationException"):
            client.converse(
                modelId=CLAUDE,
                messages=[
                    {
                        "role": "user",
                        "content": [
                            {"text": "Read"},
                            {"document": {"name": "a", "format": "pdf", "source": {"bytes": b"x"}}},
                        ],
                    }
                ],
                inferenceConfig={"maxTokens": 190},
            )
    converse(client, max_tokens=190)


def test_counting_tokens_is_free(limited, make_client):
    client = make_client(running=limited("requests_per_minute = 0"))
    counted = client.count_tokens(
        modelId=CLAUDE, input={"converse": {"messages": [user("Hi")]}}
    )
    assert counted["inputTokens"] > 0
    assert throttled(converse, client) == TOO_MANY_REQUESTS


def test_embeddings_rankings_and_images_count_as_requests(limited, make_client):
    client = make_client(running=limited("requests_per_minute = 0"))
    assert throttled(native, client, EMBED, {"inputText": "Hi"}) == TOO_MANY_REQUESTS
    ranking = {"query": "a", "documents": ["b"], "api_version": 2}
    assert throttled(native, client, RERANK, ranking) == TOO_MANY_REQUESTS
    image = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a cat"}}
    assert throttled(native, client, IMAGE, image) == TOO_MANY_REQUESTS


def test_embeddings_count_their_tokens(limited, make_client):
    client = make_client(running=limited("tokens_per_day = 50"))
    native(client, EMBED, {"inputText": "Hi"})
    long = {"inputText": "word " * 100}
    assert throttled(native, client, EMBED, long) == TOO_MANY_PER_DAY


def test_the_other_ways_in_have_the_same_quota(limited, make_client):
    server = limited("requests_per_minute = 2\nmodels = ['anthropic.*']")
    converse(make_client(running=server))
    with openai.OpenAI(
        base_url=server.url + "/v1", api_key=server.api_key, max_retries=0
    ) as client:
        ask = {"model": CLAUDE, "messages": [{"role": "user", "content": "Hi"}]}
        client.chat.completions.create(**ask)
        for stream in (False, True):
            with pytest.raises(openai.RateLimitError, match=TOO_MANY_REQUESTS):
                client.chat.completions.create(**ask, stream=stream)
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(**{**ask, "model": "no.such-model"})


def test_the_first_rule_that_matches_holds(limited, make_client):
    server = limited(
        "models = ['us.anthropic.*']\nrequests_per_minute = 1",
        "models = ['meta.*']\nunlimited = true",
        "requests_per_minute = 0",
    )
    client = make_client(running=server)
    converse(client, SONNET_4)
    assert throttled(converse, client, SONNET_4) == TOO_MANY_REQUESTS
    converse(client, LLAMA)
    assert throttled(converse, client, CLAUDE) == TOO_MANY_REQUESTS


def test_without_quotas_nothing_is_refused(limited, make_client):
    client = make_client(running=limited())
    for _ in range(30):
        converse(client)


@pytest.mark.parametrize(
    ("quota", "complaint"),
    [
        ("models = ['*']", "a quota needs"),
        ("requests_per_minute = -1", "'quotas.requests_per_minute' must be from 0 to"),
        ("requests_per_minute = 1.5", "must be a whole number"),
        ("requests_per_minute = 1\nunlimited = true", "a quota needs"),
        ("requests_per_minute = 1\naccounts = ['12']", "'12' is no account"),
        ("requests_per_hour = 1", "unknown key 'quotas.requests_per_hour'"),
    ],
)
def test_a_mistake_in_a_quota_is_named(limited, quota, complaint):
    with pytest.raises(StartFailed) as failed:
        limited(quota)
    assert complaint in str(failed.value)


def listed(tmp_path, config: str, *flags: str):
    file = tmp_path / "bedplate.toml"
    file.write_text(config)
    done = run_bedplate("quotas", "list", "--config", file, "--data-dir", tmp_path, *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_lists_what_holds(tmp_path):
    config = """
[[quotas]]
accounts = ["111122223333"]
models = ["anthropic.claude-sonnet-4-20250514-v1:0"]
tokens_per_minute = 200_000
tokens_per_day = 144_000_000

[[quotas]]
models = ["anthropic.claude-3-haiku-*"]
requests_per_minute = 60
"""
    quotas = json.loads(listed(tmp_path, config, "--json"))["Quotas"]
    haiku = [q for q in quotas if q["AccountId"] == "*" and q["ModelId"] == CLAUDE]
    assert haiku[0]["QuotaName"] == (
        "On-demand model inference requests per minute for Anthropic Claude 3 Haiku"
    )
    assert haiku[0]["Value"] == 60.0
    assert haiku[0]["Period"] == {"PeriodValue": 1, "PeriodUnit": "MINUTE"}
    assert haiku[0]["QuotaCode"].startswith("L-") and len(haiku[0]["QuotaCode"]) == 10
    own = [q["QuotaName"] for q in quotas if q["AccountId"] == "111122223333"]
    assert "Cross-region model inference tokens per day for Anthropic Claude Sonnet 4" in own
    assert len({(q["AccountId"], q["QuotaCode"]) for q in quotas}) == len(quotas)

    only = listed(tmp_path, config, "--account", "444455556666", "--model", CLAUDE)
    assert "444455556666" in only and "Claude 3 Haiku" in only and "Sonnet" not in only
    assert "No quota applies" in listed(tmp_path, "")
    assert run_bedplate("quotas", env=clean_environment()).returncode == 2
