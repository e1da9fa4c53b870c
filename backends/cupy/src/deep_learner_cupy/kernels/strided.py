"""Windows and layouts by strides as views of an array's memory; divisors by CuPy's own functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.ops.divisors import require_integers
from deep_learner.ops.windows import check_strided, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deep_learner.typing import Array


def _view(array: Array, shape: tuple[int, ...], steps: tuple[int, ...], first: int = 0) -> Array:
    """A view of an array's memory by steps in bytes, from the element `first` of a contiguous one on."""
    return cupy.ndarray(shape, array.dtype, memptr=array.data + first * array.itemsize, strides=steps)


def unfold(input: Array, dimension: int, size: int, step: int) -> Array:
    axis, count = windows_of(input.shape, dimension, size, step)
    if not input.ndim:
        return input.reshape(1)[:size]
    stride = input.strides[axis]
    shape = (*input.shape[:axis], count, *input.shape[axis + 1 :], size)
    if 0 in shape:
        return cupy.empty(shape, input.dtype)
    return _view(input, shape, (*input.strides[:axis], step * stride, *input.strides[axis + 1 :], stride))


def as_strided(
    input: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Array:
    offset = storage_offset or 0
    check_strided(math.prod(input.shape), size, stride, offset)
    if 0 in size:
        return cupy.empty(tuple(size), input.dtype)
    steps = tuple([step * input.itemsize for step in stride])
    return _view(cupy.ascontiguousarray(input) if input.ndim else input, tuple(size), steps, offset)


def gcd(input: Array, other: Array) -> Array:
    require_integers("gcd", input, other)
    return cupy.gcd(input, other)


def lcm(input: Array, other: Array) -> Array:
    require_integers("lcm", input, other)
    return cupy.lcm(input, other)


KERNELS: Mapping[str, Callable[..., Any]] = {
    "unfold": unfold,
    "as_strided": as_strided,
    "gcd": gcd,
    "lcm": lcm,
}
