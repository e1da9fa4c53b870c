"""Stamping the memory that a plan writes to, all at once: see :mod:`deep_learner.autograd.versions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.graph import next_sequence
from ..autograd.versions import last_write, modifications, stamp
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor

__all__ = ["Stamps"]


class _Stamp:
    """The last write to one tensor's storage, which was made together with others."""

    __slots__ = ("all", "array", "before", "key", "storage", "tensor")

    operation = "compile"

    def __init__(self, tensor: Tensor, together: Stamps) -> None:
        self.tensor = tensor
        self.all = together
        self.settle()

    def settle(self) -> None:
        """Find the storage, and begin with its count."""
        self.array: Any = self.tensor._array
        if last_write(self.array) is None:
            stamp(self.array, self.operation)
        held: Any = last_write(self.array)
        self.key = id(NAMESPACES[type(self.array)].backend.storage(self.array))
        self.storage = held.storage
        self.before = held.writes - self.all.count

    @property
    def sequence(self) -> int:
        """When that was."""
        return self.all.sequence

    @property
    def writes(self) -> int:
        """How often the storage has been written to."""
        return self.before + self.all.count


class Stamps:
    """The writes of one plan to tensors that are the same each time.

    Attributes
    ----------
    sequence, count : int
        When the last write was, and how many there were.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.sequence = 1
        self.count = 0
        self._made = [_Stamp(tensor, self) for tensor in tensors]

    def press(self) -> None:
        """Note that all of it has just been written to."""
        stamps: dict[int, Any] = modifications.stamps
        for one in self._made:
            if one.tensor._array is not one.array or stamps.get(one.key) is not one:
                one.settle()
                stamps[one.key] = one
        self.count += 1
        self.sequence = modifications.latest = next_sequence()
