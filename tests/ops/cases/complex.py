"""Cases of ops/complex.py on real numbers (complex ones are in test_complex.py), and of ops/complex_parts.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr
from tests.ops.samples import binary, unary

PARTS = binary(numbers=False)

CASES = [
    Case("imag", reference=np.imag, samples=[S(arr(2, 3, dtype="complex128")), S(arr(dtype="complex128"))]),
    Case("real", reference=np.real, samples=unary()),
    Case("conj", reference=np.conj, samples=unary()),
    Case("angle", reference=np.angle, samples=unary(away=(0,))),
    Case(
        "isreal",
        reference=np.isreal,
        samples=[*unary(), S(arr(2, 3, dtype="complex128"))],
        differentiable=False,
    ),
    Case("complex", reference=lambda real, imag: real + 1j * imag, samples=PARTS),
    Case("complex_from_parts", reference=lambda real, imag: real + 1j * imag, samples=PARTS),
    Case("polar", reference=lambda abs, angle: abs * np.exp(1j * angle), samples=PARTS),
    Case(
        "view_as_real",
        reference=lambda input: np.stack([input.real, input.imag], axis=-1),
        samples=[S(arr(*shape, dtype="complex128")) for shape in ((2, 3), (), (0, 2))],
    ),
    Case(
        "view_as_complex",
        reference=lambda input: input[..., 0] + 1j * input[..., 1],
        samples=[S(arr(2, 3, 2)), S(arr(2)), S(arr(0, 2))],
    ),
]
