"""What a server's audit log says, read as its operator would."""

from __future__ import annotations

import json
from pathlib import Path

from bedplate_server import Deadline, run_bedplate

WAIT_SECONDS_MAX = 20


def audit_files(directory: Path) -> list[Path]:
    """The log's files in the order of their lines."""
    return sorted(directory.glob("audit-*.jsonl"), key=lambda path: path.stem.rpartition("-")[2])


def show(data_dir: Path, *flags: str) -> list[dict]:
    done = run_bedplate("audit", "show", "--data-dir", data_dir, *flags)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def verify(data_dir: Path, *flags: str):
    return run_bedplate("audit", "verify", "--data-dir", data_dir, *flags)


def event_of(data_dir: Path, request_id: str) -> dict:
    """The event of one request: it is written moments after the answer was sent."""
    deadline = Deadline(WAIT_SECONDS_MAX, f"an event of the request {request_id}")
    while deadline.open():
        for event in show(data_dir):
            if event.get("requestID") == request_id:
                return event


def request_id_of(response: dict) -> str:
    return response["ResponseMetadata"]["RequestId"]
