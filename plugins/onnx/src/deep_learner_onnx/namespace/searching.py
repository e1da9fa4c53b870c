"""Order: where the extremes are, and sorting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.emission import cast_to, emit, emit_several, integers

__all__ = ["RULES", "top"]


def _place_of(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
        if axis is None:
            found = rule(xp, xp.reshape(x, (-1,)), axis=0)
            return xp.reshape(found, (1,) * x.ndim) if keepdims else found
        axis %= x.ndim
        x = _sortable(x)
        shape = [1 if i == axis else n for i, n in enumerate(x.shape) if keepdims or i != axis]
        return emit(operator, [x], shape, np.int64, axis=axis, keepdims=int(keepdims))

    return rule


def _sortable(x: SymbolicArray) -> SymbolicArray:
    return x if x.dtype.name in ("float32", "float64", "int64", "int32") else cast_to(x, np.int64)


def top(x: SymbolicArray, count: int, axis: int, largest: bool) -> tuple[SymbolicArray, SymbolicArray]:
    """The greatest or least elements along an axis, in order, of equal ones the first; and their places."""
    axis %= x.ndim
    shape = [count if i == axis else n for i, n in enumerate(x.shape)]
    sortable = _sortable(x)
    operands, results = [sortable, integers([count])], [(shape, sortable.dtype), (shape, np.dtype(np.int64))]
    values, places = emit_several("TopK", operands, results, axis=axis, largest=int(largest), sorted=1)
    return cast_to(values, x.dtype), places


def _sort(xp: Any, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    return top(x, x.shape[axis], axis, descending)[0]


def _argsort(xp: Any, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    return top(x, x.shape[axis], axis, descending)[1]


def _searchsorted(xp: Any, x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    """How many are less: all pairs are compared."""
    if sorter is not None:
        x1 = xp.take(x1, sorter, axis=0)
    compare = xp.less if side == "left" else xp.less_equal
    before = compare(x1, xp.expand_dims(x2, axis=-1))
    return xp.sum(xp.astype(before, np.int64), axis=-1)


RULES: dict[str, Callable[..., Any]] = {
    "argmax": _place_of("ArgMax"), "argmin": _place_of("ArgMin"), "sort": _sort, "argsort": _argsort,
    "searchsorted": _searchsorted,
}  # fmt: skip
