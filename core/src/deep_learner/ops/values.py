"""Whether the elements of a tensor can be looked at, for checks that do without where they cannot."""

from __future__ import annotations

from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor

__all__ = ["has_values"]


def has_values(tensor: Tensor) -> bool:
    """Whether ``item()`` and the like have something to give: not while a program is traced."""
    return NAMESPACES[type(tensor._array)].backend.has_values(tensor._array)
