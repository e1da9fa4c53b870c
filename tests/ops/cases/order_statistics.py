"""Cases of ops/order_statistics.py. Floats are distinct, so that no derivative is taken at a tie."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.cases.sorting import kth


def median(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower of the middle two."""
    if dim is None:
        return np.sort(input.reshape(-1))[(input.size - 1) // 2]
    size = input.shape[dim] if input.ndim else 1
    return kth(input, (size + 1) // 2, dim, keepdim)


def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """Counted one by one; the least of the most frequent, at its last place."""
    lanes = np.moveaxis(np.atleast_1d(input), dim, -1)
    places = np.zeros((*lanes.shape[:-1], 1), dtype=np.int64)
    for index in np.ndindex(lanes.shape[:-1]):
        lane = lanes[index].tolist()
        counts = Counter(lane)
        value = min(v for v in counts if counts[v] == max(counts.values()))
        places[(*index, 0)] = max(i for i, v in enumerate(lane) if v == value)
    parts = [np.moveaxis(part, -1, dim) for part in (np.take_along_axis(lanes, places, axis=-1), places)]
    return tuple(part if keepdim and input.ndim else np.squeeze(part, axis=dim) for part in parts)


def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """NumPy's, with PyTorch's arguments."""
    return np.quantile(input, q, axis=dim if input.ndim else None, keepdims=keepdim, method=interpolation)


ALONG = [
    S(arr(2, 5, distinct=True), 1),
    S(arr(4, 3, distinct=True), dim=0, keepdim=True),
    S(arr(), 0),
    S(arr(0, 3, distinct=True), dim=1),
    S(ints(3, 8, high=4), dim=-1),
]
MEDIAN = [S(arr(2, 5, distinct=True)), S(arr()), *ALONG]
QUANTILE = [
    S(arr(3, 5, distinct=True), 0.3),
    S(arr(3, 5, distinct=True), 0.3, dim=1),
    S(arr(3, 5, distinct=True), 0.6, dim=0, keepdim=True),
    S(arr(3, 5, distinct=True), 0.85, keepdim=True),
    S(arr(2, 7, distinct=True), 0.4, dim=-1, interpolation="lower"),
    S(arr(2, 7, distinct=True), 0.4, dim=-1, interpolation="higher"),
    S(arr(2, 7, distinct=True), 0.4, dim=-1, interpolation="nearest"),
    S(arr(2, 7, distinct=True), 0.4, dim=-1, interpolation="midpoint"),
    S(arr(), 0.5),
]
CASES = [
    Case("median", reference=median, samples=MEDIAN),
    Case("nanmedian", reference=median, samples=MEDIAN),
    Case("mode", reference=mode, samples=ALONG),
    Case("quantile", reference=quantile, samples=QUANTILE),
    Case("nanquantile", reference=quantile, samples=QUANTILE),
]
