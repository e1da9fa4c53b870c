"""Every distribution against PyTorch's: samples of a seed, densities, moments, gradients, shapes and names."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import distributions as D
from tests.distributions.cases import CASES
from tests.distributions.oracle import (
    assert_same,
    assert_same_gradients,
    assert_same_outcome,
    both,
    seeded,
)  # fmt: skip

pytestmark = [
    pytest.mark.needs("deep_learner_numpy"),
    # The Wishart distribution of PyTorch takes good samples for singular ones, warns and draws them again.
    pytest.mark.filterwarnings("ignore:Singular sample"),
]
MOMENTS = ("mean", "mode", "variance", "stddev")
# PyTorch computes these by short polynomials, or in float32.
ROUGH = {
    "VonMises": 1e-6, "Multinomial": 1e-6, "GeneralizedPareto": 1e-5, "Binomial-logits": 1e-8,
}  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES, ids=repr)


def test_every_name_of_pytorchs_is_there(torch):
    assert set(torch.distributions.__all__) <= set(dir(D))
    for name in D.__all__:
        assert getattr(D, name) is not None
    ours, theirs = D.constraints, torch.distributions.constraints
    assert set(theirs.__all__) <= set(ours.__all__)


def test_every_distribution_has_a_case(torch):
    kinds = {
        name for name in torch.distributions.__all__
        if isinstance(kind := getattr(D, name), type) and issubclass(kind, D.Distribution)
    }  # fmt: skip
    covered = {case.name.split("-")[0] for case in CASES}
    assert kinds - covered == {"Distribution", "ExponentialFamily", "TransformedDistribution"}


@every_case
def test_samples_are_pytorchs(torch, case):
    ours, theirs, _, _ = both(torch, case)
    for shape in ((), (5,), (2, 20)):
        seeded(torch, 1)
        assert_same(ours.sample(shape), theirs.sample(shape), 1e-5 if "Pareto" in case.name else 1e-9)
        assert dl.get_rng_state().tolist() == torch.get_rng_state().tolist()
    seeded(torch, 2)
    assert_same_outcome(lambda: ours.rsample((3,)), lambda: theirs.rsample((3,)), 1e-6)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Normal", (0.5, 2.0)), ("Uniform", (1.0, 3.0)), ("Bernoulli", (0.3,)), ("Exponential", (2.0,)),
        ("Cauchy", (0.0, 1.0)), ("Poisson", (4.0,)), ("Geometric", (0.3,)), ("Gamma", (0.7, 2.0)),
        ("Beta", (2.0, 3.0)), ("StudentT", (3.0,)), ("Chi2", (3.0,)), ("HalfNormal", (2.0,)), ("VonMises", (0.5, 2.0)),
    ],
)  # fmt: skip
def test_numbers_as_parameters_give_pytorchs_samples_to_the_last_bit(torch, name, parameters):
    ours, theirs = getattr(D, name)(*parameters), getattr(torch.distributions, name)(*parameters)
    seeded(torch, 5)
    assert_same(ours.sample((50,)), theirs.sample((50,)), 0)


@every_case
def test_moments_entropies_and_names_are_pytorchs(torch, case):
    ours, theirs, _, _ = both(torch, case)
    tolerance = ROUGH.get(case.name, 1e-9)
    assert repr(ours) == repr(theirs).replace("torch.Size", "Size")
    assert (ours.batch_shape, ours.event_shape) == (theirs.batch_shape, theirs.event_shape)
    for name in (*MOMENTS, "has_rsample", "has_enumerate_support"):
        assert_same_outcome(lambda: getattr(ours, name), lambda: getattr(theirs, name), tolerance, name)  # noqa: B023
    for name in ("entropy", "perplexity", "enumerate_support"):
        assert_same_outcome(
            lambda: getattr(ours, name)(), lambda: getattr(theirs, name)(), 10 * tolerance, name  # noqa: B023
        )  # fmt: skip


@every_case
def test_densities_and_quantiles_are_pytorchs(torch, case):
    ours, theirs, _, _ = both(torch, case)
    torch.manual_seed(1)
    value = theirs.sample((3,))
    shares = np.random.default_rng(0).uniform(0.05, 0.95, value.shape).astype(value.numpy().dtype)
    tolerance = ROUGH.get(case.name, 1e-9)
    for name, argument in (("log_prob", value.numpy()), ("cdf", value.numpy()), ("icdf", shares)):
        assert_same_outcome(
            lambda: getattr(ours, name)(dl.from_numpy(argument)),  # noqa: B023
            lambda: getattr(theirs, name)(torch.from_numpy(argument)), tolerance, name,  # noqa: B023
        )  # fmt: skip


@every_case
def test_expanding_is_pytorchs(torch, case):
    ours, theirs, _, _ = both(torch, case)
    ours, theirs = (made.expand((2, *made.batch_shape)) for made in (ours, theirs))
    assert repr(ours) == repr(theirs).replace("torch.Size", "Size")
    assert (ours.batch_shape, ours.event_shape) == (theirs.batch_shape, theirs.event_shape)
    seeded(torch, 3)
    value = theirs.sample((2,))
    assert_same(ours.sample((2,)), value, 1e-5 if "Pareto" in case.name else 1e-9)
    if case.name != "GeneralizedPareto" or value.dtype is torch.float32:
        assert_same(
            ours.log_prob(dl.from_numpy(value.numpy())), theirs.log_prob(value), ROUGH.get(case.name, 1e-9)
        )


@every_case
def test_gradients_are_pytorchs(torch, case):
    ours, theirs, parameters, others = both(torch, case, gradient=True)
    with torch.no_grad():
        torch.manual_seed(1)
        value = theirs.sample((3,))
    assert_same_gradients(
        torch, (ours.log_prob(dl.from_numpy(value.numpy())), parameters), (theirs.log_prob(value), others),
        10 * ROUGH.get(case.name, 1e-8),
    )  # fmt: skip
    if theirs.has_rsample and not case.name.startswith("Wishart"):  # PyTorch overwrites what it needs
        seeded(torch, 4)
        # Of gamma-distributed numbers, PyTorch's derivatives are approximations.
        assert_same_gradients(
            torch, (ours.rsample((4,)), parameters), (theirs.rsample((4,)), others), 2e-3
        )  # fmt: skip
