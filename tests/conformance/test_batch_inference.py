"""Batch inference through boto3: docs/batch-inference.md."""

from __future__ import annotations

import datetime
import json

import pytest

import batches
from batches import Bucket, converse_record, create, job, lines, make_role, record, results
from iam_entities import client_of, refusal, statement

pytestmark = pytest.mark.bedplate_only  # needs buckets, and a role in the account

UNKNOWN = "arn:aws:bedrock:us-east-1:{}:model-invocation-job/abcdefghij12"


@pytest.fixture(scope="module")
def iam(make_client):
    return make_client("iam")


@pytest.fixture(scope="module")
def account(make_client):
    return make_client("sts").get_caller_identity()["Account"]


@pytest.fixture(scope="module")
def role(iam):
    return make_role(iam)


@pytest.fixture
def bucket(server):
    return Bucket(server.data_dir)


@pytest.fixture
def run(control, role, bucket):
    """Runs a job to its end."""

    def run_job(source: str, **more) -> dict:
        arn = create(control, more.pop("role", role), source, bucket.uri("out/"), **more)
        return batches.wait_for_end(control, arn)

    return run_job


def counts(found: dict) -> tuple[int, int, int, int]:
    names = ("total", "processed", "success", "error")
    return tuple(found[f"{name}RecordCount"] for name in names)


def test_invoke_model(control, role, bucket, account, run):
    source = bucket.put("in/few.jsonl", lines(record(i) for i in range(5)))
    done = run(source, jobName="my-job", clientRequestToken="token1")
    assert done["status"] == "Completed", done
    assert counts(done) == (5, 5, 5, 0)
    arn = done["jobArn"]
    assert arn.startswith(f"arn:aws:bedrock:us-east-1:{account}:model-invocation-job/")
    assert len(batches.id_of(arn)) == 12
    assert done["jobName"] == "my-job"
    assert done["clientRequestToken"] == "token1"
    assert done["modelId"] == f"arn:aws:bedrock:us-east-1::foundation-model/{batches.MODEL}"
    assert done["roleArn"] == role
    assert done["inputDataConfig"] == {"s3InputDataConfig": {"s3Uri": source}}
    assert done["outputDataConfig"] == {"s3OutputDataConfig": {"s3Uri": bucket.uri("out/")}}
    assert done["modelInvocationType"] == "InvokeModel"
    assert done["timeoutDurationInHours"] == 24
    lifetime = done["jobExpirationTime"] - done["submitTime"]
    assert abs(lifetime - datetime.timedelta(hours=24)) < datetime.timedelta(minutes=1)
    assert done["submitTime"] <= done["endTime"] <= done["lastModifiedTime"]
    assert "message" not in done

    found = {one["recordId"]: one for one in results(bucket, arn, "few.jsonl")}
    assert sorted(found) == [record(i)["recordId"] for i in range(5)]
    for i in range(5):
        one = found[record(i)["recordId"]]
        assert one["modelInput"] == record(i)["modelInput"]
        assert one["modelOutput"]["type"] == "message"
        assert one["modelOutput"]["content"][0]["type"] == "text"
        assert "error" not in one
    usages = [one["modelOutput"]["usage"] for one in found.values()]
    assert batches.manifest(bucket, arn) == {
        "totalRecordCount": 5,
        "processedRecordCount": 5,
        "successRecordCount": 5,
        "errorRecordCount": 0,
        "inputTokenCount": sum(usage["input_tokens"] for usage in usages),
        "outputTokenCount": sum(usage["output_tokens"] for usage in usages),
    }
    assert bucket.keys() == [
        "in/few.jsonl",
        f"out/{batches.id_of(arn)}/few.jsonl.out",
        f"out/{batches.id_of(arn)}/manifest.json.out",
    ]


def test_converse(bucket, run):
    source = bucket.put("in/few.jsonl", lines(converse_record(i) for i in range(3)))
    done = run(source, modelInvocationType="Converse")
    assert done["status"] == "Completed", done
    assert done["modelInvocationType"] == "Converse"
    for one in results(bucket, done["jobArn"], "few.jsonl"):
        assert one["modelOutput"]["output"]["message"]["role"] == "assistant"
        assert one["modelOutput"]["usage"]["totalTokens"] > 0
    assert batches.manifest(bucket, done["jobArn"])["inputTokenCount"] > 0


