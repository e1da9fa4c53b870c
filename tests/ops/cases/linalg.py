"""Cases of ops/linalg.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, ints


def added(product: Callable[..., Any]) -> Callable[..., Any]:
    """beta * input + alpha * product."""

    def reference(input: Any, a: Any, b: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
        return (0 if beta == 0 else beta * input) + alpha * product(a, b)

    return reference


def weighted(shape: tuple[int, ...], a: tuple[int, ...], b: tuple[int, ...]) -> list[Any]:
    """Plain, weighted, without the input, and with one to broadcast."""
    return [
        S(arr(*shape), arr(*a), arr(*b)),
        S(arr(*shape), arr(*a), arr(*b), beta=0.5, alpha=-2),
        S(arr(shape[-1]), arr(*a), arr(*b), alpha=2),
        S(arr(), arr(*a), arr(*b), beta=0),
    ]


CASES = [
    Case(
        "matmul",
        reference=np.matmul,
        samples=[
            S(arr(2, 3), arr(3, 4)),
            S(arr(3), arr(3)),
            S(arr(3), arr(3, 4)),
            S(arr(2, 3), arr(3)),
            S(arr(5, 2, 3), arr(3, 4)),
            S(arr(2, 3), arr(5, 3, 4)),
            S(arr(5, 2, 3), arr(5, 3, 4)),
            S(arr(6, 1, 2, 3), arr(5, 3, 4)),
            S(arr(1, 2, 3), arr(4, 3, 2)),
            S(arr(3), arr(2, 5, 3, 4)),
            S(arr(2, 5, 4, 3), arr(3)),
            S(arr(0, 3), arr(3, 4)),
            S(arr(2, 0), arr(0, 4)),
            S(arr(0, 2, 3), arr(3, 4)),
            S(arr(2, 3), arr(0, 3, 4)),
            S(ints(2, 3), ints(3, 4)),
        ],
    ),
    Case(
        "mm",
        reference=np.matmul,
        samples=[S(arr(2, 3), arr(3, 4)), S(arr(0, 3), arr(3, 4)), S(ints(2, 3), ints(3, 2))],
    ),
    Case("bmm", reference=np.matmul, samples=[S(arr(5, 2, 3), arr(5, 3, 4)), S(arr(0, 2, 3), arr(0, 3, 4))]),
    Case(
        "mv", reference=np.matmul, samples=[S(arr(2, 3), arr(3)), S(arr(0, 3), arr(3)), S(arr(2, 0), arr(0))]
    ),
    Case("addmm", reference=added(np.matmul), samples=weighted((2, 4), (2, 3), (3, 4))),
    Case("addmv", reference=added(np.matmul), samples=weighted((2,), (2, 3), (3,))),
    Case("addr", reference=added(np.outer), samples=weighted((2, 3), (2,), (3,))),
    Case("baddbmm", reference=added(np.matmul), samples=weighted((5, 2, 4), (5, 2, 3), (5, 3, 4))),
    Case(
        "addbmm",
        reference=added(lambda a, b: np.matmul(a, b).sum(axis=0)),
        samples=weighted((2, 4), (5, 2, 3), (5, 3, 4)),
    ),
]
