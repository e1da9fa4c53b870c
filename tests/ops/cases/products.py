"""Cases of ops/products.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints

CASES = [
    Case("dot", reference=np.dot, samples=[S(arr(3), arr(3)), S(arr(0), arr(0)), S(ints(3), ints(3))]),
    Case("vdot", reference=np.vdot, samples=[S(arr(3), arr(3)), S(arr(0), arr(0))]),
    Case(
        "inner",
        reference=np.inner,
        samples=[S(arr(3), arr(3)), S(arr(2, 4, 3), arr(5, 3)), S(arr(), arr(2, 3)), S(arr(2, 0), arr(0))],
    ),
    Case("outer", reference=np.outer, samples=[S(arr(2), arr(3)), S(arr(0), arr(3)), S(ints(2), ints(3))]),
    Case(
        "vecdot",
        reference=lambda input, other, dim=-1: np.vecdot(input, other, axis=dim),
        samples=[
            S(arr(2, 3), arr(2, 3)),
            S(arr(4, 2, 3), arr(3)),
            S(arr(2, 1, 3), arr(5, 3)),
            S(arr(3, 2), arr(3, 2), dim=-2),
            S(arr(3, 0), arr(3, 0)),
            S(ints(2, 3), ints(3)),
        ],
    ),
    Case(
        "tensordot",
        reference=lambda a, b, dims=2: np.tensordot(a, b, dims),
        samples=[
            S(arr(2, 3, 4), arr(3, 4, 5)),
            S(arr(2, 3), arr(3, 4), dims=1),
            S(arr(2), arr(3), dims=0),
            S(arr(2, 3, 4), arr(4, 5, 2), dims=([0, 2], [2, 0])),
            S(arr(2, 3, 4), arr(5, 3), dims=((-2,), (1,))),
            S(arr(2, 0), arr(0, 3), dims=1),
        ],
    ),
    Case(
        "cross",
        reference=lambda input, other, dim=0: np.cross(input, other, axis=dim),
        samples=[
            S(arr(3), arr(3)),
            S(arr(2, 3), arr(2, 3), dim=-1),
            S(arr(4, 3), arr(1, 3), dim=1),
            S(arr(3, 4), arr(3, 4)),
        ],
    ),
    Case(
        "kron",
        reference=np.kron,
        samples=[
            S(arr(2, 3), arr(4, 5)),
            S(arr(2), arr(2, 3)),
            S(arr(2, 2, 2), arr(3)),
            S(arr(), arr(3)),
            S(arr(0), arr(3)),
        ],
    ),
    Case(
        "trace",
        reference=np.trace,
        samples=[S(arr(3, 3)), S(arr(2, 4)), S(arr(4, 2)), S(arr(0, 3)), S(ints(3, 3))],
    ),
    Case(
        "multi_dot",
        reference=np.linalg.multi_dot,
        samples=[
            S([arr(2, 3), arr(3, 4)]),
            S([arr(10, 2), arr(2, 9), arr(9, 1), arr(1, 5)]),
            S([arr(3), arr(3, 4), arr(4)]),
        ],
    ),
    Case("chain_matmul", reference=np.linalg.multi_dot, samples=[S([arr(2, 3), arr(3, 4), arr(4, 2)])]),
]
