"""Cases of ops/complex.py on real numbers; complex ones are in test_complex.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr
from tests.ops.samples import unary

CASES = [
    Case("imag", reference=np.imag, samples=[S(arr(2, 3, dtype="complex128")), S(arr(dtype="complex128"))]),
    Case("real", reference=np.real, samples=unary()),
    Case("conj", reference=np.conj, samples=unary()),
    Case("angle", reference=np.angle, samples=unary(away=(0,))),
]
