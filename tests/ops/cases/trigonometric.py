"""Cases of ops/trigonometric.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr
from tests.ops.samples import binary, unary

INSIDE = {"low": -0.9, "high": 0.9}

CASES = [
    Case(
        "tanh_backward",
        reference=lambda grad_output, output: grad_output * (1 - output**2),
        samples=[
            S(arr(2, 3), arr(2, 3, low=-1, high=1)),
            S(arr(), arr(low=-1, high=1)),
            S(arr(0, 3), arr(0, 3)),
        ],
    ),
    Case("sin", reference=np.sin, samples=unary()),
    Case("cos", reference=np.cos, samples=unary()),
    Case("tan", reference=np.tan, samples=unary(low=-1.2, high=1.2)),
    Case("asin", reference=np.arcsin, samples=unary(**INSIDE)),
    Case("acos", reference=np.arccos, samples=unary(**INSIDE)),
    Case("atan", reference=np.arctan, samples=unary()),
    Case("atan2", reference=np.arctan2, samples=binary(away=(0,))),
    Case("sinh", reference=np.sinh, samples=unary()),
    Case("cosh", reference=np.cosh, samples=unary()),
    Case("tanh", reference=np.tanh, samples=[*unary(), S(arr(4, low=-800, high=800))]),
    Case("asinh", reference=np.arcsinh, samples=unary()),
    Case("acosh", reference=np.arccosh, samples=unary(low=1.2, high=4)),
    Case("atanh", reference=np.arctanh, samples=unary(**INSIDE)),
    Case("sinc", reference=np.sinc, samples=unary(away=(0,))),
    Case("deg2rad", reference=np.deg2rad, samples=unary(low=-180, high=180)),
    Case("rad2deg", reference=np.rad2deg, samples=unary()),
]
