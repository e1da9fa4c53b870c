"""What reductions share: which axes they take, and how a gradient is laid over them again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..dtypes import BOOL, COMPLEX, REAL, from_native
from ..typing import Array, Namespace, Scalar, Shape
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


def kind_of(array: Array) -> str:
    """The kind of an array's dtype, in the array standard's word."""
    return from_native(array.dtype).kind


def is_inexact(array: Array) -> bool:
    """Whether the elements are real or complex floating-point numbers."""
    return from_native(array.dtype).kind in (REAL, COMPLEX)


def is_complex(array: Array) -> bool:
    """Whether the elements are complex numbers."""
    return from_native(array.dtype).kind == COMPLEX


def require_inexact(array: Array) -> None:
    """Refuse integers and booleans.

    Raises
    ------
    RuntimeError
        If the dtype is neither real nor complex floating-point.
    """
    if not is_inexact(array):
        raise RuntimeError(
            "input dtype must be either a floating point or complex dtype. "
            f"Got: {from_native(array.dtype).name}; convert it first, as in x.float()"
        )


def orderable(xp: Namespace, array: Array) -> Array:
    """An array the standard can order: booleans become uint8.

    Raises
    ------
    RuntimeError
        If the elements are complex, which have no order.
    """
    kind = kind_of(array)
    if kind == COMPLEX:
        raise RuntimeError(
            f"complex numbers have no order. Got: {from_native(array.dtype).name}; compare abs(x)"
        )
    return xp.astype(array, xp.uint8) if kind == BOOL else array


def as_array(xp: Namespace, value: Any, like: Array) -> Array:
    """A Python number as a 0-d array of the dtype and device of `like`; an array as it is."""
    if isinstance(value, Scalar):
        return xp.full((), value, dtype=like.dtype, device=like.device)
    return value


def at_least_1d(xp: Namespace, array: Array) -> Array:
    """A 0-d array as one of one element, others as they are."""
    return array if array.ndim else xp.reshape(array, (1,))


def slice_along(array: Array, dim: int, start: int | None, stop: int | None) -> Array:
    """`array[..., start:stop, ...]` along `dim` (not negative); bounds beyond the array are brought to its
    own.

    The array standard leaves such bounds open.
    """
    first, last, _ = slice(start, stop).indices(array.shape[dim])
    return array[
        (slice(None),) * dim + (slice(first, max(first, last)),) + (slice(None),) * (array.ndim - dim - 1)
    ]


def scattered(xp: Namespace, g: Array, indices: Array, shape: Shape, dim: int) -> Array:
    """Zeros of `shape` with `g` added at `indices` along `dim`: the adjoint of choosing elements."""
    if not shape:
        return xp.reshape(g, ())
    return xp.scatter_add(xp.zeros(shape, dtype=g.dtype, device=g.device), dim, indices, g)
