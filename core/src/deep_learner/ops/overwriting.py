"""A tensor with all its elements replaced: `fill`."""

from __future__ import annotations

from ..typing import Array, Namespace, Scalar
from .operation import op


@op(holomorphic=False)
def fill(xp: Namespace, input: Array, value: Array | Scalar) -> Array:
    """One value everywhere, in the shape and dtype of `input`. Shapes: (*), () -> (*).

    Raises: RuntimeError if `value` is a tensor with dimensions.
    """
    if isinstance(value, Scalar):
        return xp.full_like(input, value)
    if value.ndim:
        raise RuntimeError(
            f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions"
        )
    return xp.clone(xp.broadcast_to(xp.astype(value, input.dtype), input.shape))


@fill.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@fill.vjp("value")
def _(xp: Namespace, g: Array) -> Array:
    return xp.sum(g, dtype=g.dtype)
