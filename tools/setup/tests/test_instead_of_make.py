"""`make serve` gives its place to the server: signals and exit status are the server's."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "instead_of_make.c"
SERVER = """#!/bin/bash
trap 'echo drained; exit 0' INT TERM
echo ready $$
while :; do read -rt 0.05 <>"$1" || true; done
"""
MAKEFILE = """
serve: before
\t$(eval load {library})$(instead-of-make exec ./server {pipe})
before:
\t@echo before
"""


@pytest.fixture
def make(tmp_path):
    if not Path("/usr/include/gnumake.h").exists() or not shutil.which("cc"):
        pytest.skip("GNU make's header or a C compiler is missing")
    library = tmp_path / "instead_of_make.so"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE],
                   check=True)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "server").write_text(SERVER)
    (tmp_path / "server").chmod(0o755)
    (tmp_path / "Makefile").write_text(MAKEFILE.format(library=library, pipe=pipe))
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    process = subprocess.Popen(["make", "serve"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=environment)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_make_ends_the_server_and_make_with_0(make, number):
    assert make.stdout.readline() == "before\n"
    assert make.stdout.readline() == f"ready {make.pid}\n"
    make.send_signal(number)
    rest, _ = make.communicate(timeout=30)
    assert (rest, make.returncode) == ("drained\n", 0)
