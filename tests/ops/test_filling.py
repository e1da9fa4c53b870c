"""Truths about ops/filling.py and ops/ranges.py: PyTorch's sizes, dtypes and numbers."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.refusals import assert_refused_alike, torch


def assert_same(ours: dl.Tensor, theirs: object, **tolerance: float) -> None:
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), **tolerance)


@pytest.mark.parametrize("size", [(3,), (2, 3), ((2, 3),), ([2, 3],), (0, 2), ((),)], ids=repr)
@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_sizes_are_given_one_by_one_or_as_a_sequence(name, size):
    ours, theirs = getattr(dl, name)(*size), getattr(torch, name)(*size)
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.dtype is dl.float32
    if name != "empty":
        assert_same(ours, theirs)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.zeros(-1),
        lambda lib: lib.ones((2, -3)),
        lambda lib: lib.zeros(2.5),
        lambda lib: lib.zeros((2, "a")),
        lambda lib: lib.eye(-1),
        lambda lib: lib.zeros_like(3),
        lambda lib: lib.arange(0, 1, 0),
        lambda lib: lib.arange(1, 0),
        lambda lib: lib.arange(0, float("inf")),
        lambda lib: lib.linspace(0, 1, -1),
    ],
)
def test_impossible_sizes_and_ranges_are_refused_with_pytorchs_type_of_error(call):
    assert_refused_alike(call)


@pytest.mark.parametrize("value", [True, 3, 2.5, 1j], ids=repr)
def test_full_takes_the_dtype_of_its_value(value):
    assert_same(dl.full((2,), value), torch.full((2,), value))
    assert_same(dl.full((2,), dl.tensor(value)), torch.full((2,), torch.tensor(value)))
    assert dl.full((2,), 1, dtype=dl.float64).dtype is dl.float64


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like"])
def test_like_functions_take_shape_dtype_and_device(name):
    for device in ("cpu", "strict:1"):
        x = dl.tensor([[1, 2, 3]], device=device)
        made = getattr(dl, name)(x)
        assert (made.shape, made.dtype, made.device) == (x.shape, dl.int64, x.device)
        assert getattr(dl, name)(x, dtype=dl.float64).dtype is dl.float64
        assert getattr(dl, name)(x, device="strict").device == "strict"
    assert dl.full_like(dl.ones(2), 7).tolist() == [7.0, 7.0]
    assert dl.zeros_like(dl.ones(2, requires_grad=True)).requires_grad is False


def test_new_tensors_go_where_the_configuration_says():
    with dl.backend("strict"):
        assert dl.zeros(2).backend == "strict"
        assert dl.tensor([1.0]).backend == "strict"
        assert dl.arange(3).backend == "strict"
        assert dl.tril_indices(2, 2).backend == "strict"
    assert dl.zeros(2).backend == "numpy"


@pytest.mark.parametrize("size", [(3,), (2, 3), (3, 2), (0,)])
def test_eye_has_ones_on_its_diagonal(size):
    assert_same(dl.eye(*size), torch.eye(*size))
    assert_same(dl.eye(*size, dtype=dl.bool), torch.eye(*size, dtype=torch.bool))


@pytest.mark.parametrize(
    "arguments",
    [(5,), (5.0,), (1, 5), (1, 6, 2), (5, 0, -2), (0, 1, 0.1), (1.0, 2.0, 0.25), (3, 3), (0.5, 3), (-3, 3.5)],
)
@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_ranges_are_pytorchs(arguments, device):
    assert_same(dl.arange(*arguments, device=device), torch.arange(*arguments), rtol=1e-6)


def test_a_range_takes_its_bounds_by_name_and_as_tensors():
    assert dl.arange(end=3).tolist() == [0, 1, 2]
    assert dl.arange(0, dl.tensor(3), dl.tensor(2)).tolist() == [0, 2]
    assert dl.arange(3, dtype=dl.float64).dtype is dl.float64


def test_a_long_range_of_float32_is_rounded_only_once():
    numbers = dl.arange(0, 100, 0.1).numpy()
    np.testing.assert_array_equal(numbers, (np.arange(1000) * 0.1).astype(np.float32))


@pytest.mark.parametrize(
    "arguments", [(0, 1, 5), (3, -2, 4), (2.5, 2.5, 3), (0, 1, 1), (0, 1, 0), (1j, 2, 3)]
)
def test_evenly_spaced_numbers_are_pytorchs(arguments):
    assert_same(dl.linspace(*arguments), torch.linspace(*arguments), rtol=1e-6, atol=1e-7)
    if not any(isinstance(number, complex) for number in arguments):
        assert_same(dl.logspace(*arguments), torch.logspace(*arguments), rtol=1e-5)
        assert_same(dl.logspace(*arguments, base=2.0), torch.logspace(*arguments, base=2.0), rtol=1e-5)


@pytest.mark.parametrize("arguments", [(0, 10, 4), (3, 0, 4), (-5, 5, 4), (0, 3, 4)])
def test_evenly_spaced_integers_are_rounded_towards_zero(arguments):
    ours = dl.linspace(*arguments, dtype=dl.int64)
    assert_same(ours, torch.linspace(*arguments, dtype=torch.int64))


def test_none_means_the_tensors_own_dtype():
    assert dl.ones(2).new_empty((2,), dtype=None, device=None).dtype is dl.float32
