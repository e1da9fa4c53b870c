"""Batch normalisation in rows: sums over them are products with vectors, and numbers of channels lie as rows do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.precision import widened

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

NARROW = 256  # channels; of fewer, several places make a row
PLACES = 48  # of which the number is a divisor


class _ChannelsLast:
    """(N, C, *) with the channels last in memory, as rows of the channels of several places."""

    def __init__(self, x: Array) -> None:
        self._order = (0, *range(2, x.ndim), 1)
        self._channels = x.shape[1]
        places = x.size // max(self._channels, 1)
        self._together = math.gcd(places, PLACES) if self._channels < NARROW else 1
        self._shape = (places // self._together, self._together * self._channels)

    def room(self, x: Array) -> Array:
        """Memory for an array like it."""
        return np.empty_like(x)

    def rows(self, x: Array) -> Array:
        """An array as rows."""
        return x.transpose(self._order).reshape(self._shape)

    def spread(self, values: Array) -> Array:
        """Numbers of the channels as they meet the rows."""
        return np.tile(values, self._together)

    def sums(self, x: Array) -> Array:
        """The sum of each channel over rows."""
        return self._of_channels(np.ones(len(x), x.dtype) @ x)

    def products(self, x: Array, y: Array) -> Array:
        """The sum of each channel's products."""
        return self._of_channels(np.einsum("ij,ij->j", x, y))

    def _of_channels(self, sums: Array) -> Array:
        return sums.reshape(self._together, self._channels).sum(axis=0)


class _ChannelsSecond:
    """(N, C, *) in any other order of memory, as a row of each sample's channel."""

    def __init__(self, x: Array) -> None:
        self._batch, self._channels = x.shape[:2]
        self._shape = (self._batch * self._channels, math.prod(x.shape[2:]))

    def room(self, x: Array) -> Array:
        """Memory for an array like it."""
        return np.empty(x.shape, x.dtype)

    def rows(self, x: Array) -> Array:
        """An array as rows."""
        return x.reshape(self._shape)

    def spread(self, values: Array) -> Array:
        """Numbers of the channels as they meet the rows."""
        return np.tile(values, self._batch)[:, None]

    def sums(self, x: Array) -> Array:
        """The sum of each channel over rows."""
        return self._of_channels(x.sum(axis=1))

    def products(self, x: Array, y: Array) -> Array:
        """The sum of each channel's products."""
        return self._of_channels(np.vecdot(x, y))

    def _of_channels(self, sums: Array) -> Array:
        return np.ones(self._batch, sums.dtype) @ sums.reshape(self._batch, self._channels)


def _layout(x: Array) -> _ChannelsLast | _ChannelsSecond:
    last = x.transpose(0, *range(2, x.ndim), 1).flags.c_contiguous
    return _ChannelsLast(x) if last else _ChannelsSecond(x)


def batch_norm_training(
    input: Array, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, and each channel's mean and biased variance."""
    wide, layout = widened(input), _layout(input)
    x, made = layout.rows(wide), layout.room(wide)
    out, count = layout.rows(made), input.size / input.shape[1]
    mean = layout.sums(x) / count
    np.subtract(x, layout.spread(mean), out=out)
    variance = layout.products(out, out) / count
    scale = 1.0 / np.sqrt(variance + eps)
    out *= layout.spread(scale if weight is None else scale * weight)
    if bias is not None:
        out += layout.spread(bias)
    return made.astype(input.dtype, copy=False), mean, variance


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
    wide, layout = widened(input), _layout(input)
    g, made = layout.rows(widened(grad_output)), layout.room(wide)
    out, count = layout.rows(made), input.size / input.shape[1]
    mean, variance, grad_mean, grad_variance = map(widened, (mean, variance, grad_mean, grad_variance))
    np.subtract(layout.rows(wide), layout.spread(mean), out=out)
    rstd = 1.0 / np.sqrt(variance + eps)
    grad_bias = layout.sums(g)
    grad_weight = layout.products(g, out) * rstd
    scale = rstd if weight is None else rstd * weight
    out *= layout.spread((2.0 * grad_variance - scale * rstd * grad_weight) / count)
    out += layout.spread((grad_mean - scale * grad_bias) / count)
    out += g * layout.spread(scale)
    dtype = (input if weight is None else weight).dtype
    return (
        made.astype(input.dtype, copy=False),
        grad_weight.astype(dtype, copy=False),
        grad_bias.astype(dtype, copy=False),
    )


def batch_norm_evaluation(
    input: Array, weight: Array | None, bias: Array | None, mean: Array, variance: Array, eps: float
) -> Array:
    """The input by a given mean and variance."""
    wide, layout = widened(input), _layout(input)
    mean, variance = widened(mean), widened(variance)
    scale = 1.0 / np.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    made = layout.room(wide)
    out = layout.rows(made)
    np.multiply(layout.rows(wide), layout.spread(scale), out=out)
    out += layout.spread(shift)
    return made.astype(input.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {
    "batch_norm_evaluation": batch_norm_evaluation,
    "batch_norm_training": batch_norm_training,
    "batch_norm_training_backward": batch_norm_training_backward,
}
