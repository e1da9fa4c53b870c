"""Cases of ops/uniqueness.py."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints


def _asked(values: Any, inverse: Any, counts: Any, return_inverse: bool, return_counts: bool) -> Any:
    parts = [values, *([inverse] if return_inverse else []), *([counts] if return_counts else [])]
    return tuple(parts) if len(parts) > 1 else values


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: Any = None,
) -> Any:
    """NumPy's, with PyTorch's arguments."""
    values, inverse, counts = np.unique(
        input, return_inverse=True, return_counts=True, axis=dim, equal_nan=False, sorted=True
    )
    inverse = inverse.reshape(input.shape if dim is None else -1)
    return _asked(values, inverse, counts, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
) -> Any:
    """By groups of equal neighbours."""
    items = (
        list(input.reshape(-1)) if dim is None else [part.tobytes() for part in np.moveaxis(input, dim, 0)]
    )
    lengths = [len(list(group)) for _, group in groupby(items)]
    starts = np.cumsum([0, *lengths])[:-1].astype(np.int64)
    inverse = np.repeat(np.arange(len(lengths)), lengths)
    if dim is None:
        return _asked(
            input.reshape(-1)[starts],
            inverse.reshape(input.shape),
            np.array(lengths),
            return_inverse,
            return_counts,
        )
    return _asked(np.take(input, starts, axis=dim), inverse, np.array(lengths), return_inverse, return_counts)


ASKED = {"return_inverse": True, "return_counts": True}

CASES = [
    Case(
        "unique",
        reference=unique,
        samples=[
            S(ints(3, 4, high=4)),
            S(ints(3, 4, high=4), **ASKED),
            S(ints(6, 2, high=2), dim=0, **ASKED),
            S(ints(2, 3, 6, high=2), dim=-1, return_counts=True),
            S(bools(5), return_inverse=True),
            S(arr()),
            S(arr(0, 3), **ASKED),
            S(arr(4)),
        ],
        differentiable=False,
    ),
    Case(
        "unique_consecutive",
        reference=unique_consecutive,
        samples=[
            S(ints(12, high=2)),
            S(ints(4, 5, high=2), **ASKED),
            S(ints(9, 1, high=2), dim=0, **ASKED),
            S(arr()),
        ],
        differentiable=False,
    ),
    Case(
        "unique_all",
        reference=lambda x: tuple(np.unique_all(x)),
        samples=[S(ints(3, 4)), S(arr(3))],
        differentiable=False,
    ),
    Case(
        "unique_counts",
        reference=lambda x: tuple(np.unique_counts(x)),
        samples=[S(ints(3, 4)), S(arr(3))],
        differentiable=False,
    ),
    Case(
        "unique_inverse",
        reference=lambda x: tuple(np.unique_inverse(x)),
        samples=[S(ints(3, 4)), S(arr(3))],
        differentiable=False,
    ),
    Case("unique_values", reference=np.unique, samples=[S(ints(3, 4)), S(arr(3))], differentiable=False),
]
