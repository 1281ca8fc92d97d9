"""Objects and faults: a server that is killed in the middle of a put, and objects larger than what
a server may hold in memory."""

from __future__ import annotations

import hashlib
import os
import random
import re
from pathlib import Path

import pytest

from bedplate_server import BedplateServer
from s3_http import S3Http

MIB = 1 << 20
LARGE_BYTES = 600 * MIB
GROWTH_BYTES_MAX = 96 * MIB
KILLS = 5
OLD = b"old " * 1000


def begin_put(raw: S3Http, key: str, size: int):
    signed = raw.sign("PUT", f"/bucket/{key}", "UNSIGNED-PAYLOAD")
    return raw.open("PUT", f"/bucket/{key}", {**signed.headers, "content-length": str(size)})


# Killed before the last byte: nothing has happened. Killed after it: all or nothing.
def test_killed_in_the_middle_of_a_put(bedplate_binary, tmp_path):
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    new = os.urandom(16 * MIB)
    for round_number in range(KILLS):
        with_end = round_number % 2 == 1
        server = BedplateServer(tmp_path)
        try:
            raw = S3Http(server)
            assert raw.request("PUT", "/bucket").status in (200, 409)
            assert raw.request("PUT", "/bucket/k", OLD).status == 200
            connection = begin_put(raw, "k", len(new))
            fresh = begin_put(raw, "fresh", len(new))
            fresh.send(new[: chance.randrange(len(new))])
            connection.send(new if with_end else new[: chance.randrange(len(new))])
        finally:
            server.kill()
        with BedplateServer(tmp_path) as server:
            raw = S3Http(server)
            found = raw.request("GET", "/bucket/k")
            expected = (OLD, new) if with_end else (OLD,)
            assert found.status == 200
            assert found.body in expected, f"half an object; seed {seed}"
            assert found.header("etag") == f'"{hashlib.md5(found.body).hexdigest()}"'
            assert raw.request("GET", "/bucket/fresh").status == 404
            assert b"<Key>k</Key>" in raw.request("GET", "/bucket?list-type=2").body


def memory_bytes(pid: int) -> int:
    """The most that the process has held in memory so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


# A build with AddressSanitizer keeps what is freed for a while, 256 MiB of it by default.
KEEPS_LITTLE = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}


@pytest.mark.timeout(280)
def test_a_large_object_takes_constant_memory(bedplate_binary, tmp_path):
    with BedplateServer(tmp_path, environment=KEEPS_LITTLE) as server:
        raw = S3Http(server)
        assert raw.request("PUT", "/bucket").status == 200
        assert raw.request("PUT", "/bucket/warm", bytes(4 * MIB)).status == 200
        assert raw.request("GET", "/bucket/warm").status == 200
        before = memory_bytes(server.pid)
        piece = bytes(MIB)
        with begin_put(raw, "large", LARGE_BYTES) as connection:
            for _ in range(LARGE_BYTES // MIB):
                connection.send(piece)
            assert connection.read_response("PUT").status == 200
        assert memory_bytes(server.pid) < before + GROWTH_BYTES_MAX
        signed = raw.sign("GET", "/bucket/large", hashlib.sha256(b"").hexdigest())
        with raw.open("GET", "/bucket/large", signed.headers) as connection:
            head = connection.read_head()
            assert head.header("content-length") == str(LARGE_BYTES)
            received = sum(map(len, connection.read_pieces(LARGE_BYTES)))
            assert received == LARGE_BYTES
        assert memory_bytes(server.pid) < before + GROWTH_BYTES_MAX
