"""What tools/tidy finds, and what it leaves alone."""

import subprocess
import sys
from pathlib import Path

import pytest

TIDY = Path(__file__).resolve().parents[1] / "tidy.py"


@pytest.fixture
def tidy(tmp_path):
    """Writes sources below a root of its own and returns tidy's exit status and findings."""

    def run(files, documented="`base/` `wire/` `protocol/` `identity/` `operations/`"):
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs/architecture.md").write_text(documented)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, TIDY, "--quiet", tmp_path],
                              capture_output=True, text=True)
        assert not done.stderr
        return done.returncode, done.stdout.splitlines()[:-1]

    return run


def finding(tidy, path, text):
    code, lines = tidy({path: text})
    assert code == 1
    assert len(lines) == 1, lines
    return lines[0]


def test_nothing_to_check_is_an_error(tidy):
    assert tidy({}) == (1, [])


@pytest.mark.parametrize("path, text", [
    ("src/base/a.hpp", "#pragma once\n"),
    ("src/wire/a.cpp", '#include "base/a.hpp"\n#include "wire/b.hpp"\n'),
    ("src/wire/http1/a.cpp", "#include <boost/beast/http.hpp>\n"),
    ("src/protocol/a.cpp", '#include "wire/http.hpp"\n'),
    ("src/identity/a.cpp", '#include "wire/http.hpp"\n'),
    ("src/operations/a.cpp", '#include "api/bedrock.hpp"\n#include "inference/engine.hpp"\n'),
    ("src/base/a.cpp", "int a;  // never detached\n"),
    ("src/base/a.cpp", "x" * 100 + "\n"),
    ("src/base/a.cpp", "// " + "é" * 97 + "\n"),
    ("src/base/a.cpp", "int a;\n" * 600),
    ("tests/fuzz/a.cpp", '#include "app/configuration.hpp"\n'),
])
def test_allowed(tidy, path, text):
    assert tidy({path: text}) == (0, [])


@pytest.mark.parametrize("path, header", [
    ("src/base/a.cpp", "wire/http.hpp"),
    ("src/wire/a.cpp", "protocol/router.hpp"),
    ("src/wire/http2/a_test.cpp", "operations/gateway.hpp"),
    ("src/protocol/a.cpp", "wire/server.hpp"),
    ("src/protocol/a.cpp", "identity/principal.hpp"),
    ("src/identity/a.cpp", "protocol/router.hpp"),
    ("src/identity/a.cpp", "api/bedrock.hpp"),
    ("src/operations/a.cpp", "app/configuration.hpp"),
])
def test_include_against_the_direction(tidy, path, header):
    line = finding(tidy, path, f'// one\n#include "{header}"\n')
    folder = path.split("/")[1]
    assert line == f'{path}:2: src/{folder} must not include "{header}"'


def test_include_that_is_not_named_from_src(tidy):
    assert "name headers from src/ on" in finding(tidy, "src/base/a.cpp", '#include "b.hpp"\n')


def test_unknown_folder(tidy):
    code, lines = tidy({"src/extras/a.cpp": "int a;\n"}, "`extras/`")
    assert code == 1
    assert "knows no folder src/extras" in lines[0]


@pytest.mark.parametrize("path", ["src/protocol/a.cpp", "src/wire/a.hpp", "src/base/a_test.cpp"])
def test_beast_outside_wire_sources(tidy, path):
    line = finding(tidy, path, "#pragma once\n#include <boost/beast/core.hpp>\n")
    assert line.startswith(f"{path}:2: only src/wire")


def test_header_without_guard(tidy):
    assert "#pragma once" in finding(tidy, "src/base/a.hpp", "int a;\n")


@pytest.mark.parametrize("text, expected", [
    ("int a;\t\n", "a tab"),
    ("int a; \nint b;\n", "a space at the end"),
    ("x" * 101 + "\n", "101 columns"),
    ("int a;", "one newline"),
    ("int a;\n\n", "one newline"),
    ("co_spawn(e, f(), detached);\n", "task group"),
    ("int a;\n" * 601, "601 lines"),
])
def test_layout(tidy, text, expected):
    code, lines = tidy({"src/base/a.cpp": text})
    assert code == 1
    assert any(expected in line for line in lines), lines


@pytest.mark.parametrize("path", [
    "src/base/util.cpp", "src/base/json_helpers.cpp", "src/wire/misc/a.cpp",
    "src/wire/connection_manager.cpp",
])
def test_names_that_say_nothing(tidy, path):
    assert "name what it is for" in finding(tidy, path, "int a;\n")


def test_undocumented_folder(tidy):
    code, lines = tidy({"src/async/a.cpp": "int a;\n"})
    assert code == 1
    assert lines == ["docs/architecture.md: does not name src/async as `async/`"]


@pytest.mark.parametrize("path, text, expected", [
    ("src/base/a.cpp", "// see docs/errors.md\n",
     "src/base/a.cpp:1: names docs/errors.md, which does not exist"),
    ("docs/a.md", "[b](b.md)\n", "docs/a.md:1: names b.md, which does not exist"),
    ("README.md", "see `docs/b.md`\n", "README.md:1: names docs/b.md, which does not exist"),
])
def test_pages_that_do_not_exist(tidy, path, text, expected):
    code, lines = tidy({"src/base/b.cpp": "int b;\n", path: text})
    assert (code, lines) == (1, [expected])


def test_pages_that_exist(tidy):
    files = {
        "src/base/a.cpp": "// docs/architecture.md, docs/decisions/0001-x.md\n",
        "docs/decisions/0001-x.md": "[up](../architecture.md#folders) [web](https://a.example/b.md)\n",
        "README.md": "[docs](docs/architecture.md), [part](#part)\n",
    }
    assert tidy(files) == (0, [])


def test_lists_the_largest_files(tmp_path):
    for count in range(1, 15):
        path = tmp_path / f"src/base/file{count}.cpp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("int a;\n" * count)
    shown = subprocess.run([sys.executable, TIDY, tmp_path], capture_output=True, text=True).stdout
    sizes = [line.split() for line in shown.splitlines() if line.endswith(".cpp")]
    assert [int(size) for size, _ in sizes] == list(range(14, 4, -1))
