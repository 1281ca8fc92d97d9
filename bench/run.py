#!/usr/bin/env python3
"""`make bench`: measures Bedplate, prints a table with the targets, writes JSON.

docs/performance.md says what each line means. Exit status: 0 when everything could be measured,
1 when a target was missed and --check was given, 2 when something could not be measured.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import measurements
import model_measurements
import object_measurements
import store_measurements
from processes import REPOSITORY, CannotMeasure

PARTS = {
    "a": measurements.added_latency,
    "b": measurements.throughput,
    "c": measurements.streams,
    "d": model_measurements.demo_model,
    "e": measurements.start,
    "f": model_measurements.conversations,
    "g": model_measurements.prompt_cache,
    "h": store_measurements.store,
    "i": measurements.policy_decisions,
    "j": object_measurements.objects,
}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures Bedplate (docs/performance.md).")
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build/release")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "build/bench.json")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS), help="parts")
    parser.add_argument("--quick", action="store_true", help="shorter and less exact")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    return parser.parse_args()


def build_programs(build: Path) -> None:
    if not (build / "CMakeCache.txt").is_file():
        raise CannotMeasure(f"{build} is no build folder; run `make bench`")
    subprocess.run(
        ["cmake", "--build", str(build), "--target", "bedplate_bench"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def number(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def print_figure(figure: measurements.Figure) -> None:
    target = ""
    if figure.target is not None:
        target = f"{'>=' if figure.at_least else '<='} {number(figure.target)} {figure.unit}".strip()
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    measured = f"{number(figure.measured)} {figure.unit}".strip()
    columns = f"{figure.part}  {figure.what:<54} {target:<12} {measured:<14} {verdict:<7}"
    print(f"{columns} {figure.note}".rstrip(), flush=True)


def measure(settings: measurements.Settings, parts: list[str]) -> tuple[list, dict[str, str]]:
    print(f"   {'':<54} {'target':<12} {'measured':<14}", flush=True)
    figures, failures = [], {}
    for part in parts:
        try:
            found = PARTS[part](settings)
        except (CannotMeasure, OSError, subprocess.SubprocessError) as problem:
            failures[part] = str(problem)
            print(f"{part}  could not be measured: {problem}", flush=True)
            continue
        for figure in found:
            print_figure(figure)
        figures += found
    return figures, failures


def report_of(settings: measurements.Settings, figures: list, failures: dict) -> dict:
    return {
        "measured_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "quick": settings.quick,
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "kernel": platform.release(),
            "load_average_at_end": os.getloadavg()[0],
        },
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
        "not_measured": failures,
        "runs": settings.raw,
    }


def main() -> int:
    arguments = parse_arguments()
    directory = Path(tempfile.mkdtemp(prefix="bedplate-bench-"))
    settings = measurements.Settings(arguments.build, directory, arguments.quick)
    try:
        build_programs(arguments.build)
        figures, failures = measure(settings, arguments.only)
    except CannotMeasure as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    report = report_of(settings, figures, failures)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    missed = sum(figure.met is False for figure in figures)
    print(f"\n{missed} of {sum(f.met is not None for f in figures)} targets missed; "
          f"every run: {arguments.output.name} in {arguments.output.parent.name}/")
    if failures:
        return 2
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
