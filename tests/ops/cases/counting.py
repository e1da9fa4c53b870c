"""Cases of integers, exponents, counts, places and windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import unary

PAIRS = [
    S(ints(2, 3, low=-30, high=30), ints(2, 3, low=-30, high=30)),
    S(ints(4, 1, low=-30, high=30), ints(3, low=0, high=3)),
    S(ints(low=1, high=9), ints(2, low=1, high=9)),
    S(ints(0, 3), ints(3)),
]
WINDOWS = [
    S(arr(7), 0, 3, 2),
    S(arr(2, 5, 3), 1, 2, 1),
    S(arr(2, 5), -1, 2, 4),
    S(arr(4), 0, 0, 1),
    S(arr(), 0, 1, 1),
    S(arr(0, 3), 1, 2, 1),
]
LAYOUTS = [
    S(arr(3, 4), (2, 2), (1, 3), 2),
    S(arr(6), (4, 3), (1, 1), None),
    S(arr(5), (), (), 4),
    S(arr(5), (0, 2), (1, 1), 0),
]


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """NumPy's, whose sums are of float64 where there is nothing to add, too."""
    return np.bincount(x, weights, minlength).astype(float if weights is not None and x.size else int)


def windows(x: Any, dimension: int, size: int, step: int) -> Any:
    """The windows one by one."""
    if not x.ndim:
        return x.reshape(1)[:size]
    x = np.moveaxis(x, dimension, -1)
    starts = range(0, x.shape[-1] - size + 1, step)
    return np.moveaxis(
        np.stack([x[..., start : start + size] for start in starts], axis=-2),
        -2,
        dimension if dimension >= 0 else -2,
    )


def laid(x: Any, size: Any, stride: Any, offset: Any) -> Any:
    """The elements one by one."""
    made = np.empty(size)
    for place in np.ndindex(*size):
        made[place] = x.reshape(-1)[(offset or 0) + sum(i * s for i, s in zip(place, stride, strict=True))]
    return made


def relaid(value: Any, shape: Any, size: Any, stride: Any, offset: Any) -> Any:
    """Each element added to its place."""
    made = np.zeros(int(np.prod(shape)))
    for place in np.ndindex(*size):
        made[(offset or 0) + sum(i * s for i, s in zip(place, stride, strict=True))] += value[place]
    return made.reshape(shape)


def scattered(x: Any, src: Any, size: Any, stride: Any, offset: Any) -> Any:
    """Each element put in its place."""
    made = x.reshape(-1).copy()
    for place in np.ndindex(*size):
        made[(offset or 0) + sum(i * s for i, s in zip(place, stride, strict=True))] = src[place]
    return made.reshape(x.shape)


def windows_added(g: Any, shape: Any, dimension: int, size: int, step: int) -> Any:
    """Each window added at its place."""
    made = np.zeros(shape)
    lanes = np.moveaxis(made, dimension, -1) if shape else made.reshape(1)
    values = np.moveaxis(g, dimension, -2) if shape else g.reshape(1, 1)
    for i in range(values.shape[-2]):
        lanes[..., i * step : i * step + size] += values[..., i, :]
    return made


def nonzero_static(x: Any, *, size: int, fill_value: int = -1) -> Any:
    """NumPy's places, cut or filled."""
    found = np.argwhere(x)[:size]
    return np.concatenate([found, np.full((size - len(found), x.ndim), fill_value)])


def renorm(x: Any, p: float, dim: int, maxnorm: float) -> Any:
    """Part by part."""
    parts = np.moveaxis(x.copy(), dim, 0)
    for part in parts:
        norm = np.linalg.norm(part.reshape(-1), p)
        part *= maxnorm / (norm + 1e-7) if norm > maxnorm else 1.0
    return np.moveaxis(parts, 0, dim)


CASES = [
    Case("gcd", reference=np.gcd, samples=PAIRS, differentiable=False),
    Case("lcm", reference=np.lcm, samples=PAIRS, differentiable=False),
    Case(
        "frexp",
        reference=np.frexp,
        samples=[
            *unary(away=(-2.0, -1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 2.0)),
            S(arr(3, low=600, high=900)),
        ],
    ),
    Case(
        "bincount",
        reference=bincount,
        samples=[
            S(ints(6)),
            S(ints(6), arr(6)),
            S(ints(3), minlength=9),
            S(ints(0)),
            S(ints(0), minlength=2),
        ],
        differentiable=False,
    ),
    Case(
        "nonzero_static",
        reference=nonzero_static,
        samples=[S(ints(3, 4, high=2), size=size) for size in (0, 2, 12)]
        + [S(ints(4, high=2), size=6, fill_value=7), S(ints(0, 2), size=1)],
        differentiable=False,
    ),
    Case(
        "renorm",
        reference=renorm,
        samples=[
            S(arr(3, 4, away=(0.0,)), 2, 0, 1.5),
            S(arr(2, 3, 2), 1, -2, 3.0),
            S(arr(3, 2), 3.5, 1, 0.5),
            S(arr(0, 3), 2, 1, 1.0),
        ],
    ),
    Case(
        "fill",
        reference=lambda x, value: np.full_like(x, value),
        samples=[S(arr(2, 3), 1.5), S(arr(2, 3), arr()), S(arr(), arr()), S(arr(0, 2), 1)],
    ),
    Case("unfold", reference=windows, samples=WINDOWS),
    Case(
        "unfold_backward",
        reference=windows_added,
        samples=[
            S(arr(3, 3), (7,), 0, 3, 2),
            S(arr(2, 4, 3, 2), (2, 5, 3), 1, 2, 1),
            S(arr(1), (), 0, 1, 1),
            S(arr(2, 1, 2), (2, 5), 1, 2, 4),
        ],
    ),
    Case("as_strided", reference=laid, samples=LAYOUTS),
    Case(
        "as_strided_embed",
        reference=relaid,
        samples=[S(arr(2, 2), (3, 4), (2, 2), (1, 3), 2), S(arr(4, 3), (6,), (4, 3), (1, 1), None)],
    ),
    Case(
        "as_strided_scatter",
        reference=scattered,
        samples=[S(arr(3, 4), arr(2, 2), (2, 2), (1, 3), 2), S(arr(6), arr(3), (3,), (2,), None)],
    ),
]
