"""Metrics: CloudWatch's operations through boto3 (in every protocol that its SDKs speak) and the AWS
CLI, `/metrics` as Prometheus reads it, and what `bedplate usage` prints.

The scripted engine says how many tokens it counted, so what must be measured is known exactly."""

from __future__ import annotations

import datetime
import json
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import botocore.config
import botocore.model
import pytest
from botocore.exceptions import ClientError

from bedplate_server import REPOSITORY, run_bedplate
from conversations import CLAUDE, LLAMA, stream_text, user
from signed_http import SignedHttp

pytestmark = pytest.mark.bedplate_only

AWS = Path(sys.executable).parent / "aws"
NAMESPACE = "AWS/Bedrock"
XML = "{http://monitoring.amazonaws.com/doc/2010-08-01/}"
TARGET = "GraniteServiceVersion20100801"
PROTOCOLS = ["json", "smithy-rpc-v2-cbor", "query"]
RULES = {
    "rules": [
        {"when": {"text_contains": "fails"}, "text": "", "fault": "fail"},
        {"text": "One two three.", "usage": {"input_tokens": 1000, "output_tokens": 200}},
    ]
}
CONFIG = """
[engines.script]
type = "scripted"
rules = "{rules}"

[[bindings]]
models = ["{claude}", "{llama}"]
engine = "script"

[metrics]
flush_interval_ms = 100
{more}
"""


def config_text(folder: Path, more: str = "") -> str:
    rules = folder / "rules.json"
    rules.write_text(json.dumps(RULES))
    return CONFIG.format(rules=rules, claude=CLAUDE, llama=LLAMA, more=more)


def ask(runtime, model: str = CLAUDE, text: str = "Hi"):
    return runtime.converse(modelId=model, messages=[user(text)])


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def dimension(model: str) -> list[dict]:
    return [{"Name": "ModelId", "Value": model}]


def stat(name: str, statistic: str = "Sum", query_id: str = "a", model: str | None = CLAUDE, **more):
    metric = {"Namespace": NAMESPACE, "MetricName": name}
    if model:
        metric["Dimensions"] = dimension(model)
    wanted = {"Metric": metric, "Period": 60, "Stat": statistic}
    wanted.update({key: more.pop(key) for key in ("Period", "Unit") if key in more})
    return {"Id": query_id, "MetricStat": wanted, **more}


def get_data(client, *queries, minutes: int = 60, **more):
    end = now() + datetime.timedelta(minutes=2)
    more.setdefault("StartTime", end - datetime.timedelta(minutes=minutes))
    more.setdefault("EndTime", end)
    return client.get_metric_data(MetricDataQueries=list(queries), **more)


def values(reply, query_id: str = "a") -> list[float]:
    return next(r["Values"] for r in reply["MetricDataResults"] if r["Id"] == query_id)


def refusal(call, **arguments) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


@pytest.fixture(scope="module")
def measured(bedplate_binary, make_client, tmp_path_factory):
    """A server that has answered: two calls and a stream of Claude, one of Llama, one failure of the
    engine, one of the client."""
    from bedplate_server import BedplateServer

    folder = tmp_path_factory.mktemp("metrics")
    with BedplateServer(folder, config_text(folder)) as server:
        runtime = make_client(running=server)
        ask(runtime)
        ask(runtime)
        stream_text(runtime.converse_stream(modelId=CLAUDE, messages=[user("Hi")])["stream"])
        ask(runtime, LLAMA)
        with pytest.raises(ClientError):
            ask(runtime, text="fails")
        with pytest.raises(ClientError):
            runtime.invoke_model(modelId=CLAUDE, body=b"{}")
        yield server


@pytest.fixture(scope="module")
def cloudwatch(measured, make_client):
    return make_client("cloudwatch", running=measured)


@pytest.fixture
def speaking(measured, make_client, monkeypatch):
    """A client that was told which of its service's protocols to speak."""

    def make(protocol: str, **options):
        monkeypatch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
        client = make_client("cloudwatch", running=measured, **options)
        assert client.meta.service_model.resolved_protocol == protocol
        return client

    return make


