"""Cases of ops/gamma.py."""

from __future__ import annotations

import scipy.special

from tests.ops.case import Case, S, arr
from tests.ops.samples import unary

SAMPLES = [*unary(low=0.3, high=5), S(arr(3, low=5, high=50)), S(arr(3, low=-1.8, high=-1.2))]

CASES = [
    Case("lgamma", reference=scipy.special.gammaln, samples=SAMPLES),
    Case("digamma", reference=scipy.special.psi, samples=SAMPLES),
    Case(
        "polygamma",
        reference=scipy.special.polygamma,
        samples=[S(n, arr(2, 3, low=0.5, high=5)) for n in range(4)]
        + [S(1, arr(low=1, high=2)), S(2, arr(0, 3))],
    ),
]
