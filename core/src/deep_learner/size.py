"""`Size`: a tensor's shape; and sizes that are more than numbers."""

from __future__ import annotations

import math
import operator
from typing import Any, SupportsIndex, overload

from .semantics import follows_torch

_PLAIN = frozenset({int, type(None)})

__all__ = ["ElementCount", "Size", "SymbolicSize", "as_index", "slice_bounds", "slice_length"]


class Size(tuple[int, ...]):
    """A shape: a tuple that knows how many elements it stands for."""

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements: the product of the sizes, 1 for no dimensions."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"{'torch.' if follows_torch() else ''}Size([{', '.join(map(str, self))}])"

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Size: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> int | Size:
        return Size(super().__getitem__(index)) if isinstance(index, slice) else super().__getitem__(index)

    def __add__(self, other: Any, /) -> Any:
        return Size(super().__add__(other))


class ElementCount(int):
    """What ``tensor.size`` is: the array standard's number of elements, and PyTorch's method ``size(dim=None)``."""

    shape: Size

    def __call__(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension.

        Raises
        ------
        IndexError
            If there is no such dimension.
        """
        if dim is None:
            return self.shape
        if not -len(self.shape) <= dim < len(self.shape):
            raise IndexError(f"dimension {dim} is out of range for a tensor of shape {tuple(self.shape)}")
        return self.shape[dim]


class SymbolicSize(int):
    """A size that remembers how it was computed: the base class for those who trace programs.

    Its arithmetic is theirs to define. Where a size is brought to a plain number, one of these stays what it is.
    """


def as_index(value: SupportsIndex) -> int:
    """A whole number as ``operator.index`` gives it; a symbolic size stays one."""
    return value if isinstance(value, SymbolicSize) else operator.index(value)


def slice_bounds(part: slice[Any, Any, Any], size: int) -> tuple[int, int, int]:
    """What ``part.indices(size)`` gives, in terms of symbolic sizes if there are any."""
    if type(size) is int and type(part.start) in _PLAIN and type(part.stop) in _PLAIN:
        return part.indices(size)
    step: int = 1 if part.step is None else as_index(part.step)
    lowest, highest = (0, size) if step > 0 else (-1, size - 1)

    def bound(given: Any, otherwise: int) -> int:
        if given is None:
            return otherwise
        place = as_index(given)
        return min(max(place + size if place < 0 else place, lowest), highest)

    ends = (lowest, highest) if step > 0 else (highest, lowest)
    return bound(part.start, ends[0]), bound(part.stop, ends[1]), step


def slice_length(part: slice[Any, Any, Any], size: int) -> int:
    """How many elements of a dimension a slice shows."""
    start, stop, step = slice_bounds(part, size)
    return max((stop - start + (step - (1 if step > 0 else -1))) // step, 0)
