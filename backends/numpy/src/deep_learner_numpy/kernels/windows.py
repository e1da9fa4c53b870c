"""Windows that slide over arrays whose channels come last, (N, *size, C), taken a part at a time."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Array, Shape

ELEMENTS = 2**20  # of a part's columns, so that they stay in the cache
FEW = 8  # channels; of so few, each is copied by itself


class Window(NamedTuple):
    """What slides: its size, its steps and its elements' distances, and the zeros around the array."""

    kernel: Shape
    stride: Shape
    padding: Shape
    dilation: Shape

    def counts(self, size: Shape) -> Shape:
        """How many windows there are along each dimension."""
        return tuple([
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(size, *self, strict=True)
        ])  # fmt: skip

    @property
    def is_point(self) -> bool:
        """Whether every element is a window of its own."""
        return (
            math.prod(self.kernel) == 1 and not any(self.padding) and all(step == 1 for step in self.stride)
        )

    def places(self) -> Iterator[Shape]:
        """Where the elements of the first window lie in the array."""
        for place in itertools.product(*map(range, self.kernel)):
            yield tuple([at * d - p for at, d, p in zip(place, self.dilation, self.padding, strict=True)])


def channels_last(x: Array) -> Array:
    """(N, C, *size) as (N, *size, C), without a copy."""
    return x.transpose(0, *range(2, x.ndim), 1)


def memory(shape: Shape, dtype: Any, few: bool = False) -> Array:
    """Memory for (N, C, *size) with the channels last, or as the shape is if `few`.

    It is no view of other memory: leaves keep such gradients as they are.
    """
    if few:
        return np.empty(shape, dtype)
    dims = len(shape)
    prototype: Any = np.empty((2,) * dims, dtype).transpose(0, dims - 1, *range(1, dims - 1))
    return np.empty_like(prototype, shape=shape)


def channels_second(x: Array) -> Array:
    """(N, *size, C) as (N, C, *size), without a copy."""
    return x.transpose(0, x.ndim - 1, *range(1, x.ndim - 1))


def as_rows(x: Array) -> Array:
    """(N, *size, C) as (N * prod(size), C)."""
    if x.shape[0] > 1:  # else a view may do, which the matrix products take as it is
        x = np.ascontiguousarray(x)
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def parts(batch: int, counts: Shape, elements: int, least: int = 0) -> Iterator[tuple[slice, slice]]:
    """Samples, and positions of their first dimension, whose windows of `elements` each fill the cache.

    Parameters
    ----------
    batch, counts
        How many samples there are, and windows in each.
    elements
        Of one window.
    least
        The number of elements that are worth a part at any rate.
    """
    room = max(ELEMENTS, least)
    row = max(math.prod(counts[1:]) * elements, 1)
    samples = max(room // (row * counts[0]), 1) if counts[0] else batch
    rows = counts[0] if samples > 1 else max(min(room // row, counts[0]), 1)
    for first in range(0, batch, max(samples, 1)):
        for start in range(0, counts[0], max(rows, 1)):
            yield slice(first, first + samples), slice(start, start + rows)


def columns(x: Array, window: Window, counts: Shape) -> tuple[Callable[[slice, slice], Array], bool]:
    """A function that gives a part's windows as the rows of a matrix, and whether their channels come first.

    The rows are overwritten by those of the next part.

    Parameters
    ----------
    x
        (N, *size, C).
    window, counts
        What slides, and to how many places.
    """
    channels = x.shape[-1]
    if window.is_point and counts == x.shape[1:-1]:
        return lambda samples, rows: as_rows(x[samples, rows]), False
    few = channels < FEW
    width, dims = channels * math.prod(window.kernel), len(counts)
    order = (2 * dims + 1, *range(dims + 1, 2 * dims + 1), *range(dims + 1)) if few else range(2 * dims + 2)
    padded = _padded(x, window.padding, few)
    buffer: Any = np.empty(0, x.dtype)

    def fill(samples: slice, rows: slice) -> Array:
        nonlocal buffer
        part = windows(padded(samples), window, counts)[:, rows].transpose(order)
        if buffer.size < part.size:
            buffer = np.empty(part.size, x.dtype)
        filled = buffer[: part.size].reshape(part.shape)
        np.copyto(filled, part)
        many = math.prod(part.shape[dims + 1 :] if few else part.shape[: dims + 1])
        return filled.reshape(width, many).T if few else filled.reshape(many, width)

    return fill, few


def _padded(x: Array, padding: Shape, few: bool) -> Callable[[slice], Array]:
    """A function that gives some samples of `x` between zeros, with their channels last in memory unless there are few.

    They are overwritten by the next.
    """
    if not any(padding) and (few or x.flags.c_contiguous):
        return lambda samples: x[samples]
    _, *size, channels = x.shape
    room = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    inside = (slice(None), *[slice(p, p + n) for n, p in zip(size, padding, strict=True)])
    buffer: Any = None
    held = -1

    def copied(samples: slice) -> Array:
        nonlocal buffer, held
        some = x[samples]
        if buffer is None:
            shape = (channels, *room) if few else (*room, channels)
            buffer = np.zeros((some.shape[0], *shape), x.dtype)
            buffer = channels_last(buffer) if few else buffer
        if held != samples.start:
            held = samples.start
            buffer[: some.shape[0]][inside] = some
        return buffer[: some.shape[0]]

    return copied


def windows(x: Array, window: Window, counts: Shape) -> Array:
    """All windows of (N, *size, C), without a copy: (N, *counts, *kernel, C)."""
    batch, *between, last = x.strides
    return as_strided(
        x,
        (x.shape[0], *counts, *window.kernel, x.shape[-1]),
        (
            batch,
            *[length * step for length, step in zip(between, window.stride, strict=True)],
            *[length * step for length, step in zip(between, window.dilation, strict=True)],
            last,
        ),
        writeable=False,
    )


def meeting(start: int, step: int, count: int, size: int) -> tuple[slice, slice]:
    """Where ``start, start + step, ...``, `count` positions, lie inside `size`: those places, and which of them do."""
    first = max(-(start // step), 0)
    last = max(min(-((start - size) // step), count), first)
    return slice(start + first * step, max(start + (last - 1) * step + 1, 0), step), slice(first, last)


def meetings(
    start: Shape, step: Shape, counts: Shape, size: Shape
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """:func:`meeting` in every dimension."""
    pairs = list(map(meeting, start, step, counts, size))
    return tuple([inside for inside, _ in pairs]), tuple([which for _, which in pairs])


def laid(x: Array, room: Shape, start: Shape, step: Shape, few: bool = False) -> Array:
    """Zeros (N, *room, C) with the elements of (N, *size, C) from `start` on, `step` apart, as far as they fit.

    In memory the channels are last, or second if `few`.
    """
    batch, *_, channels = x.shape
    if few:
        out = channels_last(np.zeros((batch, channels, *room), x.dtype))
    else:
        out = np.zeros((batch, *room, channels), x.dtype)
    inside, which = meetings(start, step, x.shape[1:-1], room)
    out[(slice(None), *inside)] = x[(slice(None), *which)]
    return out
