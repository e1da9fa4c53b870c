"""Truths about ops/softmax.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deep_learner import float64, tensor
from deep_learner.ops import softmax as module

INF = float("inf")
ROWS = np.array([[1.0, 2.0, 3.0], [-700.0, 0.0, 700.0], [5.0, 5.0, 5.0]])


def test_softmax_rows_sum_to_one():
    np.testing.assert_allclose(module.softmax(tensor(ROWS), 1).numpy().sum(axis=1), 1.0, rtol=1e-15)


def test_softmax_does_not_change_when_all_elements_rise():
    np.testing.assert_allclose(
        module.softmax(tensor(ROWS), 1).numpy(), module.softmax(tensor(ROWS + 500), 1).numpy(), rtol=1e-12
    )


def test_log_softmax_keeps_what_softmax_underflows():
    out = module.log_softmax(tensor([0.0, 2000.0]), 0)
    assert out.tolist() == [-2000.0, 0.0]
    assert module.softmax(tensor([0.0, 2000.0]), 0).tolist() == [0.0, 1.0]


def test_an_element_at_minus_infinity_gets_no_weight_and_no_gradient():
    x = tensor([0.0, -INF, 0.0], requires_grad=True)
    out = module.softmax(x, -1)
    assert out.tolist() == [0.5, 0.0, 0.5]
    out.backward(tensor([1.0, 1.0, 0.0]))
    assert x.grad.tolist() == [0.25, 0.0, -0.25]


def test_gradient_of_softmax_rows_sums_to_zero():
    x = tensor(ROWS, requires_grad=True)
    module.softmax(x, 1).backward(tensor(np.arange(9.0).reshape(3, 3)))
    np.testing.assert_allclose(x.grad.numpy().sum(axis=1), 0.0, atol=1e-15)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_values_and_gradients_are_those_of_pytorch(name, dim):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(
        lambda x: getattr(module, name)(x, dim) ** 2, lambda x: getattr(torch, name)(x, dim) ** 2, ROWS / 100
    )


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_dtype_asked_for_is_computed_in(name):
    x = tensor([0.1, 0.2, 0.3], requires_grad=True)
    out = getattr(module, name)(x, 0, dtype=float64)
    assert out.dtype is float64
    out.backward()
    assert x.grad.dtype is x.dtype


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_a_missing_dimension_is_an_index_error(name):
    with pytest.raises(IndexError, match="2"):
        getattr(module, name)(tensor(ROWS), 2)


def test_logsumexp_of_equal_elements_is_the_element_plus_log_of_their_number():
    out = module.logsumexp(tensor([[1000.0, 1000.0]], dtype=float64), 1)
    assert out.tolist() == pytest.approx([1000 + math.log(2)], rel=1e-15)


@pytest.mark.needs("deep_learner_numpy")
def test_logsumexp_of_nothing_and_of_minus_infinity_is_minus_infinity():
    assert module.logsumexp(tensor(np.zeros((2, 0))), 1).tolist() == [-INF, -INF]
    assert module.logsumexp(tensor([-INF, -INF]), 0).item() == -INF
    assert module.logsumexp(tensor([INF, 1.0]), 0).item() == INF


@pytest.mark.parametrize("dim", [0, -1, (0, 1), ()])
@pytest.mark.parametrize("keepdim", [False, True])
def test_logsumexp_is_that_of_pytorch(dim, keepdim):
    from tests.ops.oracle import assert_like_torch, torch

    if dim == ():
        dim = (0, 1)
        reference = module.logsumexp(tensor(ROWS), (), keepdim).tolist()
        assert reference == module.logsumexp(tensor(ROWS), dim, keepdim).tolist()
    assert_like_torch(module.logsumexp, torch.logsumexp, ROWS, dim=dim, keepdim=keepdim)
