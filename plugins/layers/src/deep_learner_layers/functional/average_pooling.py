"""The mean of each window, and its p-norm: `avg_pool1d`, `lp_pool1d` and those for 2 and 3 dimensions."""

from __future__ import annotations

import math

from deep_learner import Tensor, op
from deep_learner.ops.out import with_out
from deep_learner.typing import Array, Namespace, Shape

from ._dimensions import by_dimensions
from ._precision import widened
from ._resampling import resample as resample  # for xp.resample
from ._windows import Sizes, Taps, along, sliding, sliding_options, spread, volume
from .max_pooling import pool as greatest_of_windows

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "lp_pool1d", "lp_pool2d", "lp_pool3d"]


@op(refuses="bool complex")
def avg_pool(
    xp: Namespace, input: Array, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    """The mean of each window over the last dimensions: (*, *sizes) -> (*, *output_size).

    All sizes have a number for each of those dimensions; the rest is as in `avg_pool2d`.
    """
    sizes = input.shape[input.ndim - len(output_size) :]
    tables = _tables(sizes, kernel_size, stride, padding, output_size)
    lengths = _lengths(tables, sizes, kernel_size, stride, padding, count_include_pad)
    total = xp.resample(widened(xp, input), tables)
    return xp.astype(_divided(xp, total, lengths, divisor_override), input.dtype, copy=False)


@avg_pool.vjp("input")
def _(
    xp: Namespace, g: Array, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None, input_shape: Shape,
) -> Array:  # fmt: skip
    sizes = input_shape[len(input_shape) - len(output_size) :]
    return xp.avg_pool_backward(
        g, sizes, kernel_size, stride, padding, output_size, count_include_pad, divisor_override
    )


@op
def avg_pool_backward(
    xp: Namespace, grad_output: Array, sizes: Shape, kernel_size: Shape, stride: Shape, padding: Shape,
    output_size: Shape, count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    """The gradient of :func:`avg_pool`'s input: (*, *output_size) -> (*, *sizes)."""
    tables = _tables(sizes, kernel_size, stride, padding, output_size)
    lengths = _lengths(tables, sizes, kernel_size, stride, padding, count_include_pad)
    share = _divided(xp, widened(xp, grad_output), lengths, divisor_override)
    return xp.astype(xp.resample_adjoint(share, tables, sizes), grad_output.dtype, copy=False)


@avg_pool_backward.vjp("grad_output")
def _(
    xp: Namespace, g: Array, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape,
    count_include_pad: bool, divisor_override: int | None,
) -> Array:  # fmt: skip
    return xp.avg_pool(g, kernel_size, stride, padding, output_size, count_include_pad, divisor_override)


def _tables(
    sizes: Shape, kernel_size: Shape, stride: Shape, padding: Shape, output_size: Shape
) -> tuple[Taps, ...]:
    dilation = (1,) * len(sizes)
    return tuple(map(sliding, sizes, kernel_size, stride, padding, dilation, output_size))


def _lengths(
    tables: tuple[Taps, ...],
    sizes: Shape,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    include_pad: bool,
) -> list[tuple[int, ...]]:
    """By how much each window counts in each dimension: its elements, or with those in the padding."""
    if not include_pad:
        return [table.counts for table in tables]
    return [
        tuple([min(k, size + p - (i * s - p)) for i in range(len(table.counts))])
        for table, size, k, s, p in zip(tables, sizes, kernel_size, stride, padding, strict=True)
    ]


def _divided(xp: Namespace, total: Array, lengths: list[tuple[int, ...]], divisor: int | None) -> Array:
    """Sums over the number of elements, or over a divisor that is given; of integers rounded towards zero."""
    whole = xp.isdtype(total.dtype, "integral")
    if divisor is None and all(min(each) == max(each) for each in lengths):
        divisor = math.prod(each[0] for each in lengths)
    if divisor is not None:
        return xp.sign(total) * (xp.abs(total) // divisor) if whole else total / divisor
    count = None
    for axis, each in enumerate(lengths):
        sizes = xp.asarray(each, dtype=total.dtype, device=total.device)
        sizes = xp.reshape(sizes, along(len(each), axis, len(lengths)))
        count = sizes if count is None else count * sizes
    return xp.sign(total) * (xp.abs(total) // count) if whole else total / count


def mean_of_windows(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window over the last `ndim` dimensions.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), floating or int64.
    kernel_size
        How many elements a window has in each dimension: one number for all, or one for each.
    stride
        How far apart windows begin; by default the size of the kernel.
    padding
        How many zeros stand at both ends: at most half of a kernel.
    ceil_mode
        Whether windows that begin in the input may end outside.
    count_include_pad
        Whether the zeros of the padding count as elements.
    divisor_override
        By what sums are divided in place of the number of elements.

    Returns
    -------
    Tensor
        (N, C, *counts), with as many windows as fit: floor((size + 2 padding - kernel) / stride) + 1, rounded up with
        `ceil_mode`.

    Raises
    ------
    RuntimeError
        If an option does not fit the number of dimensions, the padding is too large, no window fits, or the divisor
        is zero.
    """
    name = f"avg_pool{ndim}d"
    if divisor_override == 0:
        raise RuntimeError(f"{name}(): divisor must be not zero")
    kernels, steps, pads, _, counts = sliding_options(
        name, ndim, input, kernel_size, stride, padding, 1, ceil_mode
    )
    if ndim == 3 and any(size < kernel for size, kernel in zip(input.shape[-3:], kernels, strict=True)):
        raise RuntimeError(
            f"{name}(): input image {list(input.shape[-3:])} smaller than kernel size {kernels}"
        )
    input = volume(input) if ndim == 3 else input
    return avg_pool(input, kernels, steps, pads, counts, count_include_pad, divisor_override)


def _mean_of_stretches(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    return mean_of_windows(ndim, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


_mean_of_stretches.__doc__ = mean_of_windows.__doc__
(avg_pool1d,) = by_dimensions("avg_pool{}d", _mean_of_stretches, 1)
avg_pool2d, avg_pool3d = map(with_out, by_dimensions("avg_pool{}d", mean_of_windows, 2, 3))


def norm_of_windows(
    ndim: int,
    input: Tensor,
    norm_type: float,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """The `norm_type`-norm of each window over the last `ndim` dimensions: (sum x^p)^(1/p), of powers with their sign.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), floating.
    norm_type
        p; infinity takes the greatest magnitude, minus infinity the least.
    kernel_size, stride, ceil_mode
        As in `avg_pool`ndim`d`.

    Returns
    -------
    Tensor
        (N, C, *counts). A window whose powers sum to zero has the gradient zero where p > 1.

    Raises
    ------
    RuntimeError
        As `avg_pool`ndim`d`.
    """
    if norm_type == float("inf"):
        return greatest_of_windows(ndim, input.abs(), kernel_size, stride, 0, 1, ceil_mode)  # type: ignore[return-value]
    if norm_type == -float("inf"):
        return -greatest_of_windows(ndim, -input.abs(), kernel_size, stride, 0, 1, ceil_mode)  # type: ignore[operator]
    mean = mean_of_windows(ndim, input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    size = math.prod(spread(f"lp_pool{ndim}d", "kernel_size", kernel_size, ndim))
    return (mean.sign() * mean.abs().relu() * size).pow(1.0 / norm_type)


lp_pool1d, lp_pool2d, lp_pool3d = by_dimensions("lp_pool{}d", norm_of_windows, 1, 2, 3)
