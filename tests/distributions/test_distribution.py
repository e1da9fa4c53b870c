"""What all distributions have in common, and closed forms: nothing here needs PyTorch."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import distributions as D
from tests.distributions.cases import CASES

pytestmark = pytest.mark.needs("deep_learner_numpy")

BAD = [
    (lambda: D.Normal(0.0, -1.0), r"parameter scale .*GreaterThan\(lower_bound=0.0\)"),
    (lambda: D.Normal(math.nan, 1.0), r"parameter loc .*Real\(\)"),
    (lambda: D.Bernoulli(1.5), r"parameter probs .*Interval\(lower_bound=0.0, upper_bound=1.0\)"),
    (lambda: D.Categorical(logits=dl.tensor([0.0, math.nan])), r"logits .*IndependentConstraint\(Real\(\), 1\)"),
    (lambda: D.Dirichlet(dl.tensor([1.0, -1.0])), "parameter concentration"),
    (lambda: D.Uniform(1.0, 0.0), "parameter low"),
    (lambda: D.Poisson(-1.0), "parameter rate"),
    (lambda: D.Geometric(0.0), "parameter probs .* positive"),
    (lambda: D.Binomial(-1, 0.5), r"parameter total_count .*IntegerGreaterThan\(lower_bound=0\)"),
    (lambda: D.MultivariateNormal(dl.zeros(2), -dl.eye(2)), "parameter covariance_matrix .*PositiveDefinite"),
    (lambda: D.MultivariateNormal(dl.zeros(2), scale_tril=dl.ones(2, 2)), "parameter scale_tril .*LowerCholesky"),
    (lambda: D.Bernoulli(), "Either `probs` or `logits`"),
    (lambda: D.Bernoulli(0.5, 0.0), "but not both"),
    (lambda: D.Categorical(dl.tensor(1.0)), "one-dimensional"),
    (lambda: D.MultivariateNormal(dl.zeros(2)), "Exactly one"),
    (lambda: D.Normal("0", 1.0), "numbers or tensors. Received: str"),
    (lambda: D.Independent(D.Normal(0.0, 1.0), 1), "reinterpreted_batch_ndims"),
    (lambda: D.TransformedDistribution(D.Normal(0.0, 1.0), [3]), "must be a Transform"),
    (lambda: D.MixtureSameFamily(D.Categorical(dl.ones(2)), D.Normal(dl.zeros(3), 1.0)), "2 components"),
    (lambda: D.LKJCholesky(1), "dim=1"),
    (lambda: D.Distribution.set_default_validate_args(3), "True or False"),
]  # fmt: skip
OUTSIDE = [
    (D.Exponential(1.0), dl.tensor(-1.0), r"within the support \(GreaterThanEq\(lower_bound=0.0\)\)"),
    (D.Bernoulli(0.5), dl.tensor(0.5), r"Boolean\(\)"),
    (D.Categorical(dl.ones(3)), dl.tensor(3), r"IntegerInterval\(lower_bound=0, upper_bound=2\)"),
    (D.Normal(0.0, 1.0), 0.5, "must be a Tensor"),
    (D.Normal(dl.zeros(3), 1.0), dl.zeros(2), "not broadcastable"),
    (D.Dirichlet(dl.ones(3)), dl.ones(2) / 2, "right-most size"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("distribution", "value", "message"), OUTSIDE)
def test_values_outside_the_support_are_refused(distribution, value, message):
    with pytest.raises(ValueError, match=message):
        distribution.log_prob(value)


def test_validation_can_be_turned_off():
    assert float(D.Exponential(1.0, validate_args=False).log_prob(dl.tensor(-1.0))) == 1.0
    assert D.Normal(0.0, -1.0, validate_args=False).expand((2,))._validate_args is False
    D.Distribution.set_default_validate_args(False)
    try:
        D.Normal(0.0, -1.0)
    finally:
        D.Distribution.set_default_validate_args(True)


CLOSED = [
    (lambda: D.Normal(1.0, 2.0).log_prob(dl.tensor(3.0)), -0.5 - math.log(2 * math.sqrt(2 * math.pi))),
    (lambda: D.Normal(1.0, 2.0).cdf(dl.tensor(1.0)), 0.5),
    (lambda: D.Normal(1.0, 2.0).icdf(dl.tensor(0.5)), 1.0),
    (lambda: D.Uniform(1.0, 5.0).entropy(), math.log(4.0)),
    (lambda: D.Bernoulli(0.25).entropy(), -0.25 * math.log(0.25) - 0.75 * math.log(0.75)),
    (lambda: D.Bernoulli(logits=0.0).log_prob(dl.tensor(1.0)), -math.log(2.0)),
    (lambda: D.Categorical(dl.tensor([1.0, 3.0])).log_prob(dl.tensor(1)), math.log(0.75)),
    (lambda: D.Categorical(dl.ones(8)).perplexity(), 8.0),
    (lambda: D.Binomial(4, 0.5).log_prob(dl.tensor(2.0)), math.log(6 / 16)),
    (lambda: D.Poisson(2.0).log_prob(dl.tensor(3.0)), math.log(8 / 6) - 2.0),
    (lambda: D.Geometric(0.25).log_prob(dl.tensor(2.0)), math.log(0.75**2 * 0.25)),
    (lambda: D.Beta(2.0, 3.0).log_prob(dl.tensor(0.5)), math.log(12 * 0.5 * 0.25)),
    (lambda: D.Gamma(3.0, 2.0).log_prob(dl.tensor(1.0)), math.log(8 / 2) - 2.0),
    (lambda: D.StudentT(1.0).log_prob(dl.tensor(0.0)), -math.log(math.pi)),
    (lambda: D.Multinomial(3, dl.ones(3)).log_prob(dl.ones(3)), math.log(6 / 27)),
    (lambda: D.MultivariateNormal(dl.zeros(2), 4.0 * dl.eye(2)).log_prob(dl.zeros(2)), -math.log(8 * math.pi)),
    (lambda: D.Wishart(3.0, dl.eye(1)).log_prob(dl.eye(1)), -0.5 - math.log(2**1.5 * math.gamma(1.5))),
    (lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Normal(1.0, 1.0)), 0.5),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), CLOSED)
def test_closed_forms(found, expected):
    assert float(found()) == pytest.approx(expected, rel=2e-6, abs=1e-7)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_log_probs_are_differentiable_and_samples_lie_in_the_support(case):
    made = case.make(D, *(dl.from_numpy(np.array(value)) for value in case.parameters))
    dl.manual_seed(0)
    value = made.sample((4,))
    assert value.shape == (4, *made.batch_shape, *made.event_shape)
    assert made.log_prob(value).shape == (4, *made.batch_shape)
    assert not value.requires_grad
    assert made.support.check(value).all()


@pytest.mark.parametrize(
    "make", [lambda a: D.Gamma(a, 1.5), lambda a: D.Beta(a, 2.5), lambda a: D.Weibull(a, 2.0)],
    ids=["Gamma", "Beta", "Weibull"],
)  # fmt: skip
def test_means_of_reparametrised_samples_have_the_means_gradient(make):
    a = dl.tensor(2.0, dtype="float64", requires_grad=True)
    dl.manual_seed(0)
    (found,) = dl.autograd.grad(make(a).rsample((4000,)).mean(), [a])
    (expected,) = dl.autograd.grad(make(a).mean, [a])
    assert float(found) == pytest.approx(float(expected), rel=0.05)


def test_subclasses_with_a_constructor_say_how_they_expand():
    class Sharp(D.Normal):
        def __init__(self, loc):
            super().__init__(loc, 0.1)

    class Sharper(Sharp):
        def expand(self, batch_shape, _instance=None):
            new = self._get_checked_instance(Sharper, _instance)
            new.label = "mine"
            return super().expand(batch_shape, _instance=new)

    with pytest.raises(NotImplementedError, match="Sharp"):
        Sharp(dl.zeros(2)).expand((3, 2))
    expanded = Sharper(dl.zeros(2)).expand((3, 2))
    assert type(expanded) is Sharper
    assert (expanded.batch_shape, expanded.loc.shape, expanded.label) == ((3, 2), (3, 2), "mine")


def test_a_distribution_of_ones_own_says_what_it_lacks():
    class Odd(D.Distribution):
        pass

    with pytest.warns(UserWarning, match="arg_constraints"):
        odd = Odd((2,), (3,))
    assert odd._extended_shape((5,)) == (5, 2, 3)
    with pytest.warns(UserWarning, match="support"):
        odd._validate_sample(dl.zeros(2, 3))
    for name in ("mean", "mode", "variance", "support", "arg_constraints"):
        with pytest.raises(NotImplementedError, match="Odd"):
            getattr(odd, name)
    for name in ("rsample", "entropy", "enumerate_support"):
        with pytest.raises(NotImplementedError, match="Odd"):
            getattr(odd, name)()
    with pytest.warns(FutureWarning, match="deprecated"):
        assert D.Normal(0.0, 1.0).sample_n(3).shape == (3,)


def test_distributions_are_copied_and_pickled():
    for made in (D.Normal(0.5, 2.0), D.Gumbel(0.5, 2.0), D.Categorical(dl.ones(3))):
        for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            dl.manual_seed(0)
            sample = made.sample((3,))
            dl.manual_seed(0)
            assert other.sample((3,)).tolist() == sample.tolist()


def test_lazy_properties_are_computed_once_and_differentiable():
    probs = dl.tensor([0.2, 0.7], requires_grad=True)
    made = D.Bernoulli(probs)
    with dl.no_grad():
        logits = made.logits
    assert made.logits is logits
    assert logits.requires_grad


def test_numbers_take_the_dtype_of_tensors_and_single_values_are_shown():
    made = D.Beta(dl.tensor([1.5, 2.0]), 3)
    assert made.concentration0.dtype is dl.float32
    assert repr(D.Normal(0.0, dl.tensor([1.0, 2.0]))) == "Normal(loc: Size([2]), scale: Size([2]))"
    assert repr(D.Normal(0, 1)) == "Normal(loc: 0.0, scale: 1.0)"
