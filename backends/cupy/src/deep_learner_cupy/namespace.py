"""CuPy's functions with the standard's names and signatures, and what the standard's lack of bfloat16 leaves out."""

from __future__ import annotations

import functools
import math
from types import ModuleType
from typing import Any

import cupy
import numpy
from array_api_compat import cupy as standard

from deep_learner.dtypes import ALL
from deep_learner_cupy import bfloat, captures, limits, products

_CREATION = (
    "arange", "empty", "empty_like", "eye", "full", "full_like", "linspace", "ones", "ones_like", "zeros", "zeros_like",
)  # fmt: skip


_SHORT = ("bfloat16", "complex32")  # which ml_dtypes has; CuPy takes the first from it


def make() -> Any:
    """The namespace of this CuPy."""
    namespace = ModuleType("deep_learner_cupy.xp")
    vars(namespace).update({name: getattr(standard, name) for name in dir(standard)})
    # The dtypes themselves, as arrays carry them, in place of NumPy's types of scalars.
    vars(namespace).update({name: numpy.dtype(name) for name in ALL if name not in _SHORT})
    vars(namespace).update({name: _on_device(getattr(standard, name)) for name in _CREATION})
    vars(namespace).update(
        clip=limits.clip,
        matmul=matmul,
        tensordot=tensordot,
        vecdot=vecdot,
        __array_namespace_info__=standard.__array_namespace_info__,
    )
    vars(namespace).update(bfloat.functions())
    return namespace


where: Any = standard.where if bfloat.BFLOAT16 is None else bfloat.where


def _on_device(function: Any) -> Any:
    """A function that makes arrays on the device it is told, which array_api_compat accepts and does not heed."""

    @functools.wraps(function)
    def made(*args: Any, device: Any = None, **kwargs: Any) -> Any:
        if device is None:
            return function(*args, **kwargs)
        with cupy.cuda.Device(device):
            return function(*args, **kwargs)

    return made


def _by_ourselves(x1: Any, x2: Any) -> bool:
    """Whether CuPy calls cuBLAS not: within a capture, and in bfloat16."""
    return captures.active() or (x1.dtype == bfloat.BFLOAT16 and x2.dtype == bfloat.BFLOAT16)


def matmul(x1: Any, x2: Any, /) -> Any:
    """CuPy's own; where that cannot call cuBLAS, by a call of our own."""
    if _by_ourselves(x1, x2):
        return products.matmul(x1, x2)
    return cupy.matmul(x1, x2)


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """CuPy's own; where that cannot call cuBLAS, one matrix product."""
    if not _by_ourselves(x1, x2):
        return standard.tensordot(x1, x2, axes=axes)
    if isinstance(axes, int):
        axes = (tuple(range(x1.ndim - axes, x1.ndim)), tuple(range(axes)))
    first, second = ([axis % x.ndim for axis in group] for x, group in zip((x1, x2), axes, strict=True))
    left = [axis for axis in range(x1.ndim) if axis not in first]
    right = [axis for axis in range(x2.ndim) if axis not in second]
    summed = math.prod([x1.shape[axis] for axis in first])
    rows = x1.transpose((*left, *first)).reshape((math.prod([x1.shape[axis] for axis in left]), summed))
    columns = x2.transpose((*second, *right)).reshape((summed, math.prod([x2.shape[axis] for axis in right])))
    shape = (*[x1.shape[axis] for axis in left], *[x2.shape[axis] for axis in right])
    return products.matmul(rows, columns).reshape(shape)


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """CuPy's own; where that cannot call cuBLAS, the sum of ``conj(x1) * x2``, which needs no library."""
    if _by_ourselves(x1, x2):
        return cupy.sum((cupy.conj(x1) if x1.dtype.kind == "c" else x1) * x2, axis=axis)
    return standard.vecdot(x1, x2, axis=axis)
