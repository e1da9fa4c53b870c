"""Transforms and constraints against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import distributions as D
from tests.distributions.cases import COVARIANCE, FACTOR, OTHER, POSITIVE, PROBS, REAL
from tests.distributions.oracle import assert_same, assert_same_gradients, to_numpy

pytestmark = pytest.mark.needs("deep_learner_numpy")

SQUARE = REAL[:3]
SIMPLEX = PROBS / PROBS.sum(-1, keepdims=True)
ROWS = FACTOR / np.linalg.norm(FACTOR, axis=-1, keepdims=True)
ONE_HOT = np.eye(3)[[0, 2, 1, 1]]
# How a transform is made, and arguments of it. `t` makes a tensor of the library.
TRANSFORMS = {
    "abs": (lambda D, t: D.AbsTransform(), REAL),
    "affine": (lambda D, t: D.AffineTransform(t(REAL[0]), t(-POSITIVE[0])), OTHER),
    "affine of vectors": (lambda D, t: D.AffineTransform(0.5, t(POSITIVE[0]), event_dim=1), OTHER),
    "affine of numbers": (lambda D, t: D.AffineTransform(0.5, -2), OTHER),
    "cat": (lambda D, t: D.CatTransform([D.ExpTransform(), D.TanhTransform()], -1, [1, 2]), REAL),
    "cat of rows": (
        lambda D, t: D.CatTransform([D.SoftmaxTransform(), D.AffineTransform(1.0, 2.0, 1)], 0, [1, 3]), REAL,
    ),
    "compose": (
        lambda D, t: D.ComposeTransform(
            [D.AffineTransform(0.5, 2.0), D.SigmoidTransform(), D.StickBreakingTransform()]
        ), REAL,
    ),
    "correlation": (lambda D, t: D.CorrCholeskyTransform(), np.concatenate([REAL, OTHER], -1)),
    "cumulative": (lambda D, t: D.CumulativeDistributionTransform(D.Normal(0.5, 2.0)), REAL),
    "exp": (lambda D, t: D.ExpTransform(), REAL),
    "identity": (lambda D, t: D.identity_transform, REAL),
    "independent": (lambda D, t: D.IndependentTransform(D.ExpTransform(), 1), REAL),
    "inverse": (lambda D, t: D.SigmoidTransform().inv, PROBS),
    "inverse of compose": (
        lambda D, t: D.ComposeTransform([D.ExpTransform(), D.AffineTransform(1.0, 2.0)]).inv, 1.5 + POSITIVE,
    ),
    "lower Cholesky": (lambda D, t: D.LowerCholeskyTransform(), SQUARE),
    "positive definite": (lambda D, t: D.PositiveDefiniteTransform(), SQUARE),
    "power": (lambda D, t: D.PowerTransform(t(np.array([0.5, -1.0, 3.0]))), POSITIVE),
    "reshape": (lambda D, t: D.ReshapeTransform((3,), (3, 1)), REAL),
    "sigmoid": (lambda D, t: D.SigmoidTransform(), REAL),
    "softmax": (lambda D, t: D.SoftmaxTransform(), REAL),
    "softplus": (lambda D, t: D.SoftplusTransform(), REAL),
    "stack": (lambda D, t: D.StackTransform([D.ExpTransform(), D.SigmoidTransform(), D.TanhTransform()], 1), REAL),
    "stick breaking": (lambda D, t: D.StickBreakingTransform(), REAL),
    "tanh": (lambda D, t: D.TanhTransform(), REAL),
}  # fmt: skip
CONSTRAINTS = {
    "boolean": (lambda c, t: c.boolean, [ONE_HOT, REAL]),
    "cat": (lambda c, t: c.cat([c.positive, c.real], -1, [1, 2]), [POSITIVE, REAL]),
    "corr_cholesky": (lambda c, t: c.corr_cholesky, [ROWS, FACTOR, COVARIANCE]),
    "greater_than": (lambda c, t: c.greater_than(t(OTHER)), [REAL]),
    "greater_than_eq": (lambda c, t: c.greater_than_eq(1), [ONE_HOT, REAL]),
    "half_open_interval": (lambda c, t: c.half_open_interval(0.0, 1.0), [ONE_HOT, PROBS, REAL]),
    "independent": (lambda c, t: c.independent(c.positive, 1), [POSITIVE, REAL]),
    "integer_interval": (lambda c, t: c.integer_interval(0, 1), [ONE_HOT, 2 * ONE_HOT, REAL]),
    "interval": (lambda c, t: c.interval(-0.5, t(POSITIVE[0])), [REAL]),
    "less_than": (lambda c, t: c.less_than(0.3), [REAL]),
    "lower_cholesky": (lambda c, t: c.lower_cholesky, [FACTOR, -FACTOR, SQUARE]),
    "lower_triangular": (lambda c, t: c.lower_triangular, [FACTOR, -FACTOR, SQUARE]),
    "mixture": (lambda c, t: c.MixtureSameFamilyConstraint(c.greater_than(t(REAL[:, :2]))), [OTHER[:, 0]]),
    "multinomial": (lambda c, t: c.multinomial(2), [ONE_HOT, 3 * ONE_HOT, -ONE_HOT]),
    "nonnegative_integer": (lambda c, t: c.nonnegative_integer, [ONE_HOT, -ONE_HOT, PROBS]),
    "one_hot": (lambda c, t: c.one_hot, [ONE_HOT, 2 * ONE_HOT, SIMPLEX]),
    "positive_definite": (lambda c, t: c.positive_definite, [COVARIANCE, -COVARIANCE, FACTOR, REAL]),
    "positive_semidefinite": (lambda c, t: c.positive_semidefinite, [COVARIANCE, -COVARIANCE, FACTOR]),
    "real": (lambda c, t: c.real, [REAL, np.where(REAL > 0, np.nan, REAL)]),
    "real_vector": (lambda c, t: c.real_vector, [REAL, np.where(REAL > 1, np.nan, REAL)]),
    "simplex": (lambda c, t: c.simplex, [SIMPLEX, PROBS, ONE_HOT]),
    "square": (lambda c, t: c.square, [SQUARE, REAL]),
    "stack": (lambda c, t: c.stack([c.positive, c.real, c.boolean], 1), [POSITIVE, REAL, ONE_HOT]),
    "symmetric": (lambda c, t: c.symmetric, [COVARIANCE, FACTOR, REAL]),
    "unit_interval": (lambda c, t: c.unit_interval, [PROBS, REAL, ONE_HOT]),
}  # fmt: skip


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_are_pytorchs(torch, name):
    make, argument = TRANSFORMS[name]
    ours, theirs = make(D, dl.from_numpy), make(torch.distributions, torch.from_numpy)
    x = dl.from_numpy(argument.copy()).requires_grad_()
    other = torch.from_numpy(argument.copy()).requires_grad_()
    y, image = ours(x), theirs(other)
    assert_same(y, image, 1e-12)
    assert repr(ours) == repr(theirs)
    assert ours.bijective == theirs.bijective
    assert ours.forward_shape(argument.shape) == theirs.forward_shape(argument.shape)
    assert ours.inverse_shape(tuple(image.shape)) == theirs.inverse_shape(tuple(image.shape))
    assert ours.domain.event_dim == theirs.domain.event_dim
    assert ours.codomain.event_dim == theirs.codomain.event_dim
    assert ours.inv.inv == ours
    assert_same(ours.inv(y), theirs.inv(image), 1e-9)
    try:
        slope = theirs.log_abs_det_jacobian(other, image)
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            ours.log_abs_det_jacobian(x, y)
    else:
        found = ours.log_abs_det_jacobian(x, y)
        assert_same(found, slope, 1e-9)
        assert_same(ours.inv.log_abs_det_jacobian(y, x), -slope, 1e-9)
        if slope.requires_grad:
            assert_same_gradients(torch, (found, [x]), (slope, [other]), 1e-9)
    if image.requires_grad:
        assert_same_gradients(torch, (y, [x]), (image, [other]), 1e-9)
    try:
        sign = theirs.sign
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            _ = ours.sign
    else:
        np.testing.assert_array_equal(to_numpy(ours.sign), to_numpy(sign))


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_are_pytorchs(torch, name):
    make, arguments = CONSTRAINTS[name]
    ours = make(D.constraints, dl.from_numpy)
    theirs = make(torch.distributions.constraints, torch.from_numpy)
    assert (ours.is_discrete, ours.event_dim) == (theirs.is_discrete, theirs.event_dim)
    if name not in (
        "interval",
        "greater_than",
        "mixture",
        "multinomial",
    ):  # their names hold tensors, or no bound
        assert repr(ours) == repr(theirs)
    for value in arguments:
        assert_same(ours.check(dl.from_numpy(value)), theirs.check(torch.from_numpy(value)), 0)


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize("name", CONSTRAINTS)
def test_unconstrained_numbers_are_brought_to_a_constraint(torch, registry, name):
    make, _ = CONSTRAINTS[name]
    constraint = make(D.constraints, dl.from_numpy)
    try:
        theirs = getattr(torch.distributions, registry)(
            make(torch.distributions.constraints, torch.from_numpy)
        )
    except NotImplementedError:
        with pytest.raises(NotImplementedError, match="Cannot transform"):
            getattr(D, registry)(constraint)
        return
    ours = getattr(D, registry)(constraint)
    argument = SQUARE if theirs.domain.event_dim == 2 else REAL
    try:
        image = theirs(torch.from_numpy(argument))
    except AssertionError:
        return
    found = ours(dl.from_numpy(argument))
    assert_same(found, image, 1e-12)
    if not constraint.is_discrete:
        assert constraint.check(found).all()


def test_what_a_transform_has_made_is_remembered():
    for transform in (D.ExpTransform(), D.AffineTransform(1.0, 2.0), D.PowerTransform(2.0)):
        x = dl.tensor([0.3, 1.7])
        assert transform.inv(transform(x)) is not x
        cached = transform.with_cache()
        assert cached is not transform and cached.with_cache() is cached
        assert cached.inv(cached(x)) is x
        assert cached(x) is cached(x)
    with pytest.raises(ValueError, match="cache_size"):
        D.ExpTransform(cache_size=2)


def test_a_constraint_of_ones_own_is_registered_with_its_transform():
    class Even(D.constraints.Constraint):
        def check(self, value):
            return value % 2 == 0

    registry = D.constraint_registry.ConstraintRegistry()
    with pytest.raises(NotImplementedError, match="Even"):
        registry(Even())
    registry.register(Even)(lambda constraint: D.AffineTransform(0, 2))
    assert registry(Even())(3) == 6
    with pytest.raises(TypeError, match="Constraint"):
        registry.register(int, lambda constraint: None)
    assert repr(Even()) == "Even()"


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="numbers of elements"):
        D.ReshapeTransform((2,), (3,))
    with pytest.raises(ValueError, match="Too few dimensions"):
        D.IndependentTransform(D.ExpTransform(), 2)(dl.ones(3))
    with pytest.raises(ValueError, match="below its diagonal"):
        D.CorrCholeskyTransform().forward_shape((4,))
    with pytest.raises(ValueError, match="triangular"):
        D.CorrCholeskyTransform()(dl.ones(4))
    with pytest.raises(AssertionError, match="size 2"):
        D.StackTransform([D.ExpTransform()] * 2, 0)(dl.ones(3))
