"""Pairs whose divergence is infinite: p has outcomes that q cannot have."""

from __future__ import annotations

import math
from typing import Any

from ...functions import full_like
from ...tensor import Tensor
from ..bernoulli import Bernoulli
from ..beta import Beta
from ..binomial import Binomial
from ..continuous_bernoulli import ContinuousBernoulli
from ..exponential import Exponential
from ..gamma import Gamma
from ..gumbel import Gumbel
from ..laplace import Laplace
from ..normal import Normal
from ..pareto import Pareto
from ..poisson import Poisson
from ..uniform import Uniform
from .dispatch import register_kl

_BOUNDED = (Beta, ContinuousBernoulli, Uniform)
# By p: a parameter of the batch's shape, and what q may be.
_PAIRS: dict[type, tuple[str, tuple[type, ...]]] = {
    Beta: ("concentration1", (Pareto,)),
    ContinuousBernoulli: ("probs", (Pareto,)),
    Exponential: ("rate", (*_BOUNDED, Pareto)),
    Gamma: ("concentration", (*_BOUNDED, Pareto)),
    Gumbel: ("loc", (*_BOUNDED, Pareto, Exponential, Gamma)),
    Laplace: ("loc", (*_BOUNDED, Pareto, Exponential, Gamma)),
    Normal: ("loc", (*_BOUNDED, Pareto, Exponential, Gamma)),
    Pareto: ("scale", _BOUNDED),
    Poisson: ("rate", (Bernoulli, Binomial)),
}


def _infinite(parameter: str) -> Any:
    def divergence(p: Any, q: Any) -> Tensor:
        return full_like(getattr(p, parameter), math.inf)

    return divergence


for _p, (_parameter, _others) in _PAIRS.items():
    for _q in _others:
        register_kl(_p, _q)(_infinite(_parameter))
