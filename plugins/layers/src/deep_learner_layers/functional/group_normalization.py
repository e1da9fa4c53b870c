"""Normalising groups of channels."""

from __future__ import annotations

import math

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

from ._precision import narrowed, widened
from .batch_normalization import along_channels, refuse_single_value
from .normalization import layer_norm_and_statistics

__all__ = ["group_norm"]

ROWS = layer_norm_and_statistics  # what forwards call by its name


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Shift and scale each group of channels to mean 0 and variance 1, then each channel by `weight` and `bias`.

    Parameters
    ----------
    input
        (N, C, *), floating.
    num_groups
        Into how many groups of neighbours the channels fall.
    weight, bias
        (C,).
    eps
        Added to the variance.

    Returns
    -------
    Tensor
        The shape and dtype of `input`.

    Raises
    ------
    RuntimeError
        If the channels do not fall into so many groups, a parameter does not have one element for each
        channel, or `input` has fewer than two dimensions.
    ValueError
        If a group has a single value.
    NotImplementedError
        If `input` is not floating-point.

    References
    ----------
    Wu and He, "Group normalization" (2018), https://arxiv.org/abs/1803.08494.
    """
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    if num_groups > 0:
        refuse_single_value((input.shape[0] * input.shape[1] // num_groups,), input.shape)
    return normalized_groups(input, num_groups, weight, bias, eps)


def normalized_groups(
    input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None, eps: float
) -> Tensor:
    """:func:`group_norm`, also of groups with a single value."""
    check_groups(input, num_groups, weight, bias)
    N, C, *rest = input.shape
    return without_statistics(input, weight, bias, N, C, math.prod(rest), num_groups, eps)


def check_groups(input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None) -> None:
    """Refuse channels that do not fall into so many groups, and parameters that do not have one element for each."""
    shape = tuple(input.shape)
    if len(shape) < 2:
        raise IndexError(f"group_norm takes (N, C, *), at least two dimensions. Received: shape {shape}")
    channels = shape[1]
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None and tuple(parameter.shape) != (channels,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got "
                f"{name} of shape {list(parameter.shape)} and input of shape {list(shape)}"
            )


@op(name="group_norm", refuses="bool integer complex", autocast={"accelerator": "float32"})
def without_statistics(
    xp: Namespace,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> Array:
    """The first output of :func:`group_norm_and_statistics`."""
    return xp.group_norm_and_statistics(input, weight, bias, N, C, HxW, group, eps)[0]


def _as_rows(xp: Namespace, x: Array, groups: int, size: int) -> tuple[Array, Shape]:
    """One row for each group of each instance, and the size of such a row."""
    return xp.reshape(x, (groups, size)), (size,)


@op(refuses="bool integer complex")
def group_norm_and_statistics(
    xp: Namespace,
    input: Array,
    weight: Array | None,
    bias: Array | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> tuple[Array, Array, Array]:
    """:func:`group_norm` with the mean and the reciprocal standard deviation of each group, (N, group).

    Parameters
    ----------
    input, weight, bias, group, eps
        As for :func:`group_norm`.
    N, C, HxW
        The sizes of the batch, of the channels and of all other dimensions together.
    """
    x = widened(xp, input)
    rows, shape = _as_rows(xp, x, N * group, C // group * HxW)
    if 0 in (N, C, HxW):  # nothing has no mean
        blank = xp.zeros((N, group), dtype=x.dtype, device=x.device)
        normalised, mean, rstd = x, blank, blank
    else:
        normalised, mean, rstd = xp.native_layer_norm(rows, shape, None, None, eps)
    out = xp.reshape(normalised, input.shape)
    if weight is not None:
        out = out * along_channels(xp, weight, out)
    if bias is not None:
        out = out + along_channels(xp, bias, out)
    return xp.astype(out, input.dtype), xp.reshape(mean, (N, group)), xp.reshape(rstd, (N, group))


@group_norm_and_statistics.vjp("input", "weight", "bias")
def _(
    xp: Namespace,
    g: tuple[Array, Array, Array],
    input: Array,
    weight: Array | None,
    out1: Array,
    out2: Array,
    group: int,
) -> tuple[Array | None, ...]:
    return xp.group_norm_backward(g[0], g[1], g[2], input, out1, out2, weight, group)


@op
def group_norm_backward(
    xp: Namespace,
    grad_output: Array,
    grad_mean: Array,
    grad_rstd: Array,
    input: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    group: int,
) -> tuple[Array, Array, Array]:
    """The gradients of input, weight and bias of :func:`group_norm_and_statistics`, the first as of a layer norm."""
    x, g, mean, rstd, grad_mean, grad_rstd = (
        widened(xp, each) for each in (input, grad_output, mean, rstd, grad_mean, grad_rstd)
    )
    count, channels, *rest = x.shape
    axes = (0, *range(2, x.ndim))
    size = channels // group * math.prod(rest)
    if 0 in x.shape:
        blank = xp.sum(g, axis=axes)
        return input, blank, blank
    rows, shape = _as_rows(xp, x, count * group, size)
    scaled = g if weight is None else g * along_channels(xp, weight, g)
    each = (count * group, 1)
    mean, rstd, grad_mean, grad_rstd = (xp.reshape(v, each) for v in (mean, rstd, grad_mean, grad_rstd))
    grad_input, _, _ = xp.native_layer_norm_backward(
        xp.reshape(scaled, rows.shape), grad_mean, grad_rstd, rows, mean, rstd, None, shape
    )
    normalised = xp.reshape((rows - mean) * rstd, x.shape)
    grad_weight, grad_bias = xp.sum(g * normalised, axis=axes), xp.sum(g, axis=axes)
    parameter = input if weight is None else weight
    return *narrowed(xp, input, xp.reshape(grad_input, x.shape)), *narrowed(
        xp, parameter, grad_weight, grad_bias
    )
