"""Normalising each channel over the batch."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deep_learner import Tensor, no_grad, ones, op, zeros
from deep_learner.typing import Array, Namespace

from ._precision import narrowed, widened

__all__ = ["batch_norm"]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Shift and scale each channel to mean 0 and variance 1, then by `weight` and `bias`.

    Parameters
    ----------
    input
        (N, C, *), floating.
    running_mean, running_var
        (C,), or neither: in training they move towards the batch's mean and unbiased variance, in place; else
        they are what is normalised by.
    weight, bias
        (C,).
    training
        Whether to normalise by the batch's own mean and (biased) variance.
    momentum
        How far the running statistics move: ``(1 - momentum) running + momentum of_batch``.
    eps
        Added to the variance.

    Returns
    -------
    Tensor
        The shape and dtype of `input`.

    Raises
    ------
    ValueError
        If there is a single value per channel in training, `eps` is too small, or only one of the running
        statistics is given.
    RuntimeError
        If a parameter does not have one element for each channel, or running statistics are missing outside
        training.
    NotImplementedError
        If `input` is not floating-point.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization" (2015), https://arxiv.org/abs/1502.03167.
    """
    if training:
        refuse_single_value(input.shape[:1], input.shape)
    if eps < 0 or (training and eps == 0):
        wanted = "positive during training" if training else "non-negative"
        raise ValueError(f"batch_norm eps must be {wanted}, but got {eps}")
    return normalized_batch(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


def refuse_single_value(leading: Sequence[int], shape: Sequence[int]) -> None:
    """Refuse to normalise single numbers: `leading` sizes and those after the channels make one."""
    if math.prod([*leading, *shape[2:]]) == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {tuple(shape)}"
        )


