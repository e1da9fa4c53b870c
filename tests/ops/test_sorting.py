"""Truths about ops/sorting.py: stable, NaN last, places that carry the gradient."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import sorting
from tests.ops.outputs import assert_outputs_like_torch, floats

NAN, INF = float("nan"), float("inf")
WITH_NAN = np.array([1.0, NAN, 2.0, -INF, 2.0, NAN, INF])


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_sorting_is_stable_and_its_gradient_follows(dim, descending):
    from tests.ops.oracle import torch

    x = floats(6, 5, 4, ties=True)
    options = {"dim": dim, "descending": descending, "stable": True}
    assert_outputs_like_torch(sorting.sort, torch.sort, x, **options)
    assert_outputs_like_torch(sorting.argsort, torch.argsort, x, **options)


@pytest.mark.parametrize("descending", [False, True])
def test_nan_is_the_greatest(descending):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(sorting.sort, torch.sort, WITH_NAN, stable=True, descending=descending)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "float32"])
def test_unsigned_numbers_and_booleans_sort_downwards_too(dtype):
    from tests.ops.oracle import torch

    x = floats(9, ties=True).astype(dtype)
    assert_outputs_like_torch(sorting.sort, torch.sort, x, stable=True, descending=True)


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize(("k", "dim"), [(0, 0), (3, 0), (2, -1), (5, 1)])
def test_the_first_k_are_those_of_pytorch(k, dim, largest):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(sorting.topk, torch.topk, floats(6, 5), k, dim, largest)


def test_of_equal_elements_topk_takes_the_first():
    assert sorting.topk(tensor([1.0, 2.0, 2.0, 0.0, 2.0]), 2).indices.tolist() == [1, 2]
    assert sorting.topk(tensor([1.0, 0.0, 2.0, 0.0, 0.0]), 2, largest=False).indices.tolist() == [1, 3]
    assert sorting.topk(tensor(WITH_NAN), 4).indices.tolist() == [1, 5, 6, 2]


@pytest.mark.parametrize("place", ["numpy", "strict"])
@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("kind", ["distinct", "ties", "integers", "nan", "many nan"])
def test_in_long_lanes_topk_is_the_beginning_of_the_stable_order(kind, largest, place):
    x = floats(3, 400, ties=kind in ("ties", "integers"))
    if "nan" in kind:
        x[:, :: 2 if "many" in kind else 90] = NAN
    if kind == "integers":
        x = x.astype(np.int32)
    device = "strict" if place == "strict" else None
    for array, dim in ((x, 1), (x.T, 0)):
        found = sorting.topk(tensor(array, device=device), 7, dim, largest)
        expected = sorting.sort(tensor(array, device="strict"), dim, largest)
        first = (slice(None),) * dim + (slice(0, 7),)
        np.testing.assert_array_equal(found.values.numpy(), expected.values.numpy()[first])
        np.testing.assert_array_equal(found.indices.numpy(), expected.indices.numpy()[first])


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize(("k", "dim"), [(1, 0), (3, -1), (6, 0)])
def test_the_kth_value_is_that_of_pytorch(k, dim, keepdim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(sorting.kthvalue, torch.kthvalue, floats(6, 5), k, dim, keepdim)


def test_msort_sorts_the_first_dimension():
    from tests.ops.oracle import torch

    assert_outputs_like_torch(sorting.msort, torch.msort, floats(4, 3))


def test_more_elements_than_there_are_cannot_be_chosen():
    with pytest.raises(RuntimeError, match="k is 4, dimension -1 has size 3"):
        sorting.topk(dl.ones(2, 3), 4)
    with pytest.raises(RuntimeError, match="out of range"):
        sorting.kthvalue(dl.ones(2, 3), 0)
    with pytest.raises(IndexError, match="out of range"):
        sorting.sort(dl.ones(2, 3), 2)


def test_complex_numbers_cannot_be_sorted():
    with pytest.raises(RuntimeError, match="no order"):
        sorting.sort(tensor([1j, 2.0]))


def test_a_tensor_without_dimensions_is_sorted():
    x = tensor(3.0, requires_grad=True)
    found = sorting.sort(x)
    assert (found.values.item(), found.indices.item()) == (3.0, 0)
    found.values.backward()
    assert x.grad.item() == 1.0
