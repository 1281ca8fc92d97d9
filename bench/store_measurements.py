"""What is measured of the store: pages of long lists, single reads, and the start with them."""

from __future__ import annotations

import json
import statistics
import subprocess
from pathlib import Path

from measurements import Figure, Settings
from processes import Bedplate, CannotMeasure

RESOURCES = 50_000
SECONDS_MAX = 300


def fill_and_read(settings: Settings, database: Path) -> dict:
    command = [settings.build / "bench/bedplate_store_load", database, str(RESOURCES)]
    command.append(str(settings.choose(5, 1)))
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
    if done.returncode != 0:
        raise CannotMeasure(f"the store's load failed: {done.stderr}")
    return json.loads(done.stdout)


def store(settings: Settings) -> list[Figure]:
    """(h): 50,000 resources in one account; the same server without and with them."""
    place = settings.place("store")
    starts: dict[str, list[float]] = {"empty": [], "full": []}
    for turn in range(settings.choose(5, 2)):
        with Bedplate(settings.build, place / f"empty-{turn}") as server:
            starts["empty"].append(server.start_seconds)
    full = place / "full"
    with Bedplate(settings.build, full):
        pass  # makes the data directory
    report = fill_and_read(settings, full / "data/bedplate.db")
    for _ in starts["empty"]:
        with Bedplate(settings.build, full) as server:
            starts["full"].append(server.start_seconds)
    settings.keep("store", {**report, "start_seconds": starts})
    medians = {name: statistics.median(seconds) for name, seconds in starts.items()}
    longer_ms = (medians["full"] - medians["empty"]) * 1000
    return [
        Figure("h", "list, 100 of 50,000 resources, p99", report["list"]["p99_ms"], "ms", 10),
        Figure("h", "get, of 50,000 resources, p99", report["get"]["p99_ms"], "ms", 2),
        Figure(
            "h",
            "start longer than with an empty store",
            longer_ms,
            "ms",
            30,
            note=f"{medians['full']:.3f} s / {medians['empty']:.3f} s",
        ),
    ]
