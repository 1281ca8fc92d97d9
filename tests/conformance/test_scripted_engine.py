"""type = "scripted": the example of docs/scripted-engine.md as it stands there, through boto3."""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError, EventStreamError

from bedplate_server import REPOSITORY, run_bedplate
from conversations import CLAUDE, LLAMA, stream_text, text_of, user

pytestmark = pytest.mark.bedplate_only

PAGE = (REPOSITORY / "docs/scripted-engine.md").read_text()
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"
TOOLS = {
    "tools": [
        {"toolSpec": {"name": "get_weather", "inputSchema": {"json": {"type": "object"}}}},
    ]
}


def block(heading: str) -> str:
    return re.search(rf"^```{heading}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]


@pytest.fixture
def script(start_server, make_client, tmp_path):
    """A client of a server whose scripted engine has these rules; by default the page's."""

    def start(rules: dict | None = None, settings: str = "", model: str = CLAUDE):
        name = "rules.json" if rules else "rules.toml"
        (tmp_path / name).write_text(json.dumps(rules) if rules else block("toml rules"))
        config = block("toml").replace("rules.toml", str(tmp_path / name))
        config = config.replace(CLAUDE, model)
        config = config.replace('type = "scripted"', f'type = "scripted"\n{settings}')
        return make_client(running=start_server(config))

    return start


def ask(client, text: str, **more):
    return client.converse(modelId=CLAUDE, messages=[user(text)], **more)


def refused(client, text: str, **more) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        ask(client, text, **more)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_text(script):
    client = script()
    reply = ask(client, "Hello")
    assert text_of(reply) == "Hello from the script."
    assert reply["stopReason"] == "end_turn"
    assert reply["usage"] == {"inputTokens": 1, "outputTokens": 4, "totalTokens": 5}
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-bedplate-served-by"] == "scripted/rules.toml"


# A token is a delta.
def test_stream(script):
    client = script()
    stream = client.converse_stream(modelId=CLAUDE, messages=[user("Hello")])
    events = list(stream["stream"])
    assert stream_text(events) == "Hello from the script."
    assert sum("contentBlockDelta" in event for event in events) == 4
    assert events[-1]["metadata"]["usage"]["outputTokens"] == 4


def test_tool_call_and_its_result(script):
    client = script()
    question = user("What is the weather?")
    called = client.converse(modelId=CLAUDE, messages=[question], toolConfig=TOOLS)
    assert called["stopReason"] == "tool_use"
    said = called["output"]["message"]
    call = said["content"][1]["toolUse"]
    assert (call["name"], call["input"]) == ("get_weather", {"city": "Paris"})
    result = {"toolUseId": call["toolUseId"], "content": [{"text": "21 degrees"}]}
    messages = [question, said, {"role": "user", "content": [{"toolResult": result}]}]
    reply = client.converse(modelId=CLAUDE, messages=messages, toolConfig=TOOLS)
    assert text_of(reply) == "It is warm in Paris."
    assert (reply["usage"]["inputTokens"], reply["usage"]["outputTokens"]) == (120, 6)


def test_streamed_tool_call(script):
    stream = script().converse_stream(
        modelId=CLAUDE, messages=[user("weather")], toolConfig=TOOLS
    )
    deltas = [e["contentBlockDelta"]["delta"] for e in stream["stream"] if "contentBlockDelta" in e]
    pieces = "".join(delta["toolUse"]["input"] for delta in deltas if "toolUse" in delta)
    assert json.loads(pieces) == {"city": "Paris"}


# Throttled, then broken off in mid-stream, then well.
def test_faults_by_turns(script):
    client = script()
    assert refused(client, "flaky")[0] == "ThrottlingException"
    stream = client.converse_stream(modelId=CLAUDE, messages=[user("flaky")])["stream"]
    events = []
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        for event in stream:
            events.append(event)
    assert stream_text(events) == "This sentence does"
    assert text_of(ask(client, "flaky")) == "Hello from the script."


def test_request_limits_cut_the_text(script):
    client = script()
    reply = ask(client, "Hello", inferenceConfig={"maxTokens": 2})
    assert (text_of(reply), reply["stopReason"]) == ("Hello from", "max_tokens")
    reply = ask(client, "Hello", inferenceConfig={"stopSequences": [" script"]})
    assert (text_of(reply), reply["stopReason"]) == ("Hello from the", "stop_sequence")


FAULTS = {
    "unavailable": "ServiceUnavailableException",
    "not_ready": "ModelNotReadyException",
    "timeout": "ModelTimeoutException",
    "fail": "ModelErrorException",
    "invalid_request": "ValidationException",
    "context_overflow": "ValidationException",
}


def test_every_fault_has_its_error(script):
    client = script({"rules": [{"when": {"text_matches": f"^{f}$"}, "fault": f} for f in FAULTS]})
    for fault, code in FAULTS.items():
        assert refused(client, fault)[0] == code
    assert "prompt is too long: 1 tokens > 0" in refused(client, "context_overflow")[1]


def test_no_rule_holds(script):
    client = script({"rules": [{"when": {"text_contains": "a"}, "text": "b"}]})
    code, message = refused(client, "x")
    assert code == "ValidationException"
    assert "No rule of the scripted engine 'script'" in message


# A delay beyond the engine's limit is what it is for any engine.
def test_delay_beyond_the_limit(script):
    rules = {"rules": [{"text": "late", "first_token_delay_ms": 600000}]}
    client = script(rules, "first_token_timeout_ms = 50")
    assert refused(client, "Hello")[0] == "ModelTimeoutException"


def test_reasoning_only_when_asked_for(script):
    client = script(model=SONNET)
    converse = {"modelId": f"us.{SONNET}", "messages": [user("Hello")]}
    plain = client.converse(**converse)["output"]["message"]["content"]
    assert [list(part) for part in plain] == [["text"]]
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    wise = client.converse(**converse, additionalModelRequestFields=thinking)
    thought = wise["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
    assert thought["text"] == "Nothing fits, so I greet."


# Counting does not use up a turn of `nth`.
def test_count_tokens(script):
    client = script(model=SONNET)
    converse = {"messages": [user("flaky as ever")]}
    for _ in range(3):
        counted = client.count_tokens(modelId=SONNET, input={"converse": converse})
        assert counted["inputTokens"] == 3
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(modelId=f"us.{SONNET}", **converse)


# Only models that are named: the others have their own engine, or none.
def test_other_models_are_not_touched(script):
    reply = script().converse(
        modelId=LLAMA, messages=[user("Hello")], inferenceConfig={"maxTokens": 1}
    )
    headers = reply["ResponseMetadata"]["HTTPHeaders"]
    assert not headers["x-bedplate-served-by"].startswith("scripted")


BAD_RULES = [
    ("{", "is not JSON"),
    ("{}", "'rules' is missing or empty"),
    ('{"rules": [{"text": "a"}, {"txt": "b"}]}', "rule 2: 'txt' is unknown"),
    ('{"rules": [{"name": "n"}]}', "rule 1 (n): 'text' is missing"),
    ('{"rules": [{"when": {"text_matches": "("}, "text": "a"}]}', "is no regular expression"),
    ('{"rules": [{"fault": "explode"}]}', "'fault' must be one of throttle, unavailable"),
    ('{"rules": [{"text": "a", "token_delay_ms": -1}]}', "'token_delay_ms' must be a whole number"),
    ('{"rules": [{"text": "a", "stop_reason": "tool_use"}]}', "there are no 'tool_calls'"),
]


@pytest.mark.parametrize(("rules", "complaint"), BAD_RULES)
def test_bad_rules(bedplate_binary, tmp_path, rules, complaint):
    (tmp_path / "rules.json").write_text(rules)
    (tmp_path / "bedplate.toml").write_text(block("toml").replace("rules.toml", "rules.json"))
    flags = ("--data-dir", str(tmp_path), "--listen", "127.0.0.1:0")
    served = run_bedplate("serve", *flags)
    assert served.returncode == 2
    assert "rules.json" in served.stderr
    assert complaint in served.stderr
    doctor = run_bedplate("doctor", "--data-dir", str(tmp_path))
    assert doctor.returncode == 1
    assert complaint in doctor.stdout


def test_no_binding_by_pattern(bedplate_binary, tmp_path):
    (tmp_path / "rules.toml").write_text(block("toml rules"))
    (tmp_path / "bedplate.toml").write_text(block("toml").replace(CLAUDE, "anthropic.*"))
    served = run_bedplate("serve", "--data-dir", str(tmp_path), "--listen", "127.0.0.1:0")
    assert served.returncode == 2
    assert "is scripted: bind it to whole model ids" in served.stderr
