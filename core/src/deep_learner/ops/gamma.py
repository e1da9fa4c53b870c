"""The logarithm of the gamma function and its derivatives, from the array standard's functions alone.

Right of 10 the asymptotic series are exact to float64; smaller arguments are brought there by the recurrence,
negative ones are mirrored by the reflection formula. A backend may override these with a library's.
Source: DLMF 5, https://dlmf.nist.gov/5
"""

from __future__ import annotations

import math

from ..typing import Array, Namespace
from .operation import op
from .special import polynomial, rational

_SHIFT = 10
_BERNOULLI = (  # B_2, B_4, ..., B_20
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
)  # fmt: skip
# lgamma(2 + t) / (t (1 + t)) for -1 <= t <= 1, fitted at Chebyshev nodes to 4e-18: numerator and denominator
# by falling powers. Dividing out the zeros at 1 and 2 keeps all digits beside them.
_BETWEEN = (
    (
        1.0261136348456520469e-8, 6.9300472654484274811e-6, 3.5549791098834848888e-4,
        6.3816960412697745193e-3, 5.4526089638600104616e-2, 2.4893297512499894631e-1,
        6.2337708743572787593e-1, 8.0741564390807624733e-1, 4.2278433509846713939e-1,
    ),
    (
        1.6392895346409493849e-6, 1.2900857900800486453e-4, 3.2554428363825825054e-3,
        3.8415364004207352422e-2, 2.4567057563375858986e-1, 9.0291374819385807187e-1,
        1.9059289112433193703, 2.1470354273438672501, 1.0,
    ),
)  # fmt: skip


def _asymptotic(x: Array, terms: list[float]) -> Array:
    """``terms[0] + terms[1] / x^2 + terms[2] / x^4 + ...``"""
    return polynomial(1.0 / (x * x), terms[::-1])


def _lgamma_right(xp: Namespace, x: Array) -> Array:
    """lgamma for x >= 3 by Stirling's series, DLMF 5.11.1."""
    small = x < _SHIFT
    product = xp.where(small, x, 1.0)
    for step in range(1, _SHIFT - 3):
        product = product * xp.where(small, x + step, 1.0)
    far = xp.where(small, x + (_SHIFT - 3), x)
    terms = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1)]
    series = _asymptotic(far, terms) / far + (0.5 * math.log(2.0 * math.pi) - 0.5)
    return (far - 0.5) * (xp.log(far) - 1.0) + series - xp.log(product)


@op(promote="float", refuses="complex")
def lgamma(xp: Namespace, input: Array) -> Array:
    """Logarithm of the absolute value of the gamma function; infinite at 0, -1, -2, ... DLMF 5.2.1

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    negative = input < 0
    x = xp.where(negative, 1.0 - input, input)
    below_one = x < 1.0
    t = xp.clip(xp.where(below_one, x - 1.0, x - 2.0), -1.0, 1.0)
    between = t * (1.0 + t) * rational(t, _BETWEEN) - xp.where(below_one, xp.log(x), 0.0)
    right = xp.where(x <= 3.0, between, _lgamma_right(xp, xp.maximum(x, 3.0)))
    mirror = xp.log(math.pi / xp.abs(xp.sin(math.pi * (input - xp.round(input)))))
    out = xp.where(negative, mirror - right, right)
    return xp.where(xp.isinf(input), xp.abs(input), out)


@lgamma.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.digamma(input)


@op(promote="float", refuses="complex")
def digamma(xp: Namespace, input: Array) -> Array:
    """Derivative of ``lgamma``; NaN at -1, -2, ..., infinite at 0. DLMF 5.2.2

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    """
    pole = xp.logical_and(input < 0, input == xp.floor(input))
    return xp.where(pole, math.nan, _polygamma(xp, 0, input))


@digamma.vjp("input")
def _(xp: Namespace, g: Array, input: Array) -> Array:
    return g * xp.polygamma(1, input)


@op(promote="float", refuses="complex")
def polygamma(xp: Namespace, n: int, input: Array) -> Array:
    """The ``n``-th derivative of ``digamma``. DLMF 5.15

    Shape: (*) -> (*); integers and booleans give the default float dtype.
    Raises: RuntimeError for a negative ``n``.
    """
    if n < 0:
        raise RuntimeError(f"polygamma(n, x) does not support negative n. Received: n={n}")
    return xp.digamma(input) if n == 0 else _polygamma(xp, n, input)


@polygamma.vjp("input")
def _(xp: Namespace, g: Array, n: int, input: Array) -> Array:
    return g * xp.polygamma(n + 1, input)


def _polygamma(xp: Namespace, n: int, input: Array) -> Array:
    """psi_n by its reflection formula for negative arguments."""
    negative = input < 0
    right = _polygamma_right(xp, n, xp.where(negative, 1.0 - input, input))
    cotangent = 1.0 / xp.tan(math.pi * xp.where(negative, input - xp.round(input), 0.25))
    left = right * (-1.0) ** n - math.pi * polynomial(cotangent, _cotangent_derivative(n))
    return xp.where(negative, left, right)


def _polygamma_right(xp: Namespace, n: int, x: Array) -> Array:
    """psi_n for x >= 0 by its asymptotic series, DLMF 5.15.8; higher derivatives start further right."""
    shift = _SHIFT + n
    sign = (-1.0) ** (n + 1)
    small = x < shift
    total = xp.zeros_like(x)
    for step in range(shift):
        inverse = 1.0 / (x + step if step else x)  # keeps the sign of a zero
        power = inverse
        for _ in range(n):
            power = power * inverse
        total = total + power
    far = xp.where(small, x + shift, x)
    inverse = 1.0 / far
    factorial = math.factorial
    terms = [b * factorial(2 * k + n - 1) / factorial(2 * k) for k, b in enumerate(_BERNOULLI, 1)]
    series = 0.5 * factorial(n) * inverse + _asymptotic(far, terms) * (inverse * inverse)
    if n == 0:
        return xp.log(far) - series - xp.where(small, total, 0.0)
    series = (series + factorial(n - 1)) * inverse**n
    return sign * (series + xp.where(small, total * factorial(n), 0.0))


def _cotangent_derivative(n: int) -> list[float]:
    """The ``n``-th derivative of cot(pi x), as a polynomial in cot(pi x) by falling powers."""
    rising = [0.0, 1.0]
    for _ in range(n):
        slope = [k * c for k, c in enumerate(rising)][1:]
        rising = [-math.pi * (a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope], strict=True)]
    return rising[::-1]
