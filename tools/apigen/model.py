"""Reads the service models out of the installed botocore package."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

# Our key for a service, and the folder botocore keeps its model in. The order is the order of
# every generated table.
SERVICES = {
    "control": "bedrock",
    "runtime": "bedrock-runtime",
    "agent": "bedrock-agent",
    "agent_runtime": "bedrock-agent-runtime",
    "iam": "iam",
    "sts": "sts",
    "cloudwatch": "cloudwatch",
}

# Signatures and hosts call the services as botocore's folders, but for these.
ENDPOINT_NAMES = {"cloudwatch": "monitoring"}

# Those that speak the query protocol: one path for all operations, forms in, XML out.
QUERY_SERVICES = ("iam", "sts", "cloudwatch")
# The protocols that a query service may speak besides; all of them or none.
RPC_PROTOCOLS = ("smithy-rpc-v2-cbor", "json")

# Members of a model that the generator understands. Anything else stops the build, so that a
# new botocore cannot silently drop a rule.
KNOWN_SHAPE_KEYS = {
    "type", "members", "required", "member", "key", "value", "min", "max", "pattern", "enum",
    "sensitive", "union", "document", "eventstream", "event", "exception", "error", "fault",
    "retryable", "payload", "timestampFormat", "documentation", "box", "deprecated",
    "deprecatedMessage", "deprecatedSince",
    "xmlOrder",  # readers of XML do not look at the order
    "synthetic",  # an error that was added for the newer protocols
}
KNOWN_MEMBER_KEYS = {
    "shape", "location", "locationName", "idempotencyToken", "documentation", "box", "deprecated",
    "deprecatedMessage", "deprecatedSince", "jsonvalue",
}
KNOWN_LOCATIONS = {None, "uri", "querystring", "header"}


class ModelError(Exception):
    """The model says something the generator does not understand."""


@dataclass
class Member:
    name: str
    shape: str
    location: str | None
    wire_name: str
    required: bool
    idempotency_token: bool


@dataclass
class ErrorShape:
    name: str
    status: int
    code: str  # what the query protocol calls it


@dataclass
class Shape:
    name: str
    type: str  # as in the model, or "union", "document"
    raw: dict
    members: list[Member] = field(default_factory=list)

    @property
    def is_structure(self):
        return self.type in ("structure", "union")

    @property
    def is_exception(self):
        return bool(self.raw.get("exception"))

    @property
    def is_event_stream(self):
        return bool(self.raw.get("eventstream"))

    def references(self):
        """The names of the shapes this one is made of."""
        names = [member.shape for member in self.members]
        for part in ("member", "key", "value"):
            if part in self.raw:
                names.append(self.raw[part]["shape"])
        return names


@dataclass
class Operation:
    service: str
    name: str
    method: str
    path: str
    success_status: int
    input: str
    output: str
    read_only: bool
    event: str | None  # the output stream's union
    stream: str  # "none", "output", "bidirectional"
    result_wrapper: str = ""  # query protocol: the element around the output; "" when there is none
    needs_signature: bool = True


@dataclass
class ServiceModel:
    key: str
    endpoint_name: str
    shapes: dict[str, Shape]
    operations: dict[str, Operation]
    protocol: str = "rest-json"
    api_version: str = ""
    xml_namespace: str = ""
    target_prefix: str = ""  # of services that speak RPC_PROTOCOLS as well

    @property
    def is_query(self):
        return self.protocol == "query"

    def exceptions(self):
        """Every modelled exception, by name."""
        found = []
        for shape in self.shapes.values():
            if shape.is_exception:
                error = shape.raw.get("error", {})
                status = error.get("httpStatusCode") or (500 if shape.raw.get("fault") else 400)
                found.append(ErrorShape(shape.name, status, error.get("code", shape.name)))
        return sorted(found, key=lambda error: error.name)


def _check_query_traits(name, raw):
    """Lists are `member`, maps `entry`, `key`, `value`: no service that is known renames them."""
    for part in ("member", "key", "value"):
        unknown = set(raw.get(part, {})) - {"shape", "documentation"}
        if unknown:
            raise ModelError(f"{name}: unknown traits {sorted(unknown)} of its {part}")


def _shape(name, raw, protocol):
    unknown = set(raw) - KNOWN_SHAPE_KEYS
    if unknown:
        raise ModelError(f"shape {name}: unknown traits {sorted(unknown)}")
    kind = raw["type"]
    if raw.get("document"):
        kind = "document"
    elif raw.get("union") or raw.get("eventstream"):
        kind = "union"
    if protocol == "query":
        _check_query_traits(name, raw)
    # ISO 8601 is what the query protocol has where a model says nothing.
    if kind == "timestamp" and raw.get("timestampFormat") != "iso8601" and (
            protocol != "query" or "timestampFormat" in raw):
        raise ModelError(f"shape {name}: only iso8601 timestamps are known")
    shape = Shape(name, kind, raw)
    for member_name, member in raw.get("members", {}).items():
        unknown = set(member) - KNOWN_MEMBER_KEYS
        if unknown or member.get("location") not in KNOWN_LOCATIONS:
            raise ModelError(f"{name}.{member_name}: unknown traits {sorted(unknown)} or location")
        wire_name = member.get("locationName", member_name)
        if member.get("location") is None and wire_name != member_name:
            raise ModelError(f"{name}.{member_name}: a renamed body member")
        shape.members.append(Member(
            name=member_name,
            shape=member["shape"],
            location=member.get("location"),
            wire_name=wire_name,
            required=member_name in raw.get("required", []),
            idempotency_token=bool(member.get("idempotencyToken")),
        ))
    return shape


def _event_stream_of(shapes, structure_name):
    for member in shapes[structure_name].members:
        if shapes[member.shape].is_event_stream:
            return member.shape
    return None


def _shape_of(shapes, operation, role):
    """The name of an operation's input or output; an empty structure where the model has none."""
    if role in operation:
        return operation[role]["shape"]
    name = operation["name"] + {"input": "Request", "output": "Response"}[role]
    if name in shapes:
        raise ModelError(f"{operation['name']} has no {role}, but there is a shape {name}")
    shapes[name] = Shape(name, "structure", {"type": "structure", "members": {}})
    return name


