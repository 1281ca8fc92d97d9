"""A service small enough to read, with one of everything the generator knows."""

from apigen import model

_SHAPES = {
    "Text": {"type": "string"},
    "Name": {"type": "string", "min": 1, "max": 5, "pattern": "[a-z\\\\]+", "sensitive": True},
    "Color": {"type": "string", "enum": ["red", "x-green", "5m", "default", "NULL"]},
    "Number": {"type": "integer", "max": 10},
    "Document": {"type": "structure", "members": {}, "document": True},
    "Names": {"type": "list", "member": {"shape": "Name"}},
    "Things": {"type": "list", "member": {"shape": "Thing"}},
    "ThingMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Inner"}},
    "Inner": {"type": "structure", "members": {"number": {"shape": "Number"}}},
    "Thing": {"type": "structure", "required": ["name", "inner"], "members": {
        "name": {"shape": "Name"},
        "inner": {"shape": "Inner"},
        "auto": {"shape": "Text"},
        "children": {"shape": "Things"},
        "byName": {"shape": "ThingMap"},
        "document": {"shape": "Document"}}},
    "Choice": {"type": "structure", "union": True, "members": {
        "text": {"shape": "Text"}, "thing": {"shape": "Thing"}}},
    "GetThingRequest": {"type": "structure", "required": ["thingId"], "members": {
        "thingId": {"shape": "Text", "location": "uri", "locationName": "thingId"},
        "kind": {"shape": "Color", "location": "header", "locationName": "X-Kind"},
        "token": {"shape": "Text", "idempotencyToken": True},
        "choice": {"shape": "Choice"}}},
    "GetThingResponse": {"type": "structure", "members": {"names": {"shape": "Names"}}},
    "StreamThingRequest": {"type": "structure", "members": {}},
    "StreamThingResponse": {"type": "structure", "payload": "stream", "members": {
        "stream": {"shape": "ThingStream"},
        "kind": {"shape": "Text", "location": "header", "locationName": "X-Kind"}}},
    "ThingStream": {"type": "structure", "eventstream": True, "members": {
        "event": {"shape": "ThingEvent"}, "brokenException": {"shape": "BrokenException"}}},
    "ThingEvent": {"type": "structure", "event": True, "members": {"text": {"shape": "Text"}}},
    "BrokenException": {"type": "structure", "exception": True, "fault": True,
                        "members": {"message": {"shape": "Text"}}},
    "MissingException": {"type": "structure", "exception": True,
                         "error": {"httpStatusCode": 404}, "members": {}},
    "Unused": {"type": "structure", "members": {}},
}


def _operation(name, method, path):
    return {"name": name, "http": {"method": method, "requestUri": path, "responseCode": 200},
            "input": {"shape": name + "Request"}, "output": {"shape": name + "Response"}}


_OPERATIONS = {
    "StreamThing": _operation("StreamThing", "POST", "/things/stream"),
    "GetThing": _operation("GetThing", "GET", "/things/{thingId}"),
}


def sample_service(key="runtime", shapes=None, operations=None):
    """The service, with shapes and operations added or replaced."""
    return model.parse_service(key, {
        "shapes": {**_SHAPES, **(shapes or {})},
        "operations": {**_OPERATIONS, **(operations or {})},
    })


def operation(name, method, path):
    """The raw model of an operation whose shapes are GetThing's."""
    raw = _operation(name, method, path)
    raw["input"] = {"shape": "GetThingRequest"}
    raw["output"] = {"shape": "GetThingResponse"}
    return raw


_QUERY_SHAPES = {
    "Text": {"type": "string", "min": 2},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Time": {"type": "timestamp"},
    "GetThingRequest": {"type": "structure", "required": ["Name"], "members": {
        "Name": {"shape": "Text"}, "Tags": {"shape": "Texts"}}},
    "GetThingResponse": {"type": "structure", "members": {"Since": {"shape": "Time"}}},
    "MissingException": {"type": "structure", "exception": True, "members": {},
                         "error": {"code": "NoSuchThing", "httpStatusCode": 404}},
    "OddException": {"type": "structure", "exception": True, "members": {}},
}


def _query_operation(name, **more):
    return {"name": name, "http": {"method": "POST", "requestUri": "/"}, **more}


_QUERY_OPERATIONS = {
    "GetThing": _query_operation(
        "GetThing", input={"shape": "GetThingRequest"},
        output={"shape": "GetThingResponse", "resultWrapper": "GetThingResult"}),
    "DropThing": _query_operation("DropThing", input={"shape": "GetThingRequest"}),
    "Anyone": _query_operation("Anyone", authtype="none"),
}


def query_service(shapes=None, operations=None, metadata=None):
    """A small service of the query protocol."""
    return model.parse_service("sts", {
        "metadata": {"protocol": "query", "apiVersion": "2011-06-15", "xmlNamespace": "urn:x",
                     **(metadata or {})},
        "shapes": {**_QUERY_SHAPES, **(shapes or {})},
        "operations": {**_QUERY_OPERATIONS, **(operations or {})},
    })
