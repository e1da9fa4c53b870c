"""Truths about ops/searching.py: bounds, lanes, NaN, and the forms of `nonzero`."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import searching
from tests.ops.outputs import floats

NAN, INF = float("nan"), float("inf")


def assert_same(ours, theirs) -> None:
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_places_in_sorted_lanes_are_those_of_pytorch(size, right):
    from tests.ops.oracle import torch

    lanes = np.sort(floats(3, size, ties=True))
    values = np.concatenate([floats(3, 6, seed=1, ties=True), [[NAN], [INF], [-INF]]], axis=1)
    ours = searching.searchsorted(tensor(lanes), tensor(values), right=right)
    assert_same(ours, torch.searchsorted(torch.tensor(lanes), torch.tensor(values), right=right))
    ours = searching.searchsorted(tensor(lanes[0]), tensor(values), right=right)
    assert_same(ours, torch.searchsorted(torch.tensor(lanes[0]), torch.tensor(values), right=right))


def test_sides_sorters_numbers_and_int32_are_understood():
    from tests.ops.oracle import torch

    x = np.array([3.0, 1.0, 2.0])
    order = np.argsort(x)
    assert_same(
        searching.searchsorted(
            tensor(x), tensor([2.0], dtype=dl.float64), side="right", sorter=tensor(order)
        ),
        torch.searchsorted(
            torch.tensor(x), torch.tensor([2.0]).double(), side="right", sorter=torch.tensor(order)
        ),
    )
    assert_same(
        searching.searchsorted(tensor(np.sort(x)), 2, out_int32=True),
        torch.searchsorted(torch.tensor(np.sort(x)), 2, out_int32=True),
    )


def test_a_boundary_belongs_to_the_bucket_below_it():
    from tests.ops.oracle import torch

    x, boundaries = np.array([[0, 3, 9], [5, 1, 6]]), np.array([1, 3, 5])
    for right in (False, True):
        assert_same(
            searching.bucketize(tensor(x), tensor(boundaries), right=right),
            torch.bucketize(torch.tensor(x), torch.tensor(boundaries), right=right),
        )
    assert searching.bucketize(4, tensor(boundaries)).item() == 2


@pytest.mark.parametrize(
    ("sequence", "values"),
    [
        (np.array([1, 2]), 1.5),
        (np.array([1, 2]), np.float32(1.5)),
        (np.array([1, 2], np.int8), 300),
        (np.array([1.0, 2.0]), np.array([1.5], np.float32)),
    ],
    ids=str,
)
def test_two_dtypes_are_compared_in_their_common_one(sequence, values):
    from tests.ops.oracle import torch

    ours, theirs = (
        lib.searchsorted(
            lib.tensor(sequence), values if isinstance(values, int | float) else lib.tensor(values)
        )
        for lib in (dl, torch)
    )
    assert_same(ours, theirs)


def test_operands_that_do_not_fit_are_refused():
    with pytest.raises(RuntimeError, match="all its dimensions but the last"):
        searching.searchsorted(dl.ones(2, 3), dl.ones(3, 3))
    with pytest.raises(RuntimeError, match="1 dimension"):
        searching.bucketize(dl.ones(3), dl.ones(2, 3))


def test_membership_is_that_of_pytorch():
    from tests.ops.oracle import torch

    x, members = floats(4, 5, ties=True), np.array([2.0, -1.0, NAN])
    for invert in (False, True):
        assert_same(
            searching.isin(tensor(x), tensor(members), invert=invert),
            torch.isin(torch.tensor(x), torch.tensor(members), invert=invert),
        )
    assert searching.isin(tensor([1, 2]), 2).tolist() == [False, True]
    assert searching.isin(2, tensor([1, 2])).item() is True
    assert searching.isin(tensor([NAN]), tensor([NAN])).tolist() == [False]
    assert searching.isin(tensor([1, 2]), tensor([1.5, 2.0])).tolist() == [False, True]


@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 3, 4), (0, 3)], ids=str)
def test_nonzero_places_are_those_of_pytorch(shape):
    from tests.ops.oracle import torch

    x = np.asarray(floats(*shape, ties=True)) if shape else np.array(3.0)
    assert_same(searching.nonzero(tensor(x)), torch.nonzero(torch.tensor(x)))
    assert_same(searching.argwhere(tensor(x)), torch.argwhere(torch.tensor(x)))
    ours, theirs = searching.nonzero(tensor(x), as_tuple=True), torch.nonzero(torch.tensor(x), as_tuple=True)
    for mine, other in zip(ours, theirs, strict=True):
        assert_same(mine, other)
