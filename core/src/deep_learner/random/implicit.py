"""How a sample moves with its distribution's parameter, at a fixed quantile: gamma and beta distribution.

Where F(x; a) is the cumulative distribution and f(x; a) its density, that is -(dF / da) / f (Figurnov, Mohamed, Mnih,
"Implicit reparameterization gradients", NeurIPS 2018). dF / da is an integral of the density times (log t - c) with
c the mean of log t, over what is left of x or, with the other sign, over what is right of it. On one of the sides the
integrand does not change its sign, so that no digits are lost. Both are computed by the double exponential rule for
half-infinite intervals: Takahasi and Mori, Publications of RIMS 9 (1974).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..autograd.modes import no_grad
from ..ops.exponential import exp, expm1, log, log1p
from ..ops.filling import zeros_like
from ..ops.gamma import digamma
from ..ops.limits import clamp_min
from ..ops.power import sqrt
from ..ops.selection import where
from ..tensor import Tensor

__all__ = ["dirichlet_gradient", "standard_gamma_gradient"]

_STEP = 0.1
_FIRST, _LAST = -36, 39  # the nodes in steps: from exp(-40) to 47 times the scale
_NEAR_ZERO = (
    0.1  # below it the left side is taken: right of it the density has features of very different scales
)


def _integral(integrand: Callable[[Tensor], Tensor], rate: Tensor) -> Tensor:
    """The integral from 0 to infinity of what falls off like `exp(-rate * s)`."""
    total: Any = zeros_like(rate)
    for step in range(_FIRST, _LAST + 1):
        u = step * _STEP
        fall = math.exp(-u)
        node = math.exp(u - fall)
        total = total + integrand(node / rate) * (node * (1.0 + fall))
    return total * _STEP / rate


@no_grad()
def standard_gamma_gradient(concentration: Tensor, sample: Tensor) -> Tensor:
    """The derivative of gamma-distributed numbers of rate 1 with respect to the concentration.

    Shapes: (*), (*) -> (*).
    """
    a, x = concentration, sample
    small, centre, above = a < 1.0, digamma(a), clamp_min(a - 1.0, 0.0)

    def left(s: Tensor) -> Tensor:  # t = x exp(-s)
        return (centre - log(x) + s) * exp(-a * s - x * expm1(-s))

    def right(r: Tensor) -> Tensor:  # t = x + r
        return (log(x + r) - centre) * exp((a - 1.0) * log1p(r / x) - r)

    left_rate = where(small, a, clamp_min(a - x, 0.0) + sqrt(x))
    right_rate = where(small, 1.0, clamp_min(1.0 - above / x, 0.0) + sqrt(above) / x)
    is_right = (log(x) > centre) & (x > _NEAR_ZERO)
    return where(is_right, _integral(right, right_rate), x * _integral(left, left_rate))


@no_grad()
def dirichlet_gradient(sample: Tensor, concentration: Tensor, total: Tensor) -> Tensor:
    """The derivative of shares x with respect to their own concentrations, divided by 1 - x.

    Each share is beta-distributed with its concentration and the rest of `total`; as it grows, the others shrink in
    proportion. Shapes: (*), (*), (*) -> (*).
    """
    x, a, b = sample, concentration, total - concentration
    rest, centre = 1.0 - x, digamma(a) - digamma(total)
    a_above, b_above = clamp_min(a - 1.0, 0.0), clamp_min(b - 1.0, 0.0)

    def left(s: Tensor) -> Tensor:  # t = x exp(-s)
        return (centre - log(x) + s) * exp(-a * s + (b - 1.0) * log1p(-expm1(-s) * (x / rest)))

    def right(s: Tensor) -> Tensor:  # 1 - t = (1 - x) exp(-s)
        return (log1p(-rest * exp(-s)) - centre) * exp(-b * s + (a - 1.0) * log1p(-expm1(-s) * (rest / x)))

    left_rate = where(a < 1.0, a, clamp_min(a - b_above * (x / rest), 0.0) + sqrt(b_above * x) / rest)
    right_rate = where(b < 1.0, b, clamp_min(b - a_above * (rest / x), 0.0) + sqrt(a_above * rest) / x)
    is_right = (log(x) > centre) & (x * clamp_min(total, 1.0) > _NEAR_ZERO)
    return where(is_right, _integral(right, right_rate), _integral(left, left_rate) * (x / rest))
