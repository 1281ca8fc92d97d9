"""Writes docs/compatibility.md: what is implemented."""

TITLES = {
    "control": "Amazon Bedrock",
    "runtime": "Amazon Bedrock Runtime",
    "agent": "Agents for Amazon Bedrock",
    "agent_runtime": "Agents for Amazon Bedrock Runtime",
}

INTRODUCTION = """\
# Compatibility

<!-- Written by tools/apigen from src/operations/catalog.def and the service models of botocore
{version}. Do not edit: `make compatibility` writes it anew, and the tests fail when it is old. -->

Bedplate answers every operation of the four Bedrock services. An operation that is not built yet
answers HTTP 501 with `UnknownOperationException`; nothing falls back to a canned reply.
"""


def write_compatibility(services, catalog, version):
    """The page's text."""
    parts = [INTRODUCTION.format(version=version)]
    parts.append("| Service | Operations | Implemented |\n|---|---:|---:|")
    total = done = 0
    for key, service in services.items():
        count, implemented = len(service.operations), len(catalog[key])
        total, done = total + count, done + implemented
        parts.append(f"| {TITLES[key]} (`{service.endpoint_name}`) | {count} | {implemented} |")
    parts.append(f"| **All** | **{total}** | **{done}** |")
    for key, service in services.items():
        parts.append(f"\n## {TITLES[key]} (`{service.endpoint_name}`)\n")
        parts.append("| Operation | Method and path | State |\n|---|---|---|")
        for name, operation in service.operations.items():
            state = "implemented" if name in catalog[key] else "501"
            parts.append(f"| {name} | `{operation.method} {operation.path}` | {state} |")
    return "\n".join(parts) + "\n"
