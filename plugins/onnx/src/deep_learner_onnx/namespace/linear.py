"""Products of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.emission import broadcast, cast_to, emit
from deep_learner_onnx.namespace.arithmetic import together
from deep_learner_onnx.namespace.shaping import axes_of

__all__ = ["RULES"]


def _matmul(xp: Any, x1: Any, x2: Any, /) -> Any:
    a, b = together(x1, x2)
    rows = () if a.ndim == 1 else (a.shape[-2],)
    columns = () if b.ndim == 1 else (b.shape[-1],)
    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[0 if b.ndim == 1 else -2]:
        raise ValueError(f"arrays of the shapes {a.shape} and {b.shape} cannot be multiplied as matrices")
    shape = (*broadcast(a.shape[:-2], b.shape[:-2]), *rows, *columns)
    if a.dtype.name in ("int8", "int16", "uint8", "uint16", "bool"):  # of which ONNX has no products
        return cast_to(emit("MatMul", [cast_to(a, np.int32), cast_to(b, np.int32)], shape, np.int32), a.dtype)
    return emit("MatMul", [a, b], shape, a.dtype)


def _tensordot(xp: Any, x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    a, b = together(x1, x2)
    if isinstance(axes, int):
        left, right = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    else:
        left, right = axes_of(tuple(axes[0]), a.ndim), axes_of(tuple(axes[1]), b.ndim)
    kept = [axis for axis in range(a.ndim) if axis not in left]
    others = [axis for axis in range(b.ndim) if axis not in right]
    inner = math.prod(a.shape[axis] for axis in left)
    rows, columns = tuple(a.shape[axis] for axis in kept), tuple(b.shape[axis] for axis in others)
    first = xp.reshape(xp.permute_dims(a, (*kept, *left)), (math.prod(rows), inner))
    second = xp.reshape(xp.permute_dims(b, (*right, *others)), (inner, math.prod(columns)))
    return xp.reshape(xp.matmul(first, second), (*rows, *columns))


def _vecdot(xp: Any, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return xp.sum(x1 * x2, axis=axis)


RULES: dict[str, Callable[..., Any]] = {"matmul": _matmul, "tensordot": _tensordot, "vecdot": _vecdot}
