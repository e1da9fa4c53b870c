"""Powers and roots, elementwise and broadcasting."""

from __future__ import annotations

import cmath
import math

from ..typing import Array, Namespace, Scalar
from .operation import op


@op(promote="exact", refuses="bool", autocast={"accelerator": "float32"})
def pow(xp: Namespace, input: Array | Scalar, exponent: Array | Scalar) -> Array:
    """Raise to a power: ``input ** exponent``.

    Both gradients stay finite where PyTorch's do: that of ``input`` is 0 where ``exponent == 0``, that of
    ``exponent`` is 0 where ``input == 0`` and ``exponent >= 0``.
    Shapes: (*), (*), broadcast -> (*), in the common dtype.
    Raises: RuntimeError for integers to a negative integer power.
    """
    if isinstance(exponent, int):
        if exponent in (2, 3):  # many times faster than a general power
            square = input * input
            return square if exponent == 2 else square * input
        if exponent < 0 and not isinstance(input, Scalar) and xp.isdtype(input.dtype, "integral"):
            raise RuntimeError(
                "integers to negative powers are not integers; convert the tensor with .float() first. "
                f"Received: exponent {exponent}"
            )
    return input**exponent if isinstance(exponent, Scalar) else _power(xp, input, exponent)


def _power(xp: Namespace, input: Array | Scalar, exponent: Array) -> Array:
    """``input ** exponent``; integers to negative powers are rounded towards 0: 1 and -1 alone are left."""
    if not xp.isdtype(exponent.dtype, "signed integer"):
        return input**exponent
    negative = exponent < 0
    raised = input ** xp.where(negative, xp.zeros_like(exponent), exponent)
    odd = xp.astype(xp.remainder(exponent, 2) == 1, raised.dtype)
    inverse = xp.where(input == 1, 1, xp.where(input == -1, 1 - 2 * odd, xp.zeros_like(raised)))
    return xp.where(negative, xp.astype(inverse, raised.dtype), raised)


@pow.vjp("input")
def _(xp: Namespace, g: Array, input: Array, exponent: Array | Scalar) -> Array:
    if isinstance(exponent, Scalar):
        return xp.zeros_like(g) if exponent == 0 else g * (exponent * input ** (exponent - 1))
    return xp.masked_fill(g * (exponent * input ** (exponent - 1)), exponent == 0, 0)


@pow.vjp("exponent")
def _(xp: Namespace, g: Array, input: Array | Scalar, exponent: Array, out: Array) -> Array:
    if not isinstance(input, Scalar):
        zero = xp.logical_and(input == 0, xp.real(exponent) >= 0)
        return xp.masked_fill(g * (out * xp.log(input)), zero, 0)
    slope = g * (out * _logarithm(input))
    return xp.masked_fill(slope, xp.real(exponent) >= 0, 0) if input == 0 else slope


def _logarithm(x: Scalar) -> Scalar:
    """The logarithm of a Python number as the array libraries have it: -inf at 0, NaN below."""
    if isinstance(x, complex):
        return cmath.log(x)
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


@op
def float_power(xp: Namespace, input: Array | Scalar, exponent: Array | Scalar) -> Array:
    """Raise to a power in double precision; the result is float64, complex128 for complex operands.

    Shapes: (*), (*), broadcast -> (*).
    """
    return _double(xp, input) ** _double(xp, exponent)


def _double(xp: Namespace, x: Array | Scalar) -> Array | Scalar:
    if isinstance(x, Scalar):
        return x if isinstance(x, complex) else float(x)
    return xp.astype(x, xp.complex128 if xp.isdtype(x.dtype, "complex floating") else xp.float64)


@op(autocast={"accelerator": "float32"})
def square(xp: Namespace, input: Array) -> Array:
    """Square: ``input * input``. Shape: (*) -> (*), same dtype; booleans become int64."""
    return xp.square(xp.astype(input, xp.int64) if xp.isdtype(input.dtype, "bool") else input)


@square.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (2 * input)


@op(promote="float")
def sqrt(xp: Namespace, input: Array) -> Array:
    """Square root; NaN below 0. The gradient at 0 is infinite, as in PyTorch.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.sqrt(input)


@sqrt.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g / (2.0 * out)


@op(promote="float", autocast={"accelerator": "float32"})
def rsqrt(xp: Namespace, input: Array) -> Array:
    """One over the square root.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return 1.0 / xp.sqrt(input)


@rsqrt.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return -0.5 * g * (out * out * out)


@op(promote="float", refuses="bool integer complex")
def hypot(xp: Namespace, input: Array | Scalar, other: Array | Scalar) -> Array:
    """``sqrt(input**2 + other**2)`` without overflow. The gradient at (0, 0) is NaN, as in PyTorch.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return xp.hypot(input, other)


@hypot.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (input / out)


@hypot.vjp("other")
def _(xp: Namespace, g: Array, other: Array, out: Array) -> Array:
    return g * (other / out)


@op(promote="float")
def ldexp(xp: Namespace, input: Array, other: Array | Scalar) -> Array:
    """Multiply by a power of two: ``input * 2 ** other``.

    Shapes: (*), (*), broadcast -> (*); integers and booleans give the default float dtype.
    """
    return input * 2.0**other
