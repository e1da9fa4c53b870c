"""Uniform real numbers from 32-bit words: 24 bits of one word for float32, 53 bits of two for float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..typing import Array, Namespace
from .rounding import fma32, fma64, single

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["MANTISSA", "double", "uniform", "unit_doubles"]

MANTISSA: Final = 2**24 - 1
_HIGH: Final = 2**21 - 1  # of the first word, 21 bits of the 53


def double(first: int, second: int) -> float:
    """The number in [0, 1) that two words give."""
    return ((first & _HIGH) * 2.0**32 + second) * 2.0**-53


def unit_doubles(xp: Namespace, words: Array) -> Array:
    """The float64 numbers in [0, 1) that pairs of words (uint32, shape (2 n,)) give."""
    pairs = xp.reshape(words, (-1, 2))
    high = xp.astype(pairs[:, 0] & _HIGH, xp.float64)
    return (high * 2.0**32 + xp.astype(pairs[:, 1], xp.float64)) * 2.0**-53


def uniform(
    host: Backend,
    generator: Generator,
    size: int,
    dtype: str = "float32",
    low: float = 0.0,
    high: float = 1.0,
) -> Array:
    """`size` numbers from [low, high), of shape (size,) and dtype "float32" or "float64"."""
    xp = host.namespace
    if dtype == "float64":
        units = unit_doubles(xp, generator.draw(host, 2 * size))
        values = fma64(xp, units, high - low, low)
    else:
        low, high = single(low), single(high)
        values = xp.astype(generator.draw(host, size) & MANTISSA, xp.float32) * 2.0**-24
        if (low, high) != (0.0, 1.0):
            values = fma32(xp, xp.astype(values, xp.float64), single(high - low), low)
    # Rounding can reach the upper end, which does not belong to the interval.
    return values if (low, high) == (0.0, 1.0) else xp.where(values == high, low, values)
