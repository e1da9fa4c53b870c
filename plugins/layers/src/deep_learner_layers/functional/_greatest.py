"""The greatest element of each window, with its place, and what belongs at those places: what all max-pooling is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from deep_learner.typing import Array, Namespace, Shape

from ._windows import along


def greatest(xp: Namespace, input: Array, windows: Sequence[Iterable[Array]]) -> tuple[Array, Array]:
    """The greatest elements of the windows over the last dimensions, and their places.

    Dimension by dimension from the last, so that a window of k by k elements costs 2k comparisons. Of equal elements
    the first in row-major order counts; NaN counts as greater than everything, and of several the last, as in PyTorch.

    Parameters
    ----------
    xp
        The namespace.
    input
        (*, *sizes).
    windows
        For each of the last dimensions its taps, each an array of positions, one for each window: (count,), or with
        all dimensions of `input`, where windows differ from plane to plane.

    Returns
    -------
    tuple of Array
        The elements, (*, *counts), and their places in the flat plane, int64.
    """
    values, step = input, 1
    places: Any = None
    for axis in reversed(range(input.ndim - len(windows), input.ndim)):
        best: Any = None
        best_place: Any = None
        for index in windows[axis - input.ndim]:
            candidate, place = (
                _looked_up(xp, values, index, axis),
                _own_place(xp, index * step, axis, values.ndim),
            )
            place = place if places is None else place + _looked_up(xp, places, index, axis)
            if best is None:
                best, best_place = candidate, place
                continue
            better = xp.logical_or(candidate > best, candidate != candidate)
            best, best_place = xp.where(better, candidate, best), xp.where(better, place, best_place)
        values, places, step = best, xp.broadcast_to(best_place, best.shape), step * input.shape[axis]
    return values, places


def _looked_up(xp: Namespace, values: Array, index: Array, axis: int) -> Array:
    if index.ndim == 1:
        return xp.take(values, index, axis=axis)
    wanted = tuple(
        [
            n if dim == axis else size
            for dim, (n, size) in enumerate(zip(index.shape, values.shape, strict=True))
        ]
    )
    return xp.take_along_axis(values, xp.broadcast_to(index, wanted), axis=axis)


def _own_place(xp: Namespace, index: Array, axis: int, ndim: int) -> Array:
    return xp.reshape(index, along(index.shape[0], axis, ndim)) if index.ndim == 1 else index


def sent_back(xp: Namespace, values: Array, places: Array, sizes: Shape) -> Array:
    """Zeros of (*, *sizes) to which each of `values` is added at its place in the flat plane."""
    lead = values.shape[: values.ndim - len(sizes)]
    flat = (*lead, math.prod(values.shape[values.ndim - len(sizes) :]))
    planes = xp.zeros((*lead, math.prod(sizes)), dtype=values.dtype, device=values.device)
    return xp.reshape(
        xp.scatter_add(planes, -1, xp.reshape(places, flat), xp.reshape(values, flat)), (*lead, *sizes)
    )
