"""Rounding to integral values, elementwise. Integers stay what they are; the derivatives are 0."""

from __future__ import annotations

from ..typing import Array, Namespace
from .operation import op


@op(refuses="bool complex")
def floor(xp: Namespace, input: Array) -> Array:
    """The next integral value towards minus infinity.

    Shape: (*) -> (*), same dtype.
    """
    return xp.floor(input)


@floor.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(refuses="bool complex")
def ceil(xp: Namespace, input: Array) -> Array:
    """The next integral value towards infinity.

    Shape: (*) -> (*), same dtype.
    """
    return xp.ceil(input)


@ceil.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(refuses="bool complex")
def trunc(xp: Namespace, input: Array) -> Array:
    """The next integral value towards 0.

    Shape: (*) -> (*), same dtype.
    """
    return xp.trunc(input)


@trunc.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(refuses="bool")
def round(xp: Namespace, input: Array, *, decimals: int = 0) -> Array:
    """The nearest value with ``decimals`` decimal places, halves to the even neighbour.

    Shape: (*) -> (*), same dtype.
    A negative ``decimals`` rounds to tens, hundreds and so on. Raises: NotImplementedError for
    integers with ``decimals`` other than 0.
    """
    if decimals == 0:
        return xp.round(input)
    if xp.isdtype(input.dtype, "integral"):
        raise NotImplementedError(f"round to decimals={decimals} needs a floating-point tensor; use .float()")
    power = 10.0 ** abs(decimals)
    return xp.round(input * power) / power if decimals > 0 else xp.round(input / power) * power


@round.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return xp.zeros_like(g)


@op(refuses="bool integer complex")
def frac(xp: Namespace, input: Array) -> Array:
    """The fractional part ``input - trunc(input)``, with the sign of ``input``; its derivative is 1.

    Shape: (*) -> (*), same dtype.
    """
    return input - xp.trunc(input)


@frac.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g
