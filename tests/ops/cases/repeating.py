"""Cases of ops/repeating.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import unary

TURNED = arr(2, 3, 4)

CASES = [
    Case(
        "tile",
        reference=lambda input, dims: np.tile(input, dims),
        samples=[
            S(arr(2, 3), (2, 3)),
            S(arr(2, 3), 2),
            S(arr(3), (2, 1, 2)),
            S(arr(), (2, 2)),
            S(arr(), ()),
            S(arr(2, 3), (0, 1)),
            S(arr(0, 3), (2, 2)),
        ],
    ),
    Case(
        "repeat_tiles",
        reference=lambda input, repeats: np.tile(input, repeats),
        samples=[S(arr(2, 3), (2, 3)), S(arr(3), (2, 1, 2)), S(arr(), 3), S(arr(0, 3), (2, 2))],
    ),
    Case(
        "repeat_interleave",
        reference=lambda input, repeats, dim=None: np.repeat(input, np.asarray(repeats, dtype=int), axis=dim),
        samples=[
            S(arr(2, 3), 2),
            S(arr(2, 3), 2, 0),
            S(arr(2, 3), 3, dim=-1),
            S(arr(2, 3), 1, 0),
            S(arr(2, 3), 0, 0),
            S(arr(2, 3), ints(3), 1),
            S(arr(2, 3), ints(), 0),
            S(arr(3), ints(3)),
            S(arr(), 3),
            S(arr(0, 2), 2, 1),
        ],
    ),
    Case(
        "repeat_positions",
        reference=lambda repeats, size: np.repeat(np.arange(size), repeats.astype(int)),
        samples=[S(ints(4), 4), S(ints(), 3), S(ints(0), 0)],
    ),
    Case(
        "roll",
        reference=lambda input, shifts, dims=None: np.roll(input, shifts, axis=dims),
        samples=[
            S(arr(2, 3), 1),
            S(arr(2, 3), -1, 1),
            S(arr(2, 3), (1, 5), (0, -1)),
            S(arr(3, 3), (1, 1), (0, 0)),
            S(arr(), 2),
            S(arr(0, 3), 1, 0),
        ],
    ),
    Case(
        "flip",
        reference=lambda input, dims=None: np.flip(input, dims),
        samples=[*unary(), S(arr(2, 3), 0), S(arr(2, 3), (-1,)), S(arr(2, 3, 2), (0, 2)), S(arr(2, 3), ())],
    ),
    Case("fliplr", reference=np.fliplr, samples=[S(arr(2, 3)), S(arr(2, 3, 2)), S(arr(2, 0))]),
    Case("flipud", reference=np.flipud, samples=[S(arr(2, 3)), S(arr(3)), S(arr(0, 2))]),
    Case(
        "rot90",
        reference=lambda input, k=1, dims=(0, 1): np.rot90(input, k, dims),
        samples=[
            S(TURNED),
            S(TURNED, 2),
            S(TURNED, -1, (0, 2)),
            S(TURNED, k=0),
            S(TURNED, 7, (-1, 1)),
            S(arr(0, 3)),
        ],
    ),
]
