"""Divergences against PyTorch's, and how a formula is found."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import distributions as D
from deep_learner.distributions import kl
from tests.distributions.cases import CASES, PROBS, Case, plain
from tests.distributions.oracle import assert_same, both

pytestmark = pytest.mark.needs("deep_learner_numpy")

_source = np.random.default_rng(1)
A, B = _source.uniform(0.4, 3.0, (2, 4, 3))
WIDE = np.where(PROBS > 0.7, -0.3, 0.5 * PROBS)
BY_NAME: dict[str, list[Case]] = {}
for _case in CASES:
    BY_NAME.setdefault(_case.name.split("-")[0], []).append(_case)
# A second distribution of the family, for those whose first one may not be its own opposite.
SECOND = {
    "Normal": plain("Normal", A, B), "Gamma": plain("Gamma", A, B), "Beta": plain("Beta", A, B),
    "Dirichlet": plain("Dirichlet", A), "Exponential": plain("Exponential", A), "Poisson": plain("Poisson", A),
    "Bernoulli": plain("Bernoulli", np.where(PROBS > 0.7, 1.0, np.where(PROBS < 0.2, 0.0, 0.4))),
    "Categorical": plain("Categorical", A * (PROBS > 0.3)), "Geometric": plain("Geometric", PROBS[::-1].copy()),
    "Binomial": plain("Binomial", np.asarray(5.0), PROBS[::-1].copy()),
    "Uniform": plain("Uniform", WIDE - 1.1, WIDE + 2.0), "MultivariateNormal": BY_NAME["MultivariateNormal"][0],
    "Pareto": plain("Pareto", B, A), "Laplace": plain("Laplace", A, B), "Gumbel": plain("Gumbel", A, B),
    "Cauchy": plain("Cauchy", A, B),
}  # fmt: skip
FIRST = {
    "Binomial": plain("Binomial", np.array([5.0, 7.0, 5.0]), PROBS),
    "Uniform": plain("Uniform", WIDE, WIDE + 0.4 + 0.3 * PROBS),
    "ContinuousBernoulli": plain("ContinuousBernoulli", PROBS),
    "Pareto": plain("Pareto", A, 3.0 * B),
}  # fmt: skip


def _pairs() -> list[tuple[str, str]]:
    names = sorted((p.__name__, q.__name__) for p, q in kl._KL_REGISTRY)
    return [pair for pair in names if not {"ExponentialFamily", "TransformedDistribution"} & set(pair)]


def test_the_pairs_are_pytorchs(torch):
    registry = torch.distributions.kl._KL_REGISTRY
    theirs = {(p.__name__, q.__name__) for p, q in registry if p.__module__.startswith("torch")}
    assert {(p.__name__, q.__name__) for p, q in kl._KL_REGISTRY} == theirs


@pytest.mark.parametrize(("p", "q"), _pairs())
def test_divergences_are_pytorchs(torch, p, q):
    first, second = FIRST.get(p, BY_NAME[p][0]), SECOND.get(q, BY_NAME[q][-1])
    (ours, theirs, _, _), (other, another, _, _) = both(torch, first), both(torch, second)
    found = D.kl_divergence(ours, other)
    assert_same(found, torch.distributions.kl_divergence(theirs, another), 1e-7)
    assert not found.isnan().any()


def test_divergences_of_exponential_families_in_general_are_theirs():
    class Waiting(D.Exponential):
        pass

    p, q = Waiting(dl.tensor([0.5, 2.0])), Waiting(dl.tensor([1.5, 0.7]))
    bregman = kl._KL_REGISTRY[D.ExponentialFamily, D.ExponentialFamily](p, q)
    np.testing.assert_allclose(bregman.detach().numpy(), D.kl_divergence(p, q).numpy(), rtol=1e-6)
    with pytest.raises(NotImplementedError, match="one exponential family"):
        D.kl_divergence(D.Normal(0.0, 1.0), D.Bernoulli(0.5))


def test_transformed_distributions_are_compared_before_the_transforms(torch):
    p, q = D.LogNormal(0.3, 1.5), D.LogNormal(-0.2, 0.8)
    assert float(D.kl_divergence(p, q)) == float(D.kl_divergence(p.base_dist, q.base_dist))
    with pytest.raises(NotImplementedError):
        D.kl_divergence(p, D.HalfNormal(1.0))


def test_the_closest_registered_formula_is_used(monkeypatch):
    class Mine(D.Normal):
        pass

    monkeypatch.setattr(kl.dispatch, "_KL_REGISTRY", dict(kl._KL_REGISTRY))
    monkeypatch.setattr(kl.dispatch, "_KL_MEMOIZE", {})
    p, q = Mine(0.0, 1.0), D.Normal(1.0, 1.0)
    assert float(D.kl_divergence(p, q)) == 0.5
    D.register_kl(Mine, D.Normal)(lambda p, q: 7)
    D.register_kl(D.Normal, Mine)(lambda p, q: 8)
    assert (D.kl_divergence(p, q), D.kl_divergence(q, p)) == (7, 8)
    with pytest.warns(RuntimeWarning, match="Ambiguous"):
        assert D.kl_divergence(p, Mine(0.0, 1.0)) == 7
    with pytest.raises(NotImplementedError, match="p type Mine and q type VonMises"):
        D.kl_divergence(p, D.VonMises(0.0, 1.0))
    with pytest.raises(TypeError, match="type_q"):
        D.register_kl(Mine, int)
