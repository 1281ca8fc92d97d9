"""Writes api/<service>.cpp: the field tables of a service's structs."""

from .corrections import OPEN_ENUMS
from .cpp_names import identifier, literal, type_name
from .cpp_structs import cpp_type, member_type, plain_type
from .reachable import definition_order, members_of, reachable_shapes

KINDS = {
    "boolean": "kBoolean", "integer": "kInteger", "long": "kLong", "float": "kFloat",
    "double": "kDouble", "string": "kString", "blob": "kBlob", "timestamp": "kTimestamp",
    "document": "kDocument", "list": "kList", "map": "kMap", "structure": "kStructure",
    "union": "kUnion",
}

LOCATIONS = {None: "kBody", "uri": "kLabel", "querystring": "kQuery", "header": "kHeader"}

PROLOGUE = """\
// Written by tools/apigen from botocore's model of {endpoint}. Do not edit.
#include "api/{key}.hpp"

#include "protocol/type_ops.hpp"

// The structs hold standard containers, for which offsetof is "conditionally supported": every
// compiler this builds with supports it.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace bedplate::api::{key} {{

using protocol::Field;
using protocol::Kind;
using protocol::Location;
using protocol::Shape;
"""


def _number(value):
    return repr(float(value))


def _range(raw):
    if "min" not in raw and "max" not in raw:
        return None
    parts = []
    for bound in ("min", "max"):
        if bound in raw:
            parts += [f".{bound} = {_number(raw[bound])}"]
    for bound in ("min", "max"):
        if bound in raw:
            parts += [f".{bound}_text = {literal(str(raw[bound]))}"]
    return "{" + ", ".join(parts) + "}"


class _Tables:
    def __init__(self, service, names):
        self.service = service
        self.names = names
        self.out = []

    def reference(self, name):
        if self.service.shapes[name].is_structure:
            return f"&shapes::{type_name(name)}"
        return f"&k{type_name(name)}"

    def common(self, name):
        """The initialisers that every kind of shape shares, in the order Shape declares them."""
        shape = self.service.shapes[name]
        parts = [f".kind = Kind::{KINDS[shape.type]}", f".name = {literal(name)}"]
        if shape.raw.get("sensitive"):
            parts.append(".sensitive = true")
        if (self.service.key, name) in OPEN_ENUMS:
            parts.append(".open = true")
        extent = _range(shape.raw)
        if extent:
            parts.append(f".range = {extent}")
        if "pattern" in shape.raw:
            parts.append(f".pattern = {literal(shape.raw['pattern'])}")
        if "enum" in shape.raw:
            parts.append(f".enum_values = kValuesOf{type_name(name)}")
        return parts

    def simple(self, name):
        shape = self.service.shapes[name]
        if "enum" in shape.raw:
            values = ", ".join(literal(value) for value in shape.raw["enum"])
            self.out.append(
                f"constexpr std::string_view kValuesOf{type_name(name)}[] = {{{values}}};")
        parts = self.common(name)
        if shape.type == "list":
            element = shape.raw["member"]["shape"]
            parts.append(f".element = {self.reference(element)}")
            parts.append(f".list = &protocol::kListOps<{cpp_type(self.service, element)}>")
        if shape.type == "map":
            value = shape.raw["value"]["shape"]
            parts.append(f".element = {self.reference(value)}")
            parts.append(f".key = {self.reference(shape.raw['key']['shape'])}")
            parts.append(f".map = &protocol::kMapOps<{cpp_type(self.service, value)}>")
        self.out.append(f"constexpr Shape k{type_name(name)}{{{', '.join(parts)}}};")

    def structure(self, name):
        shape = self.service.shapes[name]
        members = members_of(self.service, name)
        struct = type_name(name)
        parts = self.common(name)
        if members:
            rows = [self.field(name, member) for member in members]
            self.out.append(f"constexpr Field kFieldsOf{struct}[] = {{\n  "
                            + ",\n  ".join(rows) + "};")
            by_name = sorted(range(len(members)), key=lambda i: members[i].name)
            self.out.append(f"constexpr std::uint16_t kSortedOf{struct}[] = "
                            f"{{{', '.join(map(str, by_name))}}};")
            parts += [f".fields = kFieldsOf{struct}", f".fields_sorted = kSortedOf{struct}"]
        payload = shape.raw.get("payload")
        for index, member in enumerate(members):
            if member.name == payload:
                parts.append(f".payload = &kFieldsOf{struct}[{index}]")
        if any(m.location is None and m.name != payload for m in members):
            parts.append(".has_body_fields = true")
        self.out.append(f"constinit const Shape shapes::{struct}{{{', '.join(parts)}}};")

    def field(self, owner, member):
        holder = member_type(self.service, owner, member)
        plain = plain_type(self.service, owner, member)
        wrapped = holder != plain
        location = LOCATIONS[member.location]
        if member.name == self.service.shapes[owner].raw.get("payload"):
            location = "kPayload"
        parts = [
            literal(member.name),
            literal(member.wire_name),
            self.reference(member.shape),
            f"offsetof({type_name(owner)}, {identifier(member.name)})",
            f"&protocol::kOptionalOps<{holder}>" if wrapped else "nullptr",
            f"Location::{location}",
            "true" if member.required else "false",
            "true" if member.idempotency_token else "false",
        ]
        return "{" + ", ".join(parts) + "}"

    def write(self):
        done = set()

        def simple_in_order(name):
            if name in done or self.service.shapes[name].is_structure:
                return
            done.add(name)
            for target in self.service.shapes[name].references():
                simple_in_order(target)
            self.simple(name)

        for name in sorted(self.names):
            simple_in_order(name)
        for name in definition_order(self.service, self.names):
            self.structure(name)
        return self.out


def write_tables(service, operation_names):
    """The text of api/<service>.cpp."""
    names = reachable_shapes(service, operation_names)
    prologue = PROLOGUE.format(endpoint=service.endpoint_name, key=service.key)
    body = _Tables(service, names).write()
    simple = [line for line in body if not line.startswith("constinit")]
    structures = [line for line in body if line.startswith("constinit")]
    parts = [prologue]
    if body:
        parts += ["namespace {\n", "\n".join(simple), "\n}  // namespace\n",
                  "\n".join(structures)]
    parts.append(f"\n}}  // namespace bedplate::api::{service.key}")
    return "\n".join(parts) + "\n"
