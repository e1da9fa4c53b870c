"""Batch normalisation: a team of threads for each channel, in one launch forward and one backward."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner_cupy.kernels.compiled import NULL, Rows, kernel, packed, wide_empty
from deep_learner_cupy.kernels.fallback import REAL, generic, wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def _sizes(input: Array, *others: Array | None) -> tuple[int, int, int] | None:
    """Samples, channels and places; None where the generic form is the better one.

    That is with nothing to normalise, with dtypes that are wider than the input's are computed in, and without places:
    then CuPy's own sums over the samples serve.
    """
    accepted = (input.dtype, wide(input.dtype))
    if (
        input.size == 0
        or input.dtype not in REAL
        or any(x is not None and x.dtype not in accepted for x in others)
    ):
        return None
    places = math.prod(input.shape[2:])
    return None if places == 1 else (*input.shape[:2], places)


def _wide(values: Array | None, dtype: Any) -> Any:
    """One number for each channel as it is computed with; a null pointer for None."""
    return NULL if values is None else packed(values, wide(dtype))


def batch_norm_training(
    input: Array, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised input, and each channel's mean and biased variance."""
    sizes = _sizes(input, weight, bias)
    if sizes is None:
        return generic("batch_norm_training", input, weight, bias, eps)
    samples, channels, places = sizes
    dtype, rows = input.dtype, Rows(channels, samples * places)
    out = cupy.empty(input.shape, dtype)
    mean, variance = wide_empty((channels,), dtype), wide_empty((channels,), dtype)
    kernel("batch_norm", "batch_norm", dtype)(
        rows.grid,
        rows.block,
        (packed(input), _wide(weight, dtype), _wide(bias, dtype), out, mean, variance, *sizes, float(eps)),
    )
    return out, mean, variance


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
    statistics = (grad_mean, grad_variance, mean, variance)
    sizes = _sizes(input, *statistics, weight)
    if sizes is None or grad_output.dtype != input.dtype:
        return generic(
            "batch_norm_training_backward",
            grad_output, grad_mean, grad_variance, input, mean, variance, weight, eps,
        )  # fmt: skip
    samples, channels, places = sizes
    dtype, rows = input.dtype, Rows(channels, samples * places)
    made = cupy.empty(input.shape, dtype)
    weights, biases = wide_empty((channels,), dtype), wide_empty((channels,), dtype)
    of_mean, of_variance, mean, variance = (_wide(each, dtype) for each in statistics)
    kernel("batch_norm", "batch_norm_backward", dtype)(
        rows.grid,
        rows.block,
        (
            packed(grad_output), of_mean, of_variance, packed(input), mean, variance, _wide(weight, dtype),
            made, weights, biases, *sizes, float(eps),
        ),
    )  # fmt: skip
    own = dtype if weight is None else weight.dtype
    return made, weights.astype(own, copy=False), biases.astype(own, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {
    "batch_norm_training": batch_norm_training,
    "batch_norm_training_backward": batch_norm_training_backward,
}
