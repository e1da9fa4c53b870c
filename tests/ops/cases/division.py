"""Cases of ops/division.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, ints
from tests.ops.samples import binary, unary

# Quotients of these lie well between two integers.
SMALL = {"low": 0.2, "high": 0.8}
NEGATIVE = {"low": -0.8, "high": -0.2}
LARGE = {"low": 2.2, "high": 2.8}
ONE = {"low": 1.0, "high": 1.02}
STEPS = [*binary(ONE, **SMALL), *binary(ONE, numbers=False, **NEGATIVE), *binary(ONE, numbers=False, **LARGE)]
INTEGERS = [S(ints(2, 3, low=-9, high=9), ints(3, low=1, high=5)), S(ints(4, low=-9, high=9), -3)]

CASES = [
    Case("divide", reference=np.divide, samples=binary({"low": 0.5, "high": 2})),
    Case("floor_divide", reference=np.floor_divide, samples=[*STEPS, *INTEGERS]),
    Case("trunc_divide", reference=lambda input, other: np.trunc(input / other), samples=[*STEPS, *INTEGERS]),
    Case("remainder", reference=np.remainder, samples=[*STEPS, *INTEGERS]),
    Case("fmod", reference=np.fmod, samples=[*STEPS, *INTEGERS]),
    Case("reciprocal", reference=np.reciprocal, samples=unary(low=0.5, high=3)),
]
