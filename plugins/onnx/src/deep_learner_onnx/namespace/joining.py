"""Several arrays as one, and one as several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deep_learner_onnx.emission import cast_to, emit

__all__ = ["RULES"]


def _concat(xp: Any, arrays: Sequence[Any], /, *, axis: Any = 0) -> Any:
    if axis is None:
        arrays, axis = [xp.reshape(one, (-1,)) for one in arrays], 0
    dtype = np.result_type(*[one.dtype for one in arrays])
    parts = [cast_to(one, dtype) for one in arrays]
    axis %= parts[0].ndim
    shape = list(parts[0].shape)
    for one in parts:
        others = (*one.shape[:axis], *one.shape[axis + 1 :])
        if one.ndim != len(shape) or others != (*shape[:axis], *shape[axis + 1 :]):
            raise ValueError(
                f"arrays of the shapes {[one.shape for one in parts]} cannot be joined along {axis}"
            )
    if len(parts) == 1:
        return parts[0]
    shape[axis] = sum(one.shape[axis] for one in parts)
    return emit("Concat", parts, shape, dtype, axis=axis)


def _stack(xp: Any, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
    axis %= arrays[0].ndim + 1
    return xp.concat([xp.expand_dims(one, axis=axis) for one in arrays], axis=axis)


def _unstack(xp: Any, x: Any, /, *, axis: int = 0) -> Any:
    axis %= x.ndim
    before = (slice(None),) * axis
    return tuple(x[(*before, number, ...)] for number in range(x.shape[axis]))


RULES: dict[str, Callable[..., Any]] = {"concat": _concat, "stack": _stack, "unstack": _unstack}
