"""Cases of ops/power.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import binary, unary

POSITIVE = {"low": 0.3, "high": 2.5}

CASES = [
    Case(
        "pow",
        reference=np.power,
        samples=[
            *binary({"low": -2, "high": 3}, **POSITIVE),
            *[S(arr(2, 3, away=(0,)), exponent) for exponent in (0, 1, 2, 3, 4, -1, -2, 2.0)],
            S(arr(2, 3, **POSITIVE), 0.5),
            S(ints(2, 3), 2),
            S(ints(3, low=1), ints(3)),
        ],
    ),
    Case(
        "float_power",
        reference=np.float_power,
        samples=binary({"low": -2, "high": 3}, **POSITIVE),
        dtypes=("float64",),
    ),
    Case("square", reference=np.square, samples=[*unary(), S(ints(3))]),
    Case("sqrt", reference=np.sqrt, samples=unary(low=0.2, high=3)),
    Case("rsqrt", reference=lambda input: 1 / np.sqrt(input), samples=unary(low=0.2, high=3)),
    Case("hypot", reference=np.hypot, samples=binary(away=(0,))),
    Case("ldexp", reference=lambda input, other: input * 2.0**other, samples=binary(numbers=False)),
]
