"""Integers, coin tosses and permutations from 32-bit words."""

from __future__ import annotations

from array import array
from operator import mod
from typing import TYPE_CHECKING, Final

from ..typing import Array, Namespace
from .uniform import MANTISSA, unit_doubles

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["below", "coins", "integers", "permutation", "unbounded"]

_LONG: Final = 2**28  # from here on a draw is of 64 bits, lest the remainder favour the small numbers
_FULL: Final = 2**64
_CROWD: Final = 200_000
_LARGEST: Final = {"int64": 2**63, "int32": 2**31, "int16": 2**15, "int8": 2**7, "uint8": 2**8, "bool": 2}


def coins(host: Backend, generator: Generator, size: int, probability: float) -> Array:
    """`size` booleans, each true with the probability, from 53-bit uniforms."""
    return unit_doubles(host.namespace, generator.draw(host, 2 * size)) < probability


def below(host: Backend, generator: Generator, probabilities: Array) -> Array:
    """A boolean for each of the probabilities (shape (n,)), from uniforms of 24 bits; of 53 for float64."""
    xp = host.namespace
    size = probabilities.shape[0]
    if probabilities.dtype == xp.float64:
        return unit_doubles(xp, generator.draw(host, 2 * size)) < probabilities
    units = xp.astype(generator.draw(host, size) & MANTISSA, xp.float32) * 2.0**-24
    return units < xp.astype(probabilities, xp.float32)


def integers(host: Backend, generator: Generator, size: int, low: int, high: int) -> Array:
    """`size` integers from [low, high), int64: a draw modulo the width of the interval."""
    xp = host.namespace
    width = high - low
    if width < _LONG:
        return xp.astype(generator.draw(host, size) % width, xp.int64) + low
    longs = _longs(xp, generator.draw(host, 2 * size))
    # Of the whole range, PyTorch takes a draw as it is.
    return _signed(xp, longs % width + low % _FULL if width < _FULL else longs)


def unbounded(host: Backend, generator: Generator, size: int, dtype: str) -> Array:
    """`size` integers, int64, from zero to the largest of `dtype`, or the last before a float skips some."""
    xp = host.namespace
    if dtype in ("int64", "float64"):
        longs = _longs(xp, generator.draw(host, 2 * size))
        return xp.astype(longs % (2**63 if dtype == "int64" else 2**53 + 1), xp.int64)
    return xp.astype(generator.draw(host, size) % _LARGEST.get(dtype, 2**24 + 1), xp.int64)


def permutation(generator: Generator, size: int) -> memoryview:
    """The integers below `size` in random order, int64: Fisher and Yates' shuffle, from the front.

    It is sequential by nature. A list is the fastest to exchange in until its numbers no longer fit in the
    cache.
    """
    order = list(range(size)) if size < _CROWD else array("q", range(size))
    if size > 1:
        offsets = map(mod, generator.words(size - 1), range(size, 1, -1))
        for position, offset in enumerate(offsets):
            other = position + offset
            order[position], order[other] = order[other], order[position]
    return memoryview(array("q", order))


def _longs(xp: Namespace, words: Array) -> Array:
    """The uint64 of pairs of words, the high one first."""
    pairs = xp.astype(xp.reshape(words, (-1, 2)), xp.uint64)
    return pairs[:, 0] * 2**32 + pairs[:, 1]


def _signed(xp: Namespace, longs: Array) -> Array:
    """uint64 read as int64 (two's complement)."""
    high = xp.astype(longs >> 32, xp.int64)
    high = xp.where(high < 2**31, high, high - 2**32)
    return high * 2**32 + xp.astype(longs & 0xFFFFFFFF, xp.int64)
