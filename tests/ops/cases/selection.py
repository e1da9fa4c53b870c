"""Cases of ops/selection.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints
from tests.ops.samples import binary, unary

BOUNDS = (-0.5, 0.5)

CASES = [
    Case("maximum", reference=np.maximum, samples=[*binary(), S(ints(2, 3), ints(3))]),
    Case("minimum", reference=np.minimum, samples=[*binary(), S(ints(2, 3), ints(3))]),
    Case("fmax", reference=np.fmax, samples=binary(numbers=False)),
    Case("fmin", reference=np.fmin, samples=binary(numbers=False)),
    Case(
        "clip",
        reference=np.clip,
        samples=[
            S(arr(2, 3, away=BOUNDS), -0.5, 0.5),
            S(arr(2, 3, away=BOUNDS), min=-0.5),
            S(arr(2, 3, away=BOUNDS), max=0.5),
            S(arr(2, 3), arr(3, low=-1, high=0), arr(2, 1, low=0.1, high=1)),
            S(arr(3), arr(3, low=-1, high=0), 0.5),
            S(arr(away=BOUNDS), -0.5, 0.5),
            S(arr(0, 3), -0.5, 0.5),
            S(ints(4, high=9), 2, 5),
        ],
    ),
    Case(
        "where",
        reference=np.where,
        samples=[
            S(bools(2, 3), arr(2, 3), arr(2, 3)),
            S(bools(2, 1), arr(3), arr()),
            S(bools(3), arr(3), 0.5),
            S(bools(3), 0.5, arr(3)),
            S(bools(), arr(), arr()),
            S(bools(0, 3), arr(0, 3), arr(3)),
        ],
    ),
    Case(
        "masked_fill",
        reference=lambda input, mask, value: np.where(mask, value, input),
        samples=[
            S(arr(2, 3), bools(2, 3), 0.0),
            S(arr(2, 3), bools(3), -1.5),
            S(arr(3), bools(2, 1), arr()),
            S(arr(), bools(), 2),
            S(arr(0, 3), bools(3), 0.0),
            S(ints(3), bools(3), 7),
        ],
    ),
    Case("nan_to_num", reference=np.nan_to_num, samples=[*unary(), S(ints(3))]),
    Case("heaviside", reference=np.heaviside, samples=binary(numbers=False, away=(0,))),
]
