"""Divergences between families: the negative entropy of p, less the mean under p of log q.

For most q that mean is made of a few means under p. They stand here once for each p, and each log q once: of x, its
square, its logarithm, that of 1 - x, and exp(-x / s).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...functions import digamma, erf, exp, lgamma, log, where, xlogy
from ...tensor import Tensor
from ..beta import Beta
from ..continuous_bernoulli import ContinuousBernoulli
from ..exponential import Exponential
from ..gamma import Gamma
from ..gumbel import Gumbel
from ..laplace import Laplace
from ..normal import Normal
from ..pareto import Pareto
from ..uniform import Uniform
from ..utils import euler_constant
from .dispatch import register_kl


def _log_of_beta(p: Any) -> Tensor:
    return digamma(p.concentration1) - digamma(p.concentration1 + p.concentration0)


def _log_of_uniform(p: Any) -> Tensor:
    return (xlogy(p.high, p.high) - xlogy(p.low, p.low)) / (p.high - p.low) - 1


def _log_of_rest_of_uniform(p: Any) -> Tensor:
    high, low = 1 - p.high, 1 - p.low
    return (xlogy(low, low) - xlogy(high, high)) / (p.high - p.low) - 1


MEAN_LOG: dict[type, Callable[[Any], Tensor]] = {
    Beta: _log_of_beta,
    Exponential: lambda p: -euler_constant - log(p.rate),
    Gamma: lambda p: digamma(p.concentration) - log(p.rate),
    Pareto: lambda p: log(p.scale) + p.alpha.reciprocal(),
    Uniform: _log_of_uniform,
}
# The mean of exp(-x / s).
MEAN_EXP: dict[type, Callable[[Any, Tensor], Tensor]] = {
    Exponential: lambda p, s: p.rate * s / (p.rate * s + 1),
    Gamma: lambda p, s: (1 + (p.rate * s).reciprocal()).pow(-p.concentration),
    Normal: lambda p, s: exp(0.5 * (p.scale / s).square() - p.loc / s),
    Uniform: lambda p, s: (exp(-p.low / s) - exp(-p.high / s)) * s / (p.high - p.low),
}


def _log_exponential(p: Any, q: Any) -> Tensor:
    return log(q.rate) - q.rate * p.mean


def _log_gamma(p: Any, q: Any) -> Tensor:
    a = q.concentration
    return a * log(q.rate) - lgamma(a) + (a - 1) * MEAN_LOG[_kind(p)](p) - q.rate * p.mean


def _log_normal(p: Any, q: Any) -> Tensor:
    square = p.variance + (p.mean - q.loc).square()
    return -0.5 * square / q.scale.square() - log(q.scale) - 0.5 * math.log(2 * math.pi)


def _log_gumbel(p: Any, q: Any) -> Tensor:
    tail = exp(q.loc / q.scale) * MEAN_EXP[_kind(p)](p, q.scale)
    return (q.loc - p.mean) / q.scale - tail - log(q.scale)


def _log_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    return p.mean * q.logits + (-q.probs).log1p() + q._cont_bern_log_norm()


def _log_uniform(p: Any, q: Any) -> Tensor:
    return -log(q.high - q.low)


def _log_pareto(p: Any, q: Any) -> Tensor:
    return log(q.alpha) + q.alpha * log(q.scale) - (q.alpha + 1) * MEAN_LOG[_kind(p)](p)


def _log_beta(p: Any, q: Any) -> Tensor:
    a, b = q.concentration1, q.concentration0
    powers = (a - 1) * _log_of_uniform(p) + (b - 1) * _log_of_rest_of_uniform(p)
    return powers - lgamma(a) - lgamma(b) + lgamma(a + b)


def _log_laplace(p: Any, q: Any) -> Tensor:
    shift = p.loc - q.loc
    ratio = shift / p.scale
    distance = math.sqrt(2 / math.pi) * p.scale * exp(-0.5 * ratio.square()) + shift * erf(
        math.sqrt(0.5) * ratio
    )
    return -distance / q.scale - log(2 * q.scale)


def _kind(p: Any) -> type:
    return next(kind for kind in type(p).__mro__ if kind in MEAN_LOG or kind in MEAN_EXP)


# Where p has outcomes that q has not, for parameters that do not exclude it.
def _outside_unit(p: Any, q: Any) -> Any:
    return (p.high > 1) | (p.low < 0)


def _outside_open_unit(p: Any, q: Any) -> Any:
    return (p.high >= 1) | (p.low <= 0)


def _below_zero(p: Any, q: Any) -> Any:
    return p.low < 0


def _below_scale(p: Any, q: Any) -> Any:
    return p.low < q.scale


def _beyond(p: Any, q: Any) -> Any:
    return (q.low > 0) | (q.high < 1)


def _reaching(p: Any, q: Any) -> Any:
    return (q.low >= 0) | (q.high <= 1)


def _heavier(order: int) -> Callable[[Any, Any], Any]:
    """Where the mean of that power of a Pareto variable is infinite."""
    return lambda p, q: p.alpha <= order


_PAIRS: tuple[tuple[type, type, Callable[[Any, Any], Tensor], Callable[[Any, Any], Any] | None], ...] = (
    (Beta, ContinuousBernoulli, _log_continuous_bernoulli, None),
    (Beta, Exponential, _log_exponential, None),
    (Beta, Gamma, _log_gamma, None),
    (Beta, Normal, _log_normal, None),
    (Beta, Uniform, _log_uniform, _beyond),
    (ContinuousBernoulli, Exponential, _log_exponential, None),
    (ContinuousBernoulli, Normal, _log_normal, None),
    (ContinuousBernoulli, Uniform, _log_uniform, _reaching),
    (Exponential, Gamma, _log_gamma, None),
    (Exponential, Gumbel, _log_gumbel, None),
    (Exponential, Normal, _log_normal, None),
    (Gamma, Exponential, _log_exponential, None),
    (Gamma, Gumbel, _log_gumbel, None),
    (Gamma, Normal, _log_normal, None),
    (Gumbel, Normal, _log_normal, None),
    (Laplace, Normal, _log_normal, None),
    (Normal, Gumbel, _log_gumbel, None),
    (Normal, Laplace, _log_laplace, None),
    (Pareto, Exponential, _log_exponential, _heavier(1)),
    (Pareto, Gamma, _log_gamma, _heavier(1)),
    (Pareto, Normal, _log_normal, _heavier(2)),
    (Uniform, Beta, _log_beta, _outside_unit),
    (Uniform, ContinuousBernoulli, _log_continuous_bernoulli, _outside_open_unit),
    (Uniform, Exponential, _log_exponential, _below_zero),
    (Uniform, Gamma, _log_gamma, _below_zero),
    (Uniform, Gumbel, _log_gumbel, None),
    (Uniform, Normal, _log_normal, None),
    (Uniform, Pareto, _log_pareto, _below_scale),
)


def _divergence(mean_log: Callable[[Any, Any], Tensor], infinite: Callable[[Any, Any], Any] | None) -> Any:
    def divergence(p: Any, q: Any) -> Tensor:
        found = -p.entropy() - mean_log(p, q)
        return found if infinite is None else where(infinite(p, q), math.inf, found)

    return divergence


for _p, _q, _mean_log, _infinite in _PAIRS:
    register_kl(_p, _q)(_divergence(_mean_log, _infinite))
