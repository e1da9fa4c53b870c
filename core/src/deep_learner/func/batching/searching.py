"""Searching in sorted arrays, and what cannot be batched: results whose size depends on the values."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

from ..batched import BatchedArray, together
from .indexing import RULES as INDEXING

Kind = type[BatchedArray]


def _searchsorted(kind: Kind, x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    from ...ops import searching

    searchsorted: Any = searching.searchsorted
    x1, x2 = kind.lifted(x1), kind.lifted(x2)
    if sorter is not None:
        x1 = INDEXING["take_along_axis"](kind, x1, sorter)
    if x1.value._array.shape[0] == 1 and x1.ndim == 1:
        return kind(searchsorted(x1.value[0], x2.value, side=side))
    size, (ordered, wanted) = together(x1.value, x2.value)
    found = searchsorted(ordered, wanted.reshape((size, x2.size)), side=side)
    return kind(found.reshape((size, *x2.shape)))


def _of_varying_size(name: str, kind: Kind, *_: Any, **__: Any) -> NoReturn:
    raise RuntimeError(
        f"vmap: {name}() gives results whose size depends on the values, so members of the batch would differ in "
        "shape. Compute masks, as with where(), or call it outside of vmap"
    )


_VARYING = ("nonzero", "unique_all", "unique_counts", "unique_inverse", "unique_values")
RULES: dict[str, Callable[..., Any]] = {
    "searchsorted": _searchsorted,
    **{name: functools.partial(_of_varying_size, name) for name in _VARYING},
}
