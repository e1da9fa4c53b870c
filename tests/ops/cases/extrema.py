"""Cases of ops/extrema.py. Elements are distinct, so that no derivative is taken at a tie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints
from tests.ops.cases.reduction import along_dims, reduced


def placed(function: Callable[..., Any], places: Callable[..., Any]) -> Callable[..., Any]:
    """A reference with values and indices along one dimension."""

    def reference(input: Any, dim: int, keepdim: bool = False) -> Any:
        if not input.ndim:
            return input, np.int64(0)
        return function(input, axis=dim, keepdims=keepdim), places(input, axis=dim, keepdims=keepdim)

    return reference


ONE_DIM = [
    S(arr(2, 3, 4, distinct=True), 1),
    S(arr(2, 3, 4, distinct=True), dim=-1, keepdim=True),
    S(arr(4, distinct=True), 0),
    S(arr(), 0),
    S(arr(), -1, keepdim=True),
    S(arr(0, 3, distinct=True), 1),
    S(bools(2, 3), 1),
    S(ints(2, 3), 0),
]
WHOLE = [*along_dims(distinct=True), S(ints(2, 3), dim=0), S(bools(2, 3), dim=1)]


def three_forms(
    whole: Callable[..., Any], places: Callable[..., Any], pairs: Callable[..., Any]
) -> Callable[..., Any]:
    """max or min of all elements, along a dimension, or of two arrays."""

    def reference(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        if isinstance(dim, np.ndarray):
            dim, other = None, dim
        if other is not None:
            return pairs(input, other)
        return whole(input) if dim is None else placed(whole, places)(input, dim, keepdim)

    return reference


THREE = [
    S(arr(2, 3, distinct=True)),
    S(arr()),
    S(arr(2, 3, distinct=True), 0),
    S(arr(2, 3, distinct=True), dim=-1, keepdim=True),
    S(arr(2, 3), arr(3)),
    S(arr(2, 1), other=arr(3)),
]


def place(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reference for argmax and argmin."""

    def reference(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        return function(input, axis=dim if input.ndim else None, keepdims=keepdim and input.ndim > 0)

    return reference


PLACE = [
    S(arr(2, 3, 4)),
    S(arr(2, 3, 4), 1),
    S(arr(2, 3, 4), dim=-1, keepdim=True),
    S(arr(2, 3), keepdim=True),
    S(arr()),
    S(arr(), dim=0),
    S(arr(0, 3), dim=1),
    S(ints(2, 5, high=3), dim=1),
    S(bools(2, 5), dim=1),
]

CASES = [
    Case("amax", reference=reduced(np.max), samples=WHOLE),
    Case("amin", reference=reduced(np.min), samples=WHOLE),
    Case(
        "aminmax",
        reference=lambda input, dim=None, keepdim=False: (
            reduced(np.min)(input, dim, keepdim),
            reduced(np.max)(input, dim, keepdim),
        ),
        samples=[
            S(arr(2, 3, distinct=True)),
            S(arr(2, 3, distinct=True), dim=-1, keepdim=True),
            S(arr()),
            S(ints(4)),
        ],
    ),
    Case("max_dim", reference=placed(np.max, np.argmax), samples=ONE_DIM),
    Case("min_dim", reference=placed(np.min, np.argmin), samples=ONE_DIM),
    Case("max", reference=three_forms(np.max, np.argmax, np.maximum), samples=THREE),
    Case("min", reference=three_forms(np.min, np.argmin, np.minimum), samples=THREE),
    Case("argmax", reference=place(np.argmax), samples=PLACE, differentiable=False),
    Case("argmin", reference=place(np.argmin), samples=PLACE, differentiable=False),
]