def parse_service(key, raw):
    """A ServiceModel from a service-2.json document."""
    metadata = raw.get("metadata", {})
    protocol = "query" if key in QUERY_SERVICES else "rest-json"
    spoken = metadata.get("protocols") or [metadata.get("protocol", protocol)]
    if protocol not in spoken:
        raise ModelError(f"{key} speaks {', '.join(spoken)}")
    further = tuple(name for name in spoken if name != protocol)
    if protocol == "query" and further not in ((), RPC_PROTOCOLS):
        raise ModelError(f"{key} speaks {', '.join(spoken)}")
    shapes = {name: _shape(name, shape, protocol) for name, shape in raw["shapes"].items()}
    operations = {}
    for name, operation in raw["operations"].items():
        http = operation["http"]
        if protocol == "query" and (http["method"], http["requestUri"]) != ("POST", "/"):
            raise ModelError(f"{name}: a query operation with a path of its own")
        input_shape = _shape_of(shapes, operation, "input")
        output_shape = _shape_of(shapes, operation, "output")
        if "{" in http["requestUri"].split("?")[0] and "+}" in http["requestUri"]:
            raise ModelError(f"{name}: greedy labels are not known")
        if "?" in http["requestUri"]:
            raise ModelError(f"{name}: query literals are not known")
        event = _event_stream_of(shapes, output_shape)
        stream = "output" if event else "none"
        if _event_stream_of(shapes, input_shape):
            stream = "bidirectional"
        operations[name] = Operation(
            service=key,
            name=name,
            method=http["method"],
            path=http["requestUri"],
            success_status=http.get("responseCode", 200),
            input=input_shape,
            output=output_shape,
            read_only=bool(operation.get("readonly")),
            event=event,
            stream=stream,
            result_wrapper=operation.get("output", {}).get("resultWrapper", ""),
            needs_signature=operation.get("authtype") != "none",
        )
    return ServiceModel(key, ENDPOINT_NAMES.get(key, SERVICES[key]), shapes,
                        dict(sorted(operations.items())), protocol,
                        metadata.get("apiVersion", ""), metadata.get("xmlNamespace", ""),
                        metadata.get("targetPrefix", "") if further else "")


def pinned_version(requirements):
    """The botocore version that requirements.txt names."""
    for line in Path(requirements).read_text().splitlines():
        if line.startswith("botocore=="):
            return line.removeprefix("botocore==").strip()
    raise ModelError(f"{requirements} pins no botocore")


def model_file(key):
    """The path of a service's model inside the installed botocore."""
    import botocore

    folder = Path(botocore.__file__).parent / "data" / SERVICES[key]
    versions = sorted(path for path in folder.iterdir() if path.is_dir())
    for name in ("service-2.json.gz", "service-2.json"):
        if (versions[-1] / name).exists():
            return versions[-1] / name
    raise ModelError(f"{folder} holds no service model")


def load_services():
    """Every service, by key."""
    services = {}
    for key in SERVICES:
        path = model_file(key)
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        services[key] = parse_service(key, json.loads(text))
    return services
