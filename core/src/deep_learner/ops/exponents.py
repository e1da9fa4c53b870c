"""Floating-point numbers taken apart into mantissa and exponent."""

from __future__ import annotations

from ..dtypes import from_native
from ..typing import Array, Namespace
from .operation import op
from .results import MantissaExponent

# How often small numbers are doubled, so that none is left that is not normal.
_DOUBLINGS = {"float16": 12, "bfloat16": 100, "float32": 100, "float64": 1000}


def require_floating(input: Array) -> None:
    """Refuse numbers that have no exponent.

    Raises
    ------
    RuntimeError
        If the array is not floating-point.
    """
    dtype = from_native(input.dtype)
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"frexp() only supports floating-point dtypes. Received: {dtype.name}; use x.float()"
        )


@op
def frexp(xp: Namespace, input: Array) -> MantissaExponent:
    """Mantissa and exponent: ``input = mantissa * 2**exponent`` with ``0.5 <= |mantissa| < 1``.

    The exponent of 0, infinity and NaN is 0. Shape: (*) -> (*), (*), in the input's dtype and int32.
    Raises: RuntimeError unless the input is floating-point.
    """
    require_floating(input)
    doublings = _DOUBLINGS[from_native(input.dtype).name]
    size = xp.abs(input)
    plain = xp.logical_or(size == 0, xp.logical_not(xp.isfinite(input)))
    tiny = size < 2.0**-doublings
    size = xp.where(plain, 1.0, xp.where(tiny, size * 2.0**doublings, size))
    exponent = xp.floor(xp.log2(size)) + 1.0
    for _ in range(2):  # a rounded logarithm may be one off to either side
        mantissa = _scaled(xp, size, exponent)
        exponent = xp.where(
            mantissa >= 1.0, exponent + 1.0, xp.where(mantissa < 0.5, exponent - 1.0, exponent)
        )
    mantissa = xp.where(plain, input, xp.copysign(_scaled(xp, size, exponent), input))
    exponent = xp.where(plain, 0.0, xp.where(tiny, exponent - float(doublings), exponent))
    return MantissaExponent(mantissa, xp.astype(exponent, xp.int32))


def _scaled(xp: Namespace, size: Array, exponent: Array) -> Array:
    """``size * 2**-exponent`` in two steps, neither of which overflows."""
    half = xp.floor(exponent * 0.5)
    return size * 2.0**-half * 2.0 ** (half - exponent)


@frexp.vjp("input")
def _(xp: Namespace, g: MantissaExponent, out1: Array) -> Array:
    exponent = xp.astype(out1, g[0].dtype)
    half = xp.floor(exponent * 0.5)
    return g[0] * 2.0**-half * 2.0 ** (half - exponent)
