"""Cases of ops/searching.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints


def searched(sorted_sequence: Any, input: Any, *, right: bool = False, sorter: Any = None) -> Any:
    """NumPy's, one lane at a time."""
    side = "right" if right else "left"
    if sorted_sequence.ndim == 1:
        return np.searchsorted(sorted_sequence, input, side, sorter)
    out = np.zeros(input.shape, dtype=np.int64)
    for lane in np.ndindex(input.shape[:-1]):
        out[lane] = np.searchsorted(sorted_sequence[lane], input[lane], side)
    return out


CASES = [
    Case(
        "searchsorted",
        # A sorted sequence cannot be drawn, but one of equal elements is sorted, and so is a single element.
        reference=searched,
        samples=[
            S(arr(5, low=0.5, high=0.5), arr(2, 3)),
            S(ints(5, low=2, high=3), ints(3, 4), right=True),
            S(arr(1), arr(4)),
            S(arr(2, 1), arr(2, 4)),
            S(ints(2, 5, low=2, high=3), ints(2, 4), right=True),
            S(arr(1), arr()),
            S(arr(0), arr(3)),
            S(arr(2, 0), arr(2, 3)),
        ],
        differentiable=False,
    ),
    Case(
        "bucketize",
        reference=lambda input, boundaries, right=False: searched(boundaries, input, right=right),
        samples=[
            S(arr(2, 3), arr(1)),
            S(ints(4), ints(3, low=2, high=3), right=True),
            S(arr(), arr(1)),
            S(arr(0), arr(1)),
        ],
        differentiable=False,
    ),
    Case(
        "isin",
        reference=lambda elements, test_elements, invert=False: np.isin(
            elements, test_elements, invert=invert
        ),
        samples=[
            S(ints(3, 4), ints(2)),
            S(ints(3, 4), ints(2, 2), invert=True),
            S(ints(4), 3),
            S(ints(), ints(3)),
            S(ints(4), ints(0)),
            S(bools(3), bools(1)),
        ],
        differentiable=False,
    ),
    Case(
        "nonzero",
        reference=lambda input, as_tuple=False: np.nonzero(input) if as_tuple else np.argwhere(input),
        samples=[
            S(ints(3, 4, high=2)),
            S(bools(5)),
            S(arr(2, 2, 2)),
            S(ints(3, 4, high=2), as_tuple=True),
            S(arr()),
            S(arr(0, 3)),
        ],
        differentiable=False,
    ),
    Case(
        "argwhere",
        reference=np.argwhere,
        samples=[S(ints(3, 4, high=2)), S(arr()), S(bools(0))],
        differentiable=False,
    ),
]
