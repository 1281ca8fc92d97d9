"""What is written for a small service."""

import unittest

from apigen import cpp_operations, cpp_structs, cpp_tables, model
from apigen.cpp_names import identifier, literal, type_name
from apigen.reachable import definition_order, reachable_shapes
from apigen.tests.sample import query_service, sample_service


class Names(unittest.TestCase):
    def test_members_keep_their_wire_names_where_cpp_allows(self):
        self.assertEqual(identifier("modelId"), "modelId")
        self.assertEqual(identifier("auto"), "auto_")
        self.assertEqual(identifier("x-aac"), "x_aac")
        self.assertEqual(identifier("5m"), "_5m")
        self.assertEqual(identifier("NULL"), "NULL_")
        self.assertEqual(type_name("kBS3Uri"), "KBS3Uri")

    def test_literals_are_plain_ascii(self):
        self.assertEqual(literal('a"b\\c??='), '"a\\"b\\\\c\\?\\?="')
        self.assertEqual(literal("é\n"), '"\\303\\251\\012"')


class Reachable(unittest.TestCase):
    def test_follows_lists_maps_unions_and_events(self):
        service = sample_service()
        found = reachable_shapes(service, ["GetThing"])
        self.assertLessEqual({"Choice", "Thing", "Things", "ThingMap", "Inner", "Names"}, found)
        self.assertNotIn("ThingEvent", found)
        self.assertNotIn("Unused", found)

    def test_leaves_out_the_exceptions_of_a_stream(self):
        found = reachable_shapes(sample_service(), ["StreamThing"])
        self.assertIn("ThingEvent", found)
        self.assertNotIn("BrokenException", found)

    def test_a_structure_follows_what_it_holds_by_value(self):
        service = sample_service()
        order = definition_order(service, reachable_shapes(service, ["GetThing"]))
        self.assertLess(order.index("Inner"), order.index("Thing"))
        self.assertEqual(sorted(order), ["Choice", "GetThingRequest", "GetThingResponse", "Inner",
                                         "Thing"])

    def test_a_structure_that_holds_itself_by_value_is_refused(self):
        service = sample_service(shapes={"Inner": {
            "type": "structure", "members": {"thing": {"shape": "Thing"}}}})
        with self.assertRaises(model.ModelError):
            definition_order(service, reachable_shapes(service, ["GetThing"]))


class Header(unittest.TestCase):
    def setUp(self):
        index = cpp_operations.operation_index({"runtime": sample_service()})
        self.text = cpp_structs.write_header(sample_service(), ["GetThing", "StreamThing"], index)

    def test_required_members_are_plain_and_others_optional(self):
        self.assertIn("  std::string name;\n", self.text)
        self.assertIn("  Inner inner;\n", self.text)
        self.assertIn("  std::optional<std::string> auto_;\n", self.text)
        self.assertIn("  std::optional<std::vector<Thing>> children;\n", self.text)
        self.assertIn("  std::optional<std::map<std::string, Inner>> byName;\n", self.text)
        self.assertIn("  std::optional<boost::json::value> document;\n", self.text)

    def test_structures_in_unions_are_boxed(self):
        self.assertIn("  std::optional<std::string> text;\n  protocol::Box<Thing> thing;\n",
                      self.text)

    def test_a_member_that_is_called_as_its_type(self):
        service = sample_service(shapes={"Holder": {"type": "structure", "members": {
            "Inner": {"shape": "Inner"}, "Timestamp": {"shape": "Time"}}},
            "Time": {"type": "timestamp", "timestampFormat": "iso8601"}, "GetThingResponse": {
                "type": "structure", "members": {"holder": {"shape": "Holder"}}}})
        index = cpp_operations.operation_index({"runtime": service})
        text = cpp_structs.write_header(service, ["GetThing"], index)
        self.assertIn("  std::optional<runtime::Inner> Inner;\n", text)
        self.assertIn("  std::optional<bedplate::Timestamp> Timestamp;\n", text)
        self.assertIn("  std::optional<Holder> holder;\n", text)

    def test_enums_are_constants(self):
        self.assertIn('inline constexpr char x_green[] = "x-green";', self.text)
        self.assertIn('inline constexpr char default_[] = "default";', self.text)

    def test_a_streaming_response_has_no_stream(self):
        start = self.text.index("struct StreamThingResponse {")
        self.assertNotIn("stream", self.text[start:self.text.index("};", start)])

    def test_tags_name_request_response_and_event(self):
        self.assertIn("  using Request = api::runtime::GetThingRequest;\n", self.text)
        self.assertIn("  using Event = api::runtime::ThingStream;\n", self.text)
        self.assertIn("  using Event = void;\n", self.text)


class Tables(unittest.TestCase):
    def setUp(self):
        self.text = cpp_tables.write_tables(sample_service(), ["GetThing", "StreamThing"])

    def test_constraints_are_kept_as_the_model_writes_them(self):
        self.assertIn('.range = {.min = 1.0, .max = 5.0, .min_text = "1", .max_text = "5"}',
                      self.text)
        self.assertIn('.pattern = "[a-z\\\\\\\\]+"', self.text)
        self.assertIn('kValuesOfColor[] = {"red", "x-green", "5m", "default", "NULL"}', self.text)
        self.assertIn('.name = "Name", .sensitive = true', self.text)

    def test_fields_have_their_places(self):
        self.assertIn('{"kind", "X-Kind", &kColor, offsetof(GetThingRequest, kind), '
                      "&protocol::kOptionalOps<std::optional<std::string>>, Location::kHeader, "
                      "false, false}", self.text)
        self.assertIn('{"thingId", "thingId", &kText, offsetof(GetThingRequest, thingId), nullptr, '
                      "Location::kLabel, true, false}", self.text)
        self.assertIn("&protocol::kOptionalOps<protocol::Box<Thing>>", self.text)

    def test_fields_are_also_listed_by_name(self):
        # name, inner, auto, children, byName, document
        self.assertIn("kSortedOfThing[] = {2, 4, 3, 5, 1, 0};", self.text)


class Operations(unittest.TestCase):
    def test_only_implemented_operations_have_schemas(self):
        services = {"runtime": sample_service()}
        text = cpp_operations.write_operations(services, {"runtime": ["GetThing"]}, {})
        self.assertIn('.name = "GetThing", .method = "GET", .path = "/things/{thingId}", '
                      '.success_status = 200, .iam_action = "bedrock:GetThing", '
                      ".stream = StreamKind::kNone, .implemented = true, "
                      ".input = &runtime::shapes::GetThingRequest", text)
        self.assertIn(".stream = StreamKind::kOutput, .implemented = false, "
                      ".stream_exceptions = kExceptionsOf_runtime_StreamThing}", text)
        self.assertIn('{"brokenException", "BrokenException"}', text)

    def test_a_query_service_says_how_it_is_written(self):
        services = {"sts": query_service()}
        text = cpp_operations.write_operations(services, {"sts": ["GetThing"]}, {})
        self.assertIn('{"MissingException", 404, "NoSuchThing"}', text)
        self.assertIn('Protocol::kQuery, "2011-06-15", "urn:x", ""};', text)
        self.assertIn('.output = &sts::shapes::GetThingResponse, '
                      '.result_wrapper = "GetThingResult"}', text)
        self.assertIn('.name = "Anyone", .method = "POST", .path = "/", .success_status = 200, '
                      '.iam_action = "sts:Anyone", .stream = StreamKind::kNone, '
                      '.implemented = false, .needs_signature = false}', text)


if __name__ == "__main__":
    unittest.main()
