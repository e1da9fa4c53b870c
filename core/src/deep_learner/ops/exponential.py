"""Exponentials and logarithms, elementwise. Integers give the default float dtype."""

from __future__ import annotations

import math

from ..typing import Array, Namespace, Scalar
from .operation import op

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)


@op(promote="float", autocast={"accelerator": "float32"})
def exp(xp: Namespace, input: Array) -> Array:
    """Exponential: ``e ** input``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.exp(input)


@exp.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * out


@op(promote="float", autocast={"accelerator": "float32"})
def expm1(xp: Namespace, input: Array) -> Array:
    """``exp(input) - 1``, with all digits near 0.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.expm1(input)


@expm1.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * (out + 1.0)


@op(promote="float")
def exp2(xp: Namespace, input: Array) -> Array:
    """Power of two: ``2 ** input``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return 2.0**input


@exp2.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * (out * _LN2)


@op(promote="float", autocast={"accelerator": "float32"})
def log(xp: Namespace, input: Array) -> Array:
    """Natural logarithm; -inf at 0, NaN below.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.log(input)


@log.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / input


@op(promote="float", autocast={"accelerator": "float32"})
def log1p(xp: Namespace, input: Array) -> Array:
    """``log(1 + input)``, with all digits near 0.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.log1p(input)


@log1p.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / (1.0 + input)


@op(promote="float", autocast={"accelerator": "float32"})
def log2(xp: Namespace, input: Array) -> Array:
    """Logarithm to the base 2.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.log2(input)


@log2.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / (input * _LN2)


@op(promote="float", autocast={"accelerator": "float32"})
def log10(xp: Namespace, input: Array) -> Array:
    """Logarithm to the base 10.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.log10(input)


@log10.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g / (input * _LN10)


def log_of_sum(xp: Namespace, x: Array | Scalar, y: Array | Scalar) -> Array:
    """``log(exp(x) + exp(y))``, which the standard's `logaddexp` says of real numbers alone."""
    dtypes = [value.dtype for value in (x, y) if not isinstance(value, Scalar)]
    if not any(xp.isdtype(dtype, "complex floating") for dtype in dtypes):
        return xp.logaddexp(x, y)
    first = xp.real(x) >= xp.real(y)
    larger, smaller = xp.where(first, x, y), xp.where(first, y, x)
    nothing = xp.real(larger) == -xp.inf  # both are: their difference says nothing
    difference = xp.where(nothing, xp.zeros_like(larger), smaller - larger)
    return larger + xp.log(1.0 + xp.exp(difference))


@op(promote="float", refuses="bool integer")
def logaddexp(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``log(exp(input) + exp(other))`` without overflow.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return log_of_sum(xp, input, other)


@logaddexp.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | Scalar) -> Array:
    return g / (1.0 + xp.exp(other - input))


@logaddexp.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return g / (1.0 + xp.exp(input - other))


@op(promote="float", refuses="bool integer complex")
def logaddexp2(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``log2(2 ** input + 2 ** other)`` without overflow.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return xp.logaddexp(input * _LN2, other * _LN2) / _LN2


@logaddexp2.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | Scalar) -> Array:
    return g / (1.0 + 2.0 ** (other - input))


@logaddexp2.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return g / (1.0 + 2.0 ** (input - other))


@op(promote="float", refuses="complex")
def xlogy(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``input * log(other)``, and 0 where ``input`` is 0 and ``other`` no NaN.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    if isinstance(other, (int, float)):
        other = xp.full_like(input, other)
    return xp.where(xp.logical_and(input == 0, other == other), 0.0, input * xp.log(other))


@xlogy.vjp("input")
def _(xp: Namespace, g: Array, input: Array, other: Array | float) -> Array:
    return xp.masked_fill(xp.xlogy(g, other), xp.logical_and(input == 0, other <= 0), 0)


@xlogy.vjp("other")
def _(xp: Namespace, g: Array, input: Array | Scalar, other: Array) -> Array:
    return g * (input / other)
