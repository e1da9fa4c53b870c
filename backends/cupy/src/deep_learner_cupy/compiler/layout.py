"""How far apart in memory the elements of a plan's arrays lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cupy

from deep_learner.compiler import Constant, Value

__all__ = ["conforming", "extent", "in_rows", "itemsize", "room", "strides_of", "written_strides"]


def in_rows(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """The strides of an array that lies row after row."""
    strides: list[int] = []
    for size in reversed(shape):
        strides.append(itemsize)
        itemsize *= size
    return tuple(reversed(strides))


def itemsize(one: Value | Constant) -> int:
    """Bytes of an element."""
    dtype = one.array.dtype if isinstance(one, Constant) else one.dtype
    return 8 if dtype is None else dtype.itemsize


def written_strides(value: Value) -> tuple[int, ...]:
    """The strides of a kernel's result: the traced array's, if that lay without gaps in some order of its axes."""
    strides = value.strides
    if strides is None or not _is_dense(value.shape, strides, itemsize(value)):
        return in_rows(value.shape, itemsize(value))
    return strides


def strides_of(one: Value | Constant) -> tuple[int, ...]:
    """The strides of what a kernel reads and another function has made."""
    if isinstance(one, Constant):
        return one.array.strides
    return in_rows(one.shape, itemsize(one)) if one.strides is None else one.strides


def _is_dense(shape: tuple[int, ...], strides: tuple[int, ...], step: int) -> bool:
    for stride, size in sorted(zip(strides, shape, strict=True)):
        if size != 1:
            if stride != step:
                return False
            step *= size
    return True


def extent(array: Any) -> int:
    """The bytes from an array's first element to its last; 0 if one lies before the first or there are none."""
    if array.size == 0 or any(stride < 0 for stride in array.strides):
        return 0
    last = sum((size - 1) * stride for size, stride in zip(array.shape, array.strides, strict=True))
    return last + array.itemsize


def room(shape: tuple[int, ...], dtype: Any, strides: tuple[int, ...]) -> Any:
    """A new array of some strides, none of them negative."""
    if strides == in_rows(shape, dtype.itemsize) or 0 in shape:
        return cupy.empty(shape, dtype)
    last = sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    return cupy.ndarray(shape, dtype, memptr=cupy.cuda.alloc(last + dtype.itemsize), strides=strides)


def conforming(array: Any, strides: tuple[int, ...]) -> Any:
    """An array as a kernel expects it, copied if it lies in memory otherwise."""
    if array.strides == strides or _agree(array.shape, array.strides, strides):
        return array
    made = room(array.shape, array.dtype, strides)
    made[...] = array
    return made


def _agree(shape: Iterable[int], one: Iterable[int], other: Iterable[int]) -> bool:
    return all(a == b for size, a, b in zip(shape, one, other, strict=True) if size != 1)
