"""Arithmetic rounded as PyTorch's kernels round it: to single precision, and once for a fused `a * b + c`.

The array standard has no fused multiply-add. For float32 it is a float64 multiplication, which is exact, and
an addition; for float64 the rounding errors of both steps are computed and added back.
"""

from __future__ import annotations

import struct
from typing import Any

from ..typing import Array, Namespace

__all__ = ["fma32", "fma64", "fma_scalar", "single"]

_SPLITTER = 134217729.0  # 2**27 + 1: Veltkamp's, cuts a float64 into two halves of 26 bits
_LARGE = 1e290  # beyond it the corrections would overflow


def single(value: float) -> float:
    """`value` rounded to single precision."""
    return struct.unpack("f", struct.pack("f", value))[0]


def fma_scalar(a: float, b: float, c: float) -> float:
    """`a * b + c` for Python floats, rounded once."""
    if (b, c) == (1.0, 0.0) or max(abs(b), abs(c)) > _LARGE:
        return a * b + c
    from fractions import Fraction  # slow to import, and seldom needed

    return float(Fraction(a) * Fraction(b) + Fraction(c))


def fma32(xp: Namespace, a: Array, b: Any, c: Any) -> Array:
    """`a * b + c` as float32, rounded once.

    Parameters
    ----------
    a : array of float64
        Values that float32 can hold.
    b, c : array of float32 or float
        Likewise.

    Notes
    -----
    Two values of 24 bits have a product of at most 48, which float64 holds. The sum may be rounded twice, to
    53 and to 24 bits; that matters only within 2**-29 of a tie, and for none of the 2**24 arguments that
    :mod:`deep_learner.random.normal` can meet.
    """
    return xp.astype(a * b + c, xp.float32)


def fma64(xp: Namespace, a: Array, b: float, c: float) -> Array:
    """`a * b + c` as float64, rounded once (Dekker's product, Knuth's sum; Numerische Mathematik 18, 1971).

    Parameters
    ----------
    a : array of float64
    b, c : float
    """
    product = a * b
    if not c or max(abs(b), abs(c)) > _LARGE:
        return product + c
    total = product + c
    high = a * _SPLITTER
    high = high - (high - a)
    low = a - high
    b_high = b * _SPLITTER
    b_high = b_high - (b_high - b)
    b_low = b - b_high
    product_error = low * b_low - (((product - high * b_high) - low * b_high) - high * b_low)
    added = total - product
    sum_error = (product - (total - added)) + (c - added)
    return total + (sum_error + product_error)
