"""Cases of ops/padding.py."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, ints

NUMPY_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input, pad, mode="constant", value=None):
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    pairs = [(0, 0)] * (input.ndim - len(pairs)) + pairs
    if not pairs:
        return input
    cut = tuple(slice(max(-a, 0), size - max(-b, 0)) for (a, b), size in zip(pairs, input.shape, strict=True))
    grown = [(max(a, 0), max(b, 0)) for a, b in pairs]
    options = {"constant_values": value or 0} if mode == "constant" else {}
    return np.pad(input[cut], grown, NUMPY_MODES[mode], **options)


CASES = [
    Case(
        "constant_pad_nd",
        reference=lambda input, pad_, value=0: pad(input, pad_, value=value),
        samples=[
            S(arr(2, 3), (1, 2)),
            S(arr(2, 3), (1, 0, 0, 2), 1.5),
            S(arr(2, 3), (-1, 2)),
            S(arr(2, 3), (-1, -2, 1, -1)),
            S(arr(2, 3), (0, 0)),
            S(arr(2, 3), ()),
            S(arr(), ()),
            S(arr(0, 3), (0, 0, 1, 1), -1.0),
            S(ints(3), (1, 1), 7),
        ],
    ),
    Case(
        "pad",
        reference=pad,
        samples=[
            S(arr(2, 3), (1, 2)),
            S(arr(2, 3), (1, 1), "constant", 2.0),
            S(arr(2, 4), (2, 1), mode="reflect"),
            S(arr(2, 3, 3), (1, 2, 2, 0), "reflect"),
            S(arr(2, 3), (1, 4), mode="replicate"),
            S(arr(2, 3), (3, 1, 1, 0), mode="circular"),
            S(arr(2, 4), (-1, 2, 1, 0), mode="circular"),
            S(arr(2, 5), (-1, 2), mode="reflect"),
            S(arr(2, 3), (0, 0), mode="circular"),
            S(arr(1, 0, 3), (1, 1), mode="replicate"),
        ],
    ),
]
