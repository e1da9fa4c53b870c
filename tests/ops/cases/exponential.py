"""Cases of ops/exponential.py."""

from __future__ import annotations

import numpy as np
import scipy.special

from tests.ops.case import Case
from tests.ops.samples import binary, unary

POSITIVE = {"low": 0.2, "high": 4}

CASES = [
    Case("exp", reference=np.exp, samples=unary()),
    Case("expm1", reference=np.expm1, samples=[*unary(), *unary(low=-1e-8, high=1e-8)]),
    Case("exp2", reference=np.exp2, samples=unary()),
    Case("log", reference=np.log, samples=unary(**POSITIVE)),
    Case("log1p", reference=np.log1p, samples=unary(low=-0.8, high=3)),
    Case("log2", reference=np.log2, samples=unary(**POSITIVE)),
    Case("log10", reference=np.log10, samples=unary(**POSITIVE)),
    Case("logaddexp", reference=np.logaddexp, samples=binary()),
    Case("logaddexp2", reference=np.logaddexp2, samples=binary()),
    Case("xlogy", reference=scipy.special.xlogy, samples=binary(POSITIVE, away=(0,))),
]
