"""Softmax, its logarithm and their derivatives in blocks of rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.dtypes import as_dtype
from deep_learner.ops.dims import wrap_dim
from deep_learner_numpy.kernels.precision import in_single
from deep_learner_numpy.threads import shared, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array, DTypeLike


BLOCK = 1 << 18  # elements that are worked on at once


def _along(dim: int, fill: Callable[..., None], *operands: Array) -> Array:
    """What `fill` writes to its last argument, given parts of the operands: (rows, size) or (rows, size, *)."""
    shape = operands[0].shape
    rows, after = math.prod(shape[:dim]), math.prod(shape[dim + 1 :])
    size = shape[dim] if shape else 1
    made: Any = np.empty(shape, operands[0].dtype)
    if made.size:
        form = (rows, size) if after == 1 else (rows, size, after)
        seen = [array.reshape(form) for array in (*operands, made)]
        shared(lambda part: fill(*[array[part] for array in seen]), blocks(seen[0]))
    return made


def blocks(x: Array) -> list[slice]:
    """Parts of the first dimension that fill the cache."""
    return split(x.shape[0], BLOCK // max(1, math.prod(x.shape[1:])))


def sum_of(x: Array) -> Array:
    """The sums along the second dimension, which is kept."""
    if x.ndim == 2:
        return (x @ np.ones(x.shape[1], x.dtype))[:, None]
    return np.add.reduce(x, axis=1, keepdims=True)


def _exponentials(x: Array, out: Array) -> None:
    np.subtract(x, np.maximum.reduce(x, axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= sum_of(out)


def _logarithms(x: Array, out: Array) -> None:
    np.subtract(x, np.maximum.reduce(x, axis=1, keepdims=True), out=out)
    out -= np.log(sum_of(np.exp(out)))


def _exponentials_backward(grad: Array, output: Array, out: Array) -> None:
    real = out.ndim == 2 and out.dtype.kind == "f"  # of complex numbers it would take one's conjugate
    total = np.vecdot(grad, output)[:, None] if real else sum_of(grad * output)
    np.subtract(grad, total, out=out)
    out *= output


def _logarithms_backward(grad: Array, output: Array, out: Array) -> None:
    np.exp(output, out=out)
    out *= sum_of(grad)
    np.subtract(grad, out, out=out)


@in_single
def _softmax(input: Array, dim: int) -> Array:
    return _along(dim, _exponentials, input)


@in_single
def _log_softmax(input: Array, dim: int) -> Array:
    return _along(dim, _logarithms, input)


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
    return _along(wrap_dim(dim, output.ndim), _exponentials_backward, grad_output, output)


@in_single
def log_softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    return _along(wrap_dim(dim, output.ndim), _logarithms_backward, grad_output, output)


KERNELS: Mapping[str, Callable[..., Any]] = {
    "softmax": softmax,
    "softmax_backward": softmax_backward,
    "log_softmax": log_softmax,
    "log_softmax_backward": log_softmax_backward,
}
