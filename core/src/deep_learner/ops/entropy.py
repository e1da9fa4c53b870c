"""Terms of entropies: what is ``x log(x)`` at heart, and 0 at 0."""

from __future__ import annotations

import math

from ..typing import Array, Namespace, Scalar
from .operation import op


@op(promote="float", refuses="complex")
def special_entr(xp: Namespace, input: Array) -> Array:
    """Entropy's terms ``-input * log(input)``: 0 at 0, minus infinity below.

    Shape: (*) -> (*); integers and booleans give the default float dtype. The gradient at 0 is infinite.
    """
    positive = xp.where(input > 0, input, 1.0)
    below = xp.where(input < 0, -math.inf, input)  # NaN stays
    return xp.where(input > 0, -positive * xp.log(positive), below)


@special_entr.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (-1.0 - xp.log(input))


@op(promote="float", refuses="complex")
def special_xlog1py(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input * log(1 + other)``, and 0 where ``input`` is 0 and ``other`` no NaN.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    if isinstance(other, Scalar):
        other = xp.full_like(input, other)
    return xp.where(xp.logical_and(input == 0, other == other), 0.0, input * xp.log1p(other))


@special_xlog1py.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | float) -> Array:
    if isinstance(other, (int, float)):
        other = xp.full_like(input, other)
    return xp.masked_fill(g * xp.log1p(other), xp.logical_and(input == 0, other <= -1), 0)


@special_xlog1py.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return g * (input / (1.0 + other))
