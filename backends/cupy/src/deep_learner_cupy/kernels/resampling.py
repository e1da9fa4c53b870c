"""Weighted sums of what windows see, and their adjoint: one launch for each dimension."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner_cupy.kernels.fallback import generic
from deep_learner_cupy.kernels.scattering import PREAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array, Shape

_DTYPES = frozenset(map(numpy.dtype, ("float32", "float64")))
_TABLE = "raw int64 positions, raw T weights, raw int64 counts, int64 count, int64 size, int64 inner"
_SUM = cupy.ElementwiseKernel(
    f"raw T input, {_TABLE}",
    "T out",
    """
    long long window = i / inner % count, start = i / inner / count * size;
    T total = 0;
    for (long long k = 0; k < counts[window]; k++)
      total += input[(start + positions[k * count + window]) * inner + i % inner] * weights[k * count + window];
    out = total;
    """,
    "deep_learner_resample",
)
_SEND = cupy.ElementwiseKernel(
    f"T share, {_TABLE}",
    "raw T out",
    """
    long long window = i / inner % count, start = i / inner / count * size;
    for (long long k = 0; k < counts[window]; k++)
      add_at(&out[(start + positions[k * count + window]) * inner + i % inner], share * weights[k * count + window]);
    """,
    "deep_learner_resample_adjoint",
    preamble=PREAMBLE,
)


@lru_cache(maxsize=256)
def _table(table: Any, dtype: Any, device: int) -> tuple[Array, Array, Array]:
    """A table's positions, weights and counts on a device."""
    positions = cupy.asarray(numpy.asarray(table.positions, "int64"))
    weights = (
        cupy.ones(positions.shape, dtype) if table.weights is None else cupy.asarray(table.weights, dtype)
    )
    return positions, weights, cupy.asarray(numpy.asarray(table.counts, "int64"))


def _arguments(table: Any, size: int, shape: Shape, axis: int, like: Array) -> tuple[Any, ...]:
    arrays = _table(table, like.dtype, cupy.cuda.Device().id)
    return *arrays, len(table.counts), size, math.prod(shape[axis + 1 :])


def resample(input: Array, tables: Sequence[Any]) -> Array:
    if input.dtype not in _DTYPES:
        return generic("resample", input, tables)
    for axis in reversed(range(input.ndim - len(tables), input.ndim)):
        table = tables[axis - input.ndim]
        shape = (*input.shape[:axis], len(table.counts), *input.shape[axis + 1 :])
        out = cupy.empty(shape, input.dtype)
        if out.size:
            _SUM(input, *_arguments(table, input.shape[axis], shape, axis, input), out)
        input = out
    return input


def resample_adjoint(input: Array, tables: Sequence[Any], sizes: Shape) -> Array:
    if input.dtype not in _DTYPES:
        return generic("resample_adjoint", input, tables, sizes)
    for axis in range(input.ndim - len(tables), input.ndim):
        size = sizes[axis - input.ndim]
        shape = (*input.shape[:axis], size, *input.shape[axis + 1 :])
        out = cupy.zeros(shape, input.dtype)
        if input.size:
            _SEND(input, *_arguments(tables[axis - input.ndim], size, shape, axis, input), out)
        input = out
    return input


KERNELS: dict[str, Callable[..., Any]] = {"resample": resample, "resample_adjoint": resample_adjoint}
