"""Cases of ops/broadcasting.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints
from tests.ops.samples import unary


def broadcast_to(input, size):
    size = (size,) if isinstance(size, int) else size
    new = len(size) - input.ndim
    sizes = [wish if wish != -1 else input.shape[place - new] for place, wish in enumerate(size)]
    return np.broadcast_to(input, sizes)


def broadcast_tensors(tensors):
    return tuple(np.broadcast_arrays(*tensors))


CASES = [
    Case(
        "broadcast_to",
        reference=broadcast_to,
        samples=[
            S(arr(3), (2, 3)),
            S(arr(3, 1), (2, 3, 4)),
            S(arr(3, 1), (-1, 4)),
            S(arr(1, 3), (5, 2, -1)),
            S(arr(), (2, 2)),
            S(arr(), ()),
            S(arr(1, 3), (0, 3)),
            S(bools(1), 3),
        ],
    ),
    Case(
        "expand_as",
        reference=lambda input, other: np.broadcast_to(input, other.shape),
        samples=[S(arr(3, 1), arr(2, 3, 4)), S(arr(), arr(2)), S(arr(1), ints(0))],
    ),
    Case(
        "broadcast_tensors",
        reference=broadcast_tensors,
        samples=[
            S([arr(3, 1), arr(4)]),
            S([arr(), arr(2, 1), arr(1, 3)]),
            S([arr(0, 1), arr(3)]),
            S([arr(2)]),
        ],
    ),
    Case("atleast_1d", reference=np.atleast_1d, samples=unary()),
    Case("atleast_2d", reference=np.atleast_2d, samples=[*unary(), S(arr(3)), S(arr(2, 3, 4))]),
    Case(
        "atleast_3d",
        reference=np.atleast_3d,
        samples=[*unary(), S(arr(3)), S(arr(2, 3, 4)), S(arr(2, 3, 4, 1))],
    ),
]
