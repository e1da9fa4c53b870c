"""Tensors of several backends in one operation: 0-d ones travel, others are refused; ``vmap`` takes all in, and so does
a backend that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap
from ._placement import moved
from .messages import apart

if TYPE_CHECKING:
    from ..backends import Backend
    from .operation import Operation


def bring_together(operation: Operation, values: list[Any], tensors: Sequence[Tensor]) -> list[Tensor]:
    """Move 0-d tensors to the backend of the others, as PyTorch does, and return the Tensors again.

    Where one has a hidden batch dimension, the others are given one.

    Raises
    ------
    RuntimeError
        If tensors with dimensions live in different backends.
    """
    if any(hasattr(tensor._array, "depth") for tensor in tensors):
        return _batched(operation, values, tensors)
    adopting = next((tensor for tensor in tensors if _backend(tensor).adopts), None)
    if adopting is not None:
        return _changed(operation, values, lambda tensor: _adopted(tensor, adopting))
    large = [tensor for tensor in tensors if tensor.ndim]
    anchor = (large or list(tensors))[0]
    if any(type(tensor._array) is not type(anchor._array) for tensor in large) or not large:
        refuse(operation, values)
    return _changed(operation, values, lambda tensor: _beside(tensor, anchor))


def _beside(tensor: Tensor, anchor: Tensor) -> Tensor:
    if type(tensor._array) is type(anchor._array):
        return tensor
    return tensor.to(anchor.device, backend=anchor.backend)


def _adopted(tensor: Tensor, anchor: Tensor) -> Tensor:
    if type(tensor._array) is type(anchor._array):
        return tensor
    return wrap(moved(_backend(tensor), tensor._array, _backend(anchor), anchor.device), tensor._node)


def _backend(tensor: Tensor) -> Backend:
    return NAMESPACES[type(tensor._array)].backend


def _batched(operation: Operation, values: list[Any], tensors: Sequence[Tensor]) -> list[Tensor]:
    """All with the hidden batch dimensions of the one that has most."""
    from ..func.levels import deepest, lift

    kind: Any = deepest(tensors)
    return _changed(operation, values, lambda tensor: lift(tensor, kind))


def _changed(operation: Operation, values: list[Any], change: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """Change the Tensors among the operands, in ``values``, and return them."""
    found: list[Tensor] = []

    def one(value: Any) -> Any:
        if isinstance(value, list):
            return [one(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(value, Tensor):
            return value
        found.append(change(value))
        return found[-1]

    for i in operation.operands:
        values[i] = one(values[i])
    return found


def refuse(operation: Operation, values: Sequence[Any]) -> NoReturn:
    """Say that tensors of several backends cannot meet, and how to move them.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError(apart(operation, values))
