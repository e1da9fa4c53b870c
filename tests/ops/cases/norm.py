"""Cases of ops/norm.py. Elements keep away from 0, where |x| has no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr

INF = float("inf")


def vector(input: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """By the definition of each order."""
    size, along = np.abs(input), {"axis": dim if input.ndim else None, "keepdims": keepdim}
    if ord in (INF, -INF):
        return (np.max if ord > 0 else np.min)(size, **along)
    if ord == 0:
        return np.sum(size != 0, **along).astype(input.dtype)
    return np.sum(size**ord, **along) ** (1 / ord)


def matrix(input: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Any:
    """NumPy's, with PyTorch's arguments."""
    return np.linalg.norm(input, ord, axis=dim, keepdims=keepdim)


def old(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False) -> Any:
    """PyTorch's older norm: of vectors, but for one."""
    if p == "nuc":
        return matrix(input, p, (0, 1) if dim is None else dim, keepdim)
    return vector(input, 2 if p in (None, "fro") else p, dim, keepdim)


def vectors() -> list[Any]:
    """Every order, over one, several and all dimensions."""
    away = {"low": -2, "high": 2.7, "away": (0,), "distinct": True}  # no two of one magnitude
    return [
        *[S(arr(2, 3, 4, **away), p, 1) for p in (2, 1, 3, 2.5, 0.5, -1, 0, INF, -INF)],
        S(arr(2, 3, 4, **away), 3, (0, -1), True),
        S(arr(2, 3, **away), keepdim=True),
        S(arr(2, 3, **away), INF),
        S(arr(**away)),
        S(arr(**away), 1, 0),
        S(arr(0, 3, **away), 2, 1),
    ]


CASES = [
    Case("vector_norm", reference=vector, samples=vectors()),
    Case(
        "norm",
        reference=old,
        samples=[
            *vectors(),
            S(arr(2, 3), None),
            S(arr(2, 3), "fro", (0, 1)),
            S(arr(2, 3), "nuc"),
            S(arr(2, 3, 4), "nuc", (0, 2), True),
        ],
    ),
    Case(
        "matrix_norm",
        reference=matrix,
        samples=[
            *[S(arr(2, 3, 4, away=(0,)), p) for p in ("fro", "nuc", 2, -2, 1, -1, INF, -INF)],
            S(arr(3, 4, away=(0,)), 1, (1, 0), True),
            S(arr(2, 3, 4, away=(0,)), INF, (0, 2), keepdim=True),
            S(arr(2, 3, 4, away=(0,)), -INF, dim=(2, 0)),
            S(arr(2, 3, 4, away=(0,)), -2, dim=(2, 0), keepdim=True),
            S(arr(3, 2, dtype="complex128"), "nuc"),
            S(arr(0, 3), 2),
        ],
    ),
]
