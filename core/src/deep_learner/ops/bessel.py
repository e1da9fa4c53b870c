"""Bessel functions: the modified ones of the first kind and the spherical one of order 0 by formulas,
the others by kernels.

Source: DLMF 10, https://dlmf.nist.gov/10
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace
from .kernel_only import needs_kernel
from .operation import op
from .special import polynomial

# Chebyshev series, computed to 30 digits and cut at 3e-18: exp(-x) I_0(x) and exp(-x) I_1(x) / x in x / 4 - 1 up to 8,
# and sqrt(x) exp(-x) I_n(x) in 16 / x - 1 beyond, as Clenshaw proposed (Chebyshev Series for Mathematical
# Functions, National Physical Laboratory, 1962).
_BORDER = 8.0
_I0_NEAR = (
    3.38397637204738042e-1, -3.04682672343198399e-1, 1.71620901522208775e-1, -9.49010970480476444e-2,
    4.93052842396707085e-2, -2.37374148058994688e-2, 1.05464603945949983e-2, -4.32430999505057594e-3,
    1.6394756169413358e-3, -5.76375574538582366e-4, 1.88502885095841656e-4, -5.7541950100821037e-5,
    1.64484480707288971e-5, -4.41673835845875056e-6, 1.11738753912010372e-6, -2.67079385394061173e-7,
    6.04699502254191895e-8, -1.30002500998624804e-8, 2.65982372468238665e-9, -5.18979560163526291e-10,
    9.67580903537323691e-11, -1.72682629144155571e-11, 2.95505266312963983e-12, -4.85644678311192946e-13,
    7.67618549860493562e-14, -1.16853328779934517e-14, 1.71539128555513303e-15, -2.43127984654795469e-16,
    3.3307945188222381e-17, -4.41534164647933938e-18,
)  # fmt: skip
_I0_FAR = (
    4.02245205507054416e-1, 3.36911647825569409e-3, 6.88975834691682398e-5, 2.89137052083475648e-6,
    2.04891858946906374e-7, 2.26666899049817806e-8, 3.39623202570838635e-9, 4.94060238822496959e-10,
    1.18891471078464383e-11, -3.14991652796324136e-11, -1.32158118404477131e-11, -1.79417853150680612e-12,
    7.18012445138366623e-13, 3.8527783827421427e-13, 1.54008621752140983e-14, -4.15056934728722209e-14,
    -9.55484669882830765e-15, 3.81168066935262242e-15, 1.77256013305652638e-15, -3.42548561967721913e-16,
    -2.82762398051658348e-16, 3.46122286769746109e-17, 4.46562142029676e-17, -4.83050448594418207e-18,
    -7.23318048787475395e-18,
)  # fmt: skip
_I1_NEAR = (
    1.26293593221816827e-1, -1.76416518357834055e-1, 1.02643658689847095e-1, -5.29459812080949914e-2,
    2.47264490306265168e-2, -1.05640848946261982e-2, 4.15642294431288816e-3, -1.51357245063125315e-3,
    5.12285956168575773e-4, -1.61760815825896746e-4, 4.78156510755005423e-5, -1.32731636560394358e-5,
    3.47025130813767848e-6, -8.56872026469545474e-7, 2.00329475355213526e-7, -4.44505912879632808e-8,
    9.38153738649577178e-9, -1.88724975172282929e-9, 3.62559028155211704e-10, -6.66348972350202774e-11,
    1.17361862988909016e-11, -1.98397439776494372e-12, 3.22379336594557471e-13, -5.04218550472791169e-14,
    7.60068429473540693e-15, -1.10559694773538631e-15, 1.55363195773620047e-16, -2.11142121435816608e-17,
    2.77791411276104637e-18,
)  # fmt: skip
_I1_FAR = (
    3.8928811750914006e-1, -9.76109749136146841e-3, -1.10588938762623716e-4, -3.88256480887769039e-6,
    -2.51223623787020893e-7, -2.63146884688951951e-8, -3.83538038596423702e-9, -5.58974346219658381e-10,
    -1.89749581235054123e-11, 3.25260358301548824e-11, 1.41258074366137813e-11, 2.03562854414708951e-12,
    -7.19855177624590851e-13, -4.08355111109219732e-13, -2.10154184277266431e-14, 4.27244001671195135e-14,
    1.04202769841288028e-14, -3.8144030724370078e-15, -1.88035477551078245e-15, 3.30820231092092828e-16,
    2.96262899764595014e-16, -3.20952592199342396e-17, -4.65030536848935833e-17, 4.41434832307170795e-18,
    7.51729631084210481e-18, -9.31417886732688338e-19, -1.24219327519489096e-18,
)  # fmt: skip
# sin(x) / x in x^2, by falling powers.
_SINE_OVER_ANGLE = tuple([(-1.0) ** k / math.factorial(2 * k + 1) for k in range(8)])[::-1]


def _chebyshev(t: Array, coefficients: Sequence[float]) -> Array:
    """The Chebyshev series with these coefficients, for -1 <= t <= 1 (Clenshaw's sum)."""
    twice = t + t
    newer, older = twice * coefficients[-1] + coefficients[-2], coefficients[-1]
    for coefficient in coefficients[-3:0:-1]:
        newer, older = twice * newer - older + coefficient, newer
    return t * newer - older + coefficients[0]


def _near_and_far(
    xp: Namespace, size: Array, near: Sequence[float], far: Sequence[float]
) -> tuple[Array, Array]:
    """The series up to the border, and what they give beyond it."""
    outside = xp.maximum(size, _BORDER)
    inside = _chebyshev(xp.minimum(size, _BORDER) * 0.25 - 1.0, near)
    return inside, _chebyshev(2.0 * _BORDER / outside - 1.0, far) / xp.sqrt(outside)


@op(promote="float", refuses="complex")
def i0(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the first kind of order 0. DLMF 10.25.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.exp(xp.abs(input)) * xp.special_i0e(input)


@i0.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.special_i1(input)


@op(promote="float", refuses="complex")
def special_i0e(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the first kind of order 0, times ``exp(-|input|)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    near, far = _near_and_far(xp, size, _I0_NEAR, _I0_FAR)
    return xp.where(size <= _BORDER, near, far)


@special_i0e.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.special_i1e(input) - xp.sign(input) * out)


@op(promote="float", refuses="complex")
def special_i1(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the first kind of order 1. DLMF 10.25.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return xp.exp(xp.abs(input)) * xp.special_i1e(input)


@special_i1.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.i0(input) - _quotient(xp, out, input, 0.5))


@op(promote="float", refuses="complex")
def special_i1e(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the first kind of order 1, times ``exp(-|input|)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    near, far = _near_and_far(xp, size, _I1_NEAR, _I1_FAR)
    return xp.where(size <= _BORDER, xp.clip(input, -_BORDER, _BORDER) * near, xp.sign(input) * far)


@special_i1e.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.special_i0e(input) - xp.sign(input) * out - _quotient(xp, out, input, 0.5))


def _quotient(xp: Namespace, y: Array, x: Array, limit: float) -> Array:
    """``y / x``, and its limit at 0."""
    zero = x == 0
    return xp.where(zero, limit, y / xp.where(zero, 1.0, x))


@op(promote="float", refuses="complex")
def special_spherical_bessel_j0(xp: Namespace, input: Array) -> Array:
    """Spherical Bessel function of the first kind of order 0, ``sin(input) / input``: 1 at 0. DLMF 10.49.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    near = xp.clip(input, -0.5, 0.5)
    far = xp.where(xp.logical_or(xp.abs(input) <= 0.5, xp.isinf(input)), 1.0, input)
    outside = xp.where(xp.isinf(input), 0.0, xp.sin(far) / far)
    return xp.where(xp.abs(input) <= 0.5, polynomial(near * near, _SINE_OVER_ANGLE), outside)


@op(promote="float", refuses="complex")
def special_bessel_j0(xp: Namespace, input: Array) -> Array:
    """Bessel function of the first kind of order 0. DLMF 10.2.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_bessel_j0")


@op(promote="float", refuses="complex")
def special_bessel_j1(xp: Namespace, input: Array) -> Array:
    """Bessel function of the first kind of order 1. DLMF 10.2.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_bessel_j1")


@op(promote="float", refuses="complex")
def special_bessel_y0(xp: Namespace, input: Array) -> Array:
    """Bessel function of the second kind of order 0: minus infinity at 0, NaN below. DLMF 10.2.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_bessel_y0")


@op(promote="float", refuses="complex")
def special_bessel_y1(xp: Namespace, input: Array) -> Array:
    """Bessel function of the second kind of order 1: minus infinity at 0, NaN below. DLMF 10.2.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_bessel_y1")


@op(promote="float", refuses="complex")
def special_modified_bessel_k0(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the second kind of order 0: infinite at 0, NaN below. DLMF 10.25.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_modified_bessel_k0")


@op(promote="float", refuses="complex")
def special_modified_bessel_k1(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the second kind of order 1: infinite at 0, NaN below. DLMF 10.25.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_modified_bessel_k1")


@op(promote="float", refuses="complex")
def special_scaled_modified_bessel_k0(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the second kind of order 0, times ``exp(input)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_scaled_modified_bessel_k0")


@op(promote="float", refuses="complex")
def special_scaled_modified_bessel_k1(xp: Namespace, input: Array) -> Array:
    """Modified Bessel function of the second kind of order 1, times ``exp(input)``.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_scaled_modified_bessel_k1")


@op(promote="float", refuses="complex")
def special_airy_ai(xp: Namespace, input: Array) -> Array:
    """Airy function Ai; NaN at both infinities, as in PyTorch. DLMF 9.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "special_airy_ai")


@op(promote="float")
def airy_ai_slope(xp: Namespace, input: Array) -> Array:
    """The derivative of the Airy function Ai. DLMF 9.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    return needs_kernel(xp, "airy_ai_slope")


# The derivatives, DLMF 9.2.1, 10.6.3 and 10.29.3.


@special_bessel_j0.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return -g * xp.special_bessel_j1(input)


@special_bessel_j1.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.special_bessel_j0(input) - _quotient(xp, out, input, 0.5))


@special_bessel_y0.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return -g * xp.special_bessel_y1(input)


@special_bessel_y1.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (xp.special_bessel_y0(input) - out / input)


@special_modified_bessel_k0.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return -g * xp.special_modified_bessel_k1(input)


@special_modified_bessel_k1.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return -g * (xp.special_modified_bessel_k0(input) + out / input)


@special_scaled_modified_bessel_k0.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (out - xp.special_scaled_modified_bessel_k1(input))


@special_scaled_modified_bessel_k1.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (out - xp.special_scaled_modified_bessel_k0(input) - out / input)


@special_airy_ai.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.airy_ai_slope(input)


@airy_ai_slope.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (input * xp.special_airy_ai(input))
