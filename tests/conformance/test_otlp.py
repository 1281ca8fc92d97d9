"""Export to an OpenTelemetry collector: metrics and traces, against a stand-in on loopback."""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bedplate_server import run_bedplate
from conversations import CLAUDE, user

pytestmark = pytest.mark.bedplate_only

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CONFIG = """
[engines.script]
type = "scripted"
rules = "{rules}"

[[bindings]]
models = ["{claude}"]
engine = "script"

[otlp]
endpoint = "{endpoint}"
interval_ms = 100
{more}
"""
RULES = {"rules": [{"text": "Yes.", "usage": {"input_tokens": 40, "output_tokens": 10}}]}


class Collector:
    """Takes what is sent and answers with one status."""

    def __init__(self, status: int = 200):
        self.received: queue.Queue = queue.Queue()
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.put((self.path, dict(self.headers), json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def next(self, path: str):
        """The next export of that path; others before it are dropped."""
        while True:
            found, headers, body = self.received.get(timeout=30)
            if found == path:
                return headers, body

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector():
    running = Collector()
    yield running
    running.close()


def config_text(folder, endpoint: str, more: str = "") -> str:
    rules = folder / "rules.json"
    rules.write_text(json.dumps(RULES))
    return CONFIG.format(rules=rules, claude=CLAUDE, endpoint=endpoint, more=more)


def attributes(where: dict) -> dict:
    return {each["key"]: next(iter(each["value"].values())) for each in where["attributes"]}


def metrics_of(body: dict) -> dict[str, dict]:
    (resource,) = body["resourceMetrics"]
    assert attributes(resource["resource"])["service.name"] == "bedplate"
    (scope,) = resource["scopeMetrics"]
    return {metric["name"]: metric for metric in scope["metrics"]}


def test_metrics(start_server, make_client, collector, tmp_path):
    server = start_server(config_text(tmp_path, collector.url))
    make_client(running=server).converse(modelId=CLAUDE, messages=[user("Hi")])
    while "bedplate_model_tokens" not in (found := metrics_of(collector.next("/v1/metrics")[1])):
        pass
    tokens = found["bedplate_model_tokens"]["sum"]
    assert tokens["aggregationTemporality"] == 2 and tokens["isMonotonic"] is True
    by_kind = {attributes(point)["kind"]: point for point in tokens["dataPoints"]}
    assert by_kind["input"]["asDouble"] == 40 and by_kind["output"]["asDouble"] == 10
    point = by_kind["input"]
    assert attributes(point)["model"] == CLAUDE
    assert int(point["startTimeUnixNano"]) < int(point["timeUnixNano"])
    seconds = found["bedplate_model_invocation_duration_seconds"]
    assert seconds["unit"] == "s"
    (point,) = seconds["histogram"]["dataPoints"]
    assert point["count"] == "1" and sum(map(int, point["bucketCounts"])) == 1
    assert len(point["bucketCounts"]) == len(point["explicitBounds"]) + 1
    assert found["bedplate_engine_slots"]["gauge"]["dataPoints"]


def test_metrics_are_what_the_protocol_says(start_server, make_client, collector, tmp_path):
    """The official messages read it: names, types, integers as texts."""
    service = pytest.importorskip("opentelemetry.proto.collector.metrics.v1.metrics_service_pb2")
    from google.protobuf import json_format

    start_server(config_text(tmp_path, collector.url))
    headers, body = collector.next("/v1/metrics")
    assert headers["Content-Type"] == "application/json"
    read = json_format.ParseDict(body, service.ExportMetricsServiceRequest())
    assert len(read.resource_metrics[0].scope_metrics[0].metrics) > 10


def test_traces(start_server, make_client, collector, tmp_path):
    server = start_server(config_text(tmp_path, collector.url))
    client = make_client(running=server)

    def add_parent(request, **_):
        request.headers["traceparent"] = f"00-{TRACE_ID}-{SPAN_ID}-01"

    client.meta.events.register("before-send", add_parent)
    client.converse(modelId=CLAUDE, messages=[user("Hi")])
    body = collector.next("/v1/traces")[1]
    (span,) = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span["name"] == f"chat {CLAUDE}"
    assert (span["traceId"], span["parentSpanId"]) == (TRACE_ID, SPAN_ID)
    assert len(span["spanId"]) == 16 and span["spanId"] != SPAN_ID
    assert 0 <= int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) < 60e9
    found = attributes(span)
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.provider.name"] == "aws.bedrock"
    assert found["gen_ai.request.model"] == CLAUDE
    assert found["gen_ai.usage.input_tokens"] == "40"
    assert found["gen_ai.usage.output_tokens"] == "10"
    assert "status" not in span
    assert "Hi" not in json.dumps(body)


def test_only_traces(start_server, make_client, collector, tmp_path):
    text = config_text(tmp_path, collector.url, 'metrics = false\nauthorization_env = "OTLP_AUTH"')
    server = start_server(text, environment={"OTLP_AUTH": "Bearer x"})
    make_client(running=server).converse(modelId=CLAUDE, messages=[user("Hi")])
    path, headers, body = collector.received.get(timeout=30)
    assert path == "/v1/traces"
    assert headers["Authorization"] == "Bearer x"
    (span,) = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert "parentSpanId" not in span and len(span["traceId"]) == 32


def test_a_collector_that_refuses(start_server, make_client, tmp_path):
    refusing = Collector(status=503)
    try:
        server = start_server(config_text(tmp_path, refusing.url))
        for _ in range(3):
            refusing.next("/v1/metrics")
        make_client(running=server).converse(modelId=CLAUDE, messages=[user("Hi")])
        assert server.stop() == 0
        assert server.log_path.read_text().count("the collector answered 503") == 1
    finally:
        refusing.close()


@pytest.mark.parametrize(
    "section, text",
    [
        ('endpoint = "nonsense"', "nonsense"),
        ("traces = true", "needs 'endpoint'"),
        ('endpoint = "http://127.0.0.1:4318"\nprotocol = "grpc"', "unknown key 'otlp.protocol'"),
    ],
)
def test_bad_configuration(tmp_path, section, text):
    config = tmp_path / "bedplate.toml"
    config.write_text(f"[otlp]\n{section}\n")
    result = run_bedplate("models", "--config", config, "--data-dir", tmp_path / "data")
    assert result.returncode == 2
    assert text in result.stderr
