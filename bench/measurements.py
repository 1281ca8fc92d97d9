"""What is measured, and how: one function for each part of the table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from processes import (
    Bedplate,
    CannotMeasure,
    FakeEngine,
    Nginx,
    clean_environment,
    cpu_seconds,
    resident_bytes,
)

MODEL_PATH = "/model/amazon.nova-lite-v1%3A0"
CHAT_PATH = "/v1/chat/completions"
LOAD_SECONDS_MAX = 120


@dataclass
class Figure:
    """One line of the table."""

    part: str
    what: str
    measured: float
    unit: str
    target: float | None = None
    at_least: bool = False  # else the target is a most
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.measured >= self.target if self.at_least else self.measured <= self.target


@dataclass
class Settings:
    build: Path
    directory: Path  # for what the programs write; removed at the end
    quick: bool = False
    raw: dict = field(default_factory=dict)  # every run's own report

    def choose(self, full, quick):
        return quick if self.quick else full

    def place(self, name: str) -> Path:
        path = self.directory / name
        path.mkdir(exist_ok=True)
        return path

    def keep(self, name: str, report) -> None:
        self.raw.setdefault(name, []).append(report)


def converse_body(max_tokens: int, text: str = "Hello") -> str:
    return json.dumps(
        {
            "messages": [{"role": "user", "content": [{"text": text}]}],
            "inferenceConfig": {"maxTokens": max_tokens, "temperature": 0, "topP": 1},
        }
    )


def chat_body(max_tokens: int, text: str = "Hello") -> str:
    """What Bedplate asks an engine for, given converse_body()."""
    return json.dumps(
        {
            "messages": [{"role": "user", "content": text}],
            "temperature": 0,
            "top_p": 1,
            "top_k": 0,
            "min_p": 0,
            "max_tokens": max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    )


class Load:
    """The load generator against one server."""

    def __init__(self, settings: Settings, url: str, path: str, body: str, credentials=None):
        self._binary = settings.build / "bench/bedplate_load"
        self._target = ["--url", url, "--path", path, "--body", body]
        self._environment = clean_environment(**(credentials or {}))

    def start(self, kind: str, **options) -> subprocess.Popen:
        words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        return subprocess.Popen(
            [str(self._binary), kind, *self._target, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def requests(self, **options) -> dict:
        process = self.start("requests", **options)
        try:
            printed, errors = process.communicate(timeout=LOAD_SECONDS_MAX)
        finally:
            process.kill()
        if process.returncode != 0:
            raise CannotMeasure(f"the load generator failed: {errors}")
        report = json.loads(printed)
        if report["refused"] or report["broken"] or not report["latency"]["count"]:
            raise CannotMeasure(f"requests failed: {report}")
        return report


def median_of(reports: list[dict], *names: str) -> float:
    def value(report):
        for name in names:
            report = report[name]
        return report

    return statistics.median(map(value, reports))


def alternate(rounds: int, **sides) -> dict[str, list]:
    """A B A B …: what disturbs the machine for a while disturbs both."""
    reports: dict[str, list] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            reports[name].append(measure())
    return reports


LATENCY_TARGETS_MS = {("32, 50/s each", "p50"): 0.3, ("32, 50/s each", "p99"): 1.0}

# Clients that ask 50 times a second each, at random times; then clients that never pause.
LATENCY_LOADS = {
    "1, no pauses": {"connections": 1},
    "32, 50/s each": {"connections": 32, "rate": 50},
    "256, 50/s each": {"connections": 256, "rate": 50},
    "32, no pauses": {"connections": 32},
    "256, no pauses": {"connections": 256},
}


def added_latency(settings: Settings) -> list[Figure]:
    """(a): through Bedplate minus straight to the engine, under the same load."""
    place = settings.place("latency")
    figures = []
    with (
        FakeEngine(settings.build, place) as engine,
        Bedplate(settings.build, place, engine.url) as server,
    ):
        direct = Load(settings, engine.url, CHAT_PATH, chat_body(1))
        gateway = Load(
            settings, server.url, MODEL_PATH + "/converse", converse_body(1), server.credentials()
        )
        for name, load in LATENCY_LOADS.items():
            options = {
                **load,
                "seconds": settings.choose(2, 0.7),
                "warm_up_seconds": settings.choose(0.5, 0.3),
            }
            reports = alternate(
                settings.choose(3, 1),
                direct=lambda: direct.requests(**options),
                bedplate=lambda: gateway.requests(**options),
            )
            settings.keep("latency", {**options, **reports})
            figures += latency_figures(name, reports)
    return figures


def latency_figures(name: str, reports: dict[str, list]) -> list[Figure]:
    figures = []
    for percentile in ("p50", "p99"):
        plain = median_of(reports["direct"], "latency", f"{percentile}_ms")
        ours = median_of(reports["bedplate"], "latency", f"{percentile}_ms")
        target = LATENCY_TARGETS_MS.get((name, percentile))
        figures.append(
            Figure(
                "a",
                f"latency added, connections: {name}, {percentile}",
                ours - plain,
                "ms",
                target,
                note=f"{ours:.3f} - {plain:.3f}",
            )
        )
    return figures


def throughput(settings: Settings) -> list[Figure]:
    """(b): signed Converse beside nginx, which passes on what Bedplate asks the engine for."""
    place = settings.place("throughput")
    workers = os.cpu_count()
    with (
        FakeEngine(settings.build, place) as engine,
        Bedplate(settings.build, place, engine.url) as server,
        Nginx(place / "nginx", engine.url, workers) as nginx,
    ):
        ours = Load(
            settings, server.url, MODEL_PATH + "/converse", converse_body(1), server.credentials()
        )
        theirs = Load(settings, nginx.url, CHAT_PATH, chat_body(1))
        options = {
            "connections": 64,
            "seconds": settings.choose(2.5, 1),
            "warm_up_seconds": 0.5,
        }

        def measured(load: Load, program):
            before = cpu_seconds(program.pid)
            report = load.requests(**options)
            used = cpu_seconds(program.pid) - before
            report["cpu_us_per_request"] = used / report["begun"] * 1e6
            return report

        reports = alternate(
            settings.choose(5, 1),
            nginx=lambda: measured(theirs, nginx),
            bedplate=lambda: measured(ours, server),
        )
    settings.keep("throughput", {**options, **reports})
    ratio = statistics.median(
        a["requests_per_second"] / b["requests_per_second"]
        for a, b in zip(reports["bedplate"], reports["nginx"])
    )
    figures = [Figure("b", "requests per second over nginx's", ratio, "", 0.4, at_least=True)]
    for name in ("bedplate", "nginx"):
        rate = median_of(reports[name], "requests_per_second")
        used = median_of(reports[name], "cpu_us_per_request")
        figures.append(Figure("b", f"  requests per second, {name}", rate, "/s"))
        figures.append(Figure("b", f"  processor time per request, {name}", used, "us"))
    return figures


def run_streams(load: Load, streams: int, tokens: int, expected: str, watch=None) -> dict:
    """`watch(phase)` is called with what the load generator says on standard error."""
    process = load.start(
        "streams", streams=streams, tokens=tokens, format=expected, ramp_seconds=2.5
    )
    timer = threading.Timer(LOAD_SECONDS_MAX, process.kill)
    timer.start()
    try:
        for line in process.stderr:
            if watch:
                watch(line.strip())
        printed = process.stdout.read()
        if process.wait() != 0:
            raise CannotMeasure("the load generator failed")
        return json.loads(printed)
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def streams(settings: Settings) -> list[Figure]:
    """(c): a thousand streams of twenty tokens a second."""
    place = settings.place("streams")
    count, tokens = 1_000, settings.choose(240, 120)
    resident = {}
    with FakeEngine(settings.build, place, interval_us=50_000) as engine:
        direct = Load(settings, engine.url, CHAT_PATH, chat_body(tokens))
        with Bedplate(settings.build, place, engine.url) as server:
            path = MODEL_PATH + "/converse-stream"
            load = Load(settings, server.url, path, converse_body(tokens), server.credentials())
            # What the first requests make the process allocate once is not the streams'.
            Load(
                settings, server.url, path, converse_body(2), server.credentials()
            ).requests(connections=4, requests_max=20, warm_up_seconds=0)
            resident["before"] = resident_bytes(server.pid)
            cpu_before = cpu_seconds(server.pid)

            def watch(phase: str) -> None:
                resident[phase] = resident_bytes(server.pid)

            report = run_streams(load, count, tokens, "events", watch)
            cpu_used = cpu_seconds(server.pid) - cpu_before
            resident["after"] = resident_bytes(server.pid)
        plain = run_streams(direct, count, tokens, "sse")
    settings.keep("streams", {"bedplate": report, "direct": plain, "resident_bytes": resident})
    if "first end" not in resident:
        raise CannotMeasure(f"the streams did not all open: {report}")
    peak = max(resident["all open"], resident["first end"])
    each_kib = (peak - resident["before"]) / count / 1024
    return [
        Figure("c", "streams dropped of 1,000", report["dropped"], "", 0),
        Figure("c", "frame delay, p99", report["delay"]["p99_ms"], "ms", 5),
        Figure("c", "  frame delay, p50", report["delay"]["p50_ms"], "ms"),
        Figure("c", "  frame delay, p99, without Bedplate", plain["delay"]["p99_ms"], "ms"),
        Figure("c", "  streams dropped, without Bedplate", plain["dropped"], ""),
        Figure("c", "resident memory per stream", each_kib, "KiB", 64),
        Figure("c", "  processor time per token", cpu_used / count / tokens * 1e6, "us"),
    ]


def start(settings: Settings) -> list[Figure]:
    """(e): from starting the process to its word that it listens; memory before any request."""
    seconds, resident = [], []
    for turn in range(settings.choose(7, 3)):
        with Bedplate(settings.build, settings.place(f"start-{turn}")) as server:
            seconds.append(server.start_seconds)
            threading.Event().wait(0.5)  # let it settle
            resident.append(resident_bytes(server.pid))
    binary = settings.build / "bedplate"
    settings.keep("start", {"seconds": seconds, "resident_bytes": resident})
    return [
        Figure("e", "start to listening", statistics.median(seconds), "s", 0.3),
        Figure("e", "idle resident memory", statistics.median(resident) / 2**20, "MiB", 40),
        Figure("e", "size of the binary", binary.stat().st_size / 2**20, "MiB"),
    ]


def policy_decisions(settings: Settings) -> list[Figure]:
    """(i): one decision for a principal with 20 policies of 20 statements, by kind of policies."""
    program = settings.build / "bench/bedplate_policy_decisions"
    rounds = settings.choose(500, 50)
    printed = subprocess.run(
        [program, str(rounds)], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    report = json.loads(printed)
    settings.keep("policy decisions", report)
    figures = [
        Figure("i", f"policy decision, {kind}", times["median_us"], "us", 20)
        for kind, times in report.items()
    ]
    compiled = max(times["compile_each_us"] for times in report.values())
    return [*figures, Figure("i", "  to compile a policy", compiled, "us")]
