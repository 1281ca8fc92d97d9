"""Access to models: on or off per account and model, through the operations that AWS has for it,
and in effect on every way to a model."""

from __future__ import annotations

import json

import openai
import pytest
from botocore.exceptions import ClientError

from bedplate_server import Deadline, StartFailed, run_bedplate
from conversations import CLAUDE, LLAMA, text_of, user

pytestmark = pytest.mark.bedplate_only

NO_ACCESS = "You don't have access to the model with the specified model ID."
EMBED = "amazon.titan-embed-text-v2:0"
SONNET_4 = "anthropic.claude-sonnet-4-20250514-v1:0"
FORM = b'{"companyName": "Example", "useCases": "tests"}'
CLOSED = '[model_access]\ndefault = "closed"\n'
ENGINE = """
[engines.script]
type = "scripted"
rules = "{rules}"

[[bindings]]
models = ["{claude}", "{llama}", "{sonnet}"]
engine = "script"

"""


@pytest.fixture
def config(tmp_path) -> str:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"rules": [{"text": "Yes."}]}))
    return ENGINE.format(rules=rules, claude=CLAUDE, llama=LLAMA, sonnet=SONNET_4)


@pytest.fixture
def clients(start_server, make_client, config):
    """Starts a server; gives clients of bedrock-runtime and of bedrock, and the server."""

    def start(settings: str = "", **options):
        server = start_server(config + settings, **options)
        return (
            make_client("bedrock-runtime", running=server),
            make_client("bedrock", running=server),
            server,
        )

    return start


def ask(client, model: str = LLAMA):
    return client.converse(modelId=model, messages=[user("Hi")])


def refused(call, *arguments, **options) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    error = caught.value.response
    status = error["ResponseMetadata"]["HTTPStatusCode"]
    return status, error["Error"]["Code"], error["Error"]["Message"]


def agree(control, model: str) -> dict:
    offers = control.list_foundation_model_agreement_offers(modelId=model)["offers"]
    return control.create_foundation_model_agreement(
        modelId=model, offerToken=offers[0]["offerToken"]
    )


def availability(control, model: str) -> tuple[str, str, str, str]:
    found = control.get_foundation_model_availability(modelId=model)
    assert found["modelId"] == model
    return (
        found["agreementAvailability"]["status"],
        found["authorizationStatus"],
        found["entitlementAvailability"],
        found["regionAvailability"],
    )


def every_way(runtime, model: str):
    """Each call of a text model that needs access."""
    body = json.dumps({"prompt": "Hi", "max_gen_len": 10})
    counted = {"converse": {"messages": [user("Hi")]}}
    return [
        lambda: ask(runtime, model),
        lambda: runtime.converse_stream(modelId=model, messages=[user("Hi")]),
        lambda: runtime.invoke_model(modelId=model, body=body),
        lambda: runtime.invoke_model_with_response_stream(modelId=model, body=body),
        lambda: runtime.count_tokens(modelId=model, input=counted),
    ]