# ---- CloudWatch


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_sums_in_every_protocol(speaking, protocol):
    client = speaking(protocol)
    reply = get_data(
        client,
        *(
            stat(name, statistic, query_id, model, Period=3600)
            for name, statistic, query_id, model in [
                ("Invocations", "Sum", "calls", CLAUDE),
                ("InputTokenCount", "Sum", "input", CLAUDE),
                ("OutputTokenCount", "Sum", "output", CLAUDE),
                ("InvocationServerErrors", "Sum", "server", CLAUDE),
                ("InvocationClientErrors", "Sum", "client", CLAUDE),
                ("EstimatedTPMQuotaUsage", "Sum", "quota", CLAUDE),
                ("TimeToFirstToken", "SampleCount", "streams", CLAUDE),
                ("Invocations", "Sum", "all", None),
            ]
        ),
    )
    sums = {result["Id"]: sum(result["Values"]) for result in reply["MetricDataResults"]}
    assert sums == {
        "calls": 3,
        "input": 3000,
        "output": 600,
        "server": 1,
        "client": 1,
        "quota": 3600,
        "streams": 1,
        "all": 4,
    }
    result = reply["MetricDataResults"][0]
    assert (result["Label"], result["StatusCode"]) == ("Invocations", "Complete")
    assert all(stamp.tzinfo and stamp.second == 0 for stamp in result["Timestamps"])
    assert abs(now() - result["Timestamps"][0]) < datetime.timedelta(hours=2)
    assert reply["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_statistics_in_every_protocol(speaking, protocol):
    client = speaking(protocol)
    end = now() + datetime.timedelta(minutes=2)
    question = {
        "Namespace": NAMESPACE,
        "MetricName": "InvocationLatency",
        "Dimensions": dimension(CLAUDE),
        "StartTime": end - datetime.timedelta(hours=1),
        "EndTime": end,
        "Period": 3600,
    }
    names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]
    reply = client.get_metric_statistics(**question, Statistics=names)
    assert reply["Label"] == "InvocationLatency"
    points = reply["Datapoints"]
    assert sum(point["SampleCount"] for point in points) == 3
    for point in points:
        assert point["Unit"] == "Milliseconds"
        assert 0 < point["Minimum"] <= point["Average"] <= point["Maximum"] <= point["Sum"]
        assert "ExtendedStatistics" not in point
    reply = client.get_metric_statistics(**question, ExtendedStatistics=["p50", "p99.9"])
    for point in reply["Datapoints"]:
        assert set(point["ExtendedStatistics"]) == {"p50", "p99.9"}
        assert point["ExtendedStatistics"]["p50"] <= point["ExtendedStatistics"]["p99.9"]
        assert "Sum" not in point


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_list_in_every_protocol(speaking, protocol):
    client = speaking(protocol)
    metrics = client.list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert {"Namespace": NAMESPACE, "MetricName": "Invocations", "Dimensions": []} in metrics
    of_claude = {"Namespace": NAMESPACE, "MetricName": "Invocations", "Dimensions": dimension(CLAUDE)}
    assert of_claude in metrics
    assert client.list_metrics(
        MetricName="Invocations", Dimensions=[{"Name": "ModelId", "Value": CLAUDE}]
    )["Metrics"] == [of_claude]
    by_name = client.list_metrics(MetricName="Invocations", Dimensions=[{"Name": "ModelId"}])
    assert len(by_name["Metrics"]) == 2
    assert client.list_metrics(Namespace="AWS/EC2")["Metrics"] == []
    assert client.list_metrics(MetricName="Invocations", Dimensions=[{"Name": "x"}])["Metrics"] == []
    assert of_claude in client.list_metrics(RecentlyActive="PT3H")["Metrics"]
    assert client.list_metrics(OwningAccount="123456789012")["Metrics"] == []
    with_owners = client.list_metrics(IncludeLinkedAccounts=True)
    assert len(with_owners["OwningAccounts"]) == len(with_owners["Metrics"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_errors_in_every_protocol(speaking, protocol):
    unchecked = botocore.config.Config(parameter_validation=False)
    client = speaking(protocol, config=unchecked)
    moment = now()
    times = {"StartTime": moment, "EndTime": moment}
    status, code, message = refusal(
        client.get_metric_statistics,
        **{"Namespace": NAMESPACE, "MetricName": "Invocations", "Period": 60},
        **times,
        Statistics=["Sum"],
    )
    assert (status, code) == (400, "InvalidParameterValue")
    assert message == "The parameter StartTime must not equal parameter EndTime."
    status, code, message = refusal(
        client.get_metric_data, MetricDataQueries=[stat("Invocations")], **times
    )
    assert (status, code) == (400, "ValidationError")
    assert message == "The parameter StartTime must not equal parameter EndTime."
    status, code, message = refusal(client.list_metrics, Namespace="")
    assert (status, code) == (400, "ValidationError")
    assert "at 'namespace' failed to satisfy constraint" in message
    status, code, message = refusal(client.describe_alarms)
    assert (status, code) == (501, "NotImplemented")
    assert "DescribeAlarms" in message


def test_what_boto3_speaks(cloudwatch):
    """It prefers AWS JSON; if that changes this test says so."""
    assert cloudwatch.meta.service_model.resolved_protocol == "json"


def test_the_aws_cli(measured):
    environment = {**measured.client_environment(), "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
    end = now() + datetime.timedelta(minutes=2)
    times = [
        *("--start-time", (end - datetime.timedelta(hours=1)).isoformat()),
        *("--end-time", end.isoformat()),
    ]

    def aws(*arguments: str) -> dict:
        result = subprocess.run(
            [str(AWS), "cloudwatch", *arguments, "--output", "json"],
            capture_output=True,
            text=True,
            timeout=90,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    queries = json.dumps([stat("Invocations", Period=3600)])
    reply = aws("get-metric-data", "--metric-data-queries", queries, *times)
    assert sum(reply["MetricDataResults"][0]["Values"]) == 3
    reply = aws(
        *("get-metric-statistics", "--namespace", NAMESPACE, "--metric-name", "InputTokenCount"),
        *("--dimensions", f"Name=ModelId,Value={CLAUDE}", "--period", "3600"),
        *("--statistics", "Sum", *times),
    )
    assert sum(point["Sum"] for point in reply["Datapoints"]) == 3000
    assert aws("list-metrics", "--namespace", NAMESPACE)["Metrics"]


@pytest.mark.parametrize(
    "query",
    [
        stat("NoSuchMetric"),
        stat("Invocations", model="no.such-model"),
        stat("Invocations", Unit="Bytes"),
        {
            "Id": "a",
            "MetricStat": {
                "Metric": {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"},
                "Period": 60,
                "Stat": "Average",
            },
        },
        {
            "Id": "a",
            "MetricStat": {
                "Metric": {
                    "Namespace": NAMESPACE,
                    "MetricName": "Invocations",
                    "Dimensions": [{"Name": "Other", "Value": CLAUDE}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ],
)
def test_unknown_metrics_have_no_data(cloudwatch, query):
    reply = get_data(cloudwatch, query)
    result = reply["MetricDataResults"][0]
    assert (result["Values"], result["Timestamps"], result["StatusCode"]) == ([], [], "Complete")


def test_times_without_data(cloudwatch):
    year = datetime.timedelta(days=365)
    for start in (now() - year, now() + year, datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)):
        reply = get_data(
            cloudwatch,
            stat("Invocations"),
            StartTime=start,
            EndTime=start + datetime.timedelta(hours=1),
        )
        assert values(reply) == []


def test_the_end_is_not_included(cloudwatch):
    reply = get_data(cloudwatch, stat("Invocations"))
    stamp = reply["MetricDataResults"][0]["Timestamps"][0]
    minute = datetime.timedelta(minutes=1)
    found = {"StartTime": stamp, "EndTime": stamp + minute}
    assert values(get_data(cloudwatch, stat("Invocations"), **found))
    before = {"StartTime": stamp - minute, "EndTime": stamp}
    assert values(get_data(cloudwatch, stat("Invocations"), **before)) == []
    within = {"StartTime": stamp + datetime.timedelta(seconds=59), "EndTime": stamp + minute}
    assert values(get_data(cloudwatch, stat("Invocations"), **within))  # rounded down to its minute


def test_what_is_not_wanted_back(cloudwatch):
    reply = get_data(cloudwatch, stat("Invocations", ReturnData=False), stat("Invocations", query_id="b"))
    assert [result["Id"] for result in reply["MetricDataResults"]] == ["b"]


def test_labels(cloudwatch):
    reply = get_data(cloudwatch, stat("Invocations", Label="Mine"))
    assert reply["MetricDataResults"][0]["Label"] == "Mine"


def test_pages(cloudwatch):
    queries = [
        stat("Invocations", query_id=f"q{i}", model=model, Period=3600)
        for i, model in enumerate([CLAUDE, LLAMA, None])
    ]
    whole = get_data(cloudwatch, *queries)
    count = sum(len(result["Values"]) for result in whole["MetricDataResults"])
    assert "NextToken" not in whole and count >= 3
    end = now() + datetime.timedelta(minutes=2)
    times = {"StartTime": end - datetime.timedelta(hours=1), "EndTime": end}
    pages = list(
        cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, MaxDatapoints=1, **times
        )
    )
    assert len(pages) == count
    found = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            found.setdefault(result["Id"], []).extend(result["Values"])
    assert {key: sum(each) for key, each in found.items()} == {"q0": 3, "q1": 1, "q2": 4}
    token = pages[0]["NextToken"]
    more = {"MaxDatapoints": 1, **times}
    for bad in ("x", token[:-2], token + "A"):
        answer = refusal(
            cloudwatch.get_metric_data, MetricDataQueries=queries, NextToken=bad, **more
        )
        assert answer[:2] == (400, "InvalidNextToken")
    # A token is good for the same question only.
    answer = refusal(
        cloudwatch.get_metric_data, MetricDataQueries=queries[:1], NextToken=token, **more
    )
    assert answer[:2] == (400, "InvalidNextToken")
    assert refusal(cloudwatch.list_metrics, NextToken="x")[:2] == (400, "InvalidParameterValue")


@pytest.mark.parametrize(
    "change, text",
    [
        ({"Id": "Upper"}, "must begin with a lower-case letter"),
        ({"Id": "a-b"}, "letters, digits and underscores"),
        ({"Id": ""}, "Member must have length greater than or equal to 1"),
        ({"Id": None}, "Member must not be null"),
        ({"MetricStat": None}, "must have either MetricStat or Expression"),
        ({"Expression": "SUM(METRICS())"}, "must have either MetricStat or Expression"),
        ({"Period": 60}, "Period is the one in there"),
        ({"AccountId": "123456789012"}, "is not linked"),
    ],
)
def test_bad_queries(measured, make_client, change, text):
    unchecked = botocore.config.Config(parameter_validation=False)
    client = make_client("cloudwatch", unchecked, running=measured)
    query = {key: each for key, each in (stat("Invocations") | change).items() if each is not None}
    end = now()
    start = end - datetime.timedelta(hours=1)
    status, code, message = refusal(
        client.get_metric_data, MetricDataQueries=[query], StartTime=start, EndTime=end
    )
    assert (status, code) == (400, "ValidationError")
    assert text in message


@pytest.mark.parametrize("period", [7, 59, 61, 90])
def test_bad_periods(cloudwatch, period):
    status, code, message = refusal(
        lambda: get_data(cloudwatch, stat("Invocations", Period=period))
    )
    assert (status, code) == (400, "ValidationError")
    assert "multiple of 60" in message


@pytest.mark.parametrize("name", ["sum", "p", "p101", "p-1", "pp", "Median", "", "p50%"])
def test_no_statistics(cloudwatch, name):
    status, code, message = refusal(lambda: get_data(cloudwatch, stat("Invocations", name)))
    assert (status, code) == (400, "ValidationError")
    assert "Stat" in message


# CloudWatch has these and Bedplate does not: it says so.
@pytest.mark.parametrize(
    "query",
    [
        stat("InvocationLatency", "tm90"),
        stat("InvocationLatency", "IQM"),
        stat("InvocationLatency", "TC(0.5:10)"),
        {"Id": "a", "Expression": "SUM(METRICS())"},
        {"Id": "a", "Expression": "SELECT AVG(Invocations) FROM SCHEMA(\"AWS/Bedrock\", ModelId)"},
        stat("Invocations", Label="${PROP('Dim.ModelId')}"),
    ],
)
def test_what_is_not_built(cloudwatch, query):
    status, code, _ = refusal(lambda: get_data(cloudwatch, query))
    assert (status, code) == (501, "NotImplemented")


def test_two_queries_of_one_name(cloudwatch):
    status, code, message = refusal(
        lambda: get_data(cloudwatch, stat("Invocations"), stat("InputTokenCount"))
    )
    assert (status, code) == (400, "ValidationError") and "not unique" in message


def test_too_many_queries(cloudwatch):
    queries = [stat("Invocations", query_id=f"q{i}") for i in range(501)]
    assert refusal(lambda: get_data(cloudwatch, *queries))[:2] == (400, "ValidationError")
    assert len(get_data(cloudwatch, *queries[:500])["MetricDataResults"]) == 500


@pytest.mark.parametrize(
    "change, code, text",
    [
        ({"Statistics": None}, "InvalidParameterCombination", "either Statistics or Extended"),
        ({"ExtendedStatistics": ["p50"]}, "InvalidParameterCombination", "not both"),
        ({"Period": 61}, "InvalidParameterValue", "Period must be"),
        ({"Period": 0}, "ValidationError", "at 'period' failed to satisfy constraint"),
        ({"MetricName": None}, "ValidationError", "at 'metricName'"),
        ({"Statistics": ["Median"]}, "ValidationError", "Member must satisfy enum value set"),
        ({"StartTime": "2027-01-01T00:00:00Z"}, "InvalidParameterCombination", "must be less than"),
        (
            {"StartTime": "2020-01-01T00:00:00Z"},
            "InvalidParameterCombination",
            "exceeds the limit of 1440. You may reduce the datapoints requested by increasing",
        ),
        (
            {"Statistics": None, "ExtendedStatistics": ["p101"]},
            "InvalidParameterValue",
            "not supported",
        ),
    ],
)
def test_bad_statistics_requests(measured, make_client, change, code, text):
    unchecked = botocore.config.Config(parameter_validation=False)
    client = make_client("cloudwatch", unchecked, running=measured)
    question = {
        "Namespace": NAMESPACE,
        "MetricName": "Invocations",
        "StartTime": "2026-01-01T00:00:00Z",
        "EndTime": "2026-01-01T01:00:00Z",
        "Period": 60,
        "Statistics": ["Sum"],
    } | change
    question = {key: each for key, each in question.items() if each is not None}
    status, found, message = refusal(client.get_metric_statistics, **question)
    assert (status, found) == (400, code)
    assert text in message


def rpc(server, body: bytes, headers: dict[str, str], target: str = "/", method: str = "POST"):
    keys = server.credentials
    http = SignedHttp(server.url, keys.access_key_id, keys.secret_access_key, keys.region)
    return http.send(method, target, body, headers=headers, service="monitoring")


JSON_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": f"{TARGET}.ListMetrics",
}
CBOR_HEADERS = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
CBOR_PATH = f"/service/{TARGET}/operation/ListMetrics"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"1", b'{"Namespace":1}', b'{"Namespace":{}}', b"\xff", b"[" * 100_000]
)
def test_bad_json(measured, body):
    response = rpc(measured, body, JSON_HEADERS)
    assert response.status == 400
    assert response.json()["__type"].endswith("#SerializationException")
    assert response.header("x-amzn-query-error") == "MalformedInput;Sender"


@pytest.mark.parametrize(
    "body", [b"\x18", b"\x80", b"\xff", b"\x9f" * 100_000, b"\xc1" * 100_000, b"\xa1\x01\x02"]
)
def test_bad_cbor(measured, body):
    response = rpc(measured, body, CBOR_HEADERS, CBOR_PATH)
    assert response.status == 400
    assert b"SerializationException" in response.body
    assert response.header("smithy-protocol") == "rpc-v2-cbor"


def test_unknown_targets(measured):
    for target in ("", "x", f"{TARGET}.NoSuch", "DynamoDB_20120810.ListTables"):
        response = rpc(measured, b"{}", {**JSON_HEADERS, "X-Amz-Target": target})
        assert response.status == 404
    for path in ("/", f"/service/{TARGET}/operation/", "/service/x/operation/ListMetrics"):
        assert rpc(measured, b"", CBOR_HEADERS, path).status == 404
    assert rpc(measured, b"", CBOR_HEADERS, CBOR_PATH, "PUT").status == 405
    assert rpc(measured, b" " * (1024 * 1024 + 1), JSON_HEADERS).status == 413


def test_form_of_the_query_protocol(measured):
    """What old clients and scripts send."""
    form = urlencode({"Action": "ListMetrics", "Version": "2010-08-01", "Namespace": NAMESPACE})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = rpc(measured, form.encode(), headers)
    root = ElementTree.fromstring(response.body)
    assert root.tag == f"{XML}ListMetricsResponse"
    assert root.findall(f".//{XML}MetricName")


def test_without_a_signature(measured):
    http = SignedHttp(measured.url, "AKIA", "x", "us-east-1")
    response = http.send_unsigned("POST", "/", b"{}", JSON_HEADERS)
    assert response.status == 403
    assert response.header("x-amzn-query-error").startswith("MissingAuthenticationToken")


def test_other_regions_have_their_own(measured, make_client):
    client = make_client("cloudwatch", running=measured, region_name="eu-west-1")
    assert client.list_metrics()["Metrics"] == []


def test_permission(measured, make_client):
    iam = make_client("iam", running=measured)
    iam.create_user(UserName="watcher")
    key = iam.create_access_key(UserName="watcher")["AccessKey"]
    keys = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    import boto3

    client = boto3.session.Session().client(
        "cloudwatch", endpoint_url=measured.url, region_name="us-east-1", **keys
    )
    status, code, message = refusal(client.list_metrics)
    assert (status, code) == (403, "AccessDenied")
    assert "cloudwatch:ListMetrics" in message
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "cloudwatch:ListMetrics", "Resource": "*"}],
    }
    iam.put_user_policy(UserName="watcher", PolicyName="p", PolicyDocument=json.dumps(policy))
    assert client.list_metrics()["Metrics"]
    assert refusal(lambda: get_data(client, stat("Invocations")))[1] == "AccessDenied"


def test_history_outlives_a_restart(start_server, make_client, tmp_path):
    text = config_text(tmp_path)
    server = start_server(text, directory=tmp_path)
    ask(make_client(running=server))
    server.stop()
    server = start_server(text, directory=tmp_path)
    client = make_client("cloudwatch", running=server)
    assert sum(values(get_data(client, stat("Invocations", Period=3600)))) == 1
    ask(make_client(running=server))
    assert sum(values(get_data(client, stat("Invocations", Period=3600)))) == 2


# ---- /metrics


def scrape(server, accept: str = "", path: str = "/metrics"):
    request = urllib.request.Request(server.url + path, headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers["Content-Type"], response.read().decode()


def samples(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


def test_prometheus_text(measured):
    content_type, text = scrape(measured)
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(text)
    labels = f'region="us-east-1",model="{CLAUDE}"'
    calls = {name: value for name, value in found.items() if labels in name}

    def total(metric: str, more: str = "") -> float:
        return sum(v for n, v in calls.items() if n.startswith(metric + "{") and more in n)

    assert total("bedplate_model_invocations_total", 'outcome="success"') == 3
    assert total("bedplate_model_invocations_total", 'outcome="server_error"') == 1
    assert total("bedplate_model_invocations_total", 'outcome="client_error"') == 1
    assert total("bedplate_model_tokens_total", 'kind="input"') == 3000
    assert total("bedplate_model_tokens_total", 'kind="output"') == 600
    assert total("bedplate_model_invocation_duration_seconds_count") == 3
    assert total("bedplate_model_time_to_first_token_seconds_count") == 3
    # Claude 3 Haiku: 0.25 and 1.25 US dollars a million tokens.
    assert total("bedplate_model_spend_usd_total") == pytest.approx(0.0015)
    converse = 'service="bedrock-runtime",operation="Converse",status="200"'
    assert found[f"bedplate_requests_total{{{converse}}}"] == 3
    assert found['bedplate_engine_slots_busy{engine="script"}'] == 0
    assert found["bedplate_audit_events_lost_total"] == 0
    assert found["bedplate_metrics_refused_total"] == 0
    assert found["process_resident_memory_bytes"] > 1_000_000


def test_prometheus_parser_reads_it(measured):
    prometheus = pytest.importorskip("prometheus_client.parser")
    families = list(prometheus.text_string_to_metric_families(scrape(measured)[1]))
    assert len(families) > 25
    for family in families:
        assert family.documentation and family.type in ("counter", "gauge", "histogram")
    assert len({family.name for family in families}) == len(families)
    openmetrics = pytest.importorskip("prometheus_client.openmetrics.parser")
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"
    content_type, text = scrape(measured, accept)
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")
    modern = list(openmetrics.text_string_to_metric_families(text))
    assert {family.name for family in modern} == {family.name for family in families}


def test_the_dashboard_names_metrics_that_exist(measured):
    dashboard = json.loads((REPOSITORY / "docs/grafana/bedplate.json").read_text())
    names = {re.split(r"[{ ]", line)[0] for line in scrape(measured)[1].splitlines() if line[0] != "#"}
    typed = set(re.findall(r"^# TYPE (\S+) ", scrape(measured)[1], re.MULTILINE))
    histograms = {name for name in typed if f"# TYPE {name} histogram" in scrape(measured)[1]}
    known = names | typed | {f"{name}_{end}" for name in histograms for end in ("bucket", "sum", "count")}
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])
    ]
    expressions += [
        variable["query"] if isinstance(variable["query"], str) else variable["query"]["query"]
        for variable in dashboard["templating"]["list"]
        if variable["type"] == "query"
    ]
    assert len(expressions) > 15
    for expression in expressions:
        used = re.findall(r"\b(?:bedplate|process)_\w+", expression)
        assert used, expression
        assert set(used) <= known, expression
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_page_names_every_metric(measured):
    page = (REPOSITORY / "docs/metrics.md").read_text()
    for name in re.findall(r"^# TYPE (bedplate_\S+) ", scrape(measured)[1], re.MULTILINE):
        assert f"`{name}`" in page, name


