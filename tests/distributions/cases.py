"""Distributions to compare with PyTorch's: how each is made of arrays, in float64 unless a sample needs another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A distribution: `make(D, *parameters)` with the distributions module of either library, and outcomes of it."""

    name: str
    make: Callable[..., Any]
    parameters: tuple[Any, ...]
    value: Any = None  # None: drawn by PyTorch

    def __repr__(self) -> str:
        return self.name


_source = np.random.default_rng(0)
REAL = _source.normal(size=(4, 3))
OTHER = _source.normal(size=(4, 3))
POSITIVE = _source.uniform(0.3, 3.0, (4, 3))
MORE = _source.uniform(0.5, 6.0, (3,))
PROBS = _source.uniform(0.1, 0.9, (4, 3))
COUNTS = _source.integers(1, 12, (4, 3)).astype("float64")
FACTOR = np.tril(_source.normal(size=(3, 3)), -1) + np.diag([0.7, 1.2, 1.9])
COVARIANCE = FACTOR @ FACTOR.T
TEMPERATURE = np.asarray(0.7)


def plain(name: str, *parameters: Any, value: Any = None, **options: Any) -> Case:
    """A case that passes its parameters to the class of that name."""
    return Case(name, lambda D, *given: getattr(D, name)(*given, **options), parameters, value)


def named(name: str, keys: str, *parameters: Any, label: str = "") -> Case:
    """A case that passes its parameters by name."""
    return Case(
        f"{name}-{label or keys.split()[-1]}",
        lambda D, *given: getattr(D, name)(**dict(zip(keys.split(), given, strict=True))), parameters,
    )  # fmt: skip


def _mixture(D: Any, weights: Any, loc: Any, scale: Any) -> Any:
    return D.MixtureSameFamily(D.Categorical(weights), D.Normal(loc, scale))


def _mixture_of_vectors(D: Any, weights: Any, loc: Any, scale: Any) -> Any:
    return D.MixtureSameFamily(D.Categorical(logits=weights), D.Independent(D.Normal(loc, scale), 1))


def _logistic(D: Any, loc: Any, scale: Any) -> Any:
    base = D.Uniform(loc * 0, loc * 0 + 1)
    return D.TransformedDistribution(base, [D.SigmoidTransform().inv, D.AffineTransform(loc, scale)])


def _logit_relaxed(D: Any, *given: Any) -> Any:
    return D.relaxed_bernoulli.LogitRelaxedBernoulli(*given)


def _falling(D: Any, loc: Any, scale: Any) -> Any:
    return D.TransformedDistribution(D.Normal(loc, scale), [D.AffineTransform(1.0, -2.0), D.ExpTransform()])


CASES = [
    plain("Bernoulli", PROBS),
    named("Bernoulli", "logits", 2.5 * REAL),
    plain("Beta", POSITIVE, MORE),
    plain("Binomial", np.asarray(7.0), PROBS),
    named("Binomial", "total_count logits", COUNTS, REAL),
    plain("Categorical", PROBS),
    named("Categorical", "logits", REAL),
    plain("Cauchy", REAL, POSITIVE),
    plain("Chi2", POSITIVE),
    plain("ContinuousBernoulli", np.array([0.2, 0.4999, 0.5003, 0.9])),
    named("ContinuousBernoulli", "logits", REAL),
    plain("Dirichlet", POSITIVE),
    plain("Exponential", POSITIVE),
    plain("FisherSnedecor", POSITIVE, 2.0 * MORE),
    plain("Gamma", POSITIVE, MORE),
    plain("GeneralizedPareto", *(p.astype("float32") for p in (REAL, POSITIVE, np.array([0.0, 0.3, -0.4])))),
    plain("Geometric", PROBS),
    named("Geometric", "logits", REAL),
    plain("Gumbel", REAL, POSITIVE),
    plain("HalfCauchy", POSITIVE),
    plain("HalfNormal", POSITIVE),
    Case("Independent", lambda D, *given: D.Independent(D.Normal(*given), 1), (REAL, POSITIVE)),
    plain("InverseGamma", POSITIVE, MORE),
    plain("Kumaraswamy", POSITIVE, MORE),
    Case("LKJCholesky", lambda D, c: D.LKJCholesky(3, c), (MORE,)),
    plain("Laplace", REAL, POSITIVE),
    plain("LogNormal", REAL, POSITIVE),
    Case("Logistic", _logistic, (REAL, POSITIVE)),
    Case("falling", _falling, (REAL, POSITIVE)),
    plain("LogisticNormal", REAL, POSITIVE),
    Case("LogitRelaxedBernoulli", _logit_relaxed, (TEMPERATURE, PROBS)),
    plain("LowRankMultivariateNormal", REAL, OTHER[:3, :2], POSITIVE[0]),
    Case("MixtureSameFamily", _mixture, (PROBS, REAL, POSITIVE)),
    Case("mixture of vectors", _mixture_of_vectors, (REAL[0, :2], REAL[:2], POSITIVE[:2])),
    Case("Multinomial", lambda D, p: D.Multinomial(9, p), (PROBS,)),
    named("MultivariateNormal", "loc covariance_matrix", REAL, COVARIANCE),
    named("MultivariateNormal", "loc precision_matrix", REAL, COVARIANCE),
    named("MultivariateNormal", "loc scale_tril", REAL[0], np.stack([FACTOR, 2.0 * FACTOR])),
    plain("NegativeBinomial", COUNTS, PROBS),
    named("NegativeBinomial", "total_count logits", COUNTS, -POSITIVE),
    plain("Normal", REAL, POSITIVE),
    plain("OneHotCategorical", PROBS),
    plain("OneHotCategoricalStraightThrough", PROBS),
    plain("Pareto", POSITIVE, MORE),
    plain("Poisson", 5.0 * POSITIVE),
    plain("RelaxedBernoulli", TEMPERATURE, PROBS),
    plain("RelaxedOneHotCategorical", TEMPERATURE, PROBS),
    plain("StudentT", MORE, REAL, POSITIVE),
    plain("Uniform", REAL, REAL + POSITIVE),
    plain("VonMises", REAL, 3.0 * POSITIVE),
    plain("Weibull", POSITIVE, MORE),
    named("Wishart", "df covariance_matrix", np.array([4.5, 6.0]), COVARIANCE),
    named("Wishart", "df scale_tril", np.asarray(5.0), FACTOR),
]  # fmt: skip
