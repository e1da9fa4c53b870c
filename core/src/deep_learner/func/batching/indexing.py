"""Elements by their positions, which may be others for each member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...sequences import as_tuple
from ..batched import BatchedArray, together
from ._axes import shifted

Kind = type[BatchedArray]


def _getitem(kind: Kind, x: Any, key: Any) -> Any:
    parts = as_tuple(key)
    if any(hasattr(part, "shape") for part in parts):
        raise IndexError("arrays are indexed by numbers and slices; take() takes positions")
    return kind(kind.lifted(x).value[(slice(None), *parts)])


def _take(kind: Kind, x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
    from ...namespaces import tensor as xp

    x, indices = kind.lifted(x), kind.lifted(indices)
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"take() needs an axis for an array of {x.ndim} dimensions")
        axis = 0
    axis = shifted(axis, x.ndim)
    places = indices.value
    if places._array.shape[0] == 1:
        return kind(xp.take(x.value, places[0], axis=axis))
    if x.value._array.shape[0] == 1:
        return kind(xp.moveaxis(xp.take(x.value[0], places, axis=axis - 1), axis - 1, 0))
    # The members lie one after the other along the axis; each has its own positions there.
    rows = xp.moveaxis(x.value, axis, 1)
    count, length = rows.shape[:2]
    starts = xp.arange(count, dtype=places.dtype, device=places.device) * length
    within = xp.where(places < 0, places + length, places)
    found = xp.take(
        rows.reshape((count * length, *rows.shape[2:])),
        within + starts.reshape((-1, *(1,) * indices.ndim)),
        axis=0,
    )
    new = tuple(range(1, indices.ndim + 1))
    return kind(xp.moveaxis(found, new, tuple([place + axis - 1 for place in new])))


def _take_along_axis(kind: Kind, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    from ...namespaces import tensor as xp

    x, indices = kind.lifted(x), kind.lifted(indices)
    _, (value, places) = together(x.value, indices.value)
    return kind(xp.take_along_axis(value, places, axis=shifted(axis, x.ndim)))


RULES: dict[str, Callable[..., Any]] = {
    "getitem": _getitem, "take": _take, "take_along_axis": _take_along_axis,
}  # fmt: skip
