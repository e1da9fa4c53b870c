"""Arrays of NumPy in page-locked memory: `cupyx.empty_pinned` and its kin."""

from __future__ import annotations

import math
from typing import Any

import numpy

from tests.simulated_cupy import pinned


def empty_pinned(shape: Any, dtype: Any = float, order: str = "C") -> numpy.ndarray:
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    memory = pinned.alloc_pinned_memory(math.prod(shape) * numpy.dtype(dtype).itemsize)
    return numpy.ndarray(shape, dtype, memory, order=order)


def zeros_pinned(shape: Any, dtype: Any = float, order: str = "C") -> numpy.ndarray:
    result = empty_pinned(shape, dtype, order)
    result.fill(0)
    return result


def empty_like_pinned(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None
) -> numpy.ndarray:
    if subok is not None:
        raise TypeError("subok is not supported yet")
    fortran = order == "F" or (order in ("A", "K") and a.flags.f_contiguous and not a.flags.c_contiguous)
    return empty_pinned(a.shape if shape is None else shape, dtype or a.dtype, "F" if fortran else "C")


def zeros_like_pinned(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = None, shape: Any = None
) -> numpy.ndarray:
    result = empty_like_pinned(a, dtype, order, subok, shape)
    result.fill(0)
    return result


PINNED_ARRAYS = {
    function.__name__: function
    for function in (empty_pinned, zeros_pinned, empty_like_pinned, zeros_like_pinned)
}
