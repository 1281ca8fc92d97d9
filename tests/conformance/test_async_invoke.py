"""StartAsyncInvoke, GetAsyncInvoke, ListAsyncInvokes: docs/batch-inference.md."""

from __future__ import annotations

import json

import pytest

import batches
from batches import Bucket
from bedplate_server import Deadline
from iam_entities import refusal

pytestmark = pytest.mark.bedplate_only  # needs a bucket

MARENGO = "twelvelabs.marengo-embed-3-0-v1:0"
INPUT = {"inputType": "text", "text": {"inputText": "a man walking a dog"}}


@pytest.fixture
def bucket(server):
    return Bucket(server.data_dir)


def start(runtime, bucket, **more) -> str:
    arguments = {
        "modelId": MARENGO,
        "modelInput": INPUT,
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": bucket.uri("out")}},
        **more,
    }
    return runtime.start_async_invoke(**arguments)["invocationArn"]


def end(runtime, arn: str) -> dict:
    deadline = Deadline(60, "an asynchronous invocation")
    while deadline.open():
        found = runtime.get_async_invoke(invocationArn=arn)
        if found["status"] != "InProgress":
            return found
    return {}


def test_a_text(runtime, bucket):
    arn = start(runtime, bucket, clientRequestToken=batches.fresh("token"))
    done = end(runtime, arn)
    assert done["status"] == "Completed", done
    assert done["invocationArn"] == arn
    assert done["modelArn"] == f"arn:aws:bedrock:us-east-1::foundation-model/{MARENGO}"
    assert done["outputDataConfig"] == {"s3OutputDataConfig": {"s3Uri": bucket.uri("out")}}
    assert done["submitTime"] <= done["endTime"]
    assert "failureMessage" not in done
    output = json.loads(bucket.get(f"out/{batches.id_of(arn)}/output.json"))
    reply = runtime.invoke_model(modelId=MARENGO, body=json.dumps(INPUT))
    assert output == json.loads(reply["body"].read())


def test_a_body_that_the_model_refuses(runtime, bucket):
    done = end(runtime, start(runtime, bucket, modelInput={"inputType": "text"}))
    assert done["status"] == "Failed"
    assert "text" in done["failureMessage"]
    assert bucket.keys() == []


@pytest.mark.parametrize(
    "model", ["amazon.nova-lite-v1:0", batches.MODEL, "amazon.titan-embed-text-v2:0"]
)
def test_models_without_it(runtime, bucket, model):
    assert refusal(lambda: start(runtime, bucket, modelId=model)) == (
        400,
        "ValidationException",
        "The provided model doesn't support async inference.",
    )


def test_refusals(runtime, bucket):
    nowhere = {"s3OutputDataConfig": {"s3Uri": "s3://no-such-bucket-anywhere/out"}}
    status, code, _ = refusal(lambda: start(runtime, bucket, outputDataConfig=nowhere))
    assert (status, code) == (400, "ValidationException")
    unknown = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghij12"
    status, code, _ = refusal(lambda: runtime.get_async_invoke(invocationArn=unknown))
    assert (status, code) == (400, "ValidationException")


def test_listing(runtime, bucket):
    arns = [start(runtime, bucket) for _ in range(2)]
    for arn in arns:
        end(runtime, arn)
    found = runtime.list_async_invokes(sortOrder="Ascending", statusEquals="Completed")
    ours = [one["invocationArn"] for one in found["asyncInvokeSummaries"]]
    assert [arn for arn in ours if arn in arns] == arns
    page = runtime.list_async_invokes(maxResults=1)
    assert len(page["asyncInvokeSummaries"]) == 1
    assert page["nextToken"]
