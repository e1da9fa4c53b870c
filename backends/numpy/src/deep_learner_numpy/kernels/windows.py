"""Windows that slide over arrays whose channels come last, (N, *size, C), taken a part at a time."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from deep_learner_numpy.threads import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Array, Shape

ELEMENTS = 2**18  # of a part's columns, so that they stay in the cache
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


def samples_and_rows(
    batch: int, counts: Shape, elements: int, least: int = 0
) -> tuple[list[slice], list[slice]]:
    """Samples, and then positions of their first dimension, whose windows of `elements` each fill the cache.

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
    samples = split(batch, room // (row * max(counts[0], 1)))
    step = max(min(room // row, counts[0]), 1)
    return samples, [slice(start, start + step) for start in range(0, counts[0], step)]


def columns(x: Array, window: Window, counts: Shape) -> Callable[[slice], Array]:
    """A function that gives the windows of some rows as those of a matrix, few channels before the rest.

    They are overwritten by the next.

    Parameters
    ----------
    x
        (N, *size, C).
    window, counts
        What slides, and to how many places.
    """
    channels = x.shape[-1]
    if window.is_point and counts == x.shape[1:-1]:
        return lambda rows: as_rows(x[:, rows])
    few = channels < FEW
    width, dims = channels * math.prod(window.kernel), len(counts)
    order = (2 * dims + 1, *range(dims + 1, 2 * dims + 1), *range(dims + 1)) if few else range(2 * dims + 2)
    seen = windows(_padded(x, window.padding, few), window, counts)
    buffer: Any = np.empty(0, x.dtype)

    def fill(rows: slice) -> Array:
        nonlocal buffer
        part = seen[:, rows].transpose(order)
        if buffer.size < part.size:
            buffer = np.empty(part.size, x.dtype)
        filled = buffer[: part.size].reshape(part.shape)
        np.copyto(filled, part)
        many = math.prod(part.shape[dims + 1 :] if few else part.shape[: dims + 1])
        return filled.reshape(width, many).T if few else filled.reshape(many, width)

    return fill


def _padded(x: Array, padding: Shape, few: bool) -> Array:
    """`x` between zeros, with its channels last in memory unless there are few."""
    if not any(padding) and (few or x.flags.c_contiguous):
        return x
    room = tuple([n + 2 * p for n, p in zip(x.shape[1:-1], padding, strict=True)])
    return laid(x, room, padding, (1,) * len(room), few)


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