def test_access_is_open_unless_it_is_taken_away(clients):
    runtime, control, _ = clients()
    assert availability(control, LLAMA) == ("AVAILABLE", "AUTHORIZED", "AVAILABLE", "AVAILABLE")
    ask(runtime)
    done = control.delete_foundation_model_agreement(modelId=LLAMA)
    assert done["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert availability(control, LLAMA) == (
        "NOT_AVAILABLE",
        "AUTHORIZED",
        "NOT_AVAILABLE",
        "AVAILABLE",
    )
    for call in every_way(runtime, LLAMA):
        assert refused(call) == (403, "AccessDeniedException", NO_ACCESS)
    ask(runtime, CLAUDE)
    done = agree(control, LLAMA)
    assert done["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert done["modelId"] == LLAMA
    assert text_of(ask(runtime)) == "Yes."


def test_where_access_is_closed_an_agreement_opens_it(clients):
    runtime, control, _ = clients(CLOSED)
    for call in every_way(runtime, LLAMA):
        assert refused(call) == (403, "AccessDeniedException", NO_ACCESS)
    embed = json.dumps({"inputText": "Hi"})
    assert refused(runtime.invoke_model, modelId=EMBED, body=embed)[2] == NO_ACCESS
    assert availability(control, LLAMA)[0] == "NOT_AVAILABLE"
    agree(control, LLAMA)
    assert availability(control, LLAMA) == ("AVAILABLE", "AUTHORIZED", "AVAILABLE", "AVAILABLE")
    ask(runtime)
    assert refused(ask, runtime, CLAUDE)[2] == NO_ACCESS


def test_agreements_are_made_and_ended_once(clients):
    _, control, _ = clients(CLOSED)
    agree(control, LLAMA)
    assert refused(agree, control, LLAMA) == (
        400,
        "ValidationException",
        "Could not create agreement - Agreement already exists",
    )
    control.delete_foundation_model_agreement(modelId=LLAMA)
    end = control.delete_foundation_model_agreement
    assert refused(end, modelId=LLAMA)[:2] == (404, "ResourceNotFoundException")
    agree(control, LLAMA)


def test_an_offer_is_for_its_model_only(clients):
    _, control, _ = clients(CLOSED)
    offers = control.list_foundation_model_agreement_offers(modelId=LLAMA, offerType="ALL")
    assert offers["modelId"] == LLAMA
    (offer,) = offers["offers"]
    assert offer["termDetails"]["usageBasedPricingTerm"]["rateCard"] == []
    create = control.create_foundation_model_agreement
    for model, token in ((CLAUDE, offer["offerToken"]), (LLAMA, "x"), (LLAMA, "")):
        status, code, text = refused(create, modelId=model, offerToken=token)
        assert (status, code) == (400, "ValidationException")
        assert "offer token" in text
    assert availability(control, LLAMA)[0] == "NOT_AVAILABLE"


def test_claude_wants_the_use_case_form_where_access_is_closed(clients):
    runtime, control, _ = clients(CLOSED)
    assert refused(control.get_use_case_for_model_access) == (
        404,
        "ResourceNotFoundException",
        "You have not filled out the request form",
    )
    agree(control, CLAUDE)
    assert availability(control, CLAUDE)[:2] == ("AVAILABLE", "NOT_AUTHORIZED")
    status, code, text = refused(ask, runtime, CLAUDE)
    assert (status, code) == (404, "ResourceNotFoundException")
    assert text.startswith("Model use case details have not been submitted for this account.")
    done = control.put_use_case_for_model_access(formData=FORM)
    assert done["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert control.get_use_case_for_model_access()["formData"] == FORM
    assert availability(control, CLAUDE)[:2] == ("AVAILABLE", "AUTHORIZED")
    ask(runtime, CLAUDE)


def test_a_profile_needs_its_model_s_agreement(clients):
    runtime, control, _ = clients(CLOSED)
    control.put_use_case_for_model_access(formData=FORM)
    assert refused(ask, runtime, "us." + SONNET_4)[2] == NO_ACCESS
    agree(control, SONNET_4)
    ask(runtime, "us." + SONNET_4)


def test_bad_input(clients, unchecked_config, make_client):
    _, control, server = clients()
    unchecked = make_client("bedrock", unchecked_config, server)
    invalid = "The provided model identifier is invalid."
    for call in (
        control.get_foundation_model_availability,
        control.list_foundation_model_agreement_offers,
        control.delete_foundation_model_agreement,
    ):
        assert refused(call, modelId="no.such-model") == (400, "ValidationException", invalid)
    for call in (
        lambda: unchecked.get_foundation_model_availability(modelId="NO MODEL"),
        lambda: unchecked.list_foundation_model_agreement_offers(modelId=LLAMA, offerType="SOME"),
        lambda: unchecked.delete_foundation_model_agreement(),
        lambda: unchecked.create_foundation_model_agreement(modelId=LLAMA),
        lambda: unchecked.put_use_case_for_model_access(formData=b"short"),
        lambda: unchecked.put_use_case_for_model_access(formData=b"x" * 16385),
        lambda: unchecked.put_use_case_for_model_access(),
    ):
        status, code, text = refused(call)
        assert (status, code) == (400, "ValidationException")
        assert "validation error" in text


def test_the_other_ways_in_keep_to_it(clients):
    _, control, server = clients(CLOSED)
    with openai.OpenAI(
        base_url=server.url + "/v1", api_key=server.api_key, max_retries=0
    ) as client:
        hello = {"model": LLAMA, "messages": [{"role": "user", "content": "Hi"}]}
        for stream in (False, True):
            with pytest.raises(openai.PermissionDeniedError, match="You don't have access"):
                client.chat.completions.create(**hello, stream=stream)
        with pytest.raises(openai.PermissionDeniedError):
            client.embeddings.create(model=EMBED, input="Hi")
        assert LLAMA not in [model.id for model in client.models.list()]
        agree(control, LLAMA)
        client.chat.completions.create(**hello)
        assert [model.id for model in client.models.list() if model.id == LLAMA] == [LLAMA]


def test_it_survives_a_kill(clients, tmp_path):
    runtime, control, server = clients(directory=tmp_path)
    control.delete_foundation_model_agreement(modelId=LLAMA)
    control.put_use_case_for_model_access(formData=FORM)
    server.kill()
    runtime, control, _ = clients(directory=tmp_path)
    assert refused(ask, runtime)[2] == NO_ACCESS
    assert control.get_use_case_for_model_access()["formData"] == FORM
    ask(runtime, CLAUDE)


def test_a_change_beside_the_server_is_noticed(clients, tmp_path):
    """`restore` writes to the running server's store, as another server would."""
    runtime, control, server = clients(directory=tmp_path)
    backup = tmp_path / "open.backup"
    saved = run_bedplate("backup", backup, *server.options)
    assert saved.returncode == 0, saved.stderr
    control.delete_foundation_model_agreement(modelId=LLAMA)
    assert refused(ask, runtime)[2] == NO_ACCESS
    restored = run_bedplate("restore", backup, *server.options)
    assert restored.returncode == 0, restored.stderr
    deadline = Deadline(30, "the server has noticed that its store was restored")
    while deadline.open():
        if availability(control, LLAMA)[0] == "AVAILABLE":
            break
    ask(runtime)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ('[model_access]\ndefault = "ajar"', "'model_access.default' must be"),
        ("[model_access]\ndefault = true", "must be a text in quotes"),
        ('[model_access]\nmodels = ["a"]', "unknown key 'model_access.models'"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(clients, settings, complaint):
    with pytest.raises(StartFailed) as failed:
        clients(settings)
    assert complaint in str(failed.value)
