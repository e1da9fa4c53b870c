"""Running extremes and logarithms by NumPy's `accumulate`: one pass where the generic form takes log2(n)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.dims import wrap_dim
from deep_learner.ops.results import ValuesIndices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array


def _accumulate(function: np.ufunc, input: Array, dim: int) -> Array:
    return function.accumulate(np.atleast_1d(input), axis=wrap_dim(dim, input.ndim))


def _running(function: np.ufunc, input: Array, dim: int) -> ValuesIndices:
    values = _accumulate(function, input, dim)
    shape = [1] * values.ndim
    shape[dim] = values.shape[dim]
    places = np.arange(shape[dim]).reshape(shape)
    # Only NaN differs from itself.
    reached = np.where((values == input) | (input != input), places, 0)
    indices = _accumulate(np.maximum, reached, dim)
    return ValuesIndices(values.reshape(input.shape), indices.reshape(input.shape))


def cummax(input: Array, dim: int) -> ValuesIndices:
    return _running(np.maximum, input, dim)


def cummin(input: Array, dim: int) -> ValuesIndices:
    return _running(np.minimum, input, dim)


KERNELS: Mapping[str, Callable[..., Any]] = {"cummax": cummax, "cummin": cummin}
