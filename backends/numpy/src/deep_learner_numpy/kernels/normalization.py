"""Layer normalisation in blocks of rows that stay in the cache; sums along and over rows are products with vectors."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.precision import in_single
from deep_learner_numpy.threads import shared, split

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape

BLOCK = 1 << 19  # elements that are worked on at once


def _blocks(count: int, size: int) -> list[slice]:
    return split(count, max(1, BLOCK // max(size, 1)))


@in_single
def native_layer_norm(
    input: Array, normalized_shape: Shape, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, the mean and the reciprocal deviation."""
    leading = input.shape[: input.ndim - len(normalized_shape)]
    count, size, dtype = math.prod(leading), math.prod(normalized_shape), input.dtype
    rows = input.reshape(count, size)
    made, mean, rstd = np.empty(input.shape, dtype), np.empty((count, 1), dtype), np.empty((count, 1), dtype)
    out = made.reshape(count, size)
    ones = np.ones(size, dtype)

    def normalize(part: slice) -> None:
        centred, middle, scale = out[part], mean[part], rstd[part]
        np.divide(np.vecdot(rows[part], ones), size, out=middle[:, 0])
        np.subtract(rows[part], middle, out=centred)
        variance = np.vecdot(centred, centred)
        variance /= size
        variance += eps
        np.divide(1.0, np.sqrt(variance, out=variance), out=scale[:, 0])
        centred *= scale
        if weight is not None:
            centred *= weight.reshape(-1)
        if bias is not None:
            centred += bias.reshape(-1)

    shared(normalize, _blocks(count, size))
    kept = leading + (1,) * len(normalized_shape)
    return made, mean.reshape(kept), rstd.reshape(kept)


@in_single
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
    rows, grad = input.reshape(count, size), grad_output.reshape(count, size)
    mean, rstd = mean.reshape(count), rstd.reshape(count)
    of_mean, of_rstd = (
        np.zeros(count, dtype) if x is None else x.reshape(count) for x in (grad_mean, grad_rstd)
    )
    factors = np.ones(size, dtype) if weight is None else weight.reshape(-1)
    made = np.empty(input.shape, dtype)
    to_rows = made.reshape(count, size)

    def send_back(part: slice) -> tuple[Array, Array]:
        g, scale, out = np.ascontiguousarray(grad[part]), rstd[part], to_rows[part]
        centred = rows[part] - mean[part, None]
        np.multiply(g, centred, out=out)
        grad_weight, grad_bias = scale @ out, np.ones(len(g), dtype) @ g
        stretch = ((out @ factors) + of_rstd[part]) * (scale * scale) / size
        shift = (g @ factors) / size - of_mean[part] / (size * scale)
        centred *= stretch[:, None]
        centred += shift[:, None]
        np.multiply(g, factors, out=out)
        out -= centred
        out *= scale[:, None]
        return grad_weight, grad_bias

    weights, biases = zip(*shared(send_back, _blocks(count, size)), strict=True)
    grad_weight, grad_bias = functools.reduce(np.add, weights), functools.reduce(np.add, biases)
    return (
        made,
        grad_weight.reshape(normalized_shape),
        grad_bias.reshape(normalized_shape),
    )


KERNELS: dict[str, Callable[..., Any]] = {
    "native_layer_norm": native_layer_norm,
    "native_layer_norm_backward": native_layer_norm_backward,
}
