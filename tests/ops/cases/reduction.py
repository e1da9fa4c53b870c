"""Cases of ops/reduction.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints


def reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    """A NumPy reduction with PyTorch's argument names; a 0-d array has a dimension 0 there."""

    def reference(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return function(input, axis=dim if input.ndim else None, keepdims=keepdim)

    return reference


def along_dims(**domain: Any) -> list[Any]:
    """One, several, negative, all and no dimensions; 0-d and empty input."""
    return [
        S(arr(2, 3, 4, **domain)),
        S(arr(2, 3, 4, **domain), 1),
        S(arr(2, 3, 4, **domain), dim=(0, -1), keepdim=True),
        S(arr(2, 3, 4, **domain), dim=(2, 0)),
        S(arr(2, 3, **domain), keepdim=True),
        S(arr(**domain)),
        S(arr(**domain), dim=-1),
        S(arr(0, 3, **domain), dim=1),
    ]


def sum_backward(grad_output: Any, shape: Any, dim: Any, keepdim: bool) -> Any:
    """Each element where NumPy's own sum over the same axes would have read it."""
    if not keepdim and dim not in (None, ()):
        grad_output = np.expand_dims(grad_output, dim)
    return np.broadcast_to(grad_output, shape)


CASES = [
    Case(
        "sum_backward",
        reference=sum_backward,
        samples=[
            S(arr(), (2, 3), None, False),
            S(arr(1, 1), (2, 3), None, True),
            S(arr(3), (2, 3), 0, False),
            S(arr(2, 4), (2, 3, 4), 1, False),
            S(arr(2, 1, 1), (2, 3, 4), (1, -1), True),
            S(arr(), (2, 3), (), False),
            S(arr(), (), None, False),
            S(arr(3), (0, 3), 0, False),
        ],
    ),
    Case(
        "sum", reference=reduced(np.sum), samples=[*along_dims(), S(arr(0, 3), dim=0), S(ints(2, 3), dim=0)]
    ),
    Case("mean", reference=reduced(np.mean), samples=along_dims()),
    Case(
        "prod", reference=reduced(np.prod), samples=[*along_dims(), S(arr(0, 3), dim=0), S(ints(2, 3), dim=0)]
    ),
    Case("nansum", reference=reduced(np.nansum), samples=[*along_dims(), S(ints(2, 3), dim=0)]),
    Case("nanmean", reference=reduced(np.nanmean), samples=along_dims()),
    Case(
        "all",
        reference=reduced(np.all),
        samples=[*along_dims(), S(bools(2, 3), dim=1), S(bools(0))],
        differentiable=False,
    ),
    Case(
        "any",
        reference=reduced(np.any),
        samples=[*along_dims(), S(bools(2, 3), dim=1), S(bools(0))],
        differentiable=False,
    ),
    Case(
        "count_nonzero",
        reference=lambda input, dim=None: np.count_nonzero(input, axis=dim if input.ndim else None),
        samples=[
            S(arr(2, 3)),
            S(ints(2, 3, high=2), dim=0),
            S(bools(2, 3), dim=(0, 1)),
            S(arr()),
            S(arr(0, 3), dim=0),
        ],
        differentiable=False,
    ),
]
