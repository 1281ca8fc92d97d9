"""The catalogue, the paths, the corrections and the files."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

from apigen import compatibility, corrections, model, paths
from apigen.__main__ import generate, run, write_if_changed
from apigen.catalog import CatalogError, read_catalog
from apigen.tests.sample import operation, query_service, sample_service


class Catalog(unittest.TestCase):
    services = {"runtime": sample_service(), "agent": sample_service("agent")}

    def test_reads_operations_and_skips_comments(self):
        text = ("// a comment\n\nOPERATION(runtime, GetThing)\n"
                "OPERATION( agent , StreamThing ) // x\n")
        self.assertEqual(read_catalog(text, self.services),
                         {"runtime": ["GetThing"], "agent": ["StreamThing"]})

    def test_refuses_what_does_not_exist(self):
        for text in ("OPERATION(runtime, Nothing)", "OPERATION(nothing, GetThing)",
                     "OPERATION(runtime GetThing)", "OPERATION(runtime, GetThing);",
                     "OPERATION(runtime, GetThing)\nOPERATION(runtime, GetThing)"):
            with self.assertRaises(CatalogError, msg=text):
                read_catalog(text, self.services)


class Paths(unittest.TestCase):
    rule = {"/x/{b}": {"label": "b", "resource_type": "t", "service": "agent",
                       "otherwise": "runtime"}}

    def services(self, first, second):
        return {
            "runtime": model.parse_service("runtime", {
                "shapes": sample_raw(), "operations": {"A": operation("A", "GET", first)}}),
            "agent": model.parse_service("agent", {
                "shapes": sample_raw(), "operations": {"B": operation("B", "GET", second)}}),
        }

    def test_the_same_path_needs_a_rule(self):
        with self.assertRaises(paths.PathConflict):
            paths.check_paths(self.services("/x/{a}", "/x/{b}"), {})

    def test_a_rule_settles_it(self):
        paths.check_paths(self.services("/x/{b}", "/x/{b}"), self.rule)

    def test_a_rule_without_a_clash_is_refused(self):
        with self.assertRaises(paths.PathConflict):
            paths.check_paths(self.services("/x/{b}", "/y/{b}"), self.rule)

    def test_query_operations_share_their_path(self):
        paths.check_paths({"sts": query_service()}, {})

    def test_a_slash_at_the_end_is_a_difference(self):
        paths.check_paths(self.services("/x/{a}", "/x/{b}/"), {})


def sample_raw():
    return {name: shape.raw for name, shape in sample_service().shapes.items()}


class Corrections(unittest.TestCase):
    def test_apply_to_the_pinned_models(self):
        services = model.load_services()
        corrections.apply_to(services)
        usage = [m.name for m in services["runtime"].shapes["TokenUsage"].members]
        self.assertIn("cacheReadInputTokenCount", usage)
        self.assertTrue(services["runtime"].shapes["ContentBlock"].raw["sensitive"])
        for key, name in corrections.IAM_ACTIONS:
            self.assertIn(name, services[key].operations)

    def test_a_member_that_became_modelled_is_noticed(self):
        services = model.load_services()
        corrections.apply_to(services)
        with self.assertRaises(ValueError):
            corrections.apply_to(services)

    def test_actions(self):
        self.assertEqual(corrections.iam_action("runtime", "Converse"), "bedrock:InvokeModel")
        self.assertEqual(corrections.iam_action("runtime", "CountTokens"), "bedrock:CountTokens")
        self.assertEqual(corrections.iam_action("iam", "CreateUser"), "iam:CreateUser")
        self.assertEqual(corrections.iam_action("sts", "AssumeRole"), "sts:AssumeRole")


class Generation(unittest.TestCase):
    def test_every_operation_of_the_pinned_models_can_be_generated(self):
        services = model.load_services()
        corrections.apply_to(services)
        paths.check_paths(services, corrections.SHARED_PATHS)
        bedrock = [s for s in services.values() if not s.is_query]
        self.assertEqual(sum(len(s.operations) for s in bedrock), 227)
        self.assertEqual(len(services["iam"].operations), 180)
        self.assertEqual(len(services["sts"].operations), 11)
        everything = {key: list(service.operations) for key, service in services.items()}
        first, second = generate(services, everything), generate(services, everything)
        self.assertEqual(first, second)
        self.assertEqual(len(services["cloudwatch"].operations), 50)
        self.assertEqual(len(first), 16)

    def test_an_unchanged_file_keeps_its_time_stamp(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a" / "b.hpp"
            self.assertTrue(write_if_changed(path, "one"))
            os.utime(path, (1, 1))
            self.assertFalse(write_if_changed(path, "one"))
            self.assertEqual(path.stat().st_mtime, 1)
            self.assertTrue(write_if_changed(path, "two"))
            self.assertEqual(path.read_text(), "two")


class Page(unittest.TestCase):
    def run_quietly(self, *argv):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            return run([str(each) for each in argv]), said.getvalue()

    def test_counts_what_is_implemented(self):
        services = {"runtime": sample_service()}
        text = compatibility.write_compatibility(services, {"runtime": ["GetThing"]}, "1.2.3")
        self.assertIn("| **All** | **2** | **1** |", text)
        self.assertIn("| GetThing | `GET /things/{thingId}` | implemented |", text)
        self.assertIn("| StreamThing | `POST /things/stream` | 501 |", text)

    def test_the_services_beside_bedrock_have_numbers_of_their_own(self):
        services = {"runtime": sample_service(), "sts": query_service()}
        text = compatibility.write_compatibility(
            services, {"runtime": ["GetThing"], "sts": ["DropThing"]}, "1.2.3")
        self.assertIn("| **All** | **2** | **1** |", text)
        self.assertIn("| AWS Security Token Service (`sts`) | 3 | 1 |", text)
        self.assertIn("| DropThing | implemented |", text)
        self.assertIn("| GetThing | 501 |", text)

    def test_check_fails_when_the_page_is_old(self):
        with tempfile.TemporaryDirectory() as folder:
            catalog, page = Path(folder) / "catalog.def", Path(folder) / "page.md"
            catalog.write_text("OPERATION(runtime, Converse)\n")
            options = ("--catalog", catalog, "--compatibility", page)
            self.assertEqual(self.run_quietly(*options, "--check")[0], 1)
            self.assertEqual(self.run_quietly(*options)[0], 0)
            self.assertEqual(self.run_quietly(*options, "--check")[0], 0)
            catalog.write_text("OPERATION(runtime, InvokeModel)\n")
            status, said = self.run_quietly(*options, "--check")
            self.assertEqual(status, 1)
            self.assertIn("is old", said)

    def test_a_wrong_catalogue_names_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            catalog = Path(folder) / "catalog.def"
            catalog.write_text("\nOPERATION(runtime, Nothing)\n")
            status, said = self.run_quietly("--catalog", catalog)
            self.assertEqual(status, 1)
            self.assertIn("line 2: runtime has no operation Nothing", said)


if __name__ == "__main__":
    unittest.main()