def test_watching_is_not_watched(measured):
    before = sum(v for n, v in samples(scrape(measured)[1]).items() if n.startswith("bedplate_requests_total"))
    scrape(measured)
    scrape(measured, path="/_bedplate/health")
    after = sum(v for n, v in samples(scrape(measured)[1]).items() if n.startswith("bedplate_requests_total"))
    assert after == before


def status_of(server, path: str = "/metrics", method: str = "GET") -> int:
    http = SignedHttp(server.url, "AKIA", "x", "us-east-1")
    return http.send_unsigned(method, path).status


def test_other_methods_and_paths(measured):
    assert status_of(measured, method="POST") == 405
    assert status_of(measured, "/metrics/") == 404
    assert status_of(measured, "/metrics?x=1") == 200


def test_signed_access(start_server, make_client, tmp_path):
    server = start_server(config_text(tmp_path, 'access = "signed"'))
    assert status_of(server) == 403
    keys = server.credentials
    for service in ("monitoring", "bedrock"):
        http = SignedHttp(server.url, keys.access_key_id, keys.secret_access_key, keys.region)
        assert http.send("GET", "/metrics", service=service).status == 200
    http = SignedHttp(server.url, keys.access_key_id, "wrong", keys.region)
    assert http.send("GET", "/metrics", service="monitoring").status == 403
    # As Prometheus does: `authorization: {credentials: …}`.
    headers = {"Authorization": f"Bearer {server.api_key}"}
    http = SignedHttp(server.url, "AKIA", "x", "us-east-1")
    assert http.send_unsigned("GET", "/metrics", headers=headers).status == 200
    # A user without the permission, and the administrator of another account.
    iam = make_client("iam", running=server)
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    other = json.loads(
        run_bedplate("accounts", "create", "other", "--json", "--data-dir", server.data_dir).stdout
    )
    for pair in (
        (key["AccessKeyId"], key["SecretAccessKey"]),
        (other["AccessKeyId"], other["SecretAccessKey"]),
    ):
        http = SignedHttp(server.url, *pair, "us-east-1")
        assert http.send("GET", "/metrics", service="monitoring").status == 403


