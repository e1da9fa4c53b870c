"""Cases of ops/distance.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr


def length(x: Any, p: float = 2.0, dim: Any = -1, keepdim: bool = False) -> Any:
    """The p-norm."""
    return np.sum(np.abs(x) ** p, axis=dim, keepdims=keepdim) ** (1 / p)


def cosine(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """The definition."""
    x1, x2 = np.broadcast_arrays(x1, x2)
    lengths = [np.maximum(length(x, dim=dim), eps) for x in (x1, x2)]
    return np.sum(x1 * x2, axis=dim) / (lengths[0] * lengths[1])


CASES = [
    Case(
        "dist",
        reference=lambda input, other, p=2: length(input - other, p, None),
        samples=[
            S(arr(2, 3), arr(2, 3)),
            S(arr(2, 3), arr(3), 3),
            S(arr(), arr(2)),
            S(arr(2, 3), arr(2, 3), p=1),
        ],
    ),
    Case(
        "pairwise_distance",
        reference=lambda x1, x2, p=2.0, eps=1e-6, keepdim=False: length(x1 - x2 + eps, p, -1, keepdim),
        samples=[
            S(arr(4, 3), arr(4, 3)),
            S(arr(4, 3), arr(3), p=3.0, keepdim=True),
            S(arr(3), arr(3)),
            S(arr(0, 3), arr(3)),
        ],
    ),
    Case(
        "cdist",
        reference=lambda x1, x2, p=2.0: length(x1[..., :, None, :] - x2[..., None, :, :], p),
        samples=[S(arr(4, 3), arr(5, 3)), S(arr(2, 4, 3), arr(5, 3), p=3.0), S(arr(0, 3), arr(5, 3))],
    ),
    Case(
        "cosine_similarity",
        reference=cosine,
        samples=[
            S(arr(4, 3), arr(4, 3)),
            S(arr(4, 3), arr(1, 3), dim=-1),
            S(arr(3), arr(3), dim=0),
            S(arr(0, 3), arr(3)),
        ],
    ),
    Case(
        "normalize",
        reference=lambda input, p=2.0, dim=1, eps=1e-12: input / np.maximum(length(input, p, dim, True), eps),
        samples=[S(arr(4, 3)), S(arr(2, 3, 4), p=3.0, dim=-1), S(arr(4), dim=0), S(arr(0, 3))],
    ),
]
