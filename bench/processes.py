"""The programs that the bench runs, each on a free loopback port, each ended by its process id."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

REPOSITORY = Path(__file__).resolve().parent.parent
READY = re.compile(r"^bedplate is ready on (\S+)$")
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 40


class CannotMeasure(Exception):
    """Something the bench needs is missing or does not work."""


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what would configure a client or a server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "BEDPLATE_", "XDG_"))
    }
    return {**kept, **more}


class Program:
    """A program of the bench. Its standard output is read line by line, to the end."""

    def __init__(self, command: list[str], log: Path):
        self.command = command
        self.log = log
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self.begun_at = time.monotonic()
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=clean_environment(),
                start_new_session=True,
            )
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for_line(self, wanted: re.Pattern) -> str:
        """The first group of the first line that matches."""

        def found():
            return next(filter(None, map(wanted.match, self.lines)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, START_SECONDS_MAX)
            match = found()
        if match:
            return match.group(1)
        self.stop()
        raise CannotMeasure(f"{self.command[0]} did not start: {self.log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class FakeEngine(Program):
    """See fake_engine.cpp."""

    def __init__(self, build: Path, directory: Path, first_us: int = 0, interval_us: int = 0):
        super().__init__(
            [
                str(build / "bench/bedplate_fake_engine"),
                f"--first-us={first_us}",
                f"--interval-us={interval_us}",
            ],
            directory / "fake-engine.log",
        )
        self.url = self.wait_for_line(re.compile(r"^(http://\S+)$"))


class Bedplate(Program):
    """The server, with credentials of its own. `engine_url`: serves every model; `configuration`:
    the text of a file; else the default configuration, the demo model."""

    def __init__(
        self,
        build: Path,
        directory: Path,
        engine_url: str | None = None,
        configuration: str | None = None,
    ):
        self.binary = build / "bedplate"
        directory.mkdir(exist_ok=True)
        self.data_dir = directory / "data"
        command = [str(self.binary), "serve", "--data-dir", str(self.data_dir)]
        command += ["--listen", "127.0.0.1:0"]
        if engine_url:
            configuration = (
                '[engines.fake]\ntype = "openai"\n'
                f'endpoints = ["{engine_url}"]\n'
                "concurrency_max = 4096\nqueue_max = 4096\n"
                '[[bindings]]\nmodels = ["*"]\nengine = "fake"\n'
            )
        if configuration:
            config = directory / "bedplate.toml"
            config.write_text(configuration)
            command += ["--config", str(config)]
        super().__init__(command, directory / "bedplate.log")
        self.url = self.wait_for_line(READY)
        self.start_seconds = time.monotonic() - self.begun_at

    def credentials(self) -> dict[str, str]:
        """The environment that makes the load generator sign."""
        printed = subprocess.run(
            [str(self.binary), "env", "--data-dir", str(self.data_dir), "--format", "json"],
            capture_output=True,
            text=True,
            timeout=START_SECONDS_MAX,
            env=clean_environment(),
        )
        if printed.returncode != 0:
            raise CannotMeasure(f"bedplate env: {printed.stderr}")
        return json.loads(printed.stdout)


NGINX_CONFIG = """
daemon off;
worker_processes {workers};
worker_rlimit_nofile 65536;
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {directory}/client-body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  upstream engine {{
    server {engine};
    keepalive 512;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://engine;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""


class Nginx(Program):
    """A reverse proxy in front of `engine_url`, set up as one would for speed."""

    def __init__(self, directory: Path, engine_url: str, workers: int):
        directory.mkdir(exist_ok=True)
        # nginx cannot let the system choose: take a port that was free a moment ago.
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
            port = probe.getsockname()[1]
        config = directory / "nginx.conf"
        self._engine = urlsplit(engine_url).netloc
        config.write_text(self.configuration(directory, port, workers))
        command = [nginx_path(), "-c", str(config), "-p", str(directory)]
        super().__init__(command, directory / "nginx.log")
        self.url = f"http://127.0.0.1:{port}"
        self._wait_until_it_listens(port)

    def configuration(self, directory: Path, port: int, workers: int) -> str:
        return NGINX_CONFIG.format(
            workers=workers, directory=directory, engine=self._engine, port=port
        )

    def _wait_until_it_listens(self, port: int) -> None:
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.01)
        self.stop()
        raise CannotMeasure(f"nginx did not start: {self.log.read_text()[-2000:]}")


def nginx_path() -> str:
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/local/sbin"]:
        candidate = Path(folder) / "nginx"
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate)
    raise CannotMeasure("nginx is not installed (Debian: apt install nginx-core)")


def processes_of(pid: int) -> list[int]:
    """`pid` and its children."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children += map(int, (task / "children").read_text().split())
    return [pid, *children]


def cpu_seconds(pid: int) -> float:
    """What a process and its children have used so far."""
    total_ns = 0
    for process in processes_of(pid):
        for task in Path(f"/proc/{process}/task").iterdir():
            total_ns += int((task / "schedstat").read_text().split()[0])
    return total_ns / 1e9


def resident_bytes(pid: int) -> int:
    """Of the process alone."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", text, re.MULTILINE).group(1)) * 1024
