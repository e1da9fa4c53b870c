"""Truths about ops/reduction.py: dtypes, zeros, nothing, and what PyTorch says."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import reduction
from tests.ops.outputs import assert_outputs_like_torch, floats

NAN = float("nan")
DIMS = [None, 0, -1, (0, 2), (), [1]]


@pytest.mark.parametrize("dim", DIMS, ids=str)
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("name", ["sum", "mean", "nansum", "nanmean"])
def test_dims_mean_what_they_mean_in_pytorch(name, dim, keepdim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        getattr(reduction, name), getattr(torch, name), floats(2, 3, 4), dim=dim, keepdim=keepdim
    )


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float32", "float64", "complex128"])
@pytest.mark.parametrize("name", ["sum", "prod", "count_nonzero"])
def test_result_dtypes_are_those_of_pytorch(name, dtype):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        getattr(reduction, name), getattr(torch, name), floats(5, ties=True).astype(dtype)
    )


@pytest.mark.parametrize("name", ["sum", "mean", "prod"])
def test_the_dtype_option_is_the_dtype_of_the_computation(name):
    from tests.ops.oracle import torch

    x = np.array([100, 100, 100], dtype=np.uint8)
    ours = getattr(reduction, name)(tensor(x), dtype=dl.float64)
    theirs = getattr(torch, name)(torch.tensor(x), dtype=torch.float64)
    assert ours.dtype is dl.float64
    assert ours.item() == theirs.item()


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
@pytest.mark.parametrize("name", ["sum", "nansum", "prod", "cumsum"])
def test_small_dtypes_that_are_asked_for_are_those_of_the_result(name, dtype):
    dims = (0,) if name == "cumsum" else ()
    assert getattr(dl, name)(tensor([1, 0, 1]), *dims, dtype=dtype).dtype.name == dtype


def test_the_gradient_returns_in_the_dtype_of_the_input():
    x = tensor([1.0, 2.0], dtype=dl.float32, requires_grad=True)
    reduction.sum(x, dtype=dl.float64).backward()
    assert x.grad.dtype is dl.float32
    assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "x", [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [2.0, 5.0, 3.0]], ids=["one", "two", "all", "no"]
)
def test_the_gradient_of_a_product_is_right_beside_zeros(x):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(reduction.prod, torch.prod, np.array(x))
    assert_outputs_like_torch(reduction.prod, torch.prod, np.array([x, x]), 1)
    assert_outputs_like_torch(reduction.prod, torch.prod, np.array([x, x]), dim=0, keepdim=True)


def test_the_second_derivative_of_a_product_is_right_beside_zeros():
    x = tensor([2.0, 0.0, 3.0], requires_grad=True)
    (g,) = dl.autograd.grad(reduction.prod(x), x, create_graph=True)
    (second,) = dl.autograd.grad(g, x, tensor([1.0, 0.0, 0.0]))
    # d(x1 x2)/dx for the gradient of x0 = 2 at (2, 0, 3)
    assert second.tolist() == [0.0, 3.0, 0.0]


def test_nothing_has_sum_zero_product_one_and_mean_nan():
    nothing = dl.zeros(0, 3)
    assert reduction.sum(nothing).item() == 0.0
    assert reduction.prod(nothing, 0).tolist() == [1.0, 1.0, 1.0]
    assert np.isnan(reduction.mean(nothing).item())
    assert np.isnan(reduction.mean(nothing, 0).numpy()).all()
    assert bool(reduction.all(nothing))
    assert not bool(reduction.any(nothing))


def test_missing_numbers_neither_count_nor_get_a_gradient():
    from tests.ops.oracle import torch

    x = np.array([[1.0, NAN, 3.0], [NAN, 5.0, 6.0]])
    assert_outputs_like_torch(reduction.nansum, torch.nansum, x, dim=1)
    assert_outputs_like_torch(reduction.nanmean, torch.nanmean, x, dim=1)
    assert reduction.nanmean(tensor(x), 0).tolist() == [1.0, 5.0, 4.5]


@pytest.mark.parametrize("name", ["mean", "nanmean"])
def test_the_mean_of_integers_is_refused(name):
    with pytest.raises(RuntimeError, match="floating point or complex dtype"):
        getattr(reduction, name)(tensor([1, 2]))


@pytest.mark.parametrize(
    ("dim", "error"), [(2, IndexError), (-3, IndexError), ((0, 0), RuntimeError), ((0, -2), RuntimeError)]
)
def test_dims_that_do_not_exist_or_come_twice_are_refused(dim, error):
    with pytest.raises(error, match="dim"):
        reduction.sum(dl.ones(2, 3), dim)


def test_a_tensor_without_dimensions_has_dimension_zero():
    assert reduction.sum(tensor(3.0), 0).item() == 3.0
    assert tuple(reduction.sum(tensor(3.0), -1, keepdim=True).shape) == ()
    with pytest.raises(IndexError, match=r"range of \[-1, 0\], but got 1"):
        reduction.sum(tensor(3.0), 1)
