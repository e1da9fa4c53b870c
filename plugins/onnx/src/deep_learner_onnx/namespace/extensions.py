"""What there is of the standard's extensions: linear algebra that is made of other functions, and determinants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deep_learner_onnx.emission import emit, number

__all__ = ["RULES"]


def _main(name: str) -> Callable[..., Any]:
    def rule(xp: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(xp, name)(*args, **kwargs)

    return rule


def _outer(xp: Any, x1: Any, x2: Any, /) -> Any:
    return xp.expand_dims(x1, axis=1) * xp.expand_dims(x2, axis=0)


def _diagonal(xp: Any, x: Any, /, *, offset: int = 0) -> Any:
    rows, columns = x.shape[-2:]
    first, second = max(-offset, 0), max(offset, 0)
    count = max(min(rows - first, columns - second), 0)
    places = xp.arange(count) * (columns + 1) + (first * columns + second)
    return xp.take(xp.reshape(x, (*x.shape[:-2], rows * columns)), places, axis=-1)


def _trace(xp: Any, x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return xp.sum(_diagonal(xp, x, offset=offset), axis=-1, dtype=dtype)


def _det(xp: Any, x: Any, /) -> Any:
    return emit("Det", [x], x.shape[:-2], x.dtype)


def _vector_norm(xp: Any, x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    size = xp.abs(x)
    if ord == float("inf"):
        return xp.max(size, axis=axis, keepdims=keepdims)
    if ord == -float("inf"):
        return xp.min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return xp.astype(xp.count_nonzero(x, axis=axis, keepdims=keepdims), x.dtype)
    if ord == 1:
        return xp.sum(size, axis=axis, keepdims=keepdims)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axis, keepdims=keepdims))
    return xp.pow(
        xp.sum(xp.pow(size, number(ord, x.dtype)), axis=axis, keepdims=keepdims), number(1 / ord, x.dtype)
    )


def _cross(xp: Any, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    a, b = xp.moveaxis(x1, axis, 0), xp.moveaxis(x2, axis, 0)
    parts = [a[i, ...] * b[j, ...] - a[j, ...] * b[i, ...] for i, j in ((1, 2), (2, 0), (0, 1))]
    return xp.moveaxis(xp.stack(parts, axis=0), 0, axis)


RULES: dict[str, Callable[..., Any]] = {
    **{f"linalg.{name}": _main(name) for name in ("matmul", "matrix_transpose", "tensordot", "vecdot")},
    "linalg.outer": _outer, "linalg.diagonal": _diagonal, "linalg.trace": _trace, "linalg.det": _det,
    "linalg.vector_norm": _vector_norm, "linalg.cross": _cross,
}  # fmt: skip
