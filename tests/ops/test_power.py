"""Truths about ops/power.py: what happens at base 0, exponent 0, and below zero."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import power


@pytest.mark.parametrize(
    "operands",
    [
        ([0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.5]),
        ([-1.0, -2.0, 3.0], [2.0, 3.0, 0.0]),
        ([0.0, -1.5, 2.0], 0),
        ([0.0, -1.5, 2.0], 1),
        ([0.0, -1.5, 2.0], 2),
        ([0.0, -1.5, 2.0], 3),
        ([-1.5, 2.0], -2),
        ([4.0, 2.0], 0.5),
        ([1, 2, 3], 0.5),
        ([1, 2, 3], 2),
        ([2, 3], [3, 2]),
        (2, [1.0, -1.0, 0.0]),
        (0.0, [0.0, 1.0, 0.5]),
        (0.5, [1, 2]),
    ],
)
def test_powers_and_both_gradients_are_those_of_pytorch(operands):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(power.pow, torch.pow, *operands)


def test_negative_base_has_a_derivative_for_whole_exponents():
    x = tensor([-3.0], requires_grad=True)
    power.pow(x, 3).backward()
    assert x.grad.tolist() == [27.0]


def test_integers_to_a_negative_power_are_refused():
    with pytest.raises(RuntimeError, match=r"\.float\(\)"):
        power.pow(tensor([2, 3]), -1)


def test_float_power_is_double_precision_whatever_comes_in():
    for x in (tensor([2]), tensor([2.0]), tensor([2.0], dtype="float64")):
        out = power.float_power(x, -1)
        assert out.dtype.name == "float64"
        assert out.tolist() == [0.5]
    assert power.float_power(tensor([1j]), 2).dtype.name == "complex128"


def test_square_of_an_integer_is_an_integer():
    assert power.square(tensor([3])).tolist() == [9]


def test_square_of_a_truth_value_is_an_int64():
    assert power.square(tensor([True, False])).dtype.name == "int64"


def test_hypot_does_not_overflow():
    assert power.hypot(tensor([3e30]), tensor([4e30])).item() == pytest.approx(5e30)


def test_complex_powers_have_the_gradient_of_pytorch():
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([1 + 2j, -0.5 + 0.3j])
    assert_like_torch(lambda z: power.pow(z, 3), lambda z: torch.pow(z, 3), values)
    assert_like_torch(power.pow, torch.pow, values, np.array([0.5 - 1j, 2j]))
    assert_like_torch(power.sqrt, torch.sqrt, values)
