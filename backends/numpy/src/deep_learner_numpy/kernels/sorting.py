"""The first few of an order without sorting the rest: `topk` by NumPy's partition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.dims import wrap_dim
from deep_learner.ops.results import ValuesIndices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array

SHORT = 64  # lanes up to this long are sorted at once


def _order(lanes: Array, descending: bool) -> Array:
    """Places in stable order along the last axis."""
    if not descending:
        return np.argsort(lanes, axis=-1, stable=True)
    return lanes.shape[-1] - 1 - np.argsort(lanes[..., ::-1], axis=-1, stable=True)[..., ::-1]


def _first(lanes: Array, k: int, largest: bool) -> Array | None:
    """Places of the first `k` in order along the last axis, in any order; None if NaN is among them."""
    size = lanes.shape[-1]
    edge = size - k if largest else k - 1
    parted = np.partition(lanes, edge, axis=-1)
    last = parted[..., edge : edge + 1]
    if np.isnan(parted[..., edge:] if largest else last).any():
        return None
    inside = lanes > last if largest else lanes < last
    at = lanes == last
    room = k - np.count_nonzero(inside, axis=-1, keepdims=True)
    if (np.count_nonzero(at, axis=-1, keepdims=True) > room).any():
        at &= np.cumsum(at, axis=-1) <= room  # of equal elements, the first
    return np.nonzero(inside | at)[-1].reshape(*lanes.shape[:-1], k)


def topk(input: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> ValuesIndices:
    lanes = np.moveaxis(np.atleast_1d(input), wrap_dim(dim, input.ndim), -1)
    size = lanes.shape[-1]
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range: k is {k}, dimension {dim} has size {size}")
    if lanes.dtype.kind == "c":
        raise RuntimeError(f"complex numbers have no order. Got: {lanes.dtype}; compare abs(x)")
    few = size > SHORT and 0 < k < size // 4 and lanes.size > 0
    places = _first(lanes, k, largest) if few and lanes.dtype.kind in "fiu" else None
    if places is None:
        places = _order(lanes, largest)[..., :k].copy()
    else:
        order = _order(np.take_along_axis(lanes, places, axis=-1), largest)
        places = np.take_along_axis(places, order, axis=-1)
    values = np.take_along_axis(lanes, places, axis=-1)
    if not input.ndim:
        return ValuesIndices(values.reshape(()), places.reshape(()))
    return ValuesIndices(np.moveaxis(values, -1, dim), np.moveaxis(places, -1, dim))


KERNELS: Mapping[str, Callable[..., Any]] = {"topk": topk}
