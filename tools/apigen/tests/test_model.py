"""The model's traits are understood, or stop the build."""

import unittest

from apigen import model
from apigen.tests.sample import query_service, sample_service


class Model(unittest.TestCase):
    def test_reads_members_with_their_places(self):
        service = sample_service()
        members = {m.name: m for m in service.shapes["GetThingRequest"].members}
        self.assertEqual(members["thingId"].location, "uri")
        self.assertTrue(members["thingId"].required)
        self.assertEqual(members["kind"].wire_name, "X-Kind")
        self.assertTrue(members["token"].idempotency_token)

    def test_tells_unions_and_documents_from_structures(self):
        shapes = sample_service().shapes
        self.assertEqual(shapes["Choice"].type, "union")
        self.assertEqual(shapes["Document"].type, "document")
        self.assertTrue(shapes["Choice"].is_structure)
        self.assertFalse(shapes["Document"].is_structure)

    def test_finds_the_output_stream(self):
        operations = sample_service().operations
        self.assertEqual(operations["StreamThing"].stream, "output")
        self.assertEqual(operations["StreamThing"].event, "ThingStream")
        self.assertEqual(operations["GetThing"].stream, "none")

    def test_lists_exceptions_with_their_status(self):
        self.assertEqual([(e.name, e.status) for e in sample_service().exceptions()],
                         [("BrokenException", 500), ("MissingException", 404)])

    def test_an_unknown_trait_stops_the_build(self):
        with self.assertRaises(model.ModelError):
            sample_service(shapes={"New": {"type": "string", "surprise": True}})
        with self.assertRaises(model.ModelError):
            sample_service(shapes={"New": {"type": "structure", "members": {
                "m": {"shape": "Text", "location": "headers"}}}})
        with self.assertRaises(model.ModelError):
            sample_service(shapes={"New": {"type": "structure", "members": {
                "m": {"shape": "Text", "locationName": "n"}}}})
        with self.assertRaises(model.ModelError):
            sample_service(shapes={"New": {"type": "timestamp", "timestampFormat": "rfc822"}})

    def test_a_query_service_has_codes_wrappers_and_empty_structures(self):
        service = query_service()
        self.assertTrue(service.is_query)
        self.assertEqual([(e.name, e.status, e.code) for e in service.exceptions()],
                         [("MissingException", 404, "NoSuchThing"), ("OddException", 400,
                                                                    "OddException")])
        get, drop, anyone = (service.operations[n] for n in ("GetThing", "DropThing", "Anyone"))
        self.assertEqual(get.result_wrapper, "GetThingResult")
        self.assertEqual(drop.result_wrapper, "")
        self.assertEqual(service.shapes[drop.output].members, [])
        self.assertEqual((get.needs_signature, anyone.needs_signature), (True, False))

    def test_what_a_query_service_may_not_have(self):
        for shape in ({"type": "list", "member": {"shape": "Text", "locationName": "item"}},
                      {"type": "list", "flattened": True, "member": {"shape": "Text"}},
                      {"type": "map", "key": {"shape": "Text", "locationName": "k"},
                       "value": {"shape": "Text"}},
                      {"type": "timestamp", "timestampFormat": "unixTimestamp"}):
            with self.assertRaises(model.ModelError, msg=shape):
                query_service(shapes={"New": shape})
        with self.assertRaises(model.ModelError):
            query_service(operations={"GetThing": {
                "name": "GetThing", "http": {"method": "GET", "requestUri": "/x"}}})
        with self.assertRaises(model.ModelError):
            query_service(shapes={"DropThingResponse": {"type": "structure", "members": {}}})
        with self.assertRaises(model.ModelError):
            query_service(metadata={"protocol": "json"})

    def test_a_query_service_may_speak_the_rpc_protocols_as_well(self):
        spoken = {"protocol": "smithy-rpc-v2-cbor", "targetPrefix": "Prefix",
                  "protocols": ["smithy-rpc-v2-cbor", "json", "query"]}
        self.assertEqual(query_service(metadata=spoken).target_prefix, "Prefix")
        self.assertEqual(query_service(metadata={"targetPrefix": "Prefix"}).target_prefix, "")
        for protocols in (["json", "query"], ["json"], ["query", "rest-xml"]):
            with self.assertRaises(model.ModelError, msg=protocols):
                query_service(metadata={**spoken, "protocols": protocols})

    def test_the_pin_is_the_installed_version(self):
        import botocore
        from pathlib import Path
        requirements = Path(model.__file__).parent / "requirements.txt"
        self.assertEqual(model.pinned_version(requirements), botocore.__version__)


if __name__ == "__main__":
    unittest.main()
