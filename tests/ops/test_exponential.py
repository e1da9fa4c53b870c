"""Truths about ops/exponential.py: digits near 0, ranges, infinities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import exponential

INF = float("inf")


def test_expm1_and_log1p_keep_all_digits_near_zero():
    x = tensor([1e-12], dtype="float64")
    assert exponential.expm1(x).item() == pytest.approx(1e-12 + 5e-25, rel=1e-15)
    assert exponential.log1p(x).item() == pytest.approx(1e-12 - 5e-25, rel=1e-15)


def test_exp2_is_exact_for_whole_numbers():
    assert exponential.exp2(tensor([-3, 0, 10])).tolist() == [0.125, 1.0, 1024.0]


def test_logarithms_of_powers_of_their_base_are_the_exponents():
    assert exponential.log2(tensor([8.0])).item() == 3.0
    assert exponential.log10(tensor([1000.0], dtype="float64")).item() == pytest.approx(3.0)
    assert exponential.log(tensor([math.e], dtype="float64")).item() == 1.0


@pytest.mark.parametrize("name", ["logaddexp", "logaddexp2"])
def test_adding_logarithms_neither_overflows_nor_loses_the_smaller_gradient(name):
    from tests.ops.oracle import assert_like_torch, torch

    large = ([1000.0, -1000.0, INF, 1.0, 0.0], [1000.0, -1001.0, 1.0, -INF, -20.0])
    assert_like_torch(getattr(exponential, name), getattr(torch, name), *large)


@pytest.mark.parametrize(
    "operands",
    [
        ([0.0, 0.0, 2.0], [1.0, 0.5, 3.0]),
        ([0.0, 0.0], [INF, float("nan")]),
        (2, [1.0, 3.0]),
        ([0, 2], [0, 3]),
        ([0.0, 2.0], 3.0),
    ],
)
def test_xlogy_is_that_of_pytorch(operands):
    from tests.ops.oracle import assert_like_torch, torch

    finite = all(np.all(np.isfinite(value)) for value in operands)
    assert_like_torch(exponential.xlogy, torch.xlogy, *operands, gradients=finite)


@pytest.mark.needs("deep_learner_numpy")
def test_xlogy_of_zero_and_zero_is_zero_with_a_zero_gradient():
    x = tensor([0.0], requires_grad=True)
    out = exponential.xlogy(x, tensor([0.0]))
    out.backward()
    assert (out.item(), x.grad.item()) == (0.0, 0.0)


def test_complex_exponentials_have_the_gradient_of_pytorch():
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([1 + 2j, -0.5 + 0.3j])
    for name in ("exp", "log", "log1p", "expm1"):
        assert_like_torch(getattr(exponential, name), getattr(torch, name), values)
