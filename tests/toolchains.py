"""Toolchains that a machine may lack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def require_tool(name: str, version_arguments: list[str], minimum: tuple[int, int]) -> str:
    """The path of a toolchain's program. Without it the test is skipped on a person's machine and
    fails in CI, which must not lose a client in silence."""
    path = shutil.which(name)
    reason = f"{name} is not installed"
    if path:
        said = subprocess.run([path, *version_arguments], capture_output=True, text=True).stdout
        said = re.sub("\x1b\\[[0-9;]*m", "", said)  # Maven colours what goes into a pipe, too
        digits = "".join(c if c.isdigit() else " " for c in said).split()
        found = tuple(map(int, digits[:2]))
        if found >= minimum:
            return path
        reason = f"{name} is too old: {'.'.join(map(str, found))}, needs {minimum[0]}.{minimum[1]}"
    if in_ci():
        pytest.fail(reason + ", and CI requires every client")
    pytest.skip(reason)
