"""Which results are computed at once in the memory of the inputs that they are to be written to."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner.compiler import Group, Node, Plan, Value
from deep_learner.compiler.group import operands

__all__ = ["computed_in_place"]


def computed_in_place(plan: Plan, parts: Sequence[Node | Group]) -> dict[Value, Value]:
    """The input in whose memory a value may be computed, for values that are to be written there in the end.

    Nothing may need the old value afterwards, and within the kernel each thread reads just the element that it writes.
    """
    homes = {value: place for place, part in enumerate(parts) for value in _made_by(part)}
    last = {value.root: place for place, part in enumerate(parts) for value in _read_by(part)}
    returned = {value.root for value in plan.results}
    found: dict[Value, Value] = {}
    for source, value in plan.writes:
        place = homes.get(value)
        part = None if place is None else parts[place]
        if place is None or not isinstance(part, Group) or value in found or value.root in returned:
            continue
        alike = (source.shape, source.dtype, source.strides) == (value.shape, value.dtype, value.strides)
        others = {one.root for one in plan.kept() if one is not value}
        spent = source.root not in others and last.get(source.root, -1) <= place
        if alike and spent and _is_read_where_written(part, source, value):
            found[value] = source
    return found


def _made_by(part: Node | Group) -> Sequence[Value]:
    return part.outputs


def _read_by(part: Node | Group) -> list[Value]:
    return part.reads if isinstance(part, Group) else [*part.inputs()]


def _is_read_where_written(group: Group, source: Value, value: Value) -> bool:
    """Whether no thread reads an element of a source that another one may have written by then."""
    axes = group.made[value]
    changes = group.varies(axes)
    if value in group.reductions or any(one.root is source.root for one in group.reads if one is not source):
        return False
    if changes != frozenset(range(len(group.domain))):
        # One element for each row, written by one thread of its team once all have met in a reduction.
        inner = any(group.is_inner(one) for one in group.reductions)
        if not inner or changes != frozenset(group.rows):
            return False
    for node in group.nodes:
        for one, read in zip(operands(node), group.read[node], strict=True):
            along_rows = (
                group.varies(group.made[node.outputs[0]]) <= changes or node.outputs[0] in group.reductions
            )
            if one is source and (read != axes or not along_rows):
                return False
    return True
