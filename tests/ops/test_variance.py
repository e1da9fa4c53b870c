"""Truths about ops/variance.py: corrections, degenerate samples, the gradient of a constant."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import variance
from tests.ops.outputs import assert_outputs_like_torch, floats

NAMES = ["var", "std", "var_mean", "std_mean"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dim": 1},
        {"dim": (0, 2), "keepdim": True},
        {"dim": None, "correction": 0},
        {"dim": -1, "correction": 2},
        {"dim": 0, "unbiased": False},
    ],
    ids=str,
)
def test_the_arguments_mean_what_they_mean_in_pytorch(name, options):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(getattr(variance, name), getattr(torch, name), floats(3, 4, 5), **options)


@pytest.mark.parametrize("name", NAMES)
def test_the_older_positional_arguments_are_understood(name):
    from tests.ops.oracle import torch

    ours, theirs = getattr(variance, name), getattr(torch, name)
    assert_outputs_like_torch(ours, theirs, floats(3, 4), False)
    assert_outputs_like_torch(ours, theirs, floats(3, 4), 1, False)
    assert_outputs_like_torch(ours, theirs, floats(3, 4), [0, 1], True, True)


def test_where_all_elements_are_equal_the_gradient_of_std_is_zero():
    x = tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]], requires_grad=True)
    variance.std(x, 1).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[0, 0, 0], [-0.5, 0, 0.5]], atol=1e-7)


def test_too_few_elements_give_nan_and_differing_ones_infinity():
    from tests.ops.oracle import torch

    for x, correction in (
        (np.ones(1), 1),
        (np.ones((0,)), 1),
        (np.array([1.0, 2.0]), 2),
        (np.ones((2, 0)), 0),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # PyTorch's own
            expected = torch.var(torch.tensor(x), dim=-1, correction=correction).numpy()
        np.testing.assert_array_equal(variance.var(tensor(x), -1, correction=correction).numpy(), expected)


def test_the_spread_of_large_close_numbers_keeps_its_digits():
    x = 1e8 + np.array([0.0, 1.0, 2.0])
    assert variance.var(tensor(x)).item() == 1.0


def test_integers_are_refused():
    with pytest.raises(RuntimeError, match="floating point"):
        variance.std(tensor([1, 2]))


def test_complex_numbers_have_the_variances_of_their_parts_together():
    x = np.asarray([1 + 2j, 3 - 1j, 0.5j])
    assert float(variance.var(dl.tensor(x))) == pytest.approx(np.var(x, ddof=1))
