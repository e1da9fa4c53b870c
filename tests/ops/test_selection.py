"""Truths about ops/selection.py: who gets the gradient at ties, bounds and NaN."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import selection

INF, NAN = float("inf"), float("nan")
FIVE = [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_ties_and_nan_share_the_gradient_as_in_pytorch(name):
    from tests.ops.oracle import assert_like_torch, torch

    operands = ([1.0, 1.0, 3.0, NAN, 2.0, NAN], [1.0, 2.0, 2.0, 1.0, NAN, NAN])
    assert_like_torch(getattr(selection, name), getattr(torch, name), *operands)


def test_equal_elements_get_half_of_the_gradient_each():
    a, b = tensor([1.0], requires_grad=True), tensor([1.0], requires_grad=True)
    selection.maximum(a, b).backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([0.5], [0.5])


@pytest.mark.parametrize(
    "bounds",
    [
        (1.0, 3.0),
        ([1.0], [3.0]),
        ([3.0], [1.0]),
        (3.0, 1.0),
        ([1.0], 3.0),
        (1.0, [3.0]),
        ([1.0, 2.0, 2.0, 2.0, 2.0], 2.0),
    ],
)
def test_clamped_values_and_gradients_are_those_of_pytorch(bounds):
    from tests.ops.oracle import assert_like_torch, torch

    if all(isinstance(bound, list) for bound in bounds) or not any(
        isinstance(bound, list) for bound in bounds
    ):
        assert_like_torch(selection.clip, torch.clamp, FIVE, *bounds)
        return
    low, high = (bound if isinstance(bound, list) else [bound] for bound in bounds)
    assert_like_torch(selection.clip, torch.clamp, FIVE, low, high)


def test_clamp_takes_one_bound():
    x = tensor(FIVE)
    assert selection.clip(x, min=2).tolist() == [2.0, 2.0, 2.0, 3.0, 4.0]
    assert selection.clip(x, max=2).tolist() == [0.0, 1.0, 2.0, 2.0, 2.0]


def test_a_fractional_bound_makes_floats_of_integers():
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(selection.clip, torch.clamp, [1, 2], 1.5)


@pytest.mark.parametrize("fill", ["masked_fill", "where"])
def test_what_was_not_chosen_gets_an_exact_zero_from_an_infinite_gradient(fill):
    x, mask = tensor([1.0, 1.0], requires_grad=True), tensor([True, False])
    out = selection.masked_fill(x, mask, 0.0) if fill == "masked_fill" else selection.where(mask, 0.0, x)
    out.backward(tensor([INF, INF]))
    assert x.grad.tolist() == [0.0, INF]


def test_many_masked_elements_get_exact_zeros_too():
    x = tensor(np.ones((40, 40), np.float32), requires_grad=True)
    mask = np.arange(1600).reshape(40, 40) % 3 == 0
    selection.masked_fill(x, tensor(mask), 0.0).backward(tensor(np.full((40, 40), NAN, np.float32)))
    np.testing.assert_array_equal(x.grad.numpy(), np.where(mask, 0, np.float32(NAN)))


@pytest.mark.parametrize(
    ("input", "other"),
    [
        ([1, 2], [0.5, 1.5]),
        ([1, 2], 2.5),
        (1.5, [1, 2]),
        ([True, False], [1, 2]),
        ([1.0, 2.0], 3),
        (1.0, 2.0),
        (1, 2),
    ],
)
def test_where_brings_its_choices_to_the_dtype_of_pytorch(input, other):
    from tests.ops.oracle import torch

    condition = [True, False]
    ours = [value if isinstance(value, int | float) else tensor(value) for value in (input, other)]
    theirs = [value if isinstance(value, int | float) else torch.tensor(value) for value in (input, other)]
    out, expected = selection.where(tensor(condition), *ours), torch.where(torch.tensor(condition), *theirs)
    assert str(expected.dtype).endswith(out.dtype.name)
    assert out.tolist() == expected.tolist()


def test_masked_fill_keeps_the_dtype_of_its_input():
    x = tensor([1, 2])
    out = selection.masked_fill(x, tensor([True, False]), 7.9)
    assert out.dtype.name == "int64"
    assert out.tolist() == [7, 2]


def test_masked_fill_sums_the_gradient_of_its_value():
    value = tensor(5.0, requires_grad=True)
    selection.masked_fill(tensor([1.0, 2.0, 3.0]), tensor([True, False, True]), value).backward()
    assert value.grad.item() == 2.0


def test_masked_fill_refuses_masks_that_are_not_boolean_and_values_with_dimensions():
    with pytest.raises(RuntimeError, match="boolean mask"):
        selection.masked_fill(tensor([1.0]), tensor([1]), 0.0)
    with pytest.raises(RuntimeError, match="0-d tensor"):
        selection.masked_fill(tensor([1.0]), tensor([True]), tensor([0.0]))


def test_nan_to_num_is_that_of_pytorch():
    from tests.ops.oracle import assert_like_torch, torch

    values = [NAN, INF, -INF, 1.5]
    assert_like_torch(selection.nan_to_num, torch.nan_to_num, values)
    assert_like_torch(selection.nan_to_num, torch.nan_to_num, values, nan=1.0, posinf=2.0, neginf=-2.0)


def test_a_condition_is_boolean():
    assert selection.where(tensor([1, 0]).to("uint8"), 1.0, 2.0).tolist() == [1.0, 2.0]
    with pytest.raises(RuntimeError, match="boolean tensor, but it has dtype float32"):
        selection.where(tensor([1.0, 0.0]), 1.0, 2.0)


def test_heaviside_takes_its_value_at_zero_from_the_second_operand():
    x = tensor([-1.0, 0.0, 2.0, NAN])
    assert selection.heaviside(x, tensor(0.5)).tolist() == [0.0, 0.5, 1.0, 0.0]  # of NaN as in PyTorch