def test_no_access(start_server, tmp_path):
    server = start_server(config_text(tmp_path, 'access = "off"'))
    assert status_of(server) == 404


def outside_address() -> str | None:
    """An address of this machine that is not loopback. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def test_peers_elsewhere_need_credentials(start_server, tmp_path):
    address = outside_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    server = start_server(config_text(tmp_path), listen="0.0.0.0:0")
    port = server.url.rpartition(":")[2]
    http = SignedHttp(f"http://{address}:{port}", "AKIA", "x", "us-east-1")
    assert http.send_unsigned("GET", "/metrics").status == 403
    assert status_of(server) == 200


@pytest.mark.parametrize(
    "line, text",
    [
        ('access = "public"', '"loopback", "signed", "open" or "off"'),
        ("acces = 1", "unknown key 'metrics.acces'"),
    ],
)
def test_bad_configuration(tmp_path, line, text):
    config = tmp_path / "bedplate.toml"
    config.write_text(f"[metrics]\n{line}\n")
    result = run_bedplate("models", "--config", config, "--data-dir", tmp_path / "data")
    assert result.returncode == 2
    assert text in result.stderr


# ---- usage


def usage(server, *arguments: str) -> subprocess.CompletedProcess:
    return run_bedplate("usage", *arguments, "--data-dir", server.data_dir)


def usage_by(server, by: str) -> dict[str, dict]:
    result = usage(server, "--by", by, "--json")
    assert result.returncode == 0, result.stderr
    return {row["Group"]: row for row in json.loads(result.stdout)["Usage"]}


def test_usage(start_server, make_client, tmp_path):
    server = start_server(config_text(tmp_path), directory=tmp_path)
    control = make_client("bedrock", running=server)
    profile = control.create_inference_profile(
        inferenceProfileName="team-red",
        modelSource={"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}"},
        tags=[{"key": "team", "value": "red"}],
    )["inferenceProfileArn"]
    runtime = make_client(running=server)
    ask(runtime, profile)
    ask(runtime)
    ask(runtime, LLAMA)
    server.stop()  # writes what is new
    by_model = usage_by(server, "model")
    assert by_model[CLAUDE]["Requests"] == 2
    assert by_model[CLAUDE]["InputTokens"] == 2000
    assert by_model[CLAUDE]["OutputTokens"] == 400
    assert by_model[CLAUDE]["CostUsd"] == pytest.approx(0.001)
    assert by_model[LLAMA]["Requests"] == 1
    by_tag = usage_by(server, "tag:team")
    assert by_tag["red"]["Requests"] == 1 and by_tag["(none)"]["Requests"] == 2
    assert usage_by(server, "profile")[profile]["Requests"] == 1
    principals = usage_by(server, "principal")
    assert len(principals) == 1 and next(iter(principals)).startswith("arn:aws:iam::")
    assert sum(row["Requests"] for row in usage_by(server, "day").values()) == 3
    table = usage(server).stdout
    assert CLAUDE in table and "US DOLLARS" in table
    nothing = usage(server, "--from", "2020-01-01", "--to", "2020-01-31")
    assert "Nothing was used" in nothing.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--by", "colour"),
        ("--by", "tag:"),
        ("--from", "yesterday"),
        ("--from", "2026-02-30"),
        ("--from", "2026-02-02", "--to", "2026-01-01"),
    ],
)
def test_bad_usage_arguments(measured, arguments):
    assert usage(measured, *arguments).returncode != 0
