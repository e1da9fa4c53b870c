"""Where the axes of arrays lie in the index space of a loop nest.

The nest runs over ``size`` positions, counted row after row. An axis that takes the positions ``lo, 2 lo, ..., hi``
apart is the interval ``(lo, hi)``: the last axis of a (24, 16) array is ``(1, 16)``, the other ``(16, 384)``. So one
array may see (24, 16) where another sees (3, 8, 16), and what both are made of is found when all are known.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

__all__ = ["Frame", "Interval", "aligned", "full", "operand", "refined", "reshaped", "segments"]

Interval: TypeAlias = tuple[int, int]
Frame: TypeAlias = tuple[Interval | None, ...]
"""One interval for each axis; None for those of size 1."""


def full(shape: Sequence[int], start: int = 1) -> Frame:
    """The frame of an array that takes all positions from `start` on."""
    axes: list[Interval | None] = []
    for size in reversed(shape):
        axes.append(None if size == 1 else (start, start * size))
        start *= size
    return tuple(reversed(axes))


def reshaped(frame: Frame, shape: Sequence[int]) -> Frame | None:
    """The frame after a reshape; None where the axes do not follow each other."""
    axes = [one for one in frame if one is not None]
    if any(outer[0] != inner[1] for outer, inner in itertools.pairwise(axes)):
        return None
    return full(shape, axes[-1][0] if axes else 1)


def aligned(shape: Sequence[int], operands: Iterable[Frame], size: int) -> Frame | None:
    """The frame of what comes of operands that are broadcast to a shape, of which these are known.

    None where they disagree, or where an axis is none of theirs and the shape does not take all positions.
    """
    axes: dict[int, Interval] = {}
    for frame in operands:
        for place, axis in enumerate(frame, len(shape) - len(frame)):
            if axis is not None and axes.setdefault(place, axis) != axis:
                return None
    if all(length == 1 or place in axes for place, length in enumerate(shape)):
        return tuple(axes.get(place) for place in range(len(shape)))
    default = full(shape)
    fits = math.prod(shape) == size and all(default[place] == axis for place, axis in axes.items())
    return default if fits else None


def operand(frame: Frame, shape: Sequence[int]) -> Frame:
    """The frame of an operand of a shape that is broadcast to an array in a frame."""
    axes = frame[len(frame) - len(shape) :]
    return tuple(None if size == 1 else axis for size, axis in zip(shape, axes, strict=True))


def refined(boundaries: Sequence[int], frames: Iterable[Frame]) -> tuple[int, ...] | None:
    """The ends of the dimensions that all frames are made of, in rising order; None where they cross each other."""
    found = {*boundaries, *(end for frame in frames for axis in frame if axis is not None for end in axis)}
    if len(found) == len(boundaries):
        return tuple(boundaries)
    chain = sorted(found)
    return None if any(high % low for low, high in itertools.pairwise(chain)) else tuple(chain)


def segments(axes: Iterable[Interval | None], boundaries: Sequence[int]) -> frozenset[int]:
    """The dimensions that axes are made of, by their lower ends."""
    return frozenset(
        low for axis in axes if axis is not None for low in boundaries if axis[0] <= low < axis[1]
    )
