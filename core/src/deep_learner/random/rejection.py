"""Poisson and binomial numbers: few expected by counting waits, many by Hörmann's transformed rejection.

Sources: Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Mathematics
and Economics 12 (1993), algorithm PTRS; the same, "The generation of binomial random variates", Journal of Statistical
Computation and Simulation 46 (1993), algorithm BTRS; Knuth, The Art of Computer Programming 2, 3.4.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from .uniform import double

if TYPE_CHECKING:
    from .generator import Generator

__all__ = ["binomial_number", "poisson_number"]

_MANY = 10.0  # from so many expected on, rejection is faster
# What Stirling's series leaves of ln(k!) for k up to 9.
_STIRLING_REST = [
    math.lgamma(k + 1.0) - ((k + 0.5) * math.log(k + 1.0) - (k + 1.0) + 0.5 * math.log(2.0 * math.pi))
    for k in range(10)
]


def uniforms(generator: Generator) -> Callable[[], float]:
    """A function that draws the next uniform number of 53 bits."""
    words = generator.words

    def draw() -> float:
        first, second = words(2)
        return double(first, second)

    return draw


def poisson_number(uniform: Callable[[], float], rate: float) -> float:
    """A number of events where `rate` are expected."""
    if rate < _MANY:
        return _few_events(uniform, math.exp(-rate)) if rate else 0.0
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    tight = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform() - 0.5
        v = uniform()
        rest = 0.5 - abs(u)
        if rest == 0.0:
            continue
        k = float(math.floor((2.0 * a / rest + b) * u + rate + 0.43))
        if rest >= 0.07 and v <= tight:
            return k
        if k < 0.0 or (rest < 0.013 and v > rest):
            continue
        hat = _log(v) + math.log(inverse_alpha) - math.log(a / (rest * rest) + b)
        if hat <= -rate + k * log_rate - math.lgamma(k + 1.0):
            return k


def _few_events(uniform: Callable[[], float], limit: float) -> float:
    count, product = 0.0, 1.0
    while True:
        product *= uniform()
        if product <= limit:
            return count
        count += 1.0


def binomial_number(
    uniform: Callable[[], float], count: float, p: float, rounded: Callable[[float], float] = float
) -> float:
    """A number of successes in `count` trials of the probability `p`.

    As in PyTorch, products of the two are `rounded` to their own dtype; all else is computed in double precision.
    """
    if math.isnan(count) or math.isnan(p):
        return math.nan
    if count <= 0.0 or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return count
    rare = p if p <= 0.5 else 1.0 - p
    if rounded(count * rare) < _MANY:
        found = _few_successes(uniform, count, rare)
    else:
        found = _many_successes(uniform, count, rare, rounded)
    return found if p <= 0.5 else count - found


def _few_successes(uniform: Callable[[], float], count: float, p: float) -> float:
    """How often one can wait for a success until the trials are used up."""
    used, found, scale = 0.0, 0.0, math.log1p(-p)
    while True:
        used += math.ceil(_log(uniform()) / scale)
        if used > count:
            return found
        found += 1.0


def _many_successes(
    uniform: Callable[[], float], count: float, p: float, rounded: Callable[[float], float]
) -> float:
    expected, failure = rounded(count * p), rounded(1.0 - p)
    deviation = rounded(math.sqrt(rounded(expected * failure)))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = expected + 0.5
    tight = 0.92 - 4.2 / b
    odds = rounded(p / failure)
    alpha = (2.83 + 5.1 / b) * deviation
    mode = float(math.floor(rounded((count + 1.0) * p)))
    while True:
        u = uniform() - 0.5
        v = uniform()
        rest = 0.5 - abs(u)
        if rest == 0.0:
            continue
        k = float(math.floor((2.0 * a / rest + b) * u + c))
        if rest >= 0.07 and v <= tight:
            return k
        if k < 0.0 or k > count:
            continue
        bound = (
            (mode + 0.5) * math.log((mode + 1.0) / (odds * (count - mode + 1.0)))
            + (count + 1.0) * math.log((count - mode + 1.0) / (count - k + 1.0))
            + (k + 0.5) * math.log(odds * (count - k + 1.0) / (k + 1.0))
            + _stirling_rest(mode) + _stirling_rest(count - mode) - _stirling_rest(k) - _stirling_rest(count - k)
        )  # fmt: skip
        if _log(v * alpha / (a / (rest * rest) + b)) <= bound:
            return k


def _stirling_rest(k: float) -> float:
    if k <= 9.0:
        return _STIRLING_REST[int(k)]
    square = (k + 1.0) * (k + 1.0)
    return (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0)


def _log(x: float) -> float:
    return math.log(x) if x > 0.0 else -math.inf
