"""Writes docs/compatibility.md: what is implemented."""

TITLES = {
    "control": "Amazon Bedrock",
    "runtime": "Amazon Bedrock Runtime",
    "agent": "Agents for Amazon Bedrock",
    "agent_runtime": "Agents for Amazon Bedrock Runtime",
    "iam": "AWS Identity and Access Management",
    "sts": "AWS Security Token Service",
    "cloudwatch": "Amazon CloudWatch",
}

INTRODUCTION = """\
# Compatibility

<!-- Written by tools/apigen from src/operations/catalog.def and the service models of botocore
{version}. Do not edit: `make compatibility` writes it anew, and the tests fail when it is old. -->

Bedplate answers every operation of the four Bedrock services. An operation that is not built yet
answers HTTP 501 with `UnknownOperationException`; nothing falls back to a canned reply.
"""

QUERY_INTRODUCTION = """
## Services beside Bedrock

IAM, STS and CloudWatch answer on the same endpoint, over the query protocol (`docs/iam-api.md`),
CloudWatch over AWS JSON and CBOR as well (`docs/metrics.md`). Of these only what Bedrock's users need
will be built; the rest answers HTTP 501 with the code `NotImplemented`.
"""


def _summary(services, catalog, with_sum):
    lines = ["| Service | Operations | Implemented |\n|---|---:|---:|"]
    total = done = 0
    for key, service in services.items():
        count, implemented = len(service.operations), len(catalog[key])
        total, done = total + count, done + implemented
        lines.append(f"| {TITLES[key]} (`{service.endpoint_name}`) | {count} | {implemented} |")
    if with_sum:
        lines.append(f"| **All** | **{total}** | **{done}** |")
    return lines


def _operations(key, service, catalog):
    lines = [f"\n## {TITLES[key]} (`{service.endpoint_name}`)\n"]
    lines.append("| Operation | State |\n|---|---|" if service.is_query else
                 "| Operation | Method and path | State |\n|---|---|---|")
    for name, operation in service.operations.items():
        state = "implemented" if name in catalog[key] else "501"
        place = "" if service.is_query else f"| `{operation.method} {operation.path}` "
        lines.append(f"| {name} {place}| {state} |")
    return lines


def write_compatibility(services, catalog, version):
    """The page's text."""
    bedrock = {key: service for key, service in services.items() if not service.is_query}
    beside = {key: service for key, service in services.items() if service.is_query}
    parts = [INTRODUCTION.format(version=version)]
    parts += _summary(bedrock, catalog, with_sum=True)
    for key, service in bedrock.items():
        parts += _operations(key, service, catalog)
    if beside:
        parts.append(QUERY_INTRODUCTION)
        parts += _summary(beside, catalog, with_sum=False)
    for key, service in beside.items():
        parts += _operations(key, service, catalog)
    return "\n".join(parts) + "\n"
