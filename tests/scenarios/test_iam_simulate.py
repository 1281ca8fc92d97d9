"""`bedplate iam simulate`: policies from files, explained without a server."""

import json

import pytest
from bedplate_server import run_bedplate

MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
ANNA = "arn:aws:iam::111122223333:user/anna"


@pytest.fixture
def simulate(tmp_path):
    """Runs the command; policies given as statements become files."""
    files = []

    def run(*arguments, principal=ANNA, action="bedrock:InvokeModel", resource=MODEL, **policies):
        words = list(arguments)
        for option, statements in policies.items():
            path = tmp_path / f"{len(files)}.json"
            files.append(path)
            path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
            words += ["--" + option.replace("_", "-"), str(path)]
        return run_bedplate(
            "iam", "simulate", "--principal", principal, "--action", action,
            "--resource", resource, *words,
        )

    return run


def allow(action="*", resource="*", **members):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


def test_allowed_request_exits_with_zero_and_names_the_statement(simulate):
    done = simulate(policy=[allow("s3:*"), allow("bedrock:Invoke*")])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("allowed: bedrock:InvokeModel")
    assert "by statement 2 of" in done.stdout
    assert "1 Allow the action is another" in done.stdout


def test_denied_request_exits_with_one_and_says_what_aws_says(simulate):
    done = simulate(policy=[allow(), {**allow("bedrock:*"), "Effect": "Deny"}])
    assert done.returncode == 1
    assert (
        f"User: {ANNA} is not authorized to perform: bedrock:InvokeModel on resource: {MODEL} "
        "with an explicit deny in an identity-based policy\n" in done.stdout
    )


def test_condition_that_fails_is_shown_with_the_requests_value(simulate):
    statement = allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    assert simulate("--context", "aws:SourceIp=10.9.9.9", policy=[statement]).returncode == 0
    done = simulate("--context", "aws:SourceIp=192.0.2.1", policy=[statement])
    assert done.returncode == 1
    assert 'IpAddress aws:SourceIp = "10.0.0.0/8"; the request has "192.0.2.1"' in done.stdout
    done = simulate(policy=[statement])
    assert "the request has no such key" in done.stdout


def test_boundary_and_session_policy_limit(simulate):
    done = simulate(policy=[allow()], boundary=[allow("s3:*")])
    assert done.returncode == 1
    assert "because no permissions boundary allows the bedrock:InvokeModel action" in done.stdout
    done = simulate(
        policy=[allow()], session_policy=[allow("s3:*")],
        principal="arn:aws:iam::111122223333:role/dev",
    )
    assert done.returncode == 1
    assert "because no session policy allows" in done.stdout


def test_trust_policy_and_other_account(simulate):
    trust = [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}]
    role = "arn:aws:iam::444455556666:role/dev"
    options = {"action": "sts:AssumeRole", "resource": role, "resource_policy": trust}
    done = simulate(**options)
    assert "because no identity-based policy allows the sts:AssumeRole action" in done.stdout
    assert simulate(policy=[allow()], **options).returncode == 0


def test_policies_of_aws_are_known_by_their_arn(simulate):
    done = simulate("--policy", "arn:aws:iam::aws:policy/AmazonBedrockFullAccess")
    assert done.returncode == 0
    assert "BedrockAll: applies" in done.stdout


def test_json_has_the_same_steps(simulate):
    done = simulate("--json", policy=[allow("s3:*", Sid="Storage")])
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["allowed"] is False
    assert report["policies"][0]["type"] == "identity-based policy"
    assert report["policies"][0]["statements"] == [
        {"number": 1, "sid": "Storage", "effect": "Allow", "outcome": "the action is another",
         "detail": ""}
    ]


@pytest.mark.parametrize(
    "words, problem",
    [
        (["--policy", "/nowhere/policy.json"], "cannot be read"),
        (["--policy", "/"], "cannot be read"),
        (["--policy", "arn:aws:iam::aws:policy/Nothing"], "does not know it"),
        (["--context", "aws:SourceIp"], "KEY=VALUE"),
    ],
)
def test_wrong_options_exit_with_two(simulate, words, problem):
    done = simulate(*words)
    assert done.returncode == 2
    assert problem in done.stderr


def test_wrong_document_is_refused_in_iams_words(simulate):
    done = simulate(policy=[{"Effect": "Allow", "Action": "x", "Resource": "*"}])
    assert done.returncode == 2
    assert "MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor" in done.stderr
    assert simulate(principal="anna").returncode == 2
