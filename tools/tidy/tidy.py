#!/usr/bin/env python3
"""Checks of the sources that a compiler does not make. docs/architecture.md says why.

  include direction   a folder of src/ includes only itself and the folders before it
  Beast               only src/wire/**.cpp includes it: it is slow to compile
  headers             #pragma once, named from src/ on
  layout              no tab, no trailing space, lines of at most 100 columns, one newline at the end
  coroutines          no `detached`: a coroutine belongs to a task group
  names               no file or folder called manager, util, helper or misc
  documentation       docs/architecture.md names every folder of src/
  links               a page that a source or another page names exists
  size                no file above the limit; the largest are listed
  format              clang-format changes nothing (where the version that decides is installed)

Usage: tidy.py [--quiet] [ROOT]      Exits with 1 when something is found.
"""

import argparse
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COLUMNS_MAX = 100
FILE_LINES_MAX = 600
LARGEST_LISTED = 10
CLANG_FORMAT_VERSION = "14"  # Debian 12's; another one formats some lines otherwise

# What each folder of src/ may include besides itself: folders, or single headers of them.
# `api` is what tools/apigen generates into the build folder.
MAY_INCLUDE = {
    "base": (),
    "async": ("base",),
    "storage": ("base", "async"),
    "jobs": ("base", "async", "storage"),
    "wire": ("base", "async"),
    "protocol": ("base", "async", "wire/http.hpp", "api"),
    "identity": ("base", "async", "storage", "wire/http.hpp"),
    "objects": ("base", "async", "storage", "wire", "identity"),
    "observe": ("base", "async", "storage", "wire", "protocol", "identity", "objects", "api"),
    "documents": ("base", "async"),
    "inference": ("base", "async", "storage", "wire", "protocol", "identity", "documents"),
    "operations": ("base", "async", "storage", "jobs", "wire", "protocol", "identity", "objects",
                   "observe", "documents", "inference", "api"),
    "app": ("base", "async", "storage", "jobs", "wire", "protocol", "identity", "objects",
            "observe", "documents", "inference", "operations", "api"),
}
SOURCE_ROOTS = ("src", "tests", "bench")
SOURCE_SUFFIXES = (".cpp", ".hpp")
REFUSED_NAMES = {"manager", "managers", "util", "utils", "helper", "helpers", "misc"}

QUOTED_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
BEAST_INCLUDE = re.compile(r"^\s*#\s*include\s+<boost/beast")
NAMED_PAGE = re.compile(r"(?<![\w./-])docs/[\w./-]+\.md\b")
MARKDOWN_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
DETACHED = re.compile(r"\bdetached\b")


@dataclass(frozen=True)
class Finding:
    path: Path
    line: int  # 0: the file as a whole
    text: str

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return f"{place}: {self.text}"


@dataclass(frozen=True)
class Source:
    path: Path  # relative to the root
    text: str

    @property
    def lines(self):
        return self.text.split("\n")

    @property
    def folder(self):
        """The folder of src/ it is in, or None."""
        parts = self.path.parts
        return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def read_sources(root):
    found = []
    for top in SOURCE_ROOTS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and "node_modules" not in path.parts:
                found.append(Source(path.relative_to(root), path.read_text(errors="replace")))
    return found


def may_include(folder, header):
    top = header.split("/", 1)[0]
    return top == folder or top in MAY_INCLUDE[folder] or header in MAY_INCLUDE[folder]


def check_include_direction(source):
    if source.folder is None:
        return
    if source.folder not in MAY_INCLUDE:
        yield Finding(source.path, 0, f"tools/tidy knows no folder src/{source.folder}: "
                                      "give it its place in MAY_INCLUDE")
        return
    for number, line in enumerate(source.lines, 1):
        if not (match := QUOTED_INCLUDE.match(line)):
            continue
        header = match.group(1)
        if header == "pch.hpp":
            continue
        if header.split("/", 1)[0] not in MAY_INCLUDE and not header.startswith("api/"):
            yield Finding(source.path, number, f'"{header}": name headers from src/ on')
        elif not may_include(source.folder, header):
            yield Finding(source.path, number, f'src/{source.folder} must not include "{header}"')


def check_beast(source):
    in_wire_source = source.folder == "wire" and source.path.suffix == ".cpp"
    if source.path.parts[0] != "src" or in_wire_source:
        return
    for number, line in enumerate(source.lines, 1):
        if BEAST_INCLUDE.match(line):
            yield Finding(source.path, number, "only src/wire/**.cpp may include Boost.Beast")


