"""Uniform real numbers from 32-bit words: 24 bits of one word for float32, 53 bits of two for float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..typing import Array
from .portions import in_portions
from .rounding import fma32, fma64, single

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["MANTISSA", "double", "uniform", "unit_doubles", "unit_singles"]

MANTISSA: Final = 2**24 - 1
_HIGH: Final = 2**21 - 1  # of the first word, 21 bits of the 53
_LOW: Final = 2**53 - 1


def double(first: int, second: int) -> float:
    """The number in [0, 1) that two words give."""
    return ((first & _HIGH) * 2.0**32 + second) * 2.0**-53


def unit_doubles(host: Backend, generator: Generator, size: int) -> Array:
    """`size` float64 numbers from [0, 1)."""
    xp = host.namespace

    def sample(start: int, stop: int) -> Array:
        pairs = generator.draw_pairs(host, stop - start)
        return xp.astype(pairs & _LOW, xp.float64) * 2.0**-53

    return in_portions(host, generator, size, sample)


def unit_singles(host: Backend, generator: Generator, size: int) -> Array:
    """`size` float32 numbers from [0, 1)."""
    xp = host.namespace

    def sample(start: int, stop: int) -> Array:
        return xp.astype(generator.draw(host, stop - start) & MANTISSA, xp.float32) * 2.0**-24

    return in_portions(host, generator, size, sample)


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
    units = unit_doubles if dtype == "float64" else unit_singles
    if dtype == "float32":
        low, high = single(low), single(high)
    if (low, high) == (0.0, 1.0):
        return units(host, generator, size)

    def sample(start: int, stop: int) -> Array:
        values = units(host, generator, stop - start)
        if dtype == "float64":
            values = fma64(xp, values, high - low, low)
        else:
            values = fma32(xp, xp.astype(values, xp.float64), single(high - low), low)
        return xp.where(
            values == high, low, values
        )  # rounding can reach the end that does not belong to them

    return in_portions(host, generator, size, sample)
