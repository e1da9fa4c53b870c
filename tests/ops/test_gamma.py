"""Truths about ops/gamma.py: closed forms, poles, and the generic forwards against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

from deep_learner import tensor
from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops import gamma

pytestmark = pytest.mark.needs("deep_learner_numpy")

INF = float("inf")
RIGHT = np.concatenate([np.linspace(0.01, 30, 1501), np.geomspace(1e-300, 1e300, 500), [1.0, 2.0, 3.0, 10.0]])
LEFT = -np.linspace(0.013, 20, 500)


def generic(function, *arguments):
    """The forward written in the standard's functions, whatever kernel a backend has."""
    with np.errstate(all="ignore"):
        return function.operation.forward(NAMESPACES[np.ndarray], *arguments)


def test_generic_lgamma_is_exact_right_of_zero():
    np.testing.assert_allclose(
        generic(gamma.lgamma, RIGHT), scipy.special.gammaln(RIGHT), rtol=1e-14, atol=1e-15
    )


def test_generic_lgamma_keeps_its_digits_beside_its_zeros():
    near_one, near_two = generic(gamma.lgamma, np.array([1 - 2**-40, 2 + 2**-40]))
    assert near_one == pytest.approx(np.euler_gamma * 2**-40 + math.pi**2 / 12 * 2**-80, rel=1e-15)
    assert near_two == pytest.approx((1 - np.euler_gamma) * 2**-40, rel=1e-12)


def test_generic_lgamma_mirrors_negative_arguments():
    np.testing.assert_allclose(
        generic(gamma.lgamma, LEFT), scipy.special.gammaln(LEFT), rtol=1e-12, atol=1e-13
    )


def test_generic_lgamma_is_infinite_at_its_poles():
    out = generic(gamma.lgamma, np.array([0.0, -1.0, -2.0, INF, -INF]))
    assert out.tolist() == [INF] * 5


def test_generic_digamma_agrees_with_scipy_on_both_sides():
    for x in (RIGHT, LEFT):
        np.testing.assert_allclose(generic(gamma.digamma, x), scipy.special.psi(x), rtol=1e-12, atol=1e-14)


def test_digamma_is_infinite_at_zero_and_no_number_at_its_other_poles():
    out = generic(gamma.digamma, np.array([0.0, -0.0, -1.0, -2.0]))
    np.testing.assert_array_equal(out, [-INF, INF, np.nan, np.nan])


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_polygamma_agrees_with_scipy_right_of_zero(n):
    x = np.geomspace(0.01, 1e4, 300)
    np.testing.assert_allclose(generic(gamma.polygamma, n, x), scipy.special.polygamma(n, x), rtol=1e-13)


def test_polygamma_left_of_zero_obeys_its_recurrence():
    x = np.array([-0.3, -1.4, -2.7])
    for n in (1, 2, 3):
        step = (-1) ** n * math.factorial(n) / x ** (n + 1)
        np.testing.assert_allclose(
            generic(gamma.polygamma, n, x + 1), generic(gamma.polygamma, n, x) + step, rtol=1e-11
        )


def test_lgamma_is_the_logarithm_of_factorials():
    out = gamma.lgamma(tensor([1, 2, 3, 4, 5]))
    np.testing.assert_allclose(out.numpy(), np.log([1, 1, 2, 6, 24]), rtol=1e-6)


def test_trigamma_at_one_is_pi_squared_over_six():
    assert gamma.polygamma(1, tensor(1.0, dtype="float64")).item() == pytest.approx(math.pi**2 / 6, rel=1e-14)


def test_polygamma_of_order_zero_is_digamma_and_negative_orders_are_refused():
    x = tensor([0.5, 2.5], dtype="float64")
    assert gamma.polygamma(0, x).tolist() == gamma.digamma(x).tolist()
    with pytest.raises(RuntimeError, match="negative"):
        gamma.polygamma(-1, x)


@pytest.mark.parametrize("name", ["lgamma", "digamma"])
def test_gradients_are_those_of_pytorch(name):
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([-1.5, 0.5, 1.0, 2.5, 20.0])
    # PyTorch's own trigamma has ten digits.
    assert_like_torch(getattr(gamma, name), getattr(torch, name), values, rtol=1e-9)