def check_header_guard(source):
    if source.path.suffix == ".hpp" and "#pragma once" not in source.lines:
        yield Finding(source.path, 0, "#pragma once is missing")


def check_layout(source):
    for number, line in enumerate(source.lines, 1):
        if "\t" in line:
            yield Finding(source.path, number, "a tab")
        if line != line.rstrip():
            yield Finding(source.path, number, "a space at the end")
        if len(line) > COLUMNS_MAX:
            yield Finding(source.path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")
    if not source.text.endswith("\n") or source.text.endswith("\n\n"):
        yield Finding(source.path, 0, "must end with one newline")


def check_coroutines(source):
    if source.path.parts[0] != "src":
        return
    for number, line in enumerate(source.lines, 1):
        if DETACHED.search(line.split("//", 1)[0]):
            yield Finding(source.path, number, "detached: spawn it in a task group")


def check_names(source):
    for part in (*source.path.parts[:-1], source.path.stem):
        refused = REFUSED_NAMES.intersection(part.lower().split("_"))
        if refused:
            yield Finding(source.path, 0, f"'{refused.pop()}' says nothing: name what it is for")


def check_size(source):
    count = source.text.count("\n")
    if count > FILE_LINES_MAX:
        yield Finding(source.path, 0, f"{count} lines, at most {FILE_LINES_MAX}: divide it")


SOURCE_CHECKS = (
    check_include_direction,
    check_beast,
    check_header_guard,
    check_layout,
    check_coroutines,
    check_names,
    check_size,
)


def check_documented(root, sources):
    page = root / "docs" / "architecture.md"
    text = page.read_text() if page.exists() else ""
    for folder in sorted({source.folder for source in sources if source.folder}):
        if f"`{folder}/`" not in text:
            yield Finding(page.relative_to(root), 0, f"does not name src/{folder} as `{folder}/`")


def read_pages(root):
    for folder in ("", "docs", "data", "tools", "tests", "bench"):
        pattern = "*.md" if not folder else "**/*.md"
        for path in sorted((root / folder).glob(pattern)):
            if "node_modules" not in path.parts:
                yield Source(path.relative_to(root), path.read_text(errors="replace"))


def missing_targets(root, source):
    """The pages that a line names, from the root on, or links to, from its own folder on."""
    is_page = source.path.suffix == ".md"
    for number, line in enumerate(source.lines, 1):
        named = {root / name: name for name in NAMED_PAGE.findall(line)}
        linked = MARKDOWN_LINK.findall(line) if is_page else ()
        named |= {root / source.path.parent / target: target for target in linked}
        for path, name in named.items():
            if not path.exists():
                yield Finding(source.path, number, f"names {name}, which does not exist")


def check_links(root, sources):
    for source in (*sources, *read_pages(root)):
        yield from missing_targets(root, source)


def has_clang_format():
    if not shutil.which("clang-format"):
        return False
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    return f"version {CLANG_FORMAT_VERSION}." in version


def check_format(root, sources):
    if not sources or not (root / ".clang-format").exists() or not has_clang_format():
        return
    done = subprocess.run(
        ["clang-format", "--dry-run", "--ferror-limit=1", *(str(source.path) for source in sources)],
        cwd=root, capture_output=True, text=True)
    changed = {line.split(":", 1)[0] for line in done.stderr.splitlines()
               if "[-Wclang-format-violations]" in line}
    for path in sorted(changed):
        yield Finding(Path(path), 0, "not formatted: run `make format`")


def find_all(root):
    sources = read_sources(root)
    findings = [finding for source in sources for check in SOURCE_CHECKS
                for finding in check(source)]
    findings += check_documented(root, sources)
    findings += check_links(root, sources)
    findings += check_format(root, sources)
    return sources, findings


def print_largest(sources):
    print(f"The {LARGEST_LISTED} largest files (at most {FILE_LINES_MAX} lines):")
    largest = sorted(sources, key=lambda source: -source.text.count("\n"))
    for source in largest[:LARGEST_LISTED]:
        print(f"{source.text.count(chr(10)):6}  {source.path}")


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quiet", action="store_true", help="do not list the largest files")
    parser.add_argument("root", nargs="?", type=Path,
                        default=Path(__file__).resolve().parents[2])
    options = parser.parse_args(argv)
    sources, findings = find_all(options.root)
    for finding in findings:
        print(finding)
    if not options.quiet:
        print_largest(sources)
    print(f"tidy: {len(sources)} files, {len(findings)} findings")
    return 1 if findings or not sources else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
