"""Windows and layouts by strides as NumPy's own views."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.windows import check_strided, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array


def _view(array: Array, shape: tuple[int, ...], steps: tuple[int, ...], first: int = 0) -> Array:
    """A view of an array's memory by steps in bytes, from the element `first` of a contiguous one on."""
    if array.dtype.kind == "W":  # complex32, which NumPy's function does not know
        return _view(array.view(np.uint32), shape, steps, first).view(array.dtype)
    beginning = array.reshape(-1)[first:] if first else array
    return np.lib.stride_tricks.as_strided(beginning, shape, steps, writeable=array.flags.writeable)


def unfold(input: Array, dimension: int, size: int, step: int) -> Array:
    axis, count = windows_of(input.shape, dimension, size, step)
    if not input.ndim:
        return input.reshape(1)[:size]
    stride = input.strides[axis]
    shape = (*input.shape[:axis], count, *input.shape[axis + 1 :], size)
    return _view(input, shape, (*input.strides[:axis], step * stride, *input.strides[axis + 1 :], stride))


def as_strided(
    input: Array, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Array:
    offset = storage_offset or 0
    check_strided(math.prod(input.shape), size, stride, offset)
    if 0 in size:
        return np.empty(tuple(size), input.dtype)
    steps = tuple([step * input.itemsize for step in stride])
    return _view(np.ascontiguousarray(input) if input.ndim else input, tuple(size), steps, offset)


KERNELS: dict[str, Callable[..., Any]] = {"unfold": unfold, "as_strided": as_strided}
