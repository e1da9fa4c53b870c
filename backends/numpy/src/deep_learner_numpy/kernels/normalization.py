"""Layer normalisation row by row: sums over a row by `vecdot`, sums over the rows by a product with ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape


def native_layer_norm(
    input: Array, normalized_shape: Shape, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, the mean and the reciprocal deviation."""
    size = math.prod(normalized_shape)
    rows = input.reshape(-1, size) if input.size else input.reshape(-1, max(size, 1))
    mean = rows.mean(axis=1, keepdims=True)
    out = rows - mean
    variance = np.vecdot(out, out)
    variance /= size
    variance += eps
    rstd = np.divide(1.0, np.sqrt(variance, out=variance), out=variance)[:, None]
    out *= rstd
    if weight is not None:
        out *= weight.reshape(-1)
    if bias is not None:
        out += bias.reshape(-1)
    kept = input.shape[: input.ndim - len(normalized_shape)] + (1,) * len(normalized_shape)
    return out.reshape(input.shape), mean.reshape(kept), rstd.reshape(kept)


def native_layer_norm_backward(
    grad_output: Array,
    grad_mean: Array,
    grad_rstd: Array,
    input: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    normalized_shape: Shape,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias."""
    size = math.prod(normalized_shape)
    count = mean.size
    rows, grad = input.reshape(count, size), grad_output.reshape(count, size)
    mean, rstd, grad_mean, grad_rstd = (x.reshape(count, 1) for x in (mean, rstd, grad_mean, grad_rstd))

    normalised = rows - mean
    normalised *= rstd
    ones = np.ones(count, grad.dtype)
    product = grad * normalised
    grad_weight = ones @ product
    grad_bias = ones @ grad
    if weight is None:
        scaled = grad.copy()
        stretch = product.sum(axis=1, keepdims=True)
    else:
        scaled = grad * weight.reshape(-1)
        stretch = np.vecdot(scaled, normalised)[:, None]
    shift = scaled.mean(axis=1, keepdims=True) - grad_mean / (size * rstd)
    stretch = (stretch + grad_rstd * rstd) / size
    scaled -= shift
    normalised *= stretch
    scaled -= normalised
    scaled *= rstd
    return (
        scaled.reshape(input.shape),
        grad_weight.reshape(normalized_shape),
        grad_bias.reshape(normalized_shape),
    )


KERNELS: dict[str, Callable[..., Any]] = {
    "native_layer_norm": native_layer_norm,
    "native_layer_norm_backward": native_layer_norm_backward,
}
