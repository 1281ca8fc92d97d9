"""Writes api/operations.{hpp,cpp}: one descriptor for every operation of every service."""

from .corrections import iam_action
from .cpp_names import literal, type_name
from .cpp_structs import declare_shapes

STREAMS = {"none": "kNone", "output": "kOutput", "bidirectional": "kBidirectional"}
SERVICE_ENUM = {"control": "kControl", "runtime": "kRuntime", "agent": "kAgent",
                "agent_runtime": "kAgentRuntime", "iam": "kIam", "sts": "kSts",
                "cloudwatch": "kCloudWatch"}
PROTOCOLS = {"rest-json": "kRestJson", "query": "kQuery"}

HEADER = """\
// Written by tools/apigen. Do not edit.
#pragma once

#include "protocol/schema.hpp"

namespace bedplate::api {{

inline constexpr std::size_t kOperationCount = {count};
/// Every operation of every service, implemented or not; by service, then by name.
extern const protocol::OperationDescriptor kOperations[kOperationCount];

/// A path that operations of two services share: the ARN in `label` decides.
struct SharedPath {{
  std::string_view path, label, resource_type;
  protocol::Service service, otherwise;
}};
inline constexpr std::size_t kSharedPathCount = {shared};
extern const SharedPath kSharedPaths[kSharedPathCount];

}}  // namespace bedplate::api
"""


def operation_index(services):
    """{(service key, operation): its place in kOperations}."""
    keys = [(service.key, name) for service in services.values() for name in service.operations]
    return {key: index for index, key in enumerate(keys)}


def write_operations_header(services, shared_paths):
    count = sum(len(service.operations) for service in services.values())
    return HEADER.format(count=count, shared=len(shared_paths))


def _service(service):
    errors = ", ".join(f"{{{literal(error.name)}, {error.status}, {literal(error.code)}}}"
                       for error in service.exceptions())
    return "\n".join([
        f"constexpr protocol::ErrorDescriptor kErrorsOf_{service.key}[] = {{{errors}}};",
        f"constexpr protocol::ServiceDescriptor kService_{service.key}{{"
        f"Service::{SERVICE_ENUM[service.key]}, {literal(service.key)}, "
        f"{literal(service.endpoint_name)}, kErrorsOf_{service.key}, "
        f"Protocol::{PROTOCOLS[service.protocol]}, {literal(service.api_version)}, "
        f"{literal(service.xml_namespace)}, {literal(service.target_prefix)}}};",
    ])


def _exceptions(service, operation):
    rows = ", ".join(
        f"{{{literal(member.name)}, {literal(member.shape)}}}"
        for member in service.shapes[operation.event].members
        if service.shapes[member.shape].is_exception)
    return (f"constexpr protocol::StreamException kExceptionsOf_{service.key}_{operation.name}[]"
            f" = {{{rows}}};")


def _shapes_of(operation):
    """The descriptor's members that point to a shape."""
    shapes = {"input": operation.input, "output": operation.output, "event": operation.event}
    return {role: shape for role, shape in shapes.items() if shape}


def _declarations(service, operation_names):
    names = {shape for name in operation_names
             for shape in _shapes_of(service.operations[name]).values()}
    if not names:
        return ""
    return f"namespace {service.key} {{\n{declare_shapes(names)}\n}}  // namespace {service.key}\n"


def _descriptor(service, operation, implemented):
    parts = [
        f"&kService_{service.key}", literal(operation.name), literal(operation.method),
        literal(operation.path), str(operation.success_status),
        literal(iam_action(service.key, operation.name)),
        f"StreamKind::{STREAMS[operation.stream]}", "true" if implemented else "false",
    ]
    named = []
    if implemented:
        for role, shape in _shapes_of(operation).items():
            named.append(f".{role} = &{service.key}::shapes::{type_name(shape)}")
    if operation.event:
        named.append(f".stream_exceptions = kExceptionsOf_{service.key}_{operation.name}")
    if operation.read_only:
        named.append(".read_only = true")
    if operation.result_wrapper:
        named.append(f".result_wrapper = {literal(operation.result_wrapper)}")
    if not operation.needs_signature:
        named.append(".needs_signature = false")
    fields = ("service", "name", "method", "path", "success_status", "iam_action", "stream",
              "implemented")
    head = [f".{field} = {value}" for field, value in zip(fields, parts)]
    return "{" + ", ".join(head + named) + "}"


def write_operations(services, catalog, shared_paths):
    """The text of api/operations.cpp."""
    lines = ["// Written by tools/apigen. Do not edit.", '#include "api/operations.hpp"', ""]
    lines += ["namespace bedplate::api {", ""]
    lines += [_declarations(service, catalog[key]) for key, service in services.items()]
    lines += ["namespace {", "",
              "using protocol::Protocol;", "using protocol::Service;",
              "using protocol::StreamKind;", ""]
    rows = []
    for service in services.values():
        lines.append(_service(service))
        for operation in service.operations.values():
            if operation.event:
                lines.append(_exceptions(service, operation))
            rows.append(_descriptor(service, operation, operation.name in catalog[service.key]))
    lines += ["", "}  // namespace", "",
              "constinit const protocol::OperationDescriptor kOperations[kOperationCount] = {"]
    lines += [f"    {row}," for row in rows]
    lines += ["};", "", "constinit const SharedPath kSharedPaths[kSharedPathCount] = {"]
    for path, rule in shared_paths.items():
        lines.append(f"    {{{literal(path)}, {literal(rule['label'])}, "
                     f"{literal(rule['resource_type'])}, "
                     f"Service::{SERVICE_ENUM[rule['service']]}, "
                     f"Service::{SERVICE_ENUM[rule['otherwise']]}}},")
    lines += ["};", "", "}  // namespace bedplate::api"]
    return "\n".join(lines) + "\n"
