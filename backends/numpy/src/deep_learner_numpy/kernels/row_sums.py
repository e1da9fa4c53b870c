"""Rows summed by the place they go to.

`np.add.at` adds one element at a time through the general machinery. Faster, by case: counting with weights
for single numbers, a sparse matrix product for rows where SciPy is installed (it touches only what is there,
so NaN and infinity stay in their place, as they would not in a product with a dense one-hot matrix), else
sorting.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from deep_learner.typing import Array

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
# Below this many elements np.add.at is done before the others have begun.
_FEW = 512


@cache
def _sparse() -> Any:
    try:
        from scipy import sparse
    except ImportError:
        return None
    return sparse


def add_rows(index: Array, rows: Array, size: int) -> Array:
    """The sum of the `rows` (n, *) that `index` (n,), below `size`, sends to each place: (size, *)."""
    shape = (size, *rows.shape[1:])
    floats = rows.dtype in _FLOATS
    if floats and math.prod(shape) == size:
        return np.bincount(index, rows.ravel(), size).astype(rows.dtype, copy=False).reshape(shape)
    if not floats or rows.size < _FEW:
        total = np.zeros(shape, rows.dtype)
        np.add.at(total, index, rows)
        return total
    matrix = rows.reshape(index.size, -1)
    sparse = _sparse()
    if sparse is not None:
        count = index.size
        selection = sparse.csc_array(
            (np.ones(count, rows.dtype), index, np.arange(count + 1)), shape=(size, count)
        )
        return (selection @ matrix).reshape(shape)
    order = np.argsort(index, kind="stable")
    keys = index[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    total = np.zeros((size, matrix.shape[1]), rows.dtype)
    total[keys[starts]] = np.add.reduceat(matrix[order], starts, axis=0)
    return total.reshape(shape)
