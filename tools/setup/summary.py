#!/usr/bin/env python3
"""summary.py FOLDER: what the suites of `make test` came to, one line each, and the sum.

FOLDER holds for each suite NAME:
  NAME.status  exit status and seconds; its time of change gives the order
  NAME.xml     JUnit results of pytest or ctest; a suite without is one test, its exit status
  NAME.gtest/  GoogleTest's results of the programs that ctest started, which count singly

Exits with 1 when a test failed, a suite ended badly or nothing ran at all.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path


NOT_BUILT = re.compile("unable to find executable|required files missing", re.IGNORECASE)


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)

    @property
    def total(self):
        return self.passed + self.failed + self.skipped

    def fail(self, name):
        self.failed += 1
        self.failures.append(name)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures


def case_name(case):
    return "::".join(filter(None, [case.get("classname"), case.get("name")]))


def outcome(case):
    """How one <testcase> of pytest, ctest or GoogleTest ended."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.get("status") == "fail":
        return "failed"
    skip = case.find("skipped")
    if skip is not None and NOT_BUILT.search(skip.get("message", "")):
        return "failed"  # ctest's word for a program that is not there
    skipped = skip is not None or case.get("status") in ("notrun", "disabled")
    return "skipped" if skipped or case.get("result") in ("skipped", "suppressed") else "passed"


def count_cases(cases):
    count = Count()
    for case in cases:
        how = outcome(case)
        if how == "failed":
            count.fail(case_name(case))
        else:
            setattr(count, how, getattr(count, how) + 1)
    return count


def read_cases(path):
    try:
        return list(ElementTree.parse(path).iter("testcase"))
    except ElementTree.ParseError:
        return None  # the program died while writing it


def count_programs(cases, folder):
    """ctest's results, each program that wrote its own in their stead."""
    count = Count()
    for case in cases:
        own = folder / f"bedplate_{case.get('name')}_test.xml"
        singly = read_cases(own) if own.exists() else None
        if singly is None:
            count.add(count_cases([case]))
            continue
        part = count_cases(singly)
        if outcome(case) == "failed" and not part.failed:
            part.fail(f"{case.get('name')} (its tests passed, the program failed)")
        count.add(part)
    return count


def count_suite(folder, name, status):
    results = folder / f"{name}.xml"
    if not results.exists():
        return Count(passed=1) if status == 0 else Count(failed=1, failures=[name])
    cases = read_cases(results)
    if cases is None:
        return Count(failed=1, failures=[f"{name} (its results cannot be read)"])
    gtest = folder / f"{name}.gtest"
    count = count_programs(cases, gtest) if gtest.is_dir() else count_cases(cases)
    if not count.failed and (status != 0 or not count.total):
        count.fail(f"{name} (exit status {status}, {count.total} tests)")
    return count


def main(folder):
    total = Count()
    files = sorted(folder.glob("*.status"), key=lambda path: path.stat().st_mtime_ns)
    for path in files:
        status, seconds = (int(word) for word in path.read_text().split())
        count = count_suite(folder, path.stem, status)
        total.add(count)
        print(f"{path.stem:16} {count.passed:6} passed {count.failed:4} failed "
              f"{count.skipped:4} skipped {seconds:5} s")
    for name in total.failures:
        print(f"FAILED {name}")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
