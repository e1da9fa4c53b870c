"""The error function, its complement and its inverse, from the array standard's functions alone.

A backend may override them with a library's. Each is accurate to a few units in the last place of float64:
all pieces of the domain are computed, on arguments kept inside each piece, and the right one is picked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace
from .operation import op

_SLOPE = 2.0 / math.sqrt(math.pi)

# W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969):
# numerator and denominator by falling powers, of erf(x) / x in x^2 up to 0.46875, of erfc(x) exp(x^2) in x up
# to 4, and of what is left of the asymptotic series in 1 / x^2 beyond.
_CENTRE = (
    (
        1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2,
        3.77485237685302021e2, 3.20937758913846947e3,
    ),
    (
        1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
        2.84423683343917062e3,
    ),
)  # fmt: skip
_FLANK = (
    (
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594,
        6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
        1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
    ),
    (
        1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
        1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
        1.23033935480374942e3,
    ),
)  # fmt: skip
_TAIL = (
    (
        1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
        1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4,
    ),
    (
        1.0, 2.56852019228982242, 1.87295284992346725,
        5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
    ),
)  # fmt: skip

# M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988): the normal quantile in 0.180625 - (x / 2)^2
# up to |x| = 0.85, and in r = sqrt(-log((1 - |x|) / 2)) less 1.6 up to r = 5, less 5 beyond.
_QUANTILE_CENTRE = (
    (
        2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
        4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
        1.3314166789178437745e2, 3.3871328727963666080,
    ),
    (
        5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
        2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
        4.2313330701600911252e1, 1.0,
    ),
)  # fmt: skip
_QUANTILE_FLANK = (
    (
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
        1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550,
        4.63033784615654529590, 1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
        1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
        2.05319162663775882187, 1.0,
    ),
)  # fmt: skip
_QUANTILE_TAIL = (
    (
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
        2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
        5.46378491116411436990, 6.65790464350110377720,
    ),
    (
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
        5.99832206555887937690e-1, 1.0,
    ),
)  # fmt: skip


def polynomial(x: Array, coefficients: Sequence[float]) -> Array:
    """The polynomial with these coefficients, by falling powers (Horner's scheme)."""
    value = x * coefficients[0] + coefficients[1]
    for coefficient in coefficients[2:]:
        value = value * x + coefficient
    return value


def rational(x: Array, coefficients: tuple[Sequence[float], Sequence[float]]) -> Array:
    """The quotient of two polynomials."""
    return polynomial(x, coefficients[0]) / polynomial(x, coefficients[1])


def _erf_centre(xp: Namespace, x: Array) -> Array:
    """erf(x) for |x| up to 0.46875."""
    near = xp.clip(x, -0.46875, 0.46875)
    return near * rational(near * near, _CENTRE)


def _erfcx_outside(xp: Namespace, y: Array) -> Array:
    """erfc(y) exp(y^2) for y from 0.46875."""
    flank = rational(xp.clip(y, 0.46875, 4.0), _FLANK)
    far = 1.0 / xp.maximum(y, 4.0)
    square = far * far
    tail = (0.5 * _SLOPE - square * rational(square, _TAIL)) * far
    return xp.where(y <= 4.0, flank, tail)


def _exp_of_square(xp: Namespace, y: Array, sign: float) -> Array:
    """exp(sign y^2) for y from 0, infinite or 0 from 30 on.

    As it loses digits when y^2 grows, a part of y is split off whose square is exact.
    """
    y = xp.minimum(y, 30.0)
    coarse = xp.trunc(y * 16.0) / 16.0
    return xp.exp(sign * (coarse * coarse)) * xp.exp(sign * ((y - coarse) * (y + coarse)))


def _erfc_outside(xp: Namespace, y: Array) -> Array:
    """erfc(y) for y from 0.46875."""
    return _exp_of_square(xp, y, -1.0) * _erfcx_outside(xp, y)


@op(promote="float", refuses="complex")
def erf(xp: Namespace, input: Array) -> Array:
    """Error function ``2 / sqrt(pi)`` times the integral of ``exp(-t^2)`` from 0 to ``input``. DLMF 7.2.1

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    return xp.where(size <= 0.46875, _erf_centre(xp, input), xp.sign(input) * (1.0 - _erfc_outside(xp, size)))


@erf.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (_SLOPE * xp.exp(-(input * input)))


@op(promote="float", refuses="complex")
def erfc(xp: Namespace, input: Array) -> Array:
    """Complementary error function ``1 - erf(input)``, with all digits on the right tail. DLMF 7.2.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    outside = _erfc_outside(xp, size)
    outside = xp.where(input < 0, 2.0 - outside, outside)
    return xp.where(size <= 0.46875, 1.0 - _erf_centre(xp, input), outside)


@erfc.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * (-_SLOPE * xp.exp(-(input * input)))


@op(promote="float", refuses="complex")
def special_erfcx(xp: Namespace, input: Array) -> Array:
    """Scaled complementary error function ``exp(input^2) * erfc(input)``, which does not underflow. DLMF 7.2.3

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    outside = _erfcx_outside(xp, size)
    left = xp.maximum(-input, 0.0)
    outside = xp.where(input < 0, 2.0 * _exp_of_square(xp, left, 1.0) - outside, outside)
    centre = xp.clip(input, -0.46875, 0.46875)
    return xp.where(size <= 0.46875, xp.exp(centre * centre) * (1.0 - _erf_centre(xp, input)), outside)


@special_erfcx.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array) -> Array:
    return g * (2.0 * input * out - _SLOPE)


@op(promote="float", refuses="complex", autocast={"accelerator": "float32"})
def erfinv(xp: Namespace, input: Array) -> Array:
    """Inverse of the error function: infinite at -1 and 1, NaN outside.

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    size = xp.abs(input)
    return normal_quantile(xp, input * 0.5, (1.0 - size) * 0.5) * math.sqrt(0.5)


def normal_quantile(xp: Namespace, excess: Array, tail: Array) -> Array:
    """Where the normal distribution reaches 0.5 + `excess`, whose distance to the nearer of 0 and 1 is `tail`."""
    middle = xp.clip(excess, -0.425, 0.425)
    centre = middle * rational(0.180625 - middle * middle, _QUANTILE_CENTRE)
    radius = xp.sqrt(-xp.log(xp.where(tail == 0, 0.5, tail)))
    flank = rational(xp.minimum(radius, 5.0) - 1.6, _QUANTILE_FLANK)
    end = rational(xp.maximum(radius, 5.0) - 5.0, _QUANTILE_TAIL)
    outside = xp.sign(excess) * xp.where(tail == 0, math.inf, xp.where(radius <= 5.0, flank, end))
    return xp.where(xp.abs(excess) <= 0.425, centre, outside)


@erfinv.vjp("input")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return g * (xp.exp(out * out) / _SLOPE)
