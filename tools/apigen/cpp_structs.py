"""Writes api/<service>.hpp: the structs of a service and the tags of its operations."""

from .cpp_names import identifier, literal, type_name
from .reachable import definition_order, is_boxed, members_of, reachable_shapes

SCALARS = {
    "boolean": "bool",
    "integer": "std::int32_t",
    "long": "std::int64_t",
    "float": "float",
    "double": "double",
    "string": "std::string",
    "blob": "protocol::Blob",
    "timestamp": "Timestamp",
    "document": "boost::json::value",
}

HEADER = """\
// Written by tools/apigen from botocore's model of {endpoint}. Do not edit.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/operations.hpp"
#include "base/clock.hpp"
#include "protocol/box.hpp"
#include "protocol/schema.hpp"
"""


def cpp_type(service, name, taken=()):
    """The C++ type of a shape's value. A type whose name is among those `taken` is written with
    its namespace: in C++ a member must not change what its own type's name means."""
    shape = service.shapes[name]
    if shape.type in SCALARS:
        scalar = SCALARS[shape.type]
        return f"bedplate::{scalar}" if scalar in taken else scalar
    if shape.type == "list":
        return f"std::vector<{cpp_type(service, shape.raw['member']['shape'], taken)}>"
    if shape.type == "map":
        return f"std::map<std::string, {cpp_type(service, shape.raw['value']['shape'], taken)}>"
    return f"{service.key}::{type_name(name)}" if type_name(name) in taken else type_name(name)


def plain_type(service, owner, member):
    """The C++ type of a member's value."""
    taken = {identifier(each.name) for each in members_of(service, owner)}
    return cpp_type(service, member.shape, taken)


def member_type(service, owner, member):
    """The C++ type of a member: plain when required, else std::optional or a Box."""
    plain = plain_type(service, owner, member)
    if is_boxed(service, owner, member):
        return f"protocol::Box<{plain}>"
    if member.required and service.shapes[owner].type != "union":
        return plain
    return f"std::optional<{plain}>"


def _initial(plain):
    return "{}" if plain in ("bool", "float", "double") or plain.startswith("std::int") else ""


def _struct(service, name):
    shape = service.shapes[name]
    lines = []
    if shape.type == "union":
        lines.append("/// A union: exactly one member is set.")
    lines.append(f"struct {type_name(name)} {{")
    for member in members_of(service, name):
        kind = member_type(service, name, member)
        lines.append(f"  {kind} {identifier(member.name)}{_initial(kind)};")
    lines.append("  static constexpr const protocol::Shape& kShape ="
                 f" shapes::{type_name(name)};")
    lines.append("};")
    return "\n".join(lines)


def _enum(service, name):
    values = service.shapes[name].raw["enum"]
    lines = [f"namespace {type_name(name)} {{"]
    lines += [f"inline constexpr char {identifier(v)}[] = {literal(v)};" for v in values]
    lines.append(f"}}  // namespace {type_name(name)}")
    return "\n".join(lines)


def declare_shapes(structs):
    """Declares the field tables of structs: whoever needs only those spares the structs."""
    lines = [f"extern const protocol::Shape {type_name(name)};" for name in sorted(structs)]
    return "\n".join(["namespace shapes {"] + lines + ["}  // namespace shapes"])


def _tag(service, operation, index):
    event = f"api::{service.key}::{type_name(operation.event)}" if operation.event else "void"
    return "\n".join([
        f"struct {operation.name} {{",
        f"  using Request = api::{service.key}::{type_name(operation.input)};",
        f"  using Response = api::{service.key}::{type_name(operation.output)};",
        f"  using Event = {event};",
        "  static constexpr const protocol::OperationDescriptor& descriptor ="
        f" api::kOperations[{index}];",
        "};",
    ])


def write_header(service, operation_names, index_of):
    """The text of api/<service>.hpp. `index_of` is an operation's place in kOperations."""
    names = reachable_shapes(service, operation_names)
    structs = definition_order(service, names)
    enums = [n for n in sorted(names) if "enum" in service.shapes[n].raw]
    parts = [HEADER.format(endpoint=service.endpoint_name)]
    parts.append(f"namespace bedplate::api::{service.key} {{")
    if structs:
        parts.append(declare_shapes(structs))
        parts.append("\n".join(f"struct {type_name(name)};" for name in sorted(structs)))
    parts += [_enum(service, name) for name in enums]
    parts += [_struct(service, name) for name in structs]
    parts.append(f"}}  // namespace bedplate::api::{service.key}")
    parts.append(f"namespace bedplate::op::{service.key} {{")
    parts += [_tag(service, service.operations[name], index_of[(service.key, name)])
              for name in operation_names]
    parts.append(f"}}  // namespace bedplate::op::{service.key}")
    return "\n\n".join(parts) + "\n"
