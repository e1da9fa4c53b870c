"""Positions: integer arrays that say where, checked and brought into the form that the other operations use.

`wrap_index` is the one place that looks at values, because PyTorch refuses a position that does not exist. A
backend for which that is dear, or which cannot look at all, overrides it by name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...errors import PositionError
from ...typing import Array, Namespace, Shape
from ..operation import op


@op(differentiable=False)
def wrap_index(xp: Namespace, index: Array, size: int, dim: int = 0, negative: bool = True) -> Array:
    """Positions as int64 from 0 to `size - 1`; negative ones, if allowed, count from the end.

    Raises IndexError for a position out of bounds, RuntimeError unless the dtype is int32 or int64 (or there
    are none, as PyTorch makes an exception).
    """
    if math.prod(index.shape) == 0:
        return xp.astype(index, xp.int64)
    if index.dtype not in (xp.int64, xp.int32):
        raise RuntimeError(f"expected dtype int32 or int64 for index, but it has {index.dtype}")
    index = xp.astype(index, xp.int64, copy=False)
    low, high = int(xp.min(index)), int(xp.max(index))
    if high >= size or low < (-size if negative else 0):
        wrong = high if high >= size else low
        raise PositionError(f"index {wrong} is out of bounds for dimension {dim} with size {size}")
    return xp.where(index < 0, index + size, index) if low < 0 else index


@op(differentiable=False)
def index_mask(xp: Namespace, index: Array, size: int) -> Array:
    """Which of `size` positions occur in a 1-d `index` of non-negative integers: (n,) -> (size,), bool."""
    places = xp.arange(size, dtype=index.dtype, device=index.device)
    if index.shape[0] == 0:
        return places < 0
    ordered = xp.sort(index)
    found = xp.searchsorted(ordered, places)
    return xp.take(ordered, xp.clip(found, 0, index.shape[0] - 1)) == places


@op(differentiable=False)
def last_writes(xp: Namespace, index: Array, size: int) -> Array:
    """Which entries of a 1-d `index` are the last to name their position: (n,) -> (n,), bool.

    Of several values written to one place the last one stays, so only it gets a gradient. `size` bounds the
    index.
    """
    count = index.shape[0]
    if count == 0:
        return index < 0
    order = xp.argsort(index, stable=True)
    ordered = xp.take(index, order)
    end = xp.ones((1,), dtype=xp.bool, device=index.device)
    last = xp.concat([ordered[1:] != ordered[:-1], end]) if count > 1 else end
    return xp.take(last, xp.argsort(order))


@op(differentiable=False)
def mask_positions(xp: Namespace, mask: Array) -> tuple[Array, ...]:
    """Where a boolean (or other) tensor is not zero: one int64 vector for each dimension."""
    return tuple(xp.nonzero(mask))


def strides(shape: Sequence[int]) -> list[int]:
    """How far apart neighbours along each dimension lie in row-major order."""
    return [math.prod(shape[dim + 1 :]) for dim in range(len(shape))]


def along_dim(xp: Namespace, index: Array, dim: int, shape: Shape) -> Array:
    """Row-major positions in `shape` of what `index` names along `dim` (as in `gather`): (n,)."""
    steps = strides(shape)
    flat = index * steps[dim]
    for other, size in enumerate(index.shape):
        if other != dim:
            place = [1] * len(shape)
            place[other] = size
            offsets = xp.arange(size, dtype=index.dtype, device=index.device) * steps[other]
            flat = flat + xp.reshape(offsets, tuple(place))
    return xp.reshape(flat, (math.prod(index.shape),))
