"""Truths about ops/trigonometric.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import trigonometric

INVERSES = [
    ("sin", "asin"), ("cos", "acos"), ("tan", "atan"),
    ("sinh", "asinh"), ("cosh", "acosh"), ("tanh", "atanh"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inverse"), INVERSES)
def test_inverse_undoes_the_function(name, inverse):
    x = tensor([0.1, 0.5, 0.9], dtype="float64")
    there = getattr(trigonometric, name)(x)
    np.testing.assert_allclose(getattr(trigonometric, inverse)(there).numpy(), x.numpy(), rtol=1e-13)


@pytest.mark.parametrize(("name", "inverse"), INVERSES)
def test_complex_gradients_are_those_of_pytorch(name, inverse):
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([0.3 + 0.2j, -0.5 + 0.7j, -1.5 - 0.3j])
    for each in (name, inverse):
        assert_like_torch(getattr(trigonometric, each), getattr(torch, each), values)


def test_tanh_has_a_finite_gradient_however_large_its_argument():
    x = tensor([-800.0, 0.0, 800.0], requires_grad=True)
    trigonometric.tanh(x).backward()
    assert x.grad.tolist() == [0.0, 1.0, 0.0]


def test_atan2_knows_all_quadrants():
    y, x = tensor([1.0, 1.0, -1.0, -1.0], dtype="float64"), tensor([1.0, -1.0, 1.0, -1.0], dtype="float64")
    quarters = [angle * math.pi / 4 for angle in (1, 3, -1, -3)]
    np.testing.assert_allclose(trigonometric.atan2(y, x).numpy(), quarters, rtol=1e-15)


def test_gradient_of_atan2_at_the_origin_is_zero():
    y, x = tensor(0.0, requires_grad=True), tensor(0.0, requires_grad=True)
    trigonometric.atan2(y, x).backward()
    assert (y.grad.item(), x.grad.item()) == (0.0, 0.0)


def test_sinc_is_one_at_zero_and_zero_at_other_whole_numbers():
    x = tensor([0.0, 1.0, -2.0], dtype="float64", requires_grad=True)
    out = trigonometric.sinc(x)
    np.testing.assert_allclose(out.detach().numpy(), [1.0, 0.0, 0.0], atol=1e-15)
    out.backward()
    np.testing.assert_allclose(x.grad.numpy(), [0.0, -1.0, -0.5], atol=1e-15)


def test_half_a_turn_is_pi():
    assert trigonometric.deg2rad(tensor(180)).item() == pytest.approx(math.pi, rel=1e-7)
    assert trigonometric.rad2deg(tensor(math.pi)).item() == pytest.approx(180)
