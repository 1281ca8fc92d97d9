"""kill -9 at random points: what was acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from postgres_cluster import PostgresCluster, postgres_programs

WRITES = 10_000
KILLS = 8
THREADS = 4


@pytest.fixture(params=["sqlite", "postgres"])
def location(request, tmp_path):
    if request.param == "sqlite":
        yield str(tmp_path / "bedplate.db")
        return
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresCluster() as cluster:
        yield cluster.url


def written_until_killed(writer: Path, location: str, first: int, count: int, kill_after: int):
    """The ids that were acknowledged before the process was killed, at that many."""
    command = [writer, "write", location, str(first), str(count), str(THREADS)]
    acknowledged = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if not line.endswith("\n"):
                break  # cut off by the kill: not acknowledged
            acknowledged.add(int(line))
            if len(acknowledged) == kill_after:
                process.kill()  # what is still in the pipe was acknowledged, too
    assert process.returncode == (0 if kill_after > count else -9)
    return acknowledged


def found(writer: Path, location: str) -> dict[str, tuple[str, str]]:
    done = subprocess.run([writer, "check", location], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: (first, second) for name, first, second in lines}


def test_no_acknowledged_write_is_lost(storage_writer, location):
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")  # pytest shows it when the test fails
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    first = 0
    share = WRITES // (KILLS + 1)
    for _ in range(KILLS):
        acknowledged |= written_until_killed(
            storage_writer, location, first, WRITES, chance.randint(1, 2 * share - THREADS)
        )
        # Some beyond the last acknowledged may have been written, unsaid: leave them alone.
        first = max(acknowledged) + 1 + THREADS
    rest = max(WRITES - len(acknowledged), 1)
    acknowledged |= written_until_killed(storage_writer, location, first, rest, rest + 1)
    assert len(acknowledged) >= WRITES

    there = found(storage_writer, location)
    generation = int(there.pop("generation")[0])
    lost = acknowledged - set(map(int, there))
    assert not lost, f"{len(lost)} acknowledged writes are lost"
    half = {name: parts for name, parts in there.items() if parts != ("tags", "token")}
    assert not half
    # Each transaction raised it once: no transaction is there without its resource.
    assert generation == len(there)
    assert len(there) <= len(acknowledged) + KILLS * THREADS


def test_postgres_that_dies_loses_nothing(storage_writer):
    """PostgreSQL itself is stopped in the middle, as if the power went."""
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    acknowledged = set()
    with PostgresCluster(synced=True) as cluster:
        command = [storage_writer, "write", cluster.url, "0", "1000000", str(THREADS)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            for line in process.stdout:
                acknowledged.add(int(line))
                if len(acknowledged) == 500:
                    cluster.stop("immediate")
        assert process.returncode != 0, "an error, not a silence"
        cluster.start()
        there = found(storage_writer, cluster.url)
        del there["generation"]
        assert acknowledged <= set(map(int, there))
        assert set(there.values()) == {("tags", "token")}


# Writes fail while the disk is full, and succeed again when there is room: no restart.
def test_full_disk_and_room_again(storage_writer, small_disk):
    database = small_disk / "bedplate.db"
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 500_000)  # of 1 MiB
    command = [storage_writer, "write", database, "0", "100000", "1"]
    acknowledged: set[int] = set()
    before = None
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if line != "full\n":
                acknowledged.add(int(line))
            elif before is None:
                before = len(acknowledged)
                ballast.unlink()
                process.stdin.write("\n")  # the writer waits for it, and tries again
                process.stdin.flush()
            else:
                process.kill()
    assert 0 < before < len(acknowledged)
    there = found(storage_writer, str(database))
    del there["generation"]
    assert acknowledged == set(map(int, there)), "none lost, none that was refused"
    assert set(there.values()) == {("tags", "token")}