# Order is not promised, but every record's result is in its own file's output.
def test_a_folder_with_several_files(bucket, run):
    bucket.put("in/a.jsonl", lines(record(i) for i in range(3)))
    bucket.put("in/deep/b.jsonl", lines(record(i) for i in range(10, 12)))
    bucket.put("in/notes.txt", "no input\n")
    done = run(bucket.uri("in/"))
    assert counts(done) == (5, 5, 5, 0), done
    first = {one["recordId"] for one in results(bucket, done["jobArn"], "a.jsonl")}
    second = {one["recordId"] for one in results(bucket, done["jobArn"], "deep/b.jsonl")}
    assert first == {record(i)["recordId"] for i in range(3)}
    assert second == {record(i)["recordId"] for i in range(10, 12)}


def test_errors_of_records(bucket, run):
    bad = {"recordId": "BAD", "modelInput": {"messages": []}}
    source = bucket.put("in/mixed.jsonl", lines([record(1), bad, record(2)]))
    done = run(source)
    assert done["status"] == "Completed"
    assert counts(done) == (3, 3, 2, 1)
    found = {one["recordId"]: one for one in results(bucket, done["jobArn"], "mixed.jsonl")}
    assert found["BAD"]["error"]["errorCode"] == 400
    assert found["BAD"]["error"]["errorMessage"].startswith("Malformed input request: ")
    assert found["BAD"]["modelInput"] == bad["modelInput"]
    assert "modelOutput" not in found["BAD"]
    assert batches.manifest(bucket, done["jobArn"])["errorRecordCount"] == 1


def test_record_ids(bucket, run):
    without = [{"modelInput": record(i)["modelInput"]} for i in range(2)]
    twice = [record(7, "One."), record(7, "Two.")]
    source = bucket.put("in/ids.jsonl", lines(without + twice) + "\n  \n")
    done = run(source)
    assert counts(done) == (4, 4, 4, 0), done
    found = results(bucket, done["jobArn"], "ids.jsonl")
    made = [one["recordId"] for one in found if one["recordId"] != record(7)["recordId"]]
    assert len(set(made)) == 2
    assert all(name.isalnum() and len(name) == 11 for name in made)
    # AWS documents no rule against ids that come twice: both records run.
    assert len(found) - len(made) == 2


BROKEN = {
    "not JSON": '{"recordId": "A", ',
    "no object": "[1]",
    "no modelInput": '{"recordId": "A"}',
    "no body": '{"recordId": "A", "modelInput": "text"}',
    "bad id": '{"recordId": 7, "modelInput": {}}',
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN.keys())
def test_a_line_that_is_no_record_fails_the_job(bucket, run, line):
    source = bucket.put("in/bad.jsonl", lines([record(1)]) + line + "\n")
    done = run(source)
    assert done["status"] == "Failed"
    assert done["message"].startswith("Line 2 of the input file in/bad.jsonl is no record: ")
    assert counts(done)[1] == 0
    assert bucket.keys() == ["in/bad.jsonl"], "nothing has run"


def test_input_that_is_not_there(bucket, run):
    for source, said in {
        bucket.uri("in/none.jsonl"): "NoSuchKey",
        bucket.uri("empty/"): "There is no .jsonl file",
        "s3://no-such-bucket-anywhere/in.jsonl": "NoSuchBucket",
    }.items():
        done = run(source)
        assert done["status"] == "Failed"
        assert said in done["message"], source


