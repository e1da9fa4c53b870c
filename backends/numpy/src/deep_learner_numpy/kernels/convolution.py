"""Convolutions as matrix products of windows, a part at a time, with the channels last in memory.

The results have the shape (N, C, *size) and the memory of (N, *size, C), which elementwise functions preserve, so that
whatever follows finds it as it likes it. What the products need is copied into a buffer that stays in the cache.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels import depthwise
from deep_learner_numpy.kernels.precision import in_single
from deep_learner_numpy.kernels.windows import (
    FEW,
    Window,
    as_rows,
    channels_last,
    channels_second,
    columns,
    meetings,
    memory,
    samples_and_rows,
)
from deep_learner_numpy.threads import per_thread, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deep_learner.typing import Array, Shape


def _share(channels: int, groups: int, group: int) -> slice:
    size = channels // groups
    return slice(group * size, (group + 1) * size)


@in_single
def convolution(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    output_padding: Shape,
    groups: int,
) -> Array:
    """The convolution, or the transposed one."""
    window = Window(weight.shape[2:], stride, padding, dilation)
    x = channels_last(input)
    if not transposed:
        return _plain(x, weight, bias, window, groups)
    size = tuple([
        (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
        for n, (k, s, p, d), extra in zip(
            input.shape[2:], zip(*window, strict=True), output_padding, strict=True
        )
    ])  # fmt: skip
    return _transposed(x, weight, bias, window, size, groups)


def _plain(x: Array, weight: Array, bias: Array | None, window: Window, groups: int) -> Array:
    counts = window.counts(x.shape[1:-1])
    if groups > 1 and weight.shape[1] == 1:
        return channels_second(_plus(depthwise.gather(x, weight, window, counts), bias))
    out = memory((x.shape[0], weight.shape[0], *counts), x.dtype)
    for group in range(groups):
        incoming, outgoing = _share(x.shape[-1], groups, group), _share(weight.shape[0], groups, group)
        own = None if bias is None else bias[outgoing]
        _gather(x[..., incoming], weight[outgoing], own, window, channels_last(out[:, outgoing]))
    return out


def _transposed(
    x: Array, weight: Array, bias: Array | None, window: Window, size: Shape, groups: int
) -> Array:
    if groups > 1 and weight.shape[1] == 1:
        return channels_second(_plus(depthwise.spread(x, weight, window, size, groups), bias))
    channels = weight.shape[1] * groups
    out = memory((x.shape[0], channels, *size), x.dtype, few=weight.shape[1] < FEW)
    for group in range(groups):
        incoming, outgoing = _share(x.shape[-1], groups, group), _share(channels, groups, group)
        _spread(x[..., incoming], weight[incoming], window, channels_last(out[:, outgoing]))
    _plus(channels_last(out), bias)
    return out


def _plus(out: Array, bias: Array | None) -> Array:
    if bias is not None:
        out += bias
    return out


def _gather(x: Array, weight: Array, bias: Array | None, window: Window, out: Array) -> None:
    """Write the convolution of (N, *size, C) to (N, *counts, O)."""
    counts, matrix = out.shape[1:-1], _matrix(weight, x.shape[-1] < FEW)
    batches, stretches = samples_and_rows(x.shape[0], counts, matrix.shape[0], matrix.size)

    def gather(part: tuple[slice, Sequence[slice]]) -> None:
        samples, some = part
        fill = columns(x[samples], window, counts)
        for rows in some:
            taken = fill(rows)
            made = out[samples, rows].reshape(taken.shape[0], out.shape[-1])
            np.matmul(taken, matrix, out=made)
            _plus(made, bias)

    runs = [stretches] if len(batches) > 1 else per_thread(stretches)
    shared(gather, [(samples, run) for samples in batches for run in runs])


def _matrix(weight: Array, few: bool) -> Array:
    """A weight (O, C, *kernel) with one row for each element of a window, in the order of `columns`."""
    if few:
        return weight.reshape(weight.shape[0], math.prod(weight.shape[1:])).T
    return weight.transpose(*range(2, weight.ndim), 1, 0).reshape(
        math.prod(weight.shape[1:]), weight.shape[0]
    )


def _spread(x: Array, weight: Array, window: Window, out: Array) -> None:
    """Write the transposed convolution of (N, *counts, C) to (N, *size, O)."""
    counts, size, channels = x.shape[1:-1], out.shape[1:-1], out.shape[-1]
    few = channels < FEW
    if few:
        matrix = _matrix(weight, few)
    else:
        matrix = weight.transpose(*range(2, weight.ndim), 0, 1)
        matrix = matrix.reshape(math.prod(window.kernel), *weight.shape[:2])
    elements = math.prod(window.kernel)
    meeting = functools.cache(functools.partial(_meetings, window, counts, size))
    batches, stretches = samples_and_rows(x.shape[0], counts, elements * channels, weight.size)

    def spread(samples: slice) -> None:
        buffer: Any = np.empty(0, x.dtype)
        out[samples] = 0
        for rows in stretches:
            part = x[samples, rows]
            flat = as_rows(part)
            needed = flat.shape[0] * elements * channels
            if buffer.size < needed:
                buffer = np.empty(needed, x.dtype)
            made = buffer[:needed]
            if few:
                np.matmul(matrix, flat.T, out=made.reshape(matrix.shape[0], flat.shape[0]))
                made = made.reshape(channels, elements, *part.shape[:-1]).swapaxes(0, 1)
                target = out.transpose(out.ndim - 1, *range(out.ndim - 1))[:, samples]
            else:
                np.matmul(flat, matrix, out=made.reshape(elements, flat.shape[0], channels))
                made = made.reshape(elements, *part.shape[:-1], channels)
                target = out[samples]
            for product, (inside, which) in zip(made, meeting(rows.start, rows.stop, few), strict=True):
                place = target[inside]
                place += product[which]

    shared(spread, batches)


def _meetings(
    window: Window, counts: Shape, size: Shape, start: int, stop: int, few: bool
) -> list[tuple[Any, Any]]:
    """For each element of the window, where it meets the array in the windows from `start` to `stop`, and in which."""
    whole = (slice(None),) * (2 if few else 1)
    some = (min(stop, counts[0]) - start, *counts[1:])
    found: list[tuple[Any, Any]] = []
    for place in window.places():
        inside, which = meetings((place[0] + start * window.stride[0], *place[1:]), window.stride, some, size)
        found.append(((*whole, *inside), (*whole, *which)))
    return found


@in_single
def convolution_backward_weight(
    input: Array,
    grad_output: Array,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    """The gradient of a convolution's weight."""
    window = Window(tuple(kernel_size), stride, padding, dilation)
    x, grad = channels_last(input), channels_last(grad_output)
    shape = (grad.shape[-1], x.shape[-1] // groups, *kernel_size)
    if groups > 1 and shape[1] == 1:
        return depthwise.weight_gradient(x, grad, window)
    out: Any = np.empty(shape, input.dtype)
    for group in range(groups):
        incoming, outgoing = _share(x.shape[-1], groups, group), _share(shape[0], groups, group)
        _weight_gradient(x[..., incoming], grad[..., outgoing], window, out[outgoing])
    return out


def _weight_gradient(x: Array, grad: Array, window: Window, out: Array) -> None:
    """Write to (O, C, *kernel) the sum over all windows of their products with the gradients."""
    counts, shape = grad.shape[1:-1], (math.prod(out.shape[1:]), out.shape[0])
    batches, stretches = samples_and_rows(x.shape[0], counts, shape[0], out.size)

    def total(some: Sequence[slice]) -> Array:
        total: Any = np.zeros(shape, x.dtype)
        product = np.empty_like(total)
        for samples in some:
            fill = columns(x[samples], window, counts)
            for rows in stretches:
                np.matmul(fill(rows).T, as_rows(grad[samples, rows]), out=product)
                total += product
        return total

    whole = functools.reduce(np.add, shared(total, per_thread(batches)))
    if x.shape[-1] < FEW:
        out[...] = whole.T.reshape(out.shape)
    else:
        dims = len(window.kernel)
        ordered = whole.reshape(*window.kernel, out.shape[1], out.shape[0])
        out[...] = ordered.transpose(dims + 1, dims, *range(dims))


KERNELS: Mapping[str, Callable[..., Any]] = {
    "convolution": convolution,
    "convolution_backward_weight": convolution_backward_weight,
}
