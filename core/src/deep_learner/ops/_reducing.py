"""What reductions share: which axes they take, and how a gradient is laid over them again."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from .dims import wrap_dims

Dims = int | Sequence[int] | None


def reduced_axes(dim: Dims, ndim: int) -> tuple[int, ...] | None:
    """The axes to reduce, or None for all of them (also for `dim=()` and for 0-d input), as PyTorch reads
    `dim`.

    Raises
    ------
    IndexError, RuntimeError
        If a dimension does not exist or is named twice.
    """
    if dim is None:
        return None
    axes = wrap_dims(dim, ndim)
    return axes if ndim and axes else None


def kept_shape(shape: Shape, axes: tuple[int, ...] | None) -> Shape:
    """`shape` with size 1 in place of every reduced axis."""
    if axes is None:
        return (1,) * len(shape)
    return tuple([1 if axis in axes else size for axis, size in enumerate(shape)])


def reduced_count(shape: Shape, dim: Dims) -> int:
    """How many elements go into one result."""
    axes = reduced_axes(dim, len(shape))
    return math.prod(shape if axes is None else [shape[axis] for axis in axes])


def restore(xp: Namespace, reduced: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """A reduction's result (or the gradient of it) so shaped that it broadcasts against the input again."""
    axes = reduced_axes(dim, len(shape))
    return reduced if keepdim or axes is None else xp.reshape(reduced, kept_shape(shape, axes))


def require_elements(shape: Shape, dim: Dims) -> None:
    """Refuse to reduce nothing where the operation has no neutral element.

    Raises
    ------
    IndexError
        If the reduced dimensions hold no element; PyTorch's RuntimeError if all of an empty tensor is
        reduced.
    """
    if 0 not in shape:
        return
    axes = reduced_axes(dim, len(shape))
    if axes is None:
        raise RuntimeError("the input has no elements; name a dim of non-zero size to reduce")
    for axis in axes:
        if shape[axis] == 0:
            raise IndexError(f"Expected reduction dim {axis} to have non-zero size.")
