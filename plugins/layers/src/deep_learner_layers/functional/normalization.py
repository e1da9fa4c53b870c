"""Normalising over the last dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

from ._precision import narrowed, widened
from ._windows import each

__all__ = ["layer_norm", "rms_norm"]


def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Shift and scale to mean 0 and variance 1 over the last dimensions, then by `weight` and `bias`.

    Parameters
    ----------
    input
        (*, *normalized_shape).
    normalized_shape
        The sizes of the dimensions to normalise over.
    weight, bias
        Of shape `normalized_shape`.
    eps
        Added to the variance.

    Returns
    -------
    Tensor
        The shape of `input`.

    Raises
    ------
    RuntimeError
        If the last dimensions of `input`, or `weight` or `bias`, do not have the shape `normalized_shape`.
    NotImplementedError
        If `input` is not floating-point.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization" (2016), https://arxiv.org/abs/1607.06450.
    """
    return native_layer_norm(input, normalized_shape, weight, bias, eps)[0]


def native_layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None,
    bias: Tensor | None,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`layer_norm` with the mean and the reciprocal standard deviation that it used.

    Returns
    -------
    tuple of Tensor
        The normalised input; the mean and the reciprocal deviation, each with sizes 1 in the normalised
        dimensions.

    Raises
    ------
    RuntimeError, NotImplementedError
        As :func:`layer_norm`, whose shapes and dtypes these are.
    """
    shape = _checked_shape(input, normalized_shape, weight=weight, bias=bias)
    out, mean, rstd = layer_norm_and_statistics(input, shape, weight, bias, eps)
    return out, mean, rstd


def _checked_shape(
    input: Tensor, normalized_shape: int | Sequence[int], **parameters: Tensor | None
) -> Shape:
    """`normalized_shape` as a tuple, once it fits the input and the parameters."""
    shape = each(normalized_shape, 1)
    if not shape:
        raise RuntimeError("Expected normalized_shape to be at least 1-dimensional; received ()")
    for name, parameter in parameters.items():
        if parameter is not None and tuple(parameter.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{tuple(parameter.shape)} and normalized_shape = {shape}"
            )
    if tuple(input.shape[-len(shape) :]) != shape:
        expected = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{expected}], but got input of size "
            f"{list(input.shape)}"
        )
    return shape


def _last(x: Array, shape: Shape) -> tuple[int, ...]:
    return tuple(range(x.ndim - len(shape), x.ndim))


@op(name="native_layer_norm", refuses="bool integer complex", autocast={"accelerator": "float32"})
def layer_norm_and_statistics(
    xp: Namespace, input: Array, normalized_shape: Shape, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """:func:`native_layer_norm` for a shape that has been checked.

    Mean and deviation are outputs so that the rule finds them, and so that second derivatives know how they
    depend on the input.
    """
    x, axes = widened(xp, input), _last(input, normalized_shape)
    mean = xp.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    rstd = 1.0 / xp.sqrt(xp.mean(centred * centred, axis=axes, keepdims=True) + eps)
    out = centred * rstd
    if weight is not None:
        out = out * weight
    out = out if bias is None else out + bias
    return narrowed(xp, input, out, mean, rstd)


@layer_norm_and_statistics.vjp("input", "weight", "bias")
def _(
    xp: Namespace,
    g: tuple[Array | None, ...],
    input: Array,
    weight: Array | None,
    out1: Array,
    out2: Array,
    normalized_shape: Shape,
) -> tuple[Array | None, ...]:
    grad_output = xp.zeros_like(input) if g[0] is None else g[0]
    return xp.native_layer_norm_backward(grad_output, g[1], g[2], input, out1, out2, weight, normalized_shape)


@op
def native_layer_norm_backward(
    xp: Namespace,
    grad_output: Array,
    grad_mean: Array | None,
    grad_rstd: Array | None,
    input: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    normalized_shape: Shape,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias of :func:`native_layer_norm`; None stands for one of zeros.

    With h the normalised input, n the number of elements normalised together and k = g * weight,

        grad_input = rstd (k - [mean(k) - grad_mean / (n rstd)] - h [mean(k h) + grad_rstd rstd / n])
        grad_weight = sum(g h),  grad_bias = sum(g),  over the leading dimensions.
    """
    axes = _last(input, normalized_shape)
    leading = tuple(range(input.ndim - len(normalized_shape)))
    size = math.prod(normalized_shape)
    normalised = (widened(xp, input) - mean) * rstd
    grad_bias = widened(xp, grad_output)
    scaled = grad_bias if weight is None else grad_bias * weight
    shift = xp.mean(scaled, axis=axes, keepdims=True)
    if grad_mean is not None:
        shift = shift - grad_mean / (size * rstd)
    stretch = xp.mean(scaled * normalised, axis=axes, keepdims=True)
    if grad_rstd is not None:
        stretch = stretch + grad_rstd * rstd / size
    grad_input = (scaled - shift - normalised * stretch) * rstd
    grad_weight = grad_bias * normalised
    if leading:
        grad_weight, grad_bias = xp.sum(grad_weight, axis=leading), xp.sum(grad_bias, axis=leading)
    parameter = input if weight is None else weight
    return *narrowed(xp, input, grad_input), *narrowed(xp, parameter, grad_weight, grad_bias)


def rms_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    """Divide by the root of the mean square over the last dimensions, then multiply by `weight`.

    Parameters
    ----------
    input
        (*, *normalized_shape).
    normalized_shape
        The sizes of the dimensions to normalise over.
    weight
        Of shape `normalized_shape`.
    eps
        Added to the mean square; by default the machine epsilon of float64 for that, of float32 for other dtypes.

    Returns
    -------
    Tensor
        The shape of `input`.

    Raises
    ------
    RuntimeError
        If the last dimensions of `input`, or `weight`, do not have the shape `normalized_shape`.
    NotImplementedError
        If `input` is neither floating-point nor complex.

    References
    ----------
    Zhang and Sennrich, "Root mean square layer normalization" (2019), https://arxiv.org/abs/1910.07467.
    """
    shape = _checked_shape(input, normalized_shape, weight=weight)
    return scaled_by_rms(input, shape, weight, eps)


@op(name="rms_norm", refuses="bool integer", autocast={"accelerator": "float32"})
def scaled_by_rms(
    xp: Namespace,
    input: Array,
    normalized_shape: Shape,
    weight: Array | None = None,
    eps: float | None = None,
) -> Array:
    """:func:`rms_norm` for a shape that has been checked."""
    x = widened(xp, input)
    epsilon: Any = xp.finfo(x.dtype).eps if eps is None else eps
    out = x / xp.sqrt(xp.mean(x * x, axis=_last(x, normalized_shape), keepdims=True) + epsilon)
    return xp.astype(out if weight is None else out * weight, input.dtype, copy=False)
