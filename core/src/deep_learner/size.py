"""`Size`: a tensor's shape."""

from __future__ import annotations

import math
from typing import Any, SupportsIndex, overload

from .semantics import follows_torch

__all__ = ["ElementCount", "Size"]


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
