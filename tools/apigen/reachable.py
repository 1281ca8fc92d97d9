"""Which shapes the catalogued operations need, and in which order C++ can define them."""

from .model import ModelError


def reachable_shapes(service, operation_names):
    """Names of every shape that the operations' inputs, outputs and events are made of.

    The members of an event stream's union that are exceptions are left out: a handler throws
    them.
    """
    found = set()
    pending = []
    for name in operation_names:
        operation = service.operations[name]
        pending += [operation.input, operation.output]
        if operation.event:
            pending.append(operation.event)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        pending += [member.shape for member in members_of(service, name)]
        shape = service.shapes[name]
        pending += [target for target in shape.references() if not shape.members]
    return found


def members_of(service, name):
    """A structure's members as C++ has them: no streams, no exceptions of streams."""
    shape = service.shapes[name]
    return [
        member for member in shape.members
        if not service.shapes[member.shape].is_event_stream
        and not (shape.is_event_stream and service.shapes[member.shape].is_exception)
    ]


def is_boxed(service, owner, member):
    """Whether a member is held in a protocol::Box: structures inside unions."""
    return service.shapes[owner].type == "union" and service.shapes[member.shape].is_structure


def definition_order(service, names):
    """Structures so that each follows those it holds by value.

    A std::vector or a Box may hold an incomplete type, everything else may not.
    """
    order, state = [], {}

    def needs(name):
        shape = service.shapes[name]
        if shape.is_structure:
            return [m.shape for m in members_of(service, name) if not is_boxed(service, name, m)]
        if shape.type == "map":
            return [shape.raw["value"]["shape"]]
        return []

    def visit(name):
        if state.get(name) == "done":
            return
        if state.get(name) == "open":
            raise ModelError(f"{name} holds itself by value")
        state[name] = "open"
        for target in needs(name):
            visit(target)
        state[name] = "done"
        if service.shapes[name].is_structure:
            order.append(name)

    for name in sorted(names):
        visit(name)
    return order
