"""Cases of ops/cumulative.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints


def along(function: Callable[..., Any]) -> Callable[..., Any]:
    """A NumPy function along an axis, for 0-d arrays too."""

    def reference(input: Any, dim: int) -> Any:
        return function(np.atleast_1d(input), axis=dim).reshape(input.shape)

    return reference


def running_extreme(accumulate: Callable[..., Any]) -> Callable[..., Any]:
    """Running extremes and the last place each stood, found by looking."""

    def reference(input: Any, dim: int) -> Any:
        lanes = np.moveaxis(np.atleast_1d(input), dim, -1)
        values = accumulate(lanes, axis=-1)
        places = np.zeros(lanes.shape, dtype=np.int64)
        for lane in np.ndindex(lanes.shape[:-1]):
            for i in range(lanes.shape[-1]):
                places[(*lane, i)] = max(j for j in range(i + 1) if lanes[lane][j] == values[lane][i])
        return tuple(np.moveaxis(part, -1, dim).reshape(input.shape) for part in (values, places))

    return reference


def trapezoid(y: Any, x: Any = None, *, dx: float = 1.0, dim: int = -1) -> Any:
    """NumPy's, with PyTorch's arguments."""
    return np.trapezoid(y, x, dx=dx, axis=dim)


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: float = 1.0, dim: int = -1) -> Any:
    """The integral up to each point, one point after the other."""
    y = np.moveaxis(y, dim, -1)
    x = None if x is None else x if x.ndim == 1 else np.moveaxis(x, dim, -1)
    parts = [
        np.trapezoid(y[..., : i + 1], None if x is None else x[..., : i + 1], dx=dx, axis=-1)
        for i in range(1, y.shape[-1])
    ]
    return np.moveaxis(np.stack(parts, axis=-1), -1, dim)


def samples(**domain: Any) -> list[Any]:
    """Every dimension, one element, none, 0-d."""
    return [
        S(arr(2, 5, **domain), 1),
        S(arr(2, 3, 4, **domain), dim=0),
        S(arr(2, 7, 2, **domain), -2),
        S(arr(1, **domain), 0),
        S(arr(**domain), 0),
        S(arr(0, 3, **domain), 1),
        S(arr(3, 0, **domain), 1),
    ]


TRAPEZOIDS = [
    S(arr(5)),
    S(arr(2, 5), dx=0.5),
    S(arr(2, 5), arr(5)),
    S(arr(2, 5, 3), arr(5), dim=1),
    S(arr(2, 5), arr(2, 5), dim=0),
]

CASES = [
    Case("cumsum", reference=along(np.cumsum), samples=[*samples(), S(ints(4), 0), S(bools(4), 0)]),
    Case("cumprod", reference=along(np.cumprod), samples=[*samples(), S(ints(4), 0)]),
    Case(
        "cummax",
        reference=running_extreme(np.maximum.accumulate),
        samples=[*samples(distinct=True), S(ints(9, high=3), 0)],
    ),
    Case(
        "cummin",
        reference=running_extreme(np.minimum.accumulate),
        samples=[*samples(distinct=True), S(ints(9, high=3), 0)],
    ),
    Case("logcumsumexp", reference=along(np.logaddexp.accumulate), samples=samples()),
    Case(
        "diff",
        reference=lambda input, n=1, dim=-1, prepend=None, append=None: np.diff(
            input,
            n,
            dim,
            **({} if prepend is None else {"prepend": prepend}),
            **({} if append is None else {"append": append}),
        ),
        samples=[
            S(arr(5)),
            S(arr(2, 5), n=2),
            S(arr(4, 3), dim=0),
            S(arr(2, 4), n=0),
            S(arr(2, 3), prepend=arr(2, 1), append=arr(2, 2)),
            S(arr(0, 3)),
            S(bools(5)),
            S(ints(5)),
        ],
    ),
    Case("trapezoid", reference=trapezoid, samples=TRAPEZOIDS),
    Case("cumulative_trapezoid", reference=cumulative_trapezoid, samples=TRAPEZOIDS),
]
