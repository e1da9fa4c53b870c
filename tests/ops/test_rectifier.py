"""Truths about ops/rectifier.py: at every kink the derivative is PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import rectifier

INF, NAN = float("inf"), float("nan")
PASS_NAN = ("relu", "leaky_relu", "elu", "selu", "celu", "threshold", "hardshrink")
KINKS = [-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, 7.0, NAN]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("relu", ()),
        ("leaky_relu", ()),
        ("leaky_relu", (0.2,)),
        ("elu", ()),
        ("elu", (1.5,)),
        ("selu", ()),
        ("celu", ()),
        ("celu", (2.0,)),
        ("hardtanh", ()),
        ("hardtanh", (-3.0, 0.5)),
        ("relu6", ()),
        ("hardsigmoid", ()),
        ("hardswish", ()),
        ("threshold", (0.5, -2.0)),
        ("softshrink", ()),
        ("softshrink", (1.0,)),
        ("hardshrink", ()),
        ("hardshrink", (1.0,)),
    ],
)
def test_values_and_gradients_at_kinks_and_nan_are_those_of_pytorch(name, arguments):
    from tests.ops.oracle import assert_like_torch, torch

    functional = getattr(torch.nn.functional, name)
    values = np.array(KINKS if name in PASS_NAN else KINKS[:-1])
    assert_like_torch(getattr(rectifier, name), functional, values, *arguments)


def test_relu_has_no_slope_at_zero():
    x = tensor([-1.0, 0.0, 2.0], requires_grad=True)
    rectifier.relu(x).backward()
    assert x.grad.tolist() == [0.0, 0.0, 1.0]


def test_relu_stops_an_infinite_gradient_with_an_exact_zero():
    x = tensor([-1.0, 2.0], requires_grad=True)
    rectifier.relu(x).backward(tensor([INF, INF]))
    assert x.grad.tolist() == [0.0, INF]


def test_relu_of_integers_is_integer():
    out = rectifier.relu(tensor([-1, 2]))
    assert out.dtype.name == "int64"
    assert out.tolist() == [0, 2]


def test_exponential_units_do_not_overflow_on_the_right():
    x = tensor([1000.0], requires_grad=True)
    rectifier.elu(x).backward()
    assert x.grad.tolist() == [1.0]


@pytest.mark.parametrize("weights", [[0.25], [0.1, 0.2, 0.3]])
def test_prelu_is_that_of_pytorch(weights):
    from tests.ops.oracle import assert_like_torch, torch

    values = np.linspace(-1, 1, 24).reshape(2, 3, 4)
    assert_like_torch(rectifier.prelu, torch.nn.functional.prelu, values, np.array(weights))


def test_prelu_refuses_weights_that_fit_no_channel():
    with pytest.raises(RuntimeError, match="3 channels"):
        rectifier.prelu(tensor([[1.0, 2.0, 3.0]]), tensor([0.1, 0.2]))


def test_softshrink_refuses_a_negative_width():
    with pytest.raises(RuntimeError, match="negative"):
        rectifier.softshrink(tensor([1.0]), -1.0)
