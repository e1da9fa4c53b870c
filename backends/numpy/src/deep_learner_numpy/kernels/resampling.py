"""Weighted sums of what windows see, as products with a matrix for each dimension.

Most entries of such a matrix are zero, but a product is so fast that it pays up to a few hundred elements. Zero times
infinity or NaN would spoil what they do not touch, so results that are not finite are computed by the generic form.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.sliding import generic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array, Shape

LARGEST = 256  # elements of a dimension; beyond, looking up what is needed is faster


@lru_cache(maxsize=256)
def _matrix(table: Any, size: int, dtype: Any) -> Array:
    """The matrix that takes `size` elements to the sums of a table."""
    count = len(table.counts)
    matrix = np.zeros((count, size), np.float64)
    places = np.arange(count)
    for k, row in enumerate(table.positions):
        weights = np.ones(count) if table.weights is None else np.asarray(table.weights[k])
        np.add.at(matrix, (places, np.asarray(row)), weights * (k < np.asarray(table.counts)))
    made = matrix.astype(dtype)
    made.flags.writeable = False
    return made


def _applied(matrix: Array, array: Array, axis: int) -> Array:
    """The product of a matrix with an array along one dimension."""
    if axis == array.ndim - 1:
        return array @ matrix.T
    return (
        np.moveaxis(np.moveaxis(array, axis, -1) @ matrix.T, -1, axis)
        if axis != array.ndim - 2
        else matrix @ array
    )


def _is_selection(tables: Sequence[Any]) -> bool:
    """Whether each window sees one element as it is."""
    return all(table.weights is None and len(table.positions) == 1 for table in tables)


def _fit(array: Array, tables: Sequence[Any], sizes: Shape) -> bool:
    counts = [len(table.counts) for table in tables]
    small = max(sizes) <= LARGEST and min((*sizes, *counts)) > 0
    return array.dtype in (np.float32, np.float64) and small and not _is_selection(tables)


def resample(input: Array, tables: Sequence[Any]) -> Array:
    first = input.ndim - len(tables)
    if not _fit(input, tables, input.shape[first:]):
        return generic("resample", input, tables)
    out = input
    with np.errstate(invalid="ignore", over="ignore"):
        for axis in reversed(range(first, input.ndim)):
            out = _applied(_matrix(tables[axis - first], input.shape[axis], input.dtype), out, axis)
    return out if np.isfinite(out).all() else generic("resample", input, tables)


def resample_adjoint(input: Array, tables: Sequence[Any], sizes: Shape) -> Array:
    first = input.ndim - len(tables)
    if not _fit(input, tables, sizes):
        return generic("resample_adjoint", input, tables, sizes)
    out = input
    with np.errstate(invalid="ignore", over="ignore"):
        for axis in range(first, input.ndim):
            out = _applied(_matrix(tables[axis - first], sizes[axis - first], input.dtype).T, out, axis)
    return out if np.isfinite(out).all() else generic("resample_adjoint", input, tables, sizes)


KERNELS: dict[str, Callable[..., Any]] = {"resample": resample, "resample_adjoint": resample_adjoint}
