"""Cases of ops/arithmetic.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import binary, unary

CASES = [
    Case("add", reference=np.add, samples=[*binary(), S(ints(3), ints(3))]),
    Case("subtract", reference=np.subtract, samples=binary()),
    Case("rsub", reference=lambda input, other: other - input, samples=binary()),
    Case("multiply", reference=np.multiply, samples=[*binary(), S(ints(2, 3), ints(3))]),
    Case("negative", reference=np.negative, samples=unary()),
    Case("positive", reference=np.positive, samples=unary()),
    Case("abs", reference=np.abs, samples=unary(away=(0,))),
    Case("sign", reference=np.sign, samples=unary(away=(0,))),
    Case(
        "addcmul",
        reference=lambda input, tensor1, tensor2, value=1: input + value * tensor1 * tensor2,
        samples=[
            S(arr(2, 3), arr(3), arr(2, 1)),
            S(arr(2, 3), arr(3), arr(), value=0.5),
            S(arr(), arr(), arr()),
        ],
    ),
    Case(
        "addcdiv",
        reference=lambda input, tensor1, tensor2, value=1: input + value * tensor1 / tensor2,
        samples=[
            S(arr(2, 3), arr(3), arr(2, 1, low=1, high=2)),
            S(arr(2, 3), arr(3), arr(low=1, high=2), value=0.5),
            S(arr(0, 3), arr(3), arr(3, low=1, high=2)),
        ],
    ),
    Case(
        "lerp",
        reference=lambda input, end, weight: input + weight * (end - input),
        samples=[
            S(arr(2, 3), arr(3), 0.3),
            S(arr(2, 3), arr(3), 0.8),
            S(arr(3), arr(3), arr(2, 3, away=(-0.5, 0.5))),
            S(arr(), arr(), arr(low=0, high=0.4)),
        ],
    ),
    Case("copysign", reference=np.copysign, samples=binary(away=(0,))),
    Case("nextafter", reference=np.nextafter, samples=binary(), dtypes=("float64",)),
]
