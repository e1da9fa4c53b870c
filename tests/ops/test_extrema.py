"""Truths about ops/extrema.py: ties, NaN, places, nothing, and PyTorch's three forms."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import extrema
from tests.ops.outputs import assert_outputs_like_torch, floats

NAN = float("nan")
WITH_NAN = np.array([[1.0, NAN, 3.0, NAN], [5.0, 5.0, 2.0, 5.0]])


@pytest.mark.parametrize("dim", [(), 0, -1, (0, 2)], ids=str)
@pytest.mark.parametrize("name", ["amax", "amin"])
def test_equal_extremes_share_the_gradient_evenly(name, dim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        getattr(extrema, name), getattr(torch, name), floats(3, 4, 5, ties=True), dim=dim
    )


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_along_a_dimension_the_first_extreme_has_the_place_and_the_gradient(name, dim, keepdim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        getattr(extrema, name), getattr(torch, name), floats(3, 4, 5, ties=True), dim, keepdim=keepdim
    )


@pytest.mark.parametrize("name", ["max", "min"])
def test_all_three_forms_are_those_of_pytorch(name):
    from tests.ops.oracle import torch

    ours, theirs = getattr(extrema, name), getattr(torch, name)
    a, b = floats(3, 4, ties=True), floats(4, seed=1, ties=True)
    assert_outputs_like_torch(ours, theirs, a)
    assert_outputs_like_torch(ours, theirs, a, 1)
    assert_outputs_like_torch(ours, theirs, a, b)
    other = tensor(b)
    assert ours(tensor(a), other=other).tolist() == ours(tensor(a), other).tolist()


def test_results_along_a_dimension_have_names():
    found = dl.tensor([3.0, 7.0]).max(0)
    assert (found.values.item(), found.indices.item()) == (7.0, 1)
    assert extrema.aminmax(tensor([3.0, 7.0])).min.item() == 3.0
    assert extrema.aminmax(tensor([3.0, 7.0])).max.item() == 7.0


@pytest.mark.parametrize("name", ["max", "min"])
def test_nan_is_the_extreme_and_gets_the_gradient(name):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(getattr(extrema, name), getattr(torch, name), WITH_NAN)
    assert_outputs_like_torch(getattr(extrema, name), getattr(torch, name), WITH_NAN, 1)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "float32"])
@pytest.mark.parametrize("name", ["amax", "amin", "max", "min", "argmax", "argmin", "aminmax"])
def test_dtypes_are_those_of_pytorch(name, dtype):
    from tests.ops.oracle import torch

    x = floats(2, 6, ties=True).astype(dtype)
    options = {"dim": 1} if name != "aminmax" else {}
    ours, theirs = getattr(extrema, name), getattr(torch, name)
    if dtype == "bool" and name.startswith("arg"):
        theirs = getattr(np, name)  # PyTorch has none for booleans
        assert ours(tensor(x), 1).tolist() == theirs(x, 1).tolist()
        return
    assert_outputs_like_torch(ours, theirs, x, **options)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": -1, "keepdim": True}], ids=str)
def test_places_are_the_first_ones(name, options):
    from tests.ops.oracle import torch

    for x in (floats(4, 5, ties=True), WITH_NAN):
        assert_outputs_like_torch(getattr(extrema, name), getattr(torch, name), x, **options)


@pytest.mark.parametrize("name", ["amax", "amin", "argmax", "argmin", "max", "min"])
def test_nothing_has_no_extreme(name):
    function = getattr(extrema, name)
    with pytest.raises(IndexError, match="non-zero size"):
        function(dl.ones(0, 3), 0)
    with pytest.raises((RuntimeError, IndexError), match=r"no elements|numel\(\) == 0"):
        function(dl.ones(0, 3))
    assert tuple(tensor(np.ones((0, 3))).argmax(1).shape) == (0,)


def test_complex_numbers_have_no_extreme():
    with pytest.raises(NotImplementedError, match="complex numbers"):
        extrema.amax(tensor([1j, 2.0]))
