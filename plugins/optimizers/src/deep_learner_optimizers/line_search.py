"""A line search that ends where the strong Wolfe conditions hold.

Nocedal, Wright: Numerical Optimization, 2nd edition 2006, algorithms 3.5 and 3.6, with cubic interpolation (3.59).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Point", "strong_wolfe"]

SUFFICIENT = 1e-4  # of the slope at 0, how far a step must go down
CURVATURE = 0.9  # of the slope at 0, how steep it may still be at the end


@dataclass
class Point:
    """A place along the line: the step to it, the loss, its gradient, and its slope along the line."""

    step: float
    loss: float
    gradient: Any
    slope: float


def strong_wolfe(
    at: Callable[[float], Point], start: Point, step: float, longest: float, tolerance: float, most: int
) -> tuple[Point, int]:
    """A step after which the loss is lower and flatter.

    Parameters
    ----------
    at
        Gives the point a step away.
    start
        The point at step 0.
    step
        The first to try.
    longest
        The largest element of the direction.
    tolerance
        An interval is left when it moves no element by more.
    most
        How often to try.

    Returns
    -------
    Point, int
        The best point, and how often `at` was called.
    """
    ends, tried = _bracket(at, start, step, most)
    calls = tried + 1
    if len(ends) == 1:
        return ends[0], calls
    low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
    stuck = False
    while tried < most and abs(ends[1].step - ends[0].step) * longest >= tolerance:
        step, stuck = _inside(ends, _interpolated(ends[0], ends[1]), stuck)
        point = at(step)
        calls += 1
        tried += 1
        if not _descends(start, point) or point.loss >= ends[low].loss:
            ends[high] = point
            low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
            continue
        flat = _is_flat(start, point)
        if not flat and point.slope * (ends[high].step - ends[low].step) >= 0:
            ends[high] = ends[low]
        ends[low] = point
        if flat:
            break
    return ends[low], calls


def _bracket(at: Callable[[float], Point], start: Point, step: float, most: int) -> tuple[list[Point], int]:
    """A point that satisfies the conditions, or two with one between them; and how often was gone further."""
    before, point = start, at(step)
    for tried in range(most):
        if not _descends(start, point) or (tried > 1 and point.loss >= before.loss):
            return [before, point], tried
        if _is_flat(start, point):
            return [point], tried
        if point.slope >= 0:
            return [before, point], tried
        bounds = point.step + 0.01 * (point.step - before.step), point.step * 10
        before, point = point, at(_interpolated(before, point, bounds))
    return [start, point], most


def _descends(start: Point, point: Point) -> bool:
    return point.loss <= start.loss + SUFFICIENT * point.step * start.slope


def _is_flat(start: Point, point: Point) -> bool:
    return abs(point.slope) <= -CURVATURE * start.slope


def _inside(ends: list[Point], step: float, stuck: bool) -> tuple[float, bool]:
    """The step, moved off an end where it lies there or does so for the second time; and whether it lies near one."""
    first, last = sorted(end.step for end in ends)
    margin = 0.1 * (last - first)
    if min(last - step, step - first) >= margin:
        return step, False
    if not stuck and first < step < last:
        return step, True
    return (last - margin if abs(step - last) < abs(step - first) else first + margin), False


def _interpolated(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through two points with their slopes is lowest, within bounds."""
    lowest, highest = bounds or (min(a.step, b.step), max(a.step, b.step))
    bend = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step)
    square = bend**2 - a.slope * b.slope
    if not square >= 0:
        return (lowest + highest) / 2
    root = math.sqrt(square)
    near, far = (a, b) if a.step <= b.step else (b, a)
    share = (far.slope + root - bend) / (far.slope - near.slope + 2 * root)
    return min(max(far.step - (far.step - near.step) * share, lowest), highest)
