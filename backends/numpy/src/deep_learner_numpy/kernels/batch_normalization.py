"""Batch normalisation: sums over places by `vecdot` and pairwise, over samples by a product with ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.precision import widened

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def _planes(x: Array) -> Array:
    """(N, C, *) as (N, C, L), wide."""
    return widened(x).reshape(*x.shape[:2], math.prod(x.shape[2:]))


def _sums(x: Array) -> Array:
    """The sum of each channel of (N, C, L)."""
    return _over_samples(x[:, :, 0] if x.shape[2] == 1 else x.sum(axis=2))


def _sums_of_products(x: Array, y: Array) -> Array:
    """The sum of the products of each channel of two arrays (N, C, L)."""
    return _over_samples((x * y)[:, :, 0] if x.shape[2] == 1 else np.vecdot(x, y))


def _over_samples(x: Array) -> Array:
    return np.ones(len(x), x.dtype) @ x


def batch_norm_training(
    input: Array, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, and each channel's mean and biased variance."""
    x = _planes(input)
    count = x.shape[0] * x.shape[2]
    mean = _sums(x) / count
    out = x - mean[:, None]
    variance = _sums_of_products(out, out) / count
    scale = 1.0 / np.sqrt(variance + eps)
    out *= (scale if weight is None else scale * weight)[:, None]
    if bias is not None:
        out += bias[:, None]
    return out.reshape(input.shape).astype(input.dtype, copy=False), mean, variance


def batch_norm_training_backward(
    grad_output: Array,
    grad_mean: Array,
    grad_variance: Array,
    input: Array,
    mean: Array,
    variance: Array,
    weight: Array | None,
    eps: float,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias."""
    g = _planes(grad_output)
    mean, variance, grad_mean, grad_variance = map(widened, (mean, variance, grad_mean, grad_variance))
    made = _planes(input) - mean[:, None]
    count = made.shape[0] * made.shape[2]
    rstd = 1.0 / np.sqrt(variance + eps)
    grad_bias = _sums(g)
    grad_weight = _sums_of_products(g, made) * rstd
    scale = rstd if weight is None else rstd * weight
    made *= ((2.0 * grad_variance - scale * rstd * grad_weight) / count)[:, None]
    made += ((grad_mean - scale * grad_bias) / count)[:, None]
    made += g * scale[:, None]
    made = made.reshape(input.shape).astype(input.dtype, copy=False)
    dtype = (input if weight is None else weight).dtype
    return made, grad_weight.astype(dtype, copy=False), grad_bias.astype(dtype, copy=False)


def batch_norm_evaluation(
    input: Array, weight: Array | None, bias: Array | None, mean: Array, variance: Array, eps: float
) -> Array:
    """The input by a given mean and variance."""
    x, mean, variance = _planes(input), widened(mean), widened(variance)
    scale = 1.0 / np.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    out = x * scale[:, None]
    out += shift[:, None]
    return out.reshape(input.shape).astype(input.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {
    "batch_norm_evaluation": batch_norm_evaluation,
    "batch_norm_training": batch_norm_training,
    "batch_norm_training_backward": batch_norm_training_backward,
}
