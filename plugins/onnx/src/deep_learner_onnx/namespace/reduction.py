"""Sums, extrema and the like along axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner.typing import Array
from deep_learner_onnx.array import SymbolicArray, known
from deep_learner_onnx.emission import cast_to, emit, number
from deep_learner_onnx.namespace.shaping import axes_of

__all__ = ["RULES", "reduced"]


def reduced(operator: str, x: SymbolicArray, axis: Any, keepdims: bool) -> Array:
    """A node that reduces the axes given, all of them for None."""
    axes = axes_of(axis, x.ndim)
    if not axes:
        return x
    shape = [1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes]
    operands = [x, known(np.asarray(axes, np.int64))]
    return emit(operator, operands, shape, x.dtype, keepdims=int(keepdims))


def _total(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        if dtype is None:
            dtype = {"b": np.int64, "i": np.int64, "u": np.uint64}.get(x.dtype.kind, x.dtype)
        return reduced(operator, cast_to(x, dtype), axis, keepdims)

    return rule


def _extremum(operator: str) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
        wide = cast_to(x, np.int32) if x.dtype.name in ("bool", "int16", "uint16") else x
        return cast_to(reduced(operator, wide, axis, keepdims), x.dtype)

    return rule


def _mean(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    return reduced("ReduceMean", x if x.dtype.kind == "f" else cast_to(x, np.float64), axis, keepdims)


def _var(xp: Any, x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    centred = x - xp.mean(x, axis=axis, keepdims=True)
    squares = centred * centred
    if correction == 0:
        return xp.mean(squares, axis=axis, keepdims=keepdims)
    count = number(math.prod(x.shape[one] for one in axes_of(axis, x.ndim)), x.dtype)
    return xp.sum(squares, axis=axis, keepdims=keepdims) / xp.maximum(count - correction, 0.0)


def _std(xp: Any, x: Any, /, *, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    return xp.sqrt(xp.var(x, axis=axis, correction=correction, keepdims=keepdims))


def _count_nonzero(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    return xp.sum(cast_to(cast_to(x, np.bool_), np.int64), axis=axis, keepdims=keepdims)


def _any(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    return xp.greater(xp.count_nonzero(x, axis=axis, keepdims=keepdims), 0)


def _all(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    return xp.logical_not(xp.any(xp.logical_not(x), axis=axis, keepdims=keepdims))


def _cumulative_sum(
    xp: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    axis = 0 if axis is None else axis % x.ndim
    x = _started(xp, x, axis, dtype, 0, include_initial)
    return emit("CumSum", [x, number(axis, np.int64)], x.shape, x.dtype)


def _cumulative_prod(
    xp: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
) -> Any:
    """Each of the products by itself: of all elements, of which those behind are replaced by ones."""
    axis = 0 if axis is None else axis % x.ndim
    x = xp.moveaxis(_started(xp, x, axis, dtype, 1, include_initial), axis, -1)
    places = xp.arange(x.shape[-1])
    behind = xp.greater(xp.expand_dims(places, axis=0), xp.expand_dims(places, axis=1))
    ones = number(1, x.dtype)
    return xp.moveaxis(
        xp.prod(xp.where(behind, ones, xp.expand_dims(x, axis=-2)), axis=-1, dtype=x.dtype), -1, axis
    )


def _started(xp: Any, x: Any, axis: int, dtype: Any, initial: int, include: bool) -> Any:
    if dtype is None:
        dtype = {"b": np.int64, "i": np.int64, "u": np.uint64}.get(x.dtype.kind, x.dtype)
    x = cast_to(x, dtype)
    if not include:
        return x
    shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return xp.concat([xp.full(shape, initial, dtype=x.dtype), x], axis=axis)


def _diff(xp: Any, x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None) -> Any:
    axis %= x.ndim
    parts = [one for one in (prepend, x, append) if one is not None]
    x = xp.concat(parts, axis=axis)
    before = (slice(None),) * axis
    for _ in range(n):
        later, earlier = x[(*before, slice(1, None), ...)], x[(*before, slice(0, x.shape[axis] - 1), ...)]
        x = xp.not_equal(later, earlier) if x.dtype.kind == "b" else later - earlier
    return x


RULES: dict[str, Callable[..., Any]] = {
    "sum": _total("ReduceSum"), "prod": _total("ReduceProd"), "max": _extremum("ReduceMax"),
    "min": _extremum("ReduceMin"), "mean": _mean, "var": _var, "std": _std, "all": _all,
    "any": _any, "count_nonzero": _count_nonzero, "cumulative_sum": _cumulative_sum,
    "cumulative_prod": _cumulative_prod, "diff": _diff,
}  # fmt: skip
