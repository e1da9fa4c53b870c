"""What is done to a list of operations before it becomes a function; each pass gives a new list.

Arrays that depend on no input never come into the list: while tracing they are computed at once.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .graph import Constant, Draw, Node, Value, replaced
from .plan import Plan

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["FILLING", "optimised", "with_fillings", "without_common", "without_dead"]

# Functions whose results depend on no element, and those that make the same.
FILLING = {"empty_like": "empty", "ones_like": "ones", "zeros_like": "zeros"}


def optimised(plan: Plan) -> Plan:
    """A plan without what is computed twice or for nothing."""
    plan = without_common(plan)
    return Plan(without_dead(plan.nodes, plan.kept()), plan.inputs, plan.writes, plan.results)


def with_fillings(plan: Plan, backend: Backend) -> Plan:
    """A plan in which arrays of zeros or ones are constants, unless they leave it or have views."""
    kept = {value.root for value in plan.kept()}
    kept |= {value.root for node in plan.nodes for value in node.outputs if value.alias is not None}
    made: dict[Value, Constant] = {}
    nodes: list[Node] = []

    def now(one: Any) -> Any:
        return made.get(one, one) if isinstance(one, Value) else one

    for node in plan.nodes:
        output = node.outputs[0]
        if node.operation in FILLING and output not in kept:
            fill = getattr(backend.namespace, FILLING[str(node.operation)])
            made[output] = Constant(fill(output.shape, dtype=output.dtype))
        elif made:
            args, kwargs = (
                replaced(node.args, now),
                {key: replaced(one, now) for key, one in node.kwargs.items()},
            )
            nodes.append(Node(node.operation, args, kwargs, node.outputs, node.several, node.line))
        else:
            nodes.append(node)
    return Plan(nodes, plan.inputs, plan.writes, plan.results)


def without_dead(nodes: Sequence[Node], kept: Iterable[Value]) -> list[Node]:
    """The nodes on which something depends that is kept, and those that draw random numbers."""
    needed = set(kept)
    alive: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node.operation, Draw) or not needed.isdisjoint(node.outputs):
            needed.update(node.inputs())
            alive.append(node)
    return alive[::-1]


def without_common(plan: Plan) -> Plan:
    """A plan in which the same function of the same values is called once.

    But for what is returned: who gets two results may write to one of them.
    """
    returned = {value.root for value in plan.results}
    seen: dict[Any, Node] = {}
    same: dict[Value, Value] = {}
    nodes: list[Node] = []

    def now(one: Any) -> Any:
        return same.get(one, one) if isinstance(one, Value) else one

    for node in plan.nodes:
        args = replaced(node.args, now)
        kwargs = {key: replaced(one, now) for key, one in node.kwargs.items()}
        for value in node.outputs:
            value.alias = now(value.alias)
        node = Node(node.operation, args, kwargs, node.outputs, node.several, node.line)
        key = None if isinstance(node.operation, Draw) else _key(node)
        if key is not None and key in seen and returned.isdisjoint(one.root for one in node.outputs):
            same.update(zip(node.outputs, seen[key].outputs, strict=True))
            continue
        if key is not None:
            seen.setdefault(key, node)
        nodes.append(node)
    writes = [(source, now(value)) for source, value in plan.writes]
    return Plan(nodes, plan.inputs, writes, [now(value) for value in plan.results])


def _key(node: Node) -> Any:
    """What two nodes have in common that compute the same; None where that cannot be told."""
    named = sorted(node.kwargs.items())
    key = (node.operation, node.several, _hashable(node.args), _hashable(named))
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _hashable(tree: Any) -> Any:
    if isinstance(tree, tuple | list):
        return (type(tree), *map(_hashable, tree))
    if isinstance(tree, slice):
        return (slice, _hashable((tree.start, tree.stop, tree.step)))
    if isinstance(tree, Constant):
        return (Constant, id(tree.array))
    if isinstance(tree, float):
        return (float, tree.hex())  # 0.0 is not -0.0
    return (type(tree), tree)
