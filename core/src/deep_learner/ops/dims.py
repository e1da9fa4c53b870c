"""Dimension numbers as PyTorch takes them: negative ones count from the end, others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..size import as_index


def wrap_dim(dim: int, ndim: int) -> int:
    """`dim` as a number from 0 to `ndim - 1`; a 0-d tensor takes 0 and -1, as in PyTorch.

    Raises
    ------
    IndexError
        If there is no such dimension.
    TypeError
        If it is no integer.
    """
    if type(dim) is not int:
        dim = _whole(dim)
    bound = max(ndim, 1)
    if -bound <= dim < bound:
        return dim % bound
    raise IndexError(
        f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})"
    )


def _whole(dim: Any) -> int:
    try:
        return as_index(dim)
    except TypeError:
        raise TypeError(f"dim must be int, not {type(dim).__name__}. Received: {dim!r}") from None


def wrap_dims(dims: int | Sequence[int], ndim: int) -> tuple[int, ...]:
    """Each of `dims` from 0 to `ndim - 1`, in the order given.

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If one is named twice.
    """
    wrapped = tuple([wrap_dim(dim, ndim) for dim in ((dims,) if isinstance(dims, int) else dims)])
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError(f"a dim appears multiple times in the list of dims {dims}")
    return wrapped


def inverse_permutation(dims: Sequence[int]) -> tuple[int, ...]:
    """The order of dimensions that undoes `dims`."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))
