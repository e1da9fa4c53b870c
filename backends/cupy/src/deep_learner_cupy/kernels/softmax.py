"""Softmax, its logarithm and their gradients, each in one launch that reads its rows twice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner.dtypes import as_dtype
from deep_learner.ops.dims import wrap_dim
from deep_learner_cupy.kernels.compiled import Rows, kernel, packed
from deep_learner_cupy.kernels.fallback import REAL, floating, generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, DTypeLike


def _run(name: str, dim: int, *arrays: Array) -> Array:
    """Call a kernel whose output has the shape of its operands."""
    shape = arrays[0].shape
    out = cupy.empty(shape, arrays[0].dtype)
    if out.size:
        dim = wrap_dim(dim, len(shape))
        size, inner = (shape[dim], math.prod(shape[dim + 1 :])) if shape else (1, 1)
        rows = Rows(out.size // size, size, inner)
        operands = [packed(array) for array in arrays]
        kernel("softmax", name, out.dtype)(rows.grid, rows.block, (*operands, out, *rows.arguments))
    return out


def _forward(name: str, input: Array, dim: int, dtype: DTypeLike) -> Array:
    if dtype is not None:
        converted = input.astype(as_dtype(dtype).name, copy=False)
        if converted.dtype not in REAL:
            return generic(name, input, dim, dtype)
        input = converted
    wrap_dim(dim, input.ndim)
    return _run(name, dim, input)


@floating
def softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return _forward("softmax", input, dim, dtype)


@floating
def log_softmax(input: Array, dim: int, dtype: DTypeLike = None) -> Array:
    return _forward("log_softmax", input, dim, dtype)


@floating
def softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    return _run("softmax_backward", dim, *_of_one_shape(grad_output, output))


@floating
def log_softmax_backward(grad_output: Array, output: Array, dim: int) -> Array:
    return _run("log_softmax_backward", dim, *_of_one_shape(grad_output, output))


def _of_one_shape(grad: Array, output: Array) -> tuple[Array, Array]:
    return (grad if grad.shape == output.shape else cupy.broadcast_to(grad, output.shape)), output


KERNELS: dict[str, Callable[..., Any]] = {
    "log_softmax": log_softmax,
    "log_softmax_backward": log_softmax_backward,
    "softmax": softmax,
    "softmax_backward": softmax_backward,
}
