"""Cases of ops/comparison.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import binary, unary

PAIRS = [*binary(), S(ints(2, 3, high=3), ints(3, high=3)), S(ints(4, high=3), 1)]
SPECIAL = [*unary(), S(ints(3, low=-2, high=2))]

CASES = [
    *[
        Case(name, reference=getattr(np, name), samples=PAIRS, differentiable=False)
        for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    ],
    *[
        Case(name, reference=getattr(np, name), samples=SPECIAL, differentiable=False)
        for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit")
    ],
    Case(
        "isclose",
        reference=np.isclose,
        samples=[
            *binary(numbers=False),
            S(arr(3), arr(3), rtol=0.5, atol=0.5),
            S(ints(3), ints(3), atol=1.0),
        ],
        differentiable=False,
    ),
    Case(
        "all_true",
        reference=lambda input: np.all(input != 0),
        samples=[S(ints(3)), S(ints(3, low=1)), S(ints()), S(ints(0, 3))],
        differentiable=False,
    ),
]
