"""What forwards ask of arrays, and the plain forms that they bring them into."""

from __future__ import annotations

from typing import Any

from ..dtypes import BOOL, COMPLEX, REAL, from_native
from ..size import slice_bounds
from ..typing import Array, Namespace, Scalar, Shape
from .numbers import as_element


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
    NotImplementedError
        If the dtype is neither real nor complex floating-point.
    """
    if not is_inexact(array):
        raise NotImplementedError(
            "input dtype must be either a floating point or complex dtype. "
            f"Got: {from_native(array.dtype).name}; convert it first, as in x.float()"
        )


def orderable(xp: Namespace, array: Array) -> Array:
    """An array the standard can order: booleans become uint8.

    Raises
    ------
    NotImplementedError
        If the elements are complex, which have no order.
    """
    kind = kind_of(array)
    if kind == COMPLEX:
        raise NotImplementedError(
            f"complex numbers have no order. Got: {from_native(array.dtype).name}; compare abs(x)"
        )
    return xp.astype(array, xp.uint8) if kind == BOOL else array


def as_array(xp: Namespace, value: Any, like: Array) -> Array:
    """A Python number as a 0-d array of the dtype and device of `like`; an array as it is."""
    if isinstance(value, Scalar):
        return xp.full((), as_element(value, from_native(like.dtype)), dtype=like.dtype, device=like.device)
    return value


def at_least_1d(xp: Namespace, array: Array) -> Array:
    """A 0-d array as (1,), others as they are: the operations along a dimension let a 0-d tensor have one."""
    return array if array.ndim else xp.reshape(array, (1,))


def slice_along(array: Array, dim: int, start: int | None, stop: int | None) -> Array:
    """`array[..., start:stop, ...]` along `dim` (not negative); bounds beyond the array are brought to its
    own.

    The array standard leaves such bounds open.
    """
    first, last, _ = slice_bounds(slice(start, stop), array.shape[dim])
    return array[
        (slice(None),) * dim + (slice(first, max(first, last)),) + (slice(None),) * (array.ndim - dim - 1)
    ]


def scattered(xp: Namespace, g: Array, indices: Array, shape: Shape, dim: int) -> Array:
    """Zeros of `shape` with `g` added at `indices` along `dim`: the adjoint of choosing elements."""
    if not shape:
        return xp.reshape(g, ())
    return xp.scatter_add(xp.zeros(shape, dtype=g.dtype, device=g.device), dim, indices, g)
