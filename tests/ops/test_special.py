"""Truths about ops/special.py: closed forms, and the generic forwards against SciPy over the whole line."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

from deep_learner import tensor
from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops import special

pytestmark = pytest.mark.needs("deep_learner_numpy")

INF = float("inf")
LINE = np.concatenate([np.linspace(-6, 6, 2001), np.geomspace(1e-300, 26, 500), [0.46875, 4.0, -4.0, 30.0]])


def generic(function, x):
    """The forward written in the standard's functions, whatever kernel a backend has."""
    with np.errstate(all="ignore"):
        return function.operation.forward(NAMESPACES[np.ndarray], x)


@pytest.mark.parametrize(("name", "digits"), [("erf", 1e-15), ("erfc", 4e-14)])
def test_generic_error_functions_are_exact_over_the_whole_line(name, digits):
    out = generic(getattr(special, name), LINE)
    np.testing.assert_allclose(out, getattr(scipy.special, name)(LINE), rtol=digits)


def test_generic_inverse_error_function_is_exact_up_to_its_poles():
    x = np.concatenate([np.linspace(-0.9999, 0.9999, 2001), 1 - np.geomspace(1e-16, 1e-4, 200)])
    np.testing.assert_allclose(generic(special.erfinv, x), scipy.special.erfinv(x), rtol=2e-15)


@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv"])
def test_generic_forms_know_infinity_and_nan(name):
    x = np.array([INF, -INF, np.nan, 0.0, 1.0, -1.0])
    np.testing.assert_allclose(
        generic(getattr(special, name), x), getattr(scipy.special, name)(x), rtol=1e-15, atol=1e-16
    )


def test_error_function_and_its_complement_sum_to_one():
    x = tensor([-2.0, 0.0, 0.3, 5.0], dtype="float64")
    np.testing.assert_allclose((special.erf(x) + special.erfc(x)).numpy(), 1.0, rtol=1e-15)


def test_complement_keeps_its_digits_on_the_right_tail():
    assert special.erfc(tensor(10.0, dtype="float64")).item() == pytest.approx(
        2.088487583762545e-45, rel=1e-13
    )


def test_derivative_of_erf_at_zero_is_two_over_root_pi():
    x = tensor(0.0, dtype="float64", requires_grad=True)
    special.erf(x).backward()
    assert x.grad.item() == pytest.approx(2 / math.sqrt(math.pi), rel=1e-15)


def test_erfinv_undoes_erf():
    x = tensor([-2.0, 0.1, 1.5], dtype="float64")
    np.testing.assert_allclose(special.erfinv(special.erf(x)).numpy(), x.numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv"])
def test_gradients_are_those_of_pytorch(name):
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([-0.95, -0.3, 0.0, 0.5, 0.9])
    assert_like_torch(getattr(special, name), getattr(torch, name), values, rtol=1e-12)
