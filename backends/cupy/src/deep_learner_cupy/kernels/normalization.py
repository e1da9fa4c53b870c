"""Layer normalisation: a team of threads for each row, sums over the rows in columns of blocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner_cupy.kernels.compiled import Rows, kernel, packed, packed_or_null, wide_empty
from deep_learner_cupy.kernels.fallback import floating

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape


@floating
def native_layer_norm(
    input: Array, normalized_shape: Shape, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, the mean and the reciprocal deviation."""
    kept = input.shape[: input.ndim - len(normalized_shape)] + (1,) * len(normalized_shape)
    if input.size == 0:  # the mean of nothing is no number
        return input.copy(), cupy.full(kept, math.nan, input.dtype), cupy.full(kept, math.nan, input.dtype)
    size = math.prod(normalized_shape)
    count = input.size // size
    out = cupy.empty(input.shape, input.dtype)
    mean, rstd = cupy.empty(kept, input.dtype), cupy.empty(kept, input.dtype)
    rows = Rows(count, size)
    operands = [packed_or_null(array) for array in (input, weight, bias)]
    kernel("layer_norm", "layer_norm", input.dtype)(
        rows.grid, rows.block, (*operands, out, mean, rstd, count, size, float(eps))
    )
    return out, mean, rstd


@floating
def native_layer_norm_backward(
    grad_output: Array,
    grad_mean: Array | None,
    grad_rstd: Array | None,
    input: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    normalized_shape: Shape,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias."""
    size, count, dtype = math.prod(normalized_shape), mean.size, input.dtype
    if input.size == 0:
        return input.copy(), cupy.zeros(normalized_shape, dtype), cupy.zeros(normalized_shape, dtype)
    grad, input, mean, rstd = map(packed, (grad_output, input, mean, rstd))
    of_mean, of_rstd = map(packed_or_null, (grad_mean, grad_rstd))
    made, means = cupy.empty(input.shape, dtype), wide_empty((count,), dtype)
    rows = Rows(count, size)
    kernel("layer_norm", "layer_norm_backward", dtype)(
        rows.grid,
        rows.block,
        (grad, of_mean, of_rstd, input, mean, rstd, packed_or_null(weight), made, means, count, size),
    )
    parts = min(-(-count // 64), 128)
    weights, biases = wide_empty((parts, size), dtype), wide_empty((parts, size), dtype)
    kernel("layer_norm", "layer_norm_columns", dtype)(
        (-(-size // 32), parts), (32, 8), (grad, input, means, rstd, weights, biases, count, size)
    )
    grad_weight, grad_bias = (
        (each[0] if parts == 1 else each.sum(axis=0)).astype(dtype, copy=False).reshape(normalized_shape)
        for each in (weights, biases)
    )
    return made, grad_weight, grad_bias


KERNELS: dict[str, Callable[..., Any]] = {
    "native_layer_norm": native_layer_norm,
    "native_layer_norm_backward": native_layer_norm_backward,
}
