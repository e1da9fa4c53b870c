"""Whether the elements of a tensor can be looked at, for checks that do without where they cannot."""

from __future__ import annotations

from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from ..typing import Array

__all__ = ["has_values"]


def has_values(tensor: Tensor | Array) -> bool:
    """Whether ``item()`` and the like have something to give: not while a program is traced."""
    array: Array = tensor._array if isinstance(tensor, Tensor) else tensor
    return NAMESPACES[type(array)].backend.has_values(array)
