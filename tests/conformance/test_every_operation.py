"""All operations of the services are routed: what is not built yet says so by its name, with
501, and nothing falls through to 404 or breaks (design, sections 1 and 4)."""

from __future__ import annotations

import re
from pathlib import Path

import botocore.config
import botocore.exceptions
import botocore.session
import pytest

from bedplate_server import REPOSITORY

BEDROCK = ("bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime")
# Services of the query protocol have codes of their own for what is not built and not valid.
BESIDE = ("iam", "sts", "cloudwatch")
SERVICES = BEDROCK + BESIDE
SHORT_NAMES = {
    "control": "bedrock",
    "runtime": "bedrock-runtime",
    "agent": "bedrock-agent",
    "agent_runtime": "bedrock-agent-runtime",
    "iam": "iam",
    "sts": "sts",
    "cloudwatch": "cloudwatch",
}
REFUSALS = (
    "ValidationError",
    "NoSuchEntity",
    "MalformedPolicyDocument",
    "NotSupportedService",
    "InvalidInput",
    "EntityAlreadyExists",
    "DeleteConflict",
    "LimitExceeded",
    "InvalidParameterValue",
    "InvalidParameterCombination",
)
CATALOG = REPOSITORY / "src/operations/catalog.def"


def models():
    session = botocore.session.get_session()
    return {service: session.get_service_model(service) for service in SERVICES}


def built_operations(catalog: Path = CATALOG) -> set[tuple[str, str]]:
    found = re.findall(r"^OPERATION\((\w+), (\w+)\)", catalog.read_text(), re.MULTILINE)
    return {(SHORT_NAMES[service], operation) for service, operation in found}


OPERATIONS = [
    (service, operation)
    for service, model in models().items()
    for operation in model.operation_names
]


def smallest(shape, name: str = "", depth: int = 0):
    """The smallest value that fits a shape: required members only, shortest texts."""
    if shape.type_name == "structure":
        members = {}
        if getattr(shape, "is_tagged_union", False) and shape.members:
            member = next(iter(shape.members))
            return {member: smallest(shape.members[member], member, depth + 1)}
        for member in shape.required_members:
            if depth < 12:
                members[member] = smallest(shape.members[member], member, depth + 1)
        return members
    if shape.type_name == "list":
        count = shape.metadata.get("min", 0)
        return [smallest(shape.member, name, depth + 1) for _ in range(count)]
    if shape.type_name == "map":
        return {}
    if shape.type_name == "string":
        if getattr(shape, "enum", None):
            return shape.enum[0]
        return "a" * max(1, shape.metadata.get("min", 1))
    if shape.type_name in ("integer", "long"):
        return shape.metadata.get("min", 1)
    if shape.type_name in ("float", "double"):
        return float(shape.metadata.get("min", 0.5))
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.type_name == "blob":
        return b"x" * max(1, shape.metadata.get("min", 1))
    raise NotImplementedError(shape.type_name)


def client_method(service: str, operation: str, client):
    names = {wire: python for python, wire in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation], None)


@pytest.fixture(scope="module")
def clients(make_client):
    unchecked = botocore.config.Config(parameter_validation=False)
    return {service: make_client(service, unchecked) for service in SERVICES}


def test_number_of_operations():
    """So that the loop below cannot shrink unnoticed when botocore moves."""
    assert len([each for each in OPERATIONS if each[0] in BEDROCK]) == 227
    assert len([each for each in OPERATIONS if each[0] in BESIDE]) == 241
    assert built_operations() <= set(OPERATIONS)


@pytest.mark.bedplate_only
@pytest.mark.parametrize("service, operation", OPERATIONS, ids=lambda value: value)
def test_operation(clients, http, service, operation):
    client = clients[service]
    shape = client.meta.service_model.operation_model(operation).input_shape
    method = client_method(service, operation, client)
    if method is None:
        # botocore has no bidirectional streams; the path is called by hand.
        response = http.send(
            "POST", "/model/amazon.nova-sonic-v1:0/invoke-with-bidirectional-stream"
        )
        status, code, message = response.status, response.error_type, response.message
    else:
        try:
            reply = method(**(smallest(shape) if shape else {}))
            assert (service, operation) in built_operations(), "an operation that nobody catalogued"
            assert reply["ResponseMetadata"]["HTTPStatusCode"] < 300
            return
        except botocore.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = error.response["Error"]["Code"]
            message = error.response["Error"]["Message"]
    if (service, operation) in built_operations() and service in BESIDE:
        # Users and roles of the smallest name come and go with the order of the tests.
        # A key that nobody has is another account's, perhaps.
        denied = operation == "GetAccessKeyLastUsed" and (status, code) == (403, "AccessDenied")
        assert denied or status in (400, 404, 409)
        assert denied or code in REFUSALS
    elif (service, operation) in built_operations():
        # The smallest input may name nothing that exists: that is an answer of the operation.
        assert status in (400, 404)
        assert code in ("ValidationException", "ResourceNotFoundException", "ValidationError")
    else:
        expected = "NotImplemented" if service in BESIDE else "UnknownOperationException"
        assert (status, code) == (501, expected)
        assert operation in message


# Without a signature nobody learns what is built.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "method, target", [("GET", "/guardrails"), ("POST", "/agents/"), ("PUT", "/knowledgebases/")]
)
def test_unsigned(http, method, target):
    response = http.send_unsigned(method, target)
    assert response.status in (403, 404, 405)


# One port for all: AWS_ENDPOINT_URL sends a program's every call here, also those of services that
# Bedplate does not have. They are told so, and are not taken for Bedrock's.
@pytest.mark.bedplate_only
@pytest.mark.parametrize(
    "service, call",
    [
        ("sqs", lambda client: client.list_queues()),
        ("dynamodb", lambda client: client.list_tables()),
        ("cloudtrail", lambda client: client.list_trails()),
    ],
)
def test_other_services_are_refused(make_client, service, call):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(make_client(service))
    assert 400 <= caught.value.response["ResponseMetadata"]["HTTPStatusCode"] < 600