def test_output_that_cannot_be_written(control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    arn = create(control, role, source, "s3://no-such-bucket-anywhere/out/")
    done = batches.wait_for_end(control, arn)
    assert done["status"] == "Failed"
    assert "no-such-bucket-anywhere" in done["message"]


def test_owners_of_buckets(control, role, bucket, account):
    source = bucket.put("in/few.jsonl", lines([record(1)]))

    def end(owner: str) -> dict:
        arn = create(
            control,
            role,
            source,
            bucket.uri("out/"),
            inputDataConfig={"s3InputDataConfig": {"s3Uri": source, "s3BucketOwner": owner}},
        )
        return batches.wait_for_end(control, arn)

    done = end(account)
    assert done["status"] == "Completed"
    assert done["inputDataConfig"]["s3InputDataConfig"]["s3BucketOwner"] == account
    done = end("999999999999")
    assert done["status"] == "Failed"
    assert "is not owned by 999999999999" in done["message"]


# AWS's own template of the role's policy, and what becomes of a job whose role lacks something.
def test_what_the_role_may_do(iam, bucket, run, account):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    arns = [f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*"]
    template = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": arns,
        "Condition": {"StringEquals": {"aws:ResourceAccount": [account]}},
    }
    assert run(source, role=make_role(iam, template))["status"] == "Completed"
    assert run(bucket.uri("in/"), role=make_role(iam, template))["status"] == "Completed"
    for missing, uri in (
        ("s3:GetObject", source),
        ("s3:PutObject", source),
        ("s3:ListBucket", bucket.uri("in/")),
    ):
        actions = [action for action in template["Action"] if action != missing]
        done = run(uri, role=make_role(iam, {**template, "Action": actions}))
        assert done["status"] == "Failed"
        assert f"is not authorized to perform: {missing} on arn:aws:s3:::" in done["message"]


def test_roles_that_cannot_be_used(control, iam, bucket, account):
    source = bucket.put("in/few.jsonl", lines([record(1)]))

    def refused(role: str) -> tuple[int, str, str]:
        return refusal(lambda: create(control, role, source, bucket.uri("out/")))

    status, code, _ = refused(f"arn:aws:iam::{account}:role/nobody")
    assert (status, code) == (400, "ValidationException")
    stranger = make_role(iam, trust=batches.service_trust("ec2.amazonaws.com"))
    assert refused(stranger)[:2] == (400, "ValidationException")
    assert refused("arn:aws:iam::999999999999:role/theirs") == (
        403,
        "AccessDeniedException",
        "Cross-account pass role is not allowed.",
    )
    jobs = f"{account}:model-invocation-job/*"
    for conditions, works in (
        ({"StringEquals": {"aws:SourceAccount": account}}, True),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{jobs}"}}, True),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{jobs}"}}, False),
    ):
        role = make_role(iam, trust=batches.service_trust(**conditions))
        if works:
            assert create(control, role, source, bucket.uri("out/"))
        else:
            assert refused(role)[:2] == (400, "ValidationException")


def test_the_caller_must_be_allowed_to_pass_the_role(make_client, iam, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    user = batches.fresh("batch-user")
    iam.create_user(UserName=user)
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    control = client_of(make_client, "bedrock", keys)

    def allow(action) -> None:
        iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=statement(action))

    allow(["bedrock:*"])
    status, code, text = refusal(lambda: create(control, role, source, bucket.uri("out/")))
    assert (status, code) == (403, "AccessDeniedException")
    assert f"is not authorized to perform: iam:PassRole on resource: {role}" in text
    allow(["bedrock:*", "iam:PassRole"])
    assert batches.wait_for_end(control, create(control, role, source, bucket.uri("out/")))


def test_requests_that_are_refused(control, unchecked_control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))

    def refused(client=control, **more) -> tuple[int, str, str]:
        return refusal(lambda: create(client, role, source, bucket.uri("out/"), **more))

    assert refused(modelId="no.such-model-v1:0")[:2] == (400, "ValidationException")
    vpc = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    assert "vpcConfig" in refused(vpcConfig=vpc)[2]
    key = {"s3Uri": bucket.uri("out/"), "s3EncryptionKeyId": "alias/mine"}
    assert "s3EncryptionKeyId" in refused(outputDataConfig={"s3OutputDataConfig": key})[2]
    assert refused(unchecked_control, timeoutDurationInHours=1)[1] == "ValidationException"
    assert refused(unchecked_control, modelInvocationType="Chat")[1] == "ValidationException"
    assert refused(unchecked_control, jobName="no spaces")[1] == "ValidationException"


