"""Softmax and its logarithm with one temporary, and their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.dtypes import as_dtype
from deep_learner.ops.dims import wrap_dim
from deep_learner_numpy.kernels.precision import in_single

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array, DTypeLike


def _shifted(input: Array, axis: int) -> Array:
    """``input`` minus its largest element along ``axis``, in memory of its own."""
    if input.ndim == 0:
        return np.asarray(input - input)
    if input.shape[axis] == 0:
        return input.copy()
    return input - np.maximum.reduce(input, axis=axis, keepdims=True)


@in_single
def _softmax(input: Array, axis: int) -> Array:
    out = _shifted(input, axis)
    if out.ndim == 0:
        return np.exp(out)
    np.exp(out, out=out)
    out /= np.add.reduce(out, axis=axis, keepdims=True)
    return out


@in_single
def _log_softmax(input: Array, axis: int) -> Array:
    out = _shifted(input, axis)
    if out.ndim:
        out -= np.log(np.add.reduce(np.exp(out), axis=axis, keepdims=True))
    return out


def _computed(kernel: Callable[[Array, int], Array], input: Array, dim: int, dtype: DTypeLike) -> Array:
    """A kernel's result, computed in ``dtype``; ``dim`` may count from the end."""
    if dtype is not None:
        input = input.astype(as_dtype(dtype).name, copy=False)
    return kernel(input, wrap_dim(dim, input.ndim))


def softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return _computed(_softmax, input, dim, dtype)


def log_softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return _computed(_log_softmax, input, dim, dtype)


@in_single
def softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    weighted = grad_output * output
    if output.ndim == 0:
        return weighted - output * weighted
    weighted -= output * np.add.reduce(weighted, axis=dim, keepdims=True)
    return weighted


@in_single
def log_softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    if output.ndim == 0:
        return grad_output - np.exp(output) * grad_output
    out = np.exp(output)
    out *= np.add.reduce(grad_output, axis=dim, keepdims=True)
    np.subtract(grad_output, out, out=out)
    return out


KERNELS: Mapping[str, Callable[..., Any]] = {
    "softmax": softmax,
    "softmax_backward": softmax_backward,
    "log_softmax": log_softmax,
    "log_softmax_backward": log_softmax_backward,
}
