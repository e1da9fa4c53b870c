"""What a node calls."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..backends.kernels import find_kernel
from ..namespaces.raw import namespace_of
from ..ops.registry import OPERATIONS
from .graph import Draw

if TYPE_CHECKING:
    from ..backends import Backend
    from .graph import Node

__all__ = ["FUNCTIONS", "NUMBERS", "WHOLE", "called_by", "kernel_of"]

# Beside the standard's functions and our operations: what arrays themselves do.
FUNCTIONS: Mapping[str, Callable[..., Any]] = {"getitem": operator.getitem, "float": float}
# Python's operators on numbers; nodes name them as "number.add".
NUMBERS: Mapping[str, Callable[..., Any]] = {
    name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "pow")
}
# Operations of ours that look at their operands' elements: noted as a whole, whether or not there is a kernel.
WHOLE = frozenset({"wrap_index"})


def kernel_of(backend: Backend, name: str) -> Callable[..., Any]:
    """An operation of ours on a backend's arrays, by its kernel or else in its generic form."""
    generic = functools.partial(OPERATIONS[name].operation.forward, namespace_of(backend))
    found: Any = find_kernel(backend, name, generic)
    if name not in WHOLE:
        return found

    def fresh(first: Any, *args: Any, **kwargs: Any) -> Any:
        made = found(first, *args, **kwargs)  # which is the operand itself, if all is well with that
        return (
            made if backend.storage(made) is not backend.storage(first) else backend.asarray(made, copy=True)
        )

    fresh.__name__ = name
    return fresh


def called_by(node: Node, backend: Backend) -> Callable[..., Any]:
    """The function that a node calls, of a backend."""
    operation = node.operation
    if isinstance(operation, Draw):
        return operation.function
    if operation.startswith("number."):
        return NUMBERS[operation.removeprefix("number.")]
    if operation in FUNCTIONS:
        return FUNCTIONS[operation]
    found: Any = backend.namespace
    if operation.startswith("ops."):
        return kernel_of(backend, operation.removeprefix("ops."))
    for part in operation.split("."):
        found = getattr(found, part)
    return found
