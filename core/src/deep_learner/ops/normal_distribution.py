"""The normal distribution: its cumulative function, the logarithm and the inverse of that.

Source: DLMF 7.18, https://dlmf.nist.gov/7; the constants are those of :mod:`.special`.
"""

from __future__ import annotations

import math

from ..typing import Array, Namespace
from .operation import op
from .special import normal_quantile

_ROOT_HALF = math.sqrt(0.5)
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)


@op(promote="float", refuses="complex")
def special_ndtr(xp: Namespace, input: Array) -> Array:
    """Cumulative distribution function of the standard normal distribution, ``erfc(-input / sqrt(2)) / 2``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return 0.5 * xp.erfc(input * -_ROOT_HALF)


@op(promote="float", refuses="complex")
def special_log_ndtr(xp: Namespace, input: Array) -> Array:
    """Logarithm of the normal distribution's cumulative function, with all digits on both tails.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    left = input < -1.0
    low = xp.where(left, input, -1.0)
    tail = xp.log(0.5 * xp.special_erfcx(low * -_ROOT_HALF)) - 0.5 * (low * low)
    return xp.where(left, tail, xp.log1p(-0.5 * xp.erfc(xp.where(left, -1.0, input) * _ROOT_HALF)))


@special_log_ndtr.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (2.0 / _ROOT_TWO_PI) / xp.special_erfcx(input * -_ROOT_HALF)


@op(promote="float", refuses="complex")
def special_ndtri(xp: Namespace, input: Array) -> Array:
    """Quantile of the standard normal distribution: infinite at 0 and 1, NaN outside.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return normal_quantile(xp, input - 0.5, xp.minimum(input, 1.0 - input))


@special_ndtri.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * (_ROOT_TWO_PI * xp.exp(0.5 * out * out))
