"""A Bedplate server of one's own: started on a free port, ended by its process id.

Nothing here sleeps. Every wait is for an event (a line, a process's end, a connection's end) and
has a deadline after which the test fails.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
READY = re.compile(r"^bedplate is ready on (https?)://(.+):(\d+)$")
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 40


def binary_path() -> Path:
    """The binary under test: BEDPLATE_BINARY, else the release build."""
    named = os.environ.get("BEDPLATE_BINARY")
    path = Path(named) if named else REPOSITORY / "build/release/bedplate"
    return path if path.is_absolute() else REPOSITORY / path


def demo_weights() -> Path:
    """The demo model's weights, where the binary under test finds them."""
    return binary_path().resolve().parent.parent.parent / "models/demo-chat.gguf"


def run_bedplate(*arguments: str, timeout: float = 30, **options) -> subprocess.CompletedProcess:
    """Runs a command of the binary to its end and keeps what it printed."""
    return subprocess.run(
        [str(binary_path()), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=options.pop("env", clean_environment()),
        **options,
    )


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything that would configure an AWS client or Bedplate."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "BEDPLATE_", "XDG_", "LANGSMITH_", "LANGCHAIN_"))
    }
    # No instance metadata look-ups, no configuration of whoever runs the tests.
    kept.update(
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )
    kept.update(more)
    return kept


def parse_exports(text: str) -> dict[str, str]:
    """The variables of `export NAME=value` lines, as a shell would read them."""
    found = {}
    for line in text.splitlines():
        words = shlex.split(line) if line.startswith("export ") else []
        if len(words) == 2 and words[0] == "export":
            name, _, value = words[1].partition("=")
            found[name] = value
    return found


def wait_for_end(pid: int, seconds: float) -> bool:
    """Waits for any process's end, a child of ours or not. True when it has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # A zombie counts as ended: its pidfd is readable.
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def is_running(pid: int) -> bool:
    return not wait_for_end(pid, 0)


def children_of(pid: int) -> list[int]:
    """The processes whose parent is `pid`, and theirs, by /proc: whatever they are called."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state != "Z":
            parents[int(entry.name)] = int(parent)
    found: list[int] = []
    wanted = {pid}
    while wanted:
        generation = {child for child, parent in parents.items() if parent in wanted}
        found += sorted(generation)
        wanted = generation
    return found


_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _end_with_the_tests() -> None:
    """In the child: a test run that is killed leaves no server behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Credentials:
    access_key_id: str
    secret_access_key: str
    region: str


class StartFailed(AssertionError):
    """The server ended, or said nothing, instead of getting ready."""


class BedplateServer:
    """One server process. Use it in a `with` statement, or call stop() by all means."""

    # With --postgres: the database of a server's directory, unless its configuration names one.
    store_url_of: Callable[[Path], str] | None = None

    def __init__(
        self,
        directory: Path,
        config: str | None = None,
        arguments: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
        listen: str = "127.0.0.1:0",
    ):
        self.directory = directory
        self.data_dir = directory / "data"
        command = [str(binary_path()), "serve", "--data-dir", str(self.data_dir)]
        command += ["--listen", listen]
        if self.store_url_of and "storage" not in (config or ""):
            config = f'storage.url = "{self.store_url_of(directory)}"\n' + (config or "")
        # What makes a command use the same data directory and database.
        self.options = ["--data-dir", str(self.data_dir)]
        if config is not None:
            self.config_file = directory / "bedplate.toml"
            self.config_file.write_text(config)
            self.options += ["--config", str(self.config_file)]
            command += ["--config", str(self.config_file)]
        command += arguments
        self.log_path = directory / "stderr.log"
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=clean_environment(**(environment or {})),
                # A signal to the test run's process group must not reach the server.
                start_new_session=True,
                preexec_fn=_end_with_the_tests,
            )
        self.stdout_lines: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read_stdout, daemon=True)
        self._reader.start()
        self._await_ready()

    # Reads to the end, so that the server never blocks on a full pipe.
    def _read_stdout(self) -> None:
        for line in self.process.stdout:
            self.stdout_lines.append(line.decode(errors="replace").rstrip("\n"))
            if READY.match(self.stdout_lines[-1]):
                self._ready.set()
        self._ready.set()

    def _await_ready(self) -> None:
        in_time = self._ready.wait(START_SECONDS_MAX)
        match = next(filter(None, map(READY.match, self.stdout_lines)), None)
        if not match:
            self.kill()
            what = "ended" if in_time else "did not get ready in time"
            raise StartFailed(
                f"the server {what}; stdout: {self.stdout_lines}\nstderr: {self.log()}"
            )
        self.scheme, self.host, port = match.groups()
        self.port = int(port)
        self.url = f"{self.scheme}://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def exports(self, *flags: str) -> dict[str, str]:
        """What `bedplate env` prints for this server's data directory."""
        result = run_bedplate("env", *flags, "--data-dir", str(self.data_dir))
        assert result.returncode == 0, result.stderr
        return parse_exports(result.stdout)

    @property
    def credentials(self) -> Credentials:
        exports = self.exports()
        return Credentials(
            exports["AWS_ACCESS_KEY_ID"],
            exports["AWS_SECRET_ACCESS_KEY"],
            exports["AWS_REGION"],
        )

    @property
    def api_key(self) -> str:
        return self.exports("--bearer")["AWS_BEARER_TOKEN_BEDROCK"]

    def client_environment(self, **more: str) -> dict[str, str]:
        """The environment of a program that was told nothing but where the server is."""
        return clean_environment(**{**self.exports(), "AWS_ENDPOINT_URL": self.url, **more})

    def engine_pids(self) -> list[int]:
        return children_of(self.pid)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = STOP_SECONDS_MAX) -> int:
        return self.process.wait(seconds)

    def stop(self) -> int:
        """SIGTERM and wait; kills it, and its children, only when that does not help."""
        if self.process.poll() is None:
            self.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._close()

    def kill(self) -> None:
        """SIGKILL: the server has no chance to tidy up."""
        children = children_of(self.pid) if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        for child in children:
            # They should end by themselves; a test that leaves them running has failed already.
            if not wait_for_end(child, 5):
                os.kill(child, signal.SIGKILL)
        self._close()

    def _close(self) -> None:
        self._reader.join(5)
        self.process.stdout.close()

    def __enter__(self) -> BedplateServer:
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class Deadline:
    """`while deadline.open():` for a state that only repeated asking shows. Does not sleep: what is
    asked must itself take time (a request)."""

    def __init__(self, seconds: float, what: str):
        self._end = time.monotonic() + seconds
        self._what = what

    def open(self) -> bool:
        if time.monotonic() < self._end:
            return True
        raise AssertionError(f"not in time: {self._what}")


def json_pairs(text: str | bytes):
    """JSON with its objects as lists of pairs, so that the order of keys can be compared."""
    return json.loads(text, object_pairs_hook=list)
