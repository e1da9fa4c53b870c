"""Cases of ops/special.py."""

from __future__ import annotations

import scipy.special

from tests.ops.case import Case, S, arr
from tests.ops.samples import unary

CASES = [
    Case("erf", reference=scipy.special.erf, samples=[*unary(), S(arr(5, low=-6, high=6))]),
    Case("erfc", reference=scipy.special.erfc, samples=[*unary(), S(arr(5, low=-6, high=6))]),
    Case(
        "erfinv",
        reference=scipy.special.erfinv,
        samples=[*unary(low=-0.8, high=0.8), S(arr(3, low=0.87, high=0.95))],
    ),
]
