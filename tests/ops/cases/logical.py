"""Cases of ops/logical.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints

TRUTHS = [
    S(bools(2, 3), bools(3)),
    S(ints(2, 3, high=2), ints(3, high=2)),
    S(arr(3), bools(3)),
    S(bools(), bools()),
    S(bools(0, 3), bools(3)),
    S(ints(3, high=2), 1),
]
BITS = [
    S(ints(2, 3, high=16), ints(3, high=16)),
    S(ints(), ints()),
    S(ints(0, 3), ints(3)),
    S(ints(3, low=-8, high=8), 3),
]

CASES = [
    *[
        Case(name, reference=getattr(np, name), samples=TRUTHS, differentiable=False)
        for name in ("logical_and", "logical_or", "logical_xor")
    ],
    Case(
        "logical_not",
        reference=np.logical_not,
        samples=[S(bools(2, 3)), S(ints(3, high=2)), S(arr(3)), S(bools()), S(bools(0, 3))],
        differentiable=False,
    ),
    *[
        Case(
            name, reference=getattr(np, name), samples=[*BITS, S(bools(2, 3), bools(3))], differentiable=False
        )
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
    ],
    Case(
        "bitwise_invert",
        reference=np.invert,
        samples=[S(ints(2, 3, low=-8, high=8)), S(bools(3)), S(ints()), S(ints(0, 3))],
        differentiable=False,
    ),
    Case(
        "bitwise_left_shift",
        reference=np.left_shift,
        samples=[*BITS[:3], S(ints(3), 3)],
        differentiable=False,
    ),
    Case("bitwise_right_shift", reference=np.right_shift, samples=BITS, differentiable=False),
]
