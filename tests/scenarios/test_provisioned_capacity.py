"""Model units reserve real capacity: on-demand traffic cannot take it away. And what is provisioned
stays so, over restarts and changes of the configuration."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import boto3
import botocore.config
import botocore.exceptions
import pytest

from bedplate_server import Deadline, run_bedplate
from conversing import MODEL, Stream, ask

PROVISIONED = f"{MODEL}:48k"
SOURCE = {"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"}


def config_of(engine, slots: int = 2, more: str = "") -> str:
    return more + engine.config(concurrency_max=slots, queue_max=16)


def create(control, units: int = 1, name: str = "ours", **more) -> str:
    reply = control.create_provisioned_model_throughput(
        provisionedModelName=name, modelId=PROVISIONED, modelUnits=units, **more
    )
    return reply["provisionedModelArn"]


def status(control, arn: str) -> str:
    return control.get_provisioned_model_throughput(provisionedModelId=arn)["status"]


def finish(generation, text: str = "done") -> None:
    generation.delta(text)
    generation.finish()


# Two slots, one of them provisioned. The flood has one at a time and fills its queue; a call to the
# provisioned model reaches the engine at once, again and again, while the flood still waits.
def test_a_flood_does_not_keep_the_provisioned_waiting(
    start_server, scripted_engine, http_to, client_to
):
    server = start_server(config_of(scripted_engine))
    http = http_to(server)
    arn = create(client_to(server, "bedrock"))
    with ThreadPoolExecutor(12) as pool:
        flood = [pool.submit(ask, http) for _ in range(8)]
        held = scripted_engine.next_generation()  # the one that has the free slot
        for _ in range(3):
            answer = pool.submit(ask, http, model=quote(arn, safe=""))
            finish(scripted_engine.next_generation(), "at once")
            reply = answer.result()
            assert reply.status == 200, reply.body
            assert reply.json()["output"]["message"]["content"] == [{"text": "at once"}]
            assert not any(asked.done() for asked in flood)
        finish(held)
        for _ in flood[1:]:
            finish(scripted_engine.next_generation())
        assert [asked.result().status for asked in flood] == [200] * len(flood)


# Beyond its own slots a provisioned model shares the others, as they are free.
def test_beyond_its_own(start_server, scripted_engine, http_to, client_to):
    server = start_server(config_of(scripted_engine))
    http = http_to(server)
    arn = quote(create(client_to(server, "bedrock")), safe="")
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, http, model=arn) for _ in range(2)]
        generations = [scripted_engine.next_generation() for _ in range(2)]
        for generation in generations:
            finish(generation)
        assert [answer.result().status for answer in answers] == [200, 200]


# When everything is provisioned, on-demand requests are told at once.
def test_nothing_left_for_others(start_server, scripted_engine, http_to, client_to):
    server = start_server(config_of(scripted_engine))
    http, control = http_to(server), client_to(server, "bedrock")
    arn = create(control, units=2)
    refused = ask(http)
    assert (refused.status, refused.header("x-amzn-errortype").split(":")[0]) == (
        429,
        "ThrottlingException",
    )
    control.delete_provisioned_model_throughput(provisionedModelId=arn)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http)
        finish(scripted_engine.next_generation())
        assert answer.result().status == 200


# Requests under way are not cut off: the throughput is Creating until their slots are free.
def test_creating_until_the_slots_are_free(start_server, scripted_engine, http_to, client_to):
    server = start_server(config_of(scripted_engine))
    http, control = http_to(server), client_to(server, "bedrock")
    # One after the other: which generation is whose must be known.
    streams, generations = zip(
        *((Stream(http), scripted_engine.next_generation()) for _ in range(2)), strict=True
    )
    arn = create(control)
    assert status(control, arn) == "Creating"
    listed = control.list_provisioned_model_throughputs(statusEquals="Creating")
    assert len(listed["provisionedModelSummaries"]) == 1
    not_ready = ask(http, model=quote(arn, safe=""))
    assert not_ready.header("x-amzn-errortype").startswith("ModelNotReadyException")
    finish(generations[0])
    streams[0].rest()
    deadline = Deadline(10, "in service")
    while deadline.open() and status(control, arn) != "InService":
        pass
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, model=quote(arn, safe=""))
        finish(scripted_engine.next_generation())
        assert answer.result().status == 200
    finish(generations[1])
    streams[1].rest()


# A model unit may stand for several slots.
def test_slots_of_a_model_unit(start_server, scripted_engine, client_to):
    more = "[provisioned_throughput]\nslots_per_model_unit = 2\n"
    control = client_to(start_server(config_of(scripted_engine, 5, more)), "bedrock")
    with pytest.raises(control.exceptions.ServiceQuotaExceededException) as caught:
        create(control, units=3)
    assert "2 are left" in caught.value.response["Error"]["Message"]
    create(control, units=2)


# Everything is there after a restart, and set aside again: profiles, tags, throughput.
def test_restart(start_server, scripted_engine, http_to, client_to):
    server = start_server(config_of(scripted_engine))
    control = client_to(server, "bedrock")
    profile = control.create_inference_profile(
        inferenceProfileName="kept", modelSource=SOURCE, tags=[{"key": "a", "value": "1"}]
    )["inferenceProfileArn"]
    arn = create(control, units=2)
    server.kill()
    server = start_server(config_of(scripted_engine), directory=server.directory)
    control, http = client_to(server, "bedrock"), http_to(server)
    assert status(control, arn) == "InService"
    kept = control.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    assert [summary["inferenceProfileArn"] for summary in kept] == [profile]
    tags = control.list_tags_for_resource(resourceARN=profile)["tags"]
    assert tags == [{"key": "a", "value": "1"}]
    assert ask(http).status == 429  # all is set aside
    control.delete_provisioned_model_throughput(provisionedModelId=arn)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, http, model=quote(profile, safe=""))
        finish(scripted_engine.next_generation())
        assert answer.result().status == 200


# An engine that has become smaller cannot honour everything: the newest one fails, and says why. It
# is back in service when the engine has its slots again.
def test_an_engine_becomes_smaller(start_server, scripted_engine, http_to, client_to):
    server = start_server(config_of(scripted_engine, 3))
    control = client_to(server, "bedrock")
    old, new = create(control, 1, "old"), create(control, 2, "new")
    server.stop()
    server = start_server(config_of(scripted_engine, 2), directory=server.directory)
    control = client_to(server, "bedrock")
    assert (status(control, old), status(control, new)) == ("InService", "Failed")
    got = control.get_provisioned_model_throughput(provisionedModelId=new)
    assert "too few slots" in got["failureMessage"]
    reply = ask(http_to(server), model=quote(new, safe=""))
    assert reply.header("x-amzn-errortype").startswith("ModelNotReadyException")
    server.stop()
    server = start_server(config_of(scripted_engine, 3), directory=server.directory)
    control = client_to(server, "bedrock")
    got = control.get_provisioned_model_throughput(provisionedModelId=new)
    assert got["status"] == "InService" and "failureMessage" not in got


# A commitment lasts for its months. (That it can be deleted after them is a unit test's.)
@pytest.mark.parametrize("duration, days", [("OneMonth", (28, 31)), ("SixMonths", (181, 184))])
def test_commitment(start_server, scripted_engine, client_to, duration, days):
    control = client_to(start_server(config_of(scripted_engine)), "bedrock")
    arn = create(control, commitmentDuration=duration)
    got = control.get_provisioned_model_throughput(provisionedModelId=arn)
    assert got["commitmentDuration"] == duration
    lasts = got["commitmentExpirationTime"] - got["creationTime"]
    one = datetime.timedelta(days=1)
    assert days[0] * one <= lasts <= days[1] * one + one / 2
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        control.delete_provisioned_model_throughput(provisionedModelId=arn)
    error = caught.value.response["Error"]
    assert error["Code"] == "ConflictException"
    assert error["Message"] == (
        "You can't delete a Provisioned Throughput before the commitment term is over."
    )
    assert status(control, arn) == "InService"


def other_account(server):
    """Makes clients of the administrator of a second account."""
    made = run_bedplate("accounts", "create", "second", "--json", *server.options)
    assert made.returncode == 0, made.stderr
    keys = json.loads(made.stdout)

    def make(service: str):
        return boto3.session.Session().client(
            service,
            config=botocore.config.Config(
                region_name="us-east-1", retries={"total_max_attempts": 1}
            ),
            endpoint_url=server.url,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
        )

    return make


# What is one account's cannot be had by the other: not by ARN, id or name, not in lists, not by a page
# or request token.
def test_accounts_are_apart(start_server, scripted_engine, client_to):
    server = start_server(config_of(scripted_engine, 4))
    ours = client_to(server, "bedrock")
    make_theirs = other_account(server)
    theirs, their_runtime = make_theirs("bedrock"), make_theirs("bedrock-runtime")
    deadline = Deadline(10, "the second account's keys work")
    while deadline.open():
        try:
            theirs.list_inference_profiles()
            break
        except botocore.exceptions.ClientError:
            pass

    token = "a-token-of-both"
    profiles = []
    for control in (ours, theirs):
        for name in ("one", "two"):
            made = control.create_inference_profile(
                inferenceProfileName=name,
                modelSource=SOURCE,
                clientRequestToken=f"{token}-{name}",
            )
            profiles.append(made["inferenceProfileArn"])
    assert len(set(profiles)) == 4
    arns = [create(control, name="same-name") for control in (ours, theirs)]
    assert arns[0] != arns[1]

    listed = theirs.list_inference_profiles(typeEquals="APPLICATION")
    assert [p["inferenceProfileArn"] for p in listed["inferenceProfileSummaries"]] == profiles[2:]
    listed = theirs.list_provisioned_model_throughputs()["provisionedModelSummaries"]
    assert [summary["provisionedModelArn"] for summary in listed] == arns[1:]
    page = ours.list_inference_profiles(typeEquals="APPLICATION", maxResults=1)
    calls = [
        lambda: theirs.get_inference_profile(inferenceProfileIdentifier=profiles[0]),
        lambda: theirs.get_inference_profile(
            inferenceProfileIdentifier=profiles[0].rsplit("/", 1)[1]
        ),
        lambda: theirs.delete_inference_profile(inferenceProfileIdentifier=profiles[0]),
        lambda: theirs.tag_resource(resourceARN=arns[0], tags=[{"key": "a", "value": "1"}]),
        lambda: theirs.get_provisioned_model_throughput(provisionedModelId=arns[0]),
        lambda: theirs.delete_provisioned_model_throughput(provisionedModelId=arns[0]),
        lambda: their_runtime.converse(
            modelId=arns[0], messages=[{"role": "user", "content": [{"text": "Hello"}]}]
        ),
        lambda: their_runtime.converse(
            modelId=profiles[0], messages=[{"role": "user", "content": [{"text": "Hello"}]}]
        ),
    ]
    for call in calls:
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call()
        # An ARN says whose it is: no policy can allow what belongs to another account.
        code = caught.value.response["Error"]["Code"]
        assert code in ("AccessDeniedException", "ResourceNotFoundException")
    with pytest.raises(theirs.exceptions.ValidationException):
        theirs.list_inference_profiles(typeEquals="APPLICATION", nextToken=page["nextToken"])
    theirs.delete_provisioned_model_throughput(provisionedModelId="same-name")
    assert status(ours, "same-name") == "InService"
