"""Divergences of discrete distributions of one family."""

from __future__ import annotations

import math
from typing import Any

from ...functions import where
from ...tensor import Tensor
from ..bernoulli import Bernoulli
from ..binomial import Binomial
from ..categorical import Categorical
from ..geometric import Geometric
from ..one_hot_categorical import OneHotCategorical
from ..poisson import Poisson
from ..utils import softplus
from .dispatch import kl_divergence, register_kl


def _unless(term: Tensor, p: Tensor, q: Tensor, value: float) -> Tensor:
    """A summand: 0 where p has the value, else infinite where q has it."""
    return where(p == value, 0.0, where(q == value, math.inf, term))


@register_kl(Bernoulli, Bernoulli)
def _(p: Any, q: Any) -> Tensor:
    ones = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zeros = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return _unless(ones, p.probs, q.probs, 0) + _unless(zeros, p.probs, q.probs, 1)


@register_kl(Binomial, Binomial)
def _(p: Any, q: Any) -> Tensor:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "the divergence of a binomial distribution from one of more trials has no formula"
        )
    one = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return where(p.total_count > q.total_count, math.inf, p.total_count * one)


@register_kl(Categorical, Categorical)
def _(p: Any, q: Any) -> Tensor:
    return _unless(p.probs * (p.logits - q.logits), p.probs, q.probs, 0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _(p: Any, q: Any) -> Tensor:
    return kl_divergence(p._categorical, q._categorical)


@register_kl(Geometric, Geometric)
def _(p: Any, q: Any) -> Tensor:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _(p: Any, q: Any) -> Tensor:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Bernoulli, Poisson)
def _(p: Any, q: Any) -> Tensor:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)
