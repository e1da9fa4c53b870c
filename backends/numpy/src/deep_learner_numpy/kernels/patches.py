"""Windows as columns, and columns back to where their windows lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.windows import Window, channels_last, laid, meetings, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array, Shape


def im2col(
    input: Array,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """The windows of (N, C, *size): (N, C * prod(kernel_size), prod(counts)), in one copy."""
    window = Window(kernel_size, stride, padding, dilation)
    size, dims = input.shape[2:], len(kernel_size)
    counts = window.counts(size) if counts is None else counts
    x = channels_last(input)
    if any(padding):
        room = tuple([n + 2 * p for n, p in zip(size, padding, strict=True)])
        x = laid(x, room, padding, (1,) * dims, few=True)
    order = (0, 2 * dims + 1, *range(dims + 1, 2 * dims + 1), *range(1, dims + 1))
    columns = np.ascontiguousarray(windows(x, window, counts).transpose(order))
    return columns.reshape(input.shape[0], input.shape[1] * math.prod(kernel_size), math.prod(counts))


def col2im(
    input: Array,
    output_size: Shape,
    kernel_size: Shape,
    dilation: Shape,
    padding: Shape,
    stride: Shape,
    counts: Shape | None = None,
) -> Array:
    """The sum of the windows' contents, at each place that they cover."""
    window = Window(kernel_size, stride, padding, dilation)
    counts = window.counts(output_size) if counts is None else counts
    batch, elements = input.shape[0], math.prod(kernel_size)
    parts = input.reshape(batch, input.shape[1] // elements, elements, *counts)
    out: Any = np.zeros((batch, parts.shape[1], *output_size), input.dtype)
    for number, place in enumerate(window.places()):
        inside, which = meetings(place, stride, counts, output_size)
        target = out[(..., *inside)]
        target += parts[(slice(None), slice(None), number, *which)]
    return out


KERNELS: Mapping[str, Callable[..., Any]] = {"col2im": col2im, "im2col": im2col}
