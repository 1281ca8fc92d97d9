"""What packages.sh installs, refuses and says; apt, dpkg, sudo and id are stand-ins."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[1]
LIST = "# a comment\ng++\nlibboost1.81-dev|libboost1.83-dev\n"
COMMAND = "sudo apt-get install --no-install-recommends"


@pytest.fixture
def packages(tmp_path):
    """Runs packages.sh with a list of two packages. Returns the result and apt's calls."""
    setup = tmp_path / "setup"
    (setup / "debian").mkdir(parents=True)
    (setup / "debian/build.txt").write_text(LIST)
    shutil.copy(SETUP / "packages.sh", setup)
    commands = tmp_path / "bin"
    commands.mkdir()
    calls = tmp_path / "calls"

    def stand_in(name, text):
        (commands / name).write_text("#!/bin/bash\n" + text)
        (commands / name).chmod(0o755)

    def run(installed, *, uid=0, sudo=False, available=("g++", "libboost1.81-dev"), fail=""):
        stand_in("dpkg-query", "".join(f"echo '{line}'\n" for line in installed))
        stand_in("id", f"echo {uid}\n")
        # With a sudo that may, `sudo -n COMMAND…` runs it.
        stand_in("sudo", 'shift\nexec "$@"\n' if sudo else "exit 1\n")
        stand_in("apt-cache", f'[[ " {" ".join(available)} " == *" ${{!#}} "* ]] && echo found\n')
        stand_in("apt-get", f'echo "$*" >>{calls}\n'
                            f'[[ -z "{fail}" || "$*" != *"{fail}"* ]] || {{ echo E: no; exit 100; }}\n')
        stand_in("sleep", "exit 0\n")
        environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"}
        done = subprocess.run([setup / "packages.sh", "build"], env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done, calls.read_text().splitlines() if calls.exists() else []

    return run


def test_nothing_missing_asks_no_server(packages):
    done, calls = packages(["ii  g++", "ii  libboost1.81-dev"])
    assert (done.returncode, done.stdout, done.stderr, calls) == (0, "", "", [])


def test_another_alternative_is_enough(packages):
    done, calls = packages(["ii  g++", "ii  libboost1.83-dev"])
    assert (done.returncode, calls) == (0, [])


def test_a_package_on_hold_is_installed(packages):
    done, calls = packages(["hi  g++", "ii  libboost1.81-dev"])
    assert (done.returncode, calls) == (0, [])


@pytest.mark.parametrize("state", ["rc ", "un ", "iU "])
def test_a_package_that_is_not_whole_is_missing(packages, state):
    done, calls = packages([f"{state} g++", "ii  libboost1.81-dev"])
    assert done.returncode == 0
    assert calls[-1].endswith("--no-remove g++")


def test_root_installs_only_what_is_missing(packages):
    done, calls = packages(["ii  g++"])
    assert done.returncode == 0
    assert [line.split()[-1] for line in calls] == ["update", "libboost1.81-dev"]


def test_the_alternative_that_is_to_be_had_is_taken(packages):
    done, calls = packages(["ii  g++"], available=["libboost1.83-dev"])
    assert done.returncode == 0
    assert calls[-1].endswith("--no-remove libboost1.83-dev")


def test_sudo_without_password_is_used(packages):
    done, calls = packages([], uid=1000, sudo=True)
    assert done.returncode == 0
    assert calls[-1].endswith("--no-remove g++ libboost1.81-dev")


def test_who_may_not_install_gets_one_command(packages):
    done, calls = packages([], uid=1000)
    assert (done.returncode, calls) == (1, [])
    assert f"\n  {COMMAND} g++ libboost1.81-dev\n" in done.stderr


def test_packages_are_never_removed_and_the_owner_is_asked(packages):
    done, calls = packages(["ii  g++"], fail="install")
    assert done.returncode == 1
    assert f"{COMMAND} libboost1.81-dev" in done.stderr
    assert all("--no-remove" in line for line in calls if "install" in line)


def test_unreachable_server(packages):
    done, calls = packages(["ii  g++"], fail="update")
    assert done.returncode == 1
    assert len(calls) == 3
    assert "attempt 3 of 3 failed" in done.stderr
