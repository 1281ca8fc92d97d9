"""What the tests of batch inference share: buckets as folders, roles, jobs and their output."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path

from bedplate_server import Deadline

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
FINAL = {"Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"}
_numbers = itertools.count(1)


def fresh(prefix: str) -> str:
    return f"{prefix}-{os.getpid()}-{next(_numbers)}"


class Bucket:
    """A bucket by its folder: what is put there by hand is an object."""

    def __init__(self, data_dir: Path, name: str | None = None):
        self.name = name or fresh("batch")
        self.folder = data_dir / "objects" / self.name
        self.folder.mkdir(parents=True, exist_ok=True)

    def uri(self, key: str = "") -> str:
        return f"s3://{self.name}/{key}"

    def put(self, key: str, text: str) -> str:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self.uri(key)

    def get(self, key: str) -> str:
        return (self.folder / key).read_text()

    def keys(self) -> list[str]:
        found = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return sorted(map(str, found))


def lines(records) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def claude_body(text: str, most: int = 50) -> dict:
    content = [{"type": "text", "text": text}]
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": most,
        "messages": [{"role": "user", "content": content}],
    }


def record(number: int, text: str | None = None, **more) -> dict:
    body = claude_body(text or f"Say {number}.")
    return {"recordId": f"REC{number:08}", "modelInput": body, **more}


def converse_record(number: int, text: str | None = None) -> dict:
    message = {"role": "user", "content": [{"text": text or f"Say {number}."}]}
    body = {"messages": [message], "inferenceConfig": {"maxTokens": 50}}
    return {"recordId": f"REC{number:08}", "modelInput": body}


def service_trust(service: str = "bedrock.amazonaws.com", **conditions) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(iam, policy: dict | None = None, trust: str | None = None) -> str:
    """A role that Bedrock may take on; by default it may do everything with S3."""
    name = fresh("batch-role")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust or service_trust())
    allowed = policy or {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="objects", PolicyDocument=document)
    return role["Role"]["Arn"]


def create(control, role: str, source: str, target: str, **more) -> str:
    arguments = {
        "jobName": fresh("job"),
        "roleArn": role,
        "modelId": MODEL,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": source}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": target}},
        **more,
    }
    return control.create_model_invocation_job(**arguments)["jobArn"]


def job(control, arn: str) -> dict:
    return control.get_model_invocation_job(jobIdentifier=arn)


def wait_until(control, arn: str, wanted, seconds: float = 60) -> dict:
    """Asks until `wanted(job)` holds."""
    deadline = Deadline(seconds, "a batch inference job")
    found: dict = {}
    while deadline.open():
        found = job(control, arn)
        if wanted(found):
            return found
    return found


def wait_for_end(control, arn: str, seconds: float = 60) -> dict:
    return wait_until(control, arn, lambda found: found["status"] in FINAL, seconds)


def id_of(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def results(bucket: Bucket, arn: str, name: str, folder: str = "out") -> list[dict]:
    text = bucket.get(f"{folder}/{id_of(arn)}/{name}.out")
    return [json.loads(line) for line in text.split("\n") if line]


def manifest(bucket: Bucket, arn: str, folder: str = "out") -> dict:
    return json.loads(bucket.get(f"{folder}/{id_of(arn)}/manifest.json.out"))
