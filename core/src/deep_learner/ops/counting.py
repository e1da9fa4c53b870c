"""Counting how often integers occur."""

from __future__ import annotations

from ..dtypes import SIGNED, UNSIGNED, from_native
from ..typing import Array, Namespace
from .operation import op


@op(differentiable=False)
def bincount(xp: Namespace, input: Array, weights: Array | None = None, minlength: int = 0) -> Array:
    """How often each of 0, 1, 2, ... occurs in a vector of integers, or the sum of its weights.

    Shapes: (n,), (n,) -> (the greatest number + 1, at least `minlength`). Counts are int64; sums of float32 weights
    float32, of others float64.
    Raises: RuntimeError for another shape, negative numbers or a negative `minlength`; NotImplementedError for numbers
    that are no integers.
    """
    check_bincount(input, weights, minlength)
    count = input.shape[0]
    if count and bool(xp.any(input < 0)):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs. Received negative ones")
    size = max(minlength, int(xp.max(input)) + 1) if count else minlength
    if weights is None or not count:
        values = xp.ones((count,), dtype=xp.int64, device=input.device)
    else:
        values = weights if weights.dtype == xp.float32 else xp.astype(weights, xp.float64)
    empty = xp.zeros((size,), dtype=values.dtype, device=input.device)
    return xp.scatter_add(empty, 0, xp.astype(input, xp.int64), values) if count else empty


def check_bincount(input: Array, weights: Array | None, minlength: int) -> None:
    """Refuse what `bincount` cannot count, but for negative numbers."""
    kind = from_native(input.dtype)
    if kind.kind not in (SIGNED, UNSIGNED):
        raise NotImplementedError(f"bincount() is not implemented for {kind.name}: it counts integers")
    if input.ndim != 1:
        raise RuntimeError(
            f"bincount only supports 1-d non-negative integral inputs. Received: shape {tuple(input.shape)}"
        )
    if minlength < 0:
        raise RuntimeError(f"minlength should be >= 0. Received: {minlength}")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError(
            "weights should be 1-d and have the same length as input. "
            f"Received: shapes {tuple(weights.shape)} and {tuple(input.shape)}"
        )
