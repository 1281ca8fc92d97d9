"""docs/other-apis.md: its examples, as they stand there, against the running server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from bedplate_server import REPOSITORY, binary_path

pytestmark = pytest.mark.bedplate_only

PAGE = REPOSITORY / "docs/other-apis.md"
EXAMPLE_SECONDS_MAX = 60


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(server) -> dict[str, str]:
    return server.client_environment(**server.exports("--bearer"))


def run(command: list[str], environment: dict[str, str]) -> str:
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=EXAMPLE_SECONDS_MAX
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("example", examples("python"), ids=["openai", "anthropic"])
def test_python(environment, example):
    assert "Hello" in run([sys.executable, "-c", example], environment)


# The first example sets the variables that the others use; `bedplate` is the binary under test.
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is missing")
def test_shell(server, environment):
    bedplate = f'bedplate() {{ "{binary_path()}" "$@" --data-dir "{server.data_dir}"; }}\n'
    script = bedplate + "\n".join(examples("sh")).replace("curl ", "curl -fsS ")
    output = run(["bash", "-euc", script], environment)
    assert '"object":"chat.completion"' in output
    assert "event: message_stop" in output
    assert '"object":"list"' in output
