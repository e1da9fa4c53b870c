"""Truths about ops/uniqueness.py: order, inverses and counts as PyTorch gives them."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import uniqueness
from tests.ops.outputs import floats

ASKED = [
    {},
    {"return_inverse": True},
    {"return_counts": True},
    {"return_inverse": True, "return_counts": True},
]


def assert_same(ours, theirs) -> None:
    assert isinstance(ours, tuple) == isinstance(theirs, tuple)
    pairs = zip(ours, theirs, strict=True) if isinstance(ours, tuple) else [(ours, theirs)]
    for mine, other in pairs:
        assert mine.dtype.name == str(other.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(mine.numpy(), other.numpy())


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("dim", [None, 0, 1, -1])
@pytest.mark.parametrize("name", ["unique", "unique_consecutive"])
def test_values_inverses_and_counts_are_those_of_pytorch(name, dim, asked):
    from tests.ops.oracle import torch

    for x in (
        floats(12, 2, ties=True) // 2,
        np.sort(floats(3, 5, ties=True), axis=0),
        np.array([[1, 1], [1, 1]]),
    ):
        ours = getattr(uniqueness, name)(tensor(x), dim=dim, **asked)
        assert_same(ours, getattr(torch, name)(torch.tensor(x), dim=dim, **asked))


def test_every_nan_is_different():
    from tests.ops.oracle import torch

    x = np.array([np.nan, 1.0, np.nan, 1.0])
    assert_same(
        uniqueness.unique(tensor(x), return_inverse=True, return_counts=True),
        torch.unique(torch.tensor(x), return_inverse=True, return_counts=True),
    )


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_the_dtype_stays(dtype):
    from tests.ops.oracle import torch

    x = floats(9, ties=True).astype(dtype)
    assert_same(uniqueness.unique(tensor(x)), torch.unique(torch.tensor(x)))


def test_the_parts_rebuild_the_tensor():
    x = tensor(floats(4, 6, ties=True))
    values, inverse, counts = uniqueness.unique(x, return_inverse=True, return_counts=True)
    assert values[inverse].tolist() == x.tolist()
    assert int(counts.sum().item()) == 24


def test_the_standards_functions_agree_with_each_other():
    x = tensor([[3, 1, 3], [1, 2, 3]])
    values, indices, inverse, counts = uniqueness.unique_all(x)
    assert (
        values.tolist()
        == uniqueness.unique_counts(x)[0].tolist()
        == uniqueness.unique_values(x).tolist()
        == [1, 2, 3]
    )
    assert x.reshape(-1)[indices].tolist() == [1, 2, 3]
    assert inverse.tolist() == uniqueness.unique_inverse(x)[1].tolist() == [[2, 0, 2], [0, 1, 2]]
    assert counts.tolist() == uniqueness.unique_counts(x)[1].tolist() == [2, 1, 3]
