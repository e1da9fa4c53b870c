"""Cases of ops/rounding.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import unary

WHOLE = tuple(range(-2, 3))
HALVES = (-1.5, -0.5, 0.5, 1.5)

CASES = [
    Case("floor", reference=np.floor, samples=[*unary(away=WHOLE), S(ints(3))]),
    Case("ceil", reference=np.ceil, samples=[*unary(away=WHOLE), S(ints(3))]),
    Case("trunc", reference=np.trunc, samples=[*unary(away=WHOLE), S(ints(3))]),
    Case(
        "round",
        reference=lambda input, decimals=0: np.round(input, decimals),
        samples=[*unary(away=HALVES), S(ints(3)), S(arr(2, 3, low=1, high=4), decimals=-1)],
    ),
    Case("frac", reference=lambda input: np.modf(input)[0], samples=unary(away=WHOLE)),
]
