"""`array_api_compat.dask.array`, completed: what it lacks, and what its arrays cannot say without being computed.

A tensor knows its shape. So where the shape of a result depends on values, those are computed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import dask.array
import numpy as np
from array_api_compat.dask import array as standard


def __getattr__(name: str) -> Any:
    return getattr(standard, name)


def of_numpy(values: Any) -> dask.array.Array:
    """A NumPy array as one of Dask, under a random name: for any other Dask would read all values."""
    return dask.array.from_array(values, name=False)


def _now(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function whose results have shapes that depend on values."""

    def computed(x: Any, /) -> Any:
        made = function(x.compute())
        if not isinstance(made, tuple):
            return of_numpy(made)
        make: Any = getattr(made, "_make", tuple)  # a named tuple of the same kind
        return make([of_numpy(values) for values in made])

    return computed


nonzero, unique_values = _now(np.nonzero), _now(np.unique_values)
unique_all, unique_counts, unique_inverse = (
    _now(np.unique_all), _now(np.unique_counts), _now(np.unique_inverse),
)  # fmt: skip


def eye(
    n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None
) -> Any:
    """Ones on a diagonal; Dask's own fails where there are more columns than rows."""
    return of_numpy(np.eye(n_rows, n_cols, k=k, dtype=dtype))


def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    """Elements repeated; where `repeats` is an array, it is computed at once."""
    if axis is None:
        x, axis = standard.reshape(x, (-1,)), 0
    if isinstance(repeats, int):
        return standard.repeat(x, repeats, axis=axis)
    counts = np.broadcast_to(repeats.compute(), (x.shape[axis],))
    return standard.take(x, np.repeat(np.arange(x.shape[axis]), counts), axis=axis)


def roll(x: Any, /, shift: int | tuple[int, ...], *, axis: int | tuple[int, ...] | None = None) -> Any:
    """Elements moved on, the last to the front; Dask's own fails for an array without elements."""
    return standard.roll(x, shift, axis=axis) if x.size else x


def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    """Elements at `indices` along `axis`; in one chunk."""
    whole = dict.fromkeys(range(x.ndim), -1)
    return dask.array.map_blocks(
        np.take_along_axis,
        x.rechunk(whole),
        indices.rechunk(whole),
        axis=axis,
        chunks=tuple((size,) for size in indices.shape),
        dtype=x.dtype,
        meta=np.empty((0,) * x.ndim, dtype=x.dtype),
    )


def searchsorted(x1: Any, x2: Any, /, *, side: Literal["left", "right"] = "left", sorter: Any = None) -> Any:
    """Where `x2` would be inserted into `x1`; in one chunk, for Dask's own refuses a 0-d `x2`."""
    x1, x2 = x1.rechunk(-1), x2.rechunk(dict.fromkeys(range(x2.ndim), -1))
    if sorter is not None:
        x1 = standard.take(x1, sorter, axis=0)
    return dask.array.blockwise(
        lambda found, ordered: np.searchsorted(ordered, found, side=side),
        range(x2.ndim), x2, range(x2.ndim), x1, (x2.ndim,), concatenate=True, dtype=np.int64,
    )  # fmt: skip


def _of_empty(name: str) -> Callable[..., Any]:
    """A reduction without identity, also along an axis of an array that is empty in another one."""

    def reduced(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
        if 0 not in x.shape:
            return getattr(standard, name)(x, axis=axis, keepdims=keepdims)
        return of_numpy(getattr(np, name)(np.empty(x.shape, x.dtype), axis=axis, keepdims=keepdims))

    return reduced


max, min = _of_empty("max"), _of_empty("min")