def test_client_request_token(control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    name, token = batches.fresh("job"), batches.fresh("token")
    more = {"jobName": name, "clientRequestToken": token}
    first = create(control, role, source, bucket.uri("out/"), **more)
    assert create(control, role, source, bucket.uri("out/"), **more) == first
    other = {**more, "jobName": name + "-other"}
    status, code, _ = refusal(lambda: create(control, role, source, bucket.uri("out/"), **other))
    assert (status, code) == (400, "ConflictException")


def test_tags(control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    tags = [{"key": "team", "value": "red"}]
    arn = create(control, role, source, bucket.uri("out/"), tags=tags)
    assert control.list_tags_for_resource(resourceARN=arn)["tags"] == tags
    control.untag_resource(resourceARN=arn, tagKeys=["team"])
    assert control.list_tags_for_resource(resourceARN=arn)["tags"] == []


def test_listing(control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    prefix = batches.fresh("listed")
    arns = [
        create(control, role, source, bucket.uri("out/"), jobName=f"{prefix}-{i}") for i in range(3)
    ]
    for arn in arns:
        batches.wait_for_end(control, arn)

    def found(**more) -> list[str]:
        reply = control.list_model_invocation_jobs(nameContains=prefix, **more)
        return [one["jobArn"] for one in reply["invocationJobSummaries"]]

    assert found() == arns[::-1], "the newest first"
    assert found(sortBy="CreationTime", sortOrder="Ascending") == arns
    assert found(statusEquals="Completed", sortOrder="Ascending") == arns
    assert found(statusEquals="Failed") == []
    middle = job(control, arns[1])["submitTime"]
    assert arns[1] not in found(submitTimeBefore=middle)
    assert arns[1] not in found(submitTimeAfter=middle)
    page = control.list_model_invocation_jobs(nameContains=prefix, maxResults=2)
    assert len(page["invocationJobSummaries"]) == 2
    rest = control.list_model_invocation_jobs(
        nameContains=prefix, maxResults=2, nextToken=page["nextToken"]
    )
    assert [one["jobArn"] for one in rest["invocationJobSummaries"]] == arns[:1]
    assert "nextToken" not in rest
    status, code, _ = refusal(
        lambda: control.list_model_invocation_jobs(nextToken=page["nextToken"])
    )
    assert (status, code) == (400, "ValidationException"), "a token of another list"
    summary = control.list_model_invocation_jobs(nameContains=f"{prefix}-0")
    whole = job(control, arns[0])
    whole.pop("ResponseMetadata")
    assert summary["invocationJobSummaries"] == [whole]


def test_jobs_of_others(control, make_client, role, bucket, account):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    arn = create(control, role, source, bucket.uri("out/"))
    assert job(control, batches.id_of(arn))["jobArn"] == arn, "its id will do"
    for unknown in (UNKNOWN.format(account), UNKNOWN.format("999999999999"), "abcdefghij12"):
        assert refusal(lambda: job(control, unknown))[:2] == (404, "ResourceNotFoundException")
        stop = lambda: control.stop_model_invocation_job(jobIdentifier=unknown)  # noqa: E731
        assert refusal(stop)[:2] == (404, "ResourceNotFoundException")
    elsewhere = make_client("bedrock", region_name="eu-west-1")
    assert refusal(lambda: job(elsewhere, batches.id_of(arn)))[0] == 404


def test_what_has_ended_cannot_be_stopped(control, role, bucket):
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    arn = create(control, role, source, bucket.uri("out/"))
    batches.wait_for_end(control, arn)
    stop = lambda: control.stop_model_invocation_job(jobIdentifier=arn)  # noqa: E731
    status, code, text = refusal(stop)
    assert (status, code) == (400, "ConflictException")
    assert "Completed" in text


def test_inference_profiles(control, iam, bucket, run, account):
    profile = "us.anthropic.claude-3-haiku-20240307-v1:0"
    source = bucket.put("in/few.jsonl", lines([record(1)]))
    objects = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    done = run(source, modelId=profile, role=make_role(iam, objects))
    assert done["status"] == "Failed"
    assert "is not authorized to perform: bedrock:InvokeModel" in done["message"]
    both = {**objects, "Action": ["s3:*", "bedrock:InvokeModel"]}
    done = run(source, modelId=profile, role=make_role(iam, both))
    assert done["status"] == "Completed", done
    assert done["modelId"] == f"arn:aws:bedrock:us-east-1:{account}:inference-profile/{profile}"


def test_the_minimum_of_records(start_server, make_client, bucket):
    server = start_server("[batch_inference]\nrecords_min = 100\nrecords_max = 101\n")
    control = make_client("bedrock", running=server)
    role = make_role(make_client("iam", running=server))
    own = Bucket(server.data_dir)

    def end(count: int) -> dict:
        source = own.put(f"in/{count}.jsonl", lines(record(i, "x") for i in range(count)))
        return batches.wait_for_end(control, create(control, role, source, own.uri("out/")))

    done = end(99)
    assert done["status"] == "Failed"
    assert done["message"] == (
        "Batch job contains less records (99) than the required minimum of: 100"
    )
    assert "more records than the maximum of: 101" in end(102)["message"]


def test_json_survives(bucket, run):
    text = 'Quotes " and \\ and \u2028 and 日本 and \U0001f600'
    source = bucket.put("in/json.jsonl", json.dumps(record(1, text), ensure_ascii=False) + "\r\n")
    done = run(source)
    assert done["status"] == "Completed", done
    (one,) = results(bucket, done["jobArn"], "json.jsonl")
    assert one["modelInput"] == record(1, text)["modelInput"]
