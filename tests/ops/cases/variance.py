"""Cases of ops/variance.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.ops.case import Case, S, arr


def spread(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's var or std with PyTorch's arguments, the old ones too."""

    def reference(
        input: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
    ) -> Any:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        ddof = int(unbiased) if correction is None else correction
        return function(input, axis=dim if input.ndim else None, ddof=ddof, keepdims=keepdim)

    return reference


def with_mean(function: Callable[..., Any]) -> Callable[..., Any]:
    """The reference beside the mean."""

    def reference(input: Any, *args: Any, **kwargs: Any) -> Any:
        dim = args[0] if args else kwargs.get("dim")
        axis = None if isinstance(dim, bool) or not input.ndim else dim
        mean = np.mean(input, axis=axis, keepdims=kwargs.get("keepdim", False))
        return spread(function)(input, *args, **kwargs), mean

    return reference


SAMPLES = [
    S(arr(2, 3, 4)),
    S(arr(2, 3, 4), 1),
    S(arr(2, 3, 4), dim=(0, -1), keepdim=True),
    S(arr(2, 3, 4), dim=-1, correction=0),
    S(arr(2, 5), dim=1, correction=0.5),
    S(arr(2, 3), False),
    S(arr(2, 3), 0, False, keepdim=True),
    S(arr(0, 3), dim=1),
]
CASES = [
    Case("var", reference=spread(np.var), samples=[*SAMPLES, S(arr(), correction=0)]),
    Case("std", reference=spread(np.std), samples=SAMPLES),
    Case("var_mean", reference=with_mean(np.var), samples=[*SAMPLES, S(arr(), dim=0, correction=0)]),
    Case("std_mean", reference=with_mean(np.std), samples=SAMPLES),
]
