"""Reads src/operations/catalog.def: which operations the server implements."""

import re

_LINE = re.compile(r"^OPERATION\(\s*(\w+)\s*,\s*(\w+)\s*\)\s*(//.*)?$")


class CatalogError(Exception):
    """The catalogue names something that does not exist, or names it twice."""


def read_catalog(text, services):
    """{service key: [operation names in the catalogue's order]}."""
    catalog = {key: [] for key in services}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line.startswith("OPERATION"):
            continue
        match = _LINE.match(line)
        if not match:
            raise CatalogError(f"line {number}: not OPERATION(service, Name): {line}")
        service, name = match.group(1), match.group(2)
        if service not in services:
            raise CatalogError(f"line {number}: no service {service}")
        if name not in services[service].operations:
            raise CatalogError(f"line {number}: {service} has no operation {name}")
        if name in catalog[service]:
            raise CatalogError(f"line {number}: {name} is already listed")
        catalog[service].append(name)
    return catalog
