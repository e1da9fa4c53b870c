"""Truths about ops/cumulative.py: zeros, ties, extremes of the exponential, and PyTorch's dtypes."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import cumulative
from tests.ops.outputs import assert_outputs_like_torch, floats

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_values_places_and_gradients_are_those_of_pytorch(name, dim):
    from tests.ops.oracle import torch

    for x in (floats(3, 7, 4), floats(3, 7, 4, ties=True), floats(3, 1, 4)):
        assert_outputs_like_torch(getattr(cumulative, name), getattr(torch, name), x, dim)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float32"])
@pytest.mark.parametrize("name", ["cumsum", "cumprod", "cummax", "cummin"])
def test_dtypes_are_those_of_pytorch(name, dtype):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        getattr(cumulative, name), getattr(torch, name), floats(6, ties=True).astype(dtype), 0, rtol=1e-5
    )


@pytest.mark.parametrize("x", [[2.0, 0.0, 3.0, 4.0], [0.0, 2.0, 0.0, 3.0], [0.0, 0.0, 0.0, 0.0]], ids=str)
def test_the_gradient_of_running_products_is_right_beside_zeros(x):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(cumulative.cumprod, torch.cumprod, np.array(x), 0)


def test_the_second_derivative_of_running_products_is_right_beside_zeros():
    x = tensor([2.0, 0.0, 3.0], requires_grad=True)
    (g,) = dl.autograd.grad(cumulative.cumprod(x, 0)[2], x, create_graph=True)
    (second,) = dl.autograd.grad(g, x, tensor([1.0, 0.0, 0.0]))
    assert second.tolist() == [0.0, 3.0, 0.0]


@pytest.mark.parametrize("name", ["cummax", "cummin"])
def test_nan_stays_the_extreme_once_met(name):
    from tests.ops.oracle import torch

    x = np.array([1.0, 1.0, 0.0, NAN, 3.0, NAN, 2.0])
    assert_outputs_like_torch(getattr(cumulative, name), getattr(torch, name), x, 0)


def test_running_logarithms_of_sums_neither_over_nor_underflow():
    from tests.ops.oracle import torch

    for x in ([800.0, 900.0, -900.0, 901.0], [-900.0, -800.0, -1000.0]):
        assert_outputs_like_torch(cumulative.logcumsumexp, torch.logcumsumexp, np.array(x), 0)


def test_what_adds_nothing_to_a_running_logarithm_gets_no_gradient():
    x = tensor([-INF, -INF, 0.0, -INF, 0.0], requires_grad=True)
    out = cumulative.logcumsumexp(x, 0)
    np.testing.assert_allclose(out.numpy(force=True), [-INF, -INF, 0.0, 0.0, np.log(2)], rtol=1e-6)
    out.backward()
    # PyTorch gives NaN for the first two; the limit is 0.
    np.testing.assert_allclose(x.grad.numpy(), [0.0, 0.0, 2.5, 0.0, 0.5], rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"n": 2}, {"n": 9}, {"dim": 0}, {"n": 0}], ids=str)
def test_differences_are_those_of_pytorch(options):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(cumulative.diff, torch.diff, floats(3, 5), **options)
    assert_outputs_like_torch(cumulative.diff, torch.diff, floats(3, 5) > 0, **options)


def test_differences_take_edges():
    from tests.ops.oracle import torch

    def with_edges(function):
        return lambda x, a, b: function(x, prepend=a, append=b)

    assert_outputs_like_torch(
        with_edges(cumulative.diff), with_edges(torch.diff), floats(3, 5), floats(3, 1), floats(3, 2)
    )


@pytest.mark.parametrize("name", ["trapezoid", "cumulative_trapezoid"])
def test_integrals_are_those_of_pytorch(name):
    from tests.ops.oracle import torch

    ours, theirs = getattr(cumulative, name), getattr(torch, name)
    assert_outputs_like_torch(ours, theirs, floats(3, 5))
    assert_outputs_like_torch(ours, theirs, floats(3, 5), dx=0.25, dim=0)
    assert_outputs_like_torch(ours, theirs, floats(3, 5), floats(5))
    assert_outputs_like_torch(ours, theirs, floats(3, 5, 2), floats(5), dim=1)
    assert_outputs_like_torch(ours, theirs, floats(3, 5), floats(3, 5), dim=0)


def test_nothing_accumulates_to_nothing():
    for name in ("cumsum", "cumprod", "cummax", "logcumsumexp"):
        out = getattr(cumulative, name)(dl.zeros(2, 0), 1)
        assert tuple((out[0] if isinstance(out, tuple) else out).shape) == (2, 0)
