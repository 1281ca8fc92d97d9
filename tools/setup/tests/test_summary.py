"""The sum that `make test` ends with."""

import subprocess
import sys
from pathlib import Path

import pytest

SUMMARY = Path(__file__).resolve().parents[1] / "summary.py"

PYTEST = """<testsuites><testsuite>
<testcase classname="t" name="one"/>
<testcase classname="t" name="two"><failure message="no"/></testcase>
<testcase classname="t" name="three"><skipped message="later"/></testcase>
<testcase classname="t" name="four"><error message="fixture"/></testcase>
</testsuite></testsuites>"""

CTEST = """<testsuite>
<testcase name="base" classname="base" status="run"/>
<testcase name="wire" classname="wire" status="fail"><failure message="Failed"/></testcase>
<testcase name="fuzz_http" classname="fuzz_http" status="run"/>
</testsuite>"""

GTEST_PASSED = """<testsuites><testsuite>
<testcase name="a" classname="Bytes" status="run" result="completed"/>
<testcase name="b" classname="Bytes" status="run" result="completed"/>
<testcase name="c" classname="Bytes" status="run" result="skipped"/>
<testcase name="d" classname="Bytes" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""


@pytest.fixture
def summarize(tmp_path):
    def run(**suites):
        for name, (status, files) in suites.items():
            (tmp_path / f"{name}.status").write_text(f"{status} 3\n")
            for path, text in files.items():
                target = tmp_path / path
                target.parent.mkdir(exist_ok=True)
                target.write_text(text)
        done = subprocess.run([sys.executable, SUMMARY, tmp_path], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    return run


def test_counts_what_pytest_reports(summarize):
    code, lines = summarize(protocol=(1, {"protocol.xml": PYTEST}))
    assert lines[-1] == "1 passed, 2 failed, 1 skipped"
    assert code == 1
    assert "FAILED t::two" in lines


def test_a_check_without_results_is_one_test(summarize):
    code, lines = summarize(tidy=(0, {}))
    assert (code, lines[-1]) == (0, "1 passed, 0 failed, 0 skipped")


def test_a_failed_check_is_named(summarize):
    code, lines = summarize(tidy=(1, {}))
    assert (code, lines[-2:]) == (1, ["FAILED tidy", "0 passed, 1 failed, 0 skipped"])


def test_a_program_s_tests_count_singly(summarize):
    files = {"unit.xml": CTEST, "unit.gtest/bedplate_base_test.xml": GTEST_PASSED}
    code, lines = summarize(unit=(8, files))
    # base: two passed, two skipped; fuzz_http: one passed; wire crashed before it wrote results.
    assert (code, lines[-1]) == (1, "3 passed, 1 failed, 2 skipped")


def test_a_program_that_fails_after_its_tests_passed_is_a_failure(summarize):
    files = {"unit.xml": CTEST, "unit.gtest/bedplate_wire_test.xml": GTEST_PASSED}
    code, lines = summarize(unit=(8, files))
    assert (code, lines[-1]) == (1, "4 passed, 1 failed, 2 skipped")


def test_a_program_that_was_not_built_is_a_failure(summarize):
    text = """<testsuite><testcase name="base" classname="base" status="run"/>
    <testcase name="router" classname="router" status="notrun">
    <skipped message="Unable to find executable: /build/router_test"/></testcase>
    <testcase name="later" classname="later" status="disabled"/></testsuite>"""
    code, lines = summarize(unit=(8, {"unit.xml": text}))
    assert (code, lines[-1]) == (1, "1 passed, 1 failed, 1 skipped")


def test_a_suite_that_ends_badly_with_no_failed_test_is_a_failure(summarize):
    text = '<testsuites><testsuite><testcase name="a" classname="t"/></testsuite></testsuites>'
    code, lines = summarize(protocol=(3, {"protocol.xml": text}))
    assert (code, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped")


@pytest.mark.parametrize("text", ["<testsuites><testsuite/></testsuites>", "<testsuites><tes"])
def test_a_suite_without_readable_tests_is_a_failure(summarize, text):
    code, lines = summarize(protocol=(0, {"protocol.xml": text}))
    assert (code, lines[-1]) == (1, "0 passed, 1 failed, 0 skipped")


def test_nothing_ran(summarize):
    assert summarize() == (1, ["0 passed, 0 failed, 0 skipped"])


def test_the_sum_is_over_all_suites(summarize):
    code, lines = summarize(
        protocol=(1, {"protocol.xml": PYTEST}), tidy=(0, {}), unit=(8, {"unit.xml": CTEST})
    )
    assert (code, lines[-1]) == (1, "4 passed, 3 failed, 1 skipped")
