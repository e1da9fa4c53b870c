"""Truths about ops/activation.py: digits on the tails, no overflow, PyTorch's values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import activation

WIDE = [-120.0, -40.0, -3.0, -0.1, 0.0, 0.2, 1.0, 5.0, 19.9, 20.1, 90.0]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sigmoid", {}),
        ("logsigmoid", {}),
        ("softplus", {}),
        ("softplus", {"beta": 2.0, "threshold": 3.0}),
        ("silu", {}),
        ("mish", {}),
        ("gelu", {}),
        ("gelu", {"approximate": "tanh"}),
        ("softsign", {}),
        ("tanhshrink", {}),
    ],
)
def test_activations_and_their_gradients_are_those_of_pytorch(name, options):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(
        getattr(activation, name), getattr(torch.nn.functional, name), np.array(WIDE), rtol=1e-9, **options
    )


def test_sigmoid_is_symmetric_about_one_half():
    x = tensor([0.0, 0.5, 3.0], dtype="float64")
    total = activation.sigmoid(x) + activation.sigmoid(-x)
    np.testing.assert_allclose(total.numpy(), 1.0, rtol=1e-15)


def test_sigmoid_keeps_its_digits_on_the_left_tail():
    out = activation.sigmoid(tensor([-40.0], dtype="float64")).item()
    assert out == pytest.approx(math.exp(-40.0), rel=1e-15)


def test_logsigmoid_neither_underflows_nor_overflows():
    x = tensor([-1000.0, 1000.0], dtype="float64", requires_grad=True)
    out = activation.logsigmoid(x)
    assert out.tolist() == [-1000.0, 0.0]
    out.backward()
    assert x.grad.tolist() == [1.0, 0.0]


def test_gelu_refuses_an_unknown_approximation():
    with pytest.raises(RuntimeError, match="'sigmoid'"):
        activation.gelu(tensor([1.0]), approximate="sigmoid")


def test_logit_undoes_the_sigmoid():
    x = tensor([-2.0, 0.0, 3.0], dtype="float64")
    np.testing.assert_allclose(
        activation.logit(activation.sigmoid(x)).numpy(), x.numpy(), rtol=1e-13, atol=1e-15
    )


def test_logit_with_eps_stays_finite():
    out = activation.logit(tensor([0.0, 1.0], dtype="float64"), eps=0.25)
    np.testing.assert_allclose(out.numpy(), [-math.log(3), math.log(3)])


def test_glu_is_that_of_pytorch():
    from tests.ops.oracle import assert_like_torch, torch

    values = np.linspace(-2, 2, 24).reshape(2, 4, 3)
    assert_like_torch(activation.glu, torch.nn.functional.glu, values, dim=1)
    assert_like_torch(activation.glu, torch.nn.functional.glu, values, dim=-3)


def test_glu_refuses_an_odd_size():
    with pytest.raises(RuntimeError, match="even"):
        activation.glu(tensor([1.0, 2.0, 3.0]))
