"""A private PostgreSQL server for tests: a folder, a Unix socket, no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

START_SECONDS_MAX = 60


def postgres_programs() -> Path | None:
    """The newest version's folder of programs, as Debian installs it."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


class PostgresCluster:
    """Use it in a `with`. PostgreSQL refuses to run as root: then it runs as its own user.
    `synced`: writes through to the disk; without, it is faster, and no less safe from kill -9."""

    def __init__(self, synced: bool = False):
        self._fsync = "on" if synced else "off"
        self.programs = postgres_programs()
        # Not pytest's folder: that user could not enter it, and a socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="bedplate-pg-"))
        self._as_user = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
                  "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [*self._as_user, str(self.programs / program), "-D", str(self.folder / "data")]
        with (self.folder / f"{program}.log").open("ab") as log:
            subprocess.run([*command, *arguments], check=check, stdin=subprocess.DEVNULL,
                           stdout=log, stderr=log, cwd=self.folder, timeout=START_SECONDS_MAX)

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync={self._fsync}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "server.log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """`immediate`: as if the power went."""
        self._run("pg_ctl", "-w", "-m", mode, "stop", check=False)

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql:///{database}?host={quote(str(self.folder), safe='')}&user=postgres"

    def new_database(self, name: str) -> str:
        """Makes one; gives its URL."""
        command = [*self._as_user, str(self.programs / "createdb"), "-h", str(self.folder),
                   "-U", "postgres", name]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder,
                       timeout=START_SECONDS_MAX)
        return self.url_of(name)

    def __enter__(self) -> PostgresCluster:
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
