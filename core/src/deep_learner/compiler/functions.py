"""What a node calls."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..backends.kernels import find_kernel
from .graph import Draw

if TYPE_CHECKING:
    from ..backends import Backend
    from .graph import Node

__all__ = ["FUNCTIONS", "NUMBERS", "called_by"]

# Beside the standard's functions and our operations: what arrays themselves do.
FUNCTIONS: Mapping[str, Callable[..., Any]] = {"getitem": operator.getitem, "float": float}
# Python's operators on numbers; nodes name them as "number.add".
NUMBERS: Mapping[str, Callable[..., Any]] = {
    name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "pow")
}


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
        found = find_kernel(backend, operation.removeprefix("ops."))
        assert found is not None, f"{operation} was traced as a kernel"
        return found
    for part in operation.split("."):
        found = getattr(found, part)
    return found
