"""New arrays whose shape, or one of whose numbers, depends on a dynamic size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray, graph_of
from deep_learner_onnx.emission import cast_to, emit, number, unsupported

__all__ = ["RULES"]


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(shape) if isinstance(shape, Sequence) else (shape,)


def _full(xp: Any, shape: Any, fill_value: Any, *, dtype: Any = None) -> Any:
    if dtype is None:
        dtype = fill_value.dtype if isinstance(fill_value, SymbolicArray) else np.asarray(fill_value).dtype
    return xp.broadcast_to(number(fill_value, dtype), _shape(shape))


def _filled(value: float) -> Callable[..., Any]:
    def rule(xp: Any, shape: Any, *, dtype: Any = None) -> Any:
        return _full(xp, shape, value, dtype=dtype or np.float64)

    return rule


def _like(value: float) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /, *, dtype: Any = None) -> Any:
        return xp.full(x.shape, value, dtype=dtype or x.dtype)

    return rule


def _full_like(xp: Any, x: Any, /, fill_value: Any, *, dtype: Any = None) -> Any:
    return xp.full(x.shape, fill_value, dtype=dtype or x.dtype)


def _asarray(xp: Any, obj: Any, /, *, dtype: Any = None, copy: bool | None = None) -> Any:
    if isinstance(obj, SymbolicArray):
        return obj if dtype is None else cast_to(obj, dtype)
    if isinstance(obj, int):  # a size
        return number(obj, dtype or np.int64)
    items = [_asarray(xp, item, dtype=dtype) for item in obj]
    common = np.result_type(*[item.dtype for item in items])
    return xp.stack([cast_to(item, common) for item in items], axis=0)


def _arange(xp: Any, start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None) -> Any:
    if stop is None:
        start, stop = 0, start
    if not all(isinstance(one, int) for one in (start, stop, step)):
        raise unsupported("a range of a dynamic size with fractions", "make whole numbers and multiply them")
    span, pace = (stop - start, step) if step > 0 else (start - stop, -step)
    count = (span + (pace - 1)) // pace
    bounds = [number(one, np.int64) for one in (start, stop, step)]
    numbers = emit("Range", bounds, (count,), np.int64, graph_of(start, stop, step))
    return cast_to(numbers, dtype or np.int64)


def _eye(xp: Any, n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None) -> Any:
    rows = xp.reshape(xp.arange(n_rows), (-1, 1))
    columns = xp.reshape(xp.arange(n_rows if n_cols is None else n_cols), (1, -1))
    return xp.astype(xp.equal(columns, rows + k), dtype or np.float64)


def _linspace(
    xp: Any, start: Any, stop: Any, /, num: int, *, dtype: Any = None, endpoint: bool = True
) -> Any:
    steps = xp.astype(xp.arange(num), dtype or np.float64)
    return start + steps * ((stop - start) / xp.astype(xp.asarray(num - endpoint), dtype or np.float64))


def _triangle(upper: int) -> Callable[..., Any]:
    def rule(xp: Any, x: Any, /, *, k: int = 0) -> Any:
        value = cast_to(x, np.int64) if x.dtype.kind in "biu" else x
        diagonal = number(k, np.int64)
        return cast_to(emit("Trilu", [value, diagonal], x.shape, value.dtype, upper=upper), x.dtype)

    return rule


def _meshgrid(xp: Any, *arrays: Any, indexing: str = "xy") -> Any:
    order = list(range(len(arrays)))
    if indexing == "xy":
        order[:2] = reversed(order[:2])
    shape = tuple(arrays[number].shape[0] for number in order)
    return [
        xp.broadcast_to(xp.reshape(one, tuple(-1 if each == number else 1 for each in order)), shape)
        for number, one in enumerate(arrays)
    ]


RULES: dict[str, Callable[..., Any]] = {
    "full": _full, "full_like": _full_like, "zeros": _filled(0), "ones": _filled(1), "empty": _filled(0),
    "zeros_like": _like(0), "ones_like": _like(1), "empty_like": _like(0), "asarray": _asarray, "arange": _arange,
    "eye": _eye, "linspace": _linspace, "tril": _triangle(0), "triu": _triangle(1), "meshgrid": _meshgrid,
}  # fmt: skip
