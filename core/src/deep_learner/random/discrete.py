"""Integers, coin tosses and permutations from 32-bit words."""

from __future__ import annotations

import math
from array import array
from operator import mod
from typing import TYPE_CHECKING, Final

from ..typing import Array
from .portions import in_portions
from .uniform import unit_doubles, unit_singles

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["below", "coins", "integers", "permutation", "unbounded"]

_LONG: Final = 2**28  # from here on a draw is of 64 bits, lest the remainder favour the small numbers
_FULL: Final = 2**64
_CROWD: Final = 200_000
_LARGEST: Final = {"int64": 2**63, "int32": 2**31, "int16": 2**15, "int8": 2**7, "uint8": 2**8, "bool": 2}


def coins(host: Backend, generator: Generator, size: int, probability: float) -> Array:
    """`size` booleans, each true with the probability, from 53-bit uniforms.

    Integers are compared: m / 2**53 < p where m is less than the next integer to 2**53 p.
    """
    bound = math.ceil(probability * 2.0**53) << 11

    def sample(start: int, stop: int) -> Array:
        pairs = generator.draw_pairs(host, stop - start)
        return pairs << 11 < bound if bound < _FULL else pairs == pairs

    return in_portions(host, generator, size, sample)


def below(host: Backend, generator: Generator, probabilities: Array) -> Array:
    """A boolean for each of the probabilities (shape (n,)), from uniforms of 24 bits; of 53 for float64."""
    xp = host.namespace
    double = probabilities.dtype == xp.float64
    units, dtype = (unit_doubles, xp.float64) if double else (unit_singles, xp.float32)

    def sample(start: int, stop: int) -> Array:
        return units(host, generator, stop - start) < xp.astype(probabilities[start:stop], dtype, copy=False)

    return in_portions(host, generator, probabilities.shape[0], sample)


def integers(host: Backend, generator: Generator, size: int, low: int, high: int) -> Array:
    """`size` integers from [low, high), int64: a draw modulo the width of the interval."""
    xp = host.namespace
    width = high - low

    def sample(start: int, stop: int) -> Array:
        if width < _LONG:
            return xp.astype(generator.draw(host, stop - start) % width, xp.int64) + low
        longs = _longs(host, generator, stop - start)
        # Of the whole range, PyTorch takes a draw as it is.
        return _signed(host, longs % width + low % _FULL if width < _FULL else longs)

    return in_portions(host, generator, size, sample)


def unbounded(host: Backend, generator: Generator, size: int, dtype: str) -> Array:
    """`size` integers, int64, from zero to the largest of `dtype`, or the last before a float skips some."""
    xp = host.namespace

    def sample(start: int, stop: int) -> Array:
        if dtype in ("int64", "float64"):
            longs = _longs(host, generator, stop - start)
            return xp.astype(longs % (2**63 if dtype == "int64" else 2**53 + 1), xp.int64)
        return xp.astype(generator.draw(host, stop - start) % _LARGEST.get(dtype, 2**24 + 1), xp.int64)

    return in_portions(host, generator, size, sample)


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


def _longs(host: Backend, generator: Generator, size: int) -> Array:
    """The uint64 of pairs of words, the high one first."""
    return generator.draw_pairs(host, size)


def _signed(host: Backend, longs: Array) -> Array:
    """uint64 read as int64 (two's complement)."""
    xp = host.namespace
    high = xp.astype(longs >> 32, xp.int64)
    high = xp.where(high < 2**31, high, high - 2**32)
    return high * 2**32 + xp.astype(longs & 0xFFFFFFFF, xp.int64)
