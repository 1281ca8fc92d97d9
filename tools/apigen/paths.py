"""Finds operations that answer the same method and path."""

import re
from collections import defaultdict


class PathConflict(Exception):
    """Two operations cannot be told apart, and no rule in corrections.py says how."""


def _without_labels(path):
    # A trailing slash counts: it alone tells PrepareAgent from InvokeInlineAgent.
    return re.sub(r"\{[^}]*\}", "{}", path)


def check_paths(services, shared_paths):
    """Raises PathConflict unless every clash has its rule, and every rule its clash."""
    answering = defaultdict(list)
    for service in services.values():
        if service.is_query:
            continue  # one path for all of them; the parameter Action tells them apart
        for operation in service.operations.values():
            answering[(operation.method, _without_labels(operation.path))].append(operation)
    clashing_paths = set()
    for (method, path), operations in answering.items():
        if len(operations) == 1:
            continue
        names = [f"{operation.service}.{operation.name}" for operation in operations]
        rule = shared_paths.get(operations[0].path)
        found = {operation.service for operation in operations}
        if not rule or len(operations) != 2 or found != {rule["service"], rule["otherwise"]}:
            raise PathConflict(f"{method} {path} is answered by {', '.join(names)}")
        clashing_paths.add(operations[0].path)
    for path in shared_paths:
        if path not in clashing_paths:
            raise PathConflict(f"the rule for {path} has no use any more")