def normalized_batch(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """:func:`batch_norm`, with the batch's mean and biased variance where those were used."""
    if tuple(input.shape) == (0,):
        return input.clone(), None, None
    check_channels(input, weight=weight, bias=bias, running_mean=running_mean, running_var=running_var)
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if not training:
        if running_mean is None:
            raise RuntimeError("running_mean and running_var must be defined in evaluation mode")
        return batch_norm_evaluation(input, weight, bias, running_mean, running_var, eps), None, None
    if input.numel() == 0:  # which has no mean
        channels = input.shape[1]
        none = zeros(channels, dtype=input.dtype, device=input.device)
        one = ones(channels, dtype=input.dtype, device=input.device)
        return batch_norm_evaluation(input, weight, bias, none, one, eps), none, none
    out, mean, variance = batch_norm_training(input, weight, bias, eps)
    if running_mean is not None and running_var is not None:
        count = input.numel() // input.shape[1]
        unbiased = variance.detach() * (count / (count - 1)) if count > 1 else variance.detach() * math.nan
        move(running_mean, mean.detach(), momentum)
        move(running_var, unbiased, momentum)
    return out, mean, variance


@no_grad()
def move(running: Tensor, value: Tensor, momentum: float) -> None:
    """Take a running statistic a part of the way to a value, in place."""
    running.copy_(running * (1.0 - momentum) + value * momentum)


def check_channels(input: Tensor, **parameters: Tensor | None) -> None:
    """Refuse an input without channels, and parameters that do not have one element for each."""
    if not input.is_floating_point():
        raise NotImplementedError(
            f"batch_norm takes floating-point numbers. Received: {input.dtype}; cast with .to(dtype)"
        )
    if input.ndim < 2:
        raise IndexError(
            f"batch_norm takes (N, C, *), at least two dimensions. Received: shape {tuple(input.shape)}"
        )
    channels = input.shape[1]
    for name, parameter in parameters.items():
        if parameter is not None and parameter.numel() != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {parameter.numel()}")


def along_channels(xp: Namespace, values: Array, x: Array) -> Array:
    """One value for each channel, shaped to meet (N, C, *)."""
    return xp.reshape(values, (-1, *([1] * (x.ndim - 2))))


def _all_but_channels(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


@op
def batch_norm_training(
    xp: Namespace, input: Array, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Array, Array]:
    """Each channel of (N, C, *) normalised over all else, and its mean and biased variance, (C,).

    The latter are outputs so that the rule finds them, and so that second derivatives know how they depend on
    the input. Numbers of 16 bits are computed with as float32, and so are the statistics then.
    """
    x = widened(xp, input)
    axes = _all_but_channels(x)
    mean = xp.mean(x, axis=axes)
    centred = x - along_channels(xp, mean, x)
    variance = xp.mean(centred * centred, axis=axes)
    scale = 1.0 / xp.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    out = centred * along_channels(xp, scale, x)
    if bias is not None:
        out = out + along_channels(xp, bias, x)
    return xp.astype(out, input.dtype), mean, variance


@batch_norm_training.vjp("input", "weight", "bias")
def _(
    xp: Namespace,
    g: tuple[Array, Array, Array],
    input: Array,
    weight: Array | None,
    out1: Array,
    out2: Array,
    eps: float,
) -> tuple[Array | None, ...]:
    return xp.batch_norm_training_backward(g[0], g[1], g[2], input, out1, out2, weight, eps)


@op
def batch_norm_training_backward(
    xp: Namespace,
    grad_output: Array,
    grad_mean: Array,
    grad_variance: Array,
    input: Array,
    mean: Array,
    variance: Array,
    weight: Array | None,
    eps: float,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias of :func:`batch_norm_training`.

    With n values for each channel, r = 1 / sqrt(variance + eps) and c = input - mean,

        grad_weight = sum(g c r),  grad_bias = sum(g),
        grad_input = r weight (g - grad_bias / n - c r grad_weight / n) + (grad_mean + 2 c grad_variance) / n.
    """
    x, g, mean, variance, grad_mean, grad_variance = (
        widened(xp, each) for each in (input, grad_output, mean, variance, grad_mean, grad_variance)
    )
    axes = _all_but_channels(x)
    count = math.prod([x.shape[axis] for axis in axes])
    rstd = 1.0 / xp.sqrt(variance + eps)
    centred = x - along_channels(xp, mean, x)
    grad_bias = xp.sum(g, axis=axes)
    grad_weight = xp.sum(g * centred, axis=axes) * rstd
    scale = rstd if weight is None else rstd * weight
    slope = (2.0 * grad_variance - scale * rstd * grad_weight) / count
    shift = (grad_mean - scale * grad_bias) / count
    scale, slope, shift = (along_channels(xp, each, x) for each in (scale, slope, shift))
    grad_input = g * scale + centred * slope + shift
    parameter = input if weight is None else weight
    return *narrowed(xp, input, grad_input), *narrowed(xp, parameter, grad_weight, grad_bias)


@op
def batch_norm_evaluation(
    xp: Namespace,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    mean: Array,
    variance: Array,
    eps: float,
) -> Array:
    """Each channel of (N, C, *) by a given mean and variance, (C,): one product and one sum."""
    x, mean, variance = (widened(xp, each) for each in (input, mean, variance))
    scale = 1.0 / xp.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    out = x * along_channels(xp, scale, x) + along_channels(xp, shift, x)
    return xp.astype(out, input.dtype)


@batch_norm_evaluation.vjp("input", "weight", "bias", "mean", "variance")
def _(
    xp: Namespace,
    g: Array,
    input: Array,
    weight: Array | None,
    mean: Array,
    variance: Array,
    eps: float,
    wanted: tuple[bool, ...],
) -> tuple[Array | None, ...]:
    grad = widened(xp, g)
    rstd = 1.0 / xp.sqrt(widened(xp, variance) + eps)
    scale = rstd if weight is None else rstd * weight
    grads: list[Array | None] = [None] * 5
    if wanted[0]:
        grads[0] = xp.astype(grad * along_channels(xp, scale, grad), g.dtype)
    if any(wanted[1:]):
        axes = _all_but_channels(grad)
        total = xp.sum(grad, axis=axes)
        centred = widened(xp, input) - along_channels(xp, widened(xp, mean), grad)
        stretch = xp.sum(grad * centred, axis=axes) * rstd
        parameter = input if weight is None else weight
        grads[1:3] = narrowed(xp, parameter, stretch, total)
        grads[3:] = narrowed(xp, mean, -total * scale, -0.5 * stretch * scale * rstd)
    return tuple(grads)
