"""Cases of ops/sorting.py. Floats are distinct, so that no derivative is taken at a tie; integers repeat."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints


def places(input: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """Stable order of numbers: descending is the ascending order of the negated ones."""
    lanes = np.atleast_1d(input)
    keys = lanes.astype(np.float64)
    return np.argsort(-keys if descending else keys, axis=dim, kind="stable").reshape(input.shape)


def ordered(input: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """Elements in order and their places."""
    indices = places(input, dim, descending)
    lanes = np.atleast_1d(input)
    return np.take_along_axis(lanes, indices.reshape(lanes.shape), axis=dim).reshape(input.shape), indices


def first(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The first k in order."""
    return tuple(
        part if not input.ndim else np.take(part, np.arange(k), axis=dim)
        for part in ordered(input, dim, largest)
    )


def kth(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th in ascending order."""
    return tuple(
        part if not input.ndim else np.take(part, [k - 1] if keepdim else k - 1, axis=dim)
        for part in ordered(input, dim)
    )


SAMPLES = [
    S(arr(2, 5, distinct=True)),
    S(arr(2, 3, 4, distinct=True), dim=1, descending=True),
    S(arr(4, 2, distinct=True), 0),
    S(arr()),
    S(arr(), dim=0, descending=True),
    S(arr(0, 3, distinct=True)),
    S(arr(3, 0, distinct=True)),
    S(ints(2, 9, high=3)),
    S(ints(2, 9, high=3), descending=True),
    S(bools(7), descending=True),
]

CASES = [
    Case("sort", reference=ordered, samples=SAMPLES),
    Case("argsort", reference=places, samples=SAMPLES, differentiable=False),
    Case(
        "msort",
        reference=lambda input: ordered(input, 0)[0],
        samples=[S(arr(4, 2, distinct=True)), S(arr()), S(ints(5))],
    ),
    Case(
        "topk",
        reference=first,
        samples=[
            S(arr(2, 5, distinct=True), 2),
            S(arr(5, 3, distinct=True), 3, dim=0, largest=False),
            S(arr(4, distinct=True), 4),
            S(arr(2, 4, distinct=True), 0),
            S(arr(), 1),
            S(arr(0, 3, distinct=True), 2),
            S(ints(2, 9, high=3), 5),
        ],
    ),
    Case(
        "kthvalue",
        reference=kth,
        samples=[
            S(arr(2, 5, distinct=True), 2),
            S(arr(5, 3, distinct=True), 5, dim=0, keepdim=True),
            S(arr(), 1),
            S(arr(), 1, keepdim=True),
            S(arr(0, 3, distinct=True), 1),
            S(ints(2, 9, high=3), 4),
        ],
    ),
]
