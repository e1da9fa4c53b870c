"""Computing with numbers of 16 bits."""

from __future__ import annotations

from deep_learner.dtypes import as_dtype
from deep_learner.typing import Array, Namespace


def widened(xp: Namespace, x: Array) -> Array:
    """Numbers of 16 bits as float32, in which their sums are taken; others as they are."""
    dtype = as_dtype(x.dtype)
    return xp.astype(x, xp.float32) if dtype.is_floating_point and dtype.itemsize < 4 else x


def narrowed(xp: Namespace, operand: Array, *arrays: Array) -> tuple[Array, ...]:
    """What was computed with wider numbers in the dtype of an operand."""
    return tuple([xp.astype(array, operand.dtype, copy=False) for array in arrays])
