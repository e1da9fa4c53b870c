"""Calling what noted operations call on arrays of another type, such as batches: where no plan is made."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..namespaces.raw import NAMESPACES
from ..ops.registry import OPERATIONS
from .functions import FUNCTIONS, NUMBERS
from .graph import Constant, Node, Value, replaced

__all__ = ["replayed"]


def replayed(nodes: Sequence[Node], known: dict[Value, Any], kind: type[Any]) -> None:
    """Call the nodes' functions, and add their results to `known`.

    Parameters
    ----------
    nodes
        In an order in which they can be called.
    known
        Values that were made before.
    kind
        The type of arrays.
    """

    def given(one: Any) -> Any:
        if isinstance(one, Value):
            return known[one]
        return one.array if isinstance(one, Constant) else one

    for node in nodes:
        kwargs = {key: replaced(one, given) for key, one in node.kwargs.items()}
        made = _function(str(node.operation), kind)(*replaced(node.args, given), **kwargs)
        known.update(zip(node.outputs, made if node.several else (made,), strict=True))


def _function(operation: str, kind: type[Any]) -> Callable[..., Any]:
    if operation.startswith("ops."):
        return OPERATIONS[operation.removeprefix("ops.")].operation.implementations[kind]
    if operation.startswith("number."):
        return NUMBERS[operation.removeprefix("number.")]
    if operation in FUNCTIONS:
        return FUNCTIONS[operation]
    found: Any = NAMESPACES[kind]
    for part in operation.split("."):
        found = getattr(found, part)
    return found
