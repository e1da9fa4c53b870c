"""Tensors of several backends in one operation: 0-d ones travel, others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from ..tensor import Tensor
from .messages import apart

if TYPE_CHECKING:
    from .operation import Operation


def bring_together(operation: Operation, values: list[Any], tensors: Sequence[Tensor]) -> list[Tensor]:
    """Move 0-d tensors to the backend of the others, as PyTorch does, and return the Tensors again.

    Raises
    ------
    RuntimeError
        If tensors with dimensions live in different backends.
    """
    large = [tensor for tensor in tensors if tensor.ndim]
    anchor = (large or list(tensors))[0]
    if any(type(tensor._array) is not type(anchor._array) for tensor in large) or not large:
        refuse(operation, values)
    moved: list[Tensor] = []

    def move(value: Any) -> Any:
        if isinstance(value, list):
            return [move(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(value, Tensor):
            return value
        if type(value._array) is not type(anchor._array):
            value = value.to(anchor.device, backend=anchor.backend)
        moved.append(value)
        return value

    for i in operation.operands:
        values[i] = move(values[i])
    return moved


def refuse(operation: Operation, values: Sequence[Any]) -> NoReturn:
    """Say that tensors of several backends cannot meet, and how to move them.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError(apart(operation, values))
