"""Truths about ops/order_statistics.py: middles of even samples, NaN, interpolation, the most frequent."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import order_statistics
from tests.ops.outputs import assert_outputs_like_torch, floats

NAN = float("nan")
WITH_NAN = np.array([[4.0, NAN, 1.0, 3.0], [2.0, 1.0, 4.0, 3.0], [NAN, NAN, NAN, NAN]])
HOLES = np.array([[4.0, NAN, 1.0, 3.0, NAN, 2.5], [2.0, 1.0, 4.0, 3.0, 8.0, 5.0]])


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, -1])
def test_medians_along_a_dimension_are_those_of_pytorch(name, dim, keepdim):
    from tests.ops.oracle import torch

    for x in (floats(4, 5), floats(5, 4)):
        assert_outputs_like_torch(
            getattr(order_statistics, name), getattr(torch, name), x, dim, keepdim=keepdim
        )


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_the_median_of_all_elements_is_the_lower_middle_one(name):
    from tests.ops.oracle import torch

    for x in (floats(4, 5), floats(7), floats(1), np.array([4, 1, 3, 2])):
        assert_outputs_like_torch(getattr(order_statistics, name), getattr(torch, name), x)


def test_nan_is_the_median_unless_it_is_left_out():
    median = order_statistics.median(tensor(WITH_NAN), 1)
    np.testing.assert_array_equal(median.values.numpy(), [NAN, 2.0, NAN])
    assert median.indices.tolist() == [1, 0, 0]
    nanmedian = order_statistics.nanmedian(tensor(WITH_NAN), 1)
    np.testing.assert_array_equal(nanmedian.values.numpy(), [3.0, 2.0, NAN])
    assert nanmedian.indices.tolist()[:2] == [3, 0]
    assert np.isnan(order_statistics.median(tensor(WITH_NAN)).item())
    assert order_statistics.nanmedian(tensor(WITH_NAN)).item() == 3.0


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": 1, "keepdim": True}, {"keepdim": True}], ids=str)
@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_quantiles_are_those_of_pytorch(name, options, interpolation):
    from tests.ops.oracle import torch

    for x in (floats(4, 6), HOLES):
        for q in (0.0, 0.3, 0.5, 1.0):
            assert_outputs_like_torch(
                getattr(order_statistics, name),
                getattr(torch, name),
                x,
                q,
                interpolation=interpolation,
                **options,
            )


@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": -1, "keepdim": True}], ids=str)
def test_several_quantiles_come_first(options):
    x, q = floats(4, 6), [0.1, 0.5, 0.9]
    found = order_statistics.quantile(tensor(x), tensor(q, dtype=dl.float64), **options)
    expected = np.quantile(x, q, axis=options.get("dim"), keepdims=options.get("keepdim", False))
    assert tuple(found.shape) == expected.shape
    np.testing.assert_allclose(found.numpy(), expected)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, 1])
def test_modes_are_those_of_pytorch(dim, keepdim):
    from tests.ops.oracle import torch

    assert_outputs_like_torch(
        order_statistics.mode, torch.mode, floats(9, 8, ties=True), dim, keepdim=keepdim
    )


def test_bad_quantiles_are_refused():
    x = dl.ones(3)
    with pytest.raises(RuntimeError, match=r"range \[0, 1\]"):
        order_statistics.quantile(x, 1.5)
    with pytest.raises(RuntimeError, match="interpolation"):
        order_statistics.quantile(x, 0.5, interpolation="cubic")
    with pytest.raises(RuntimeError, match="non-empty"):
        order_statistics.quantile(dl.ones(0), 0.5)
    with pytest.raises(RuntimeError, match="scalar or 1D"):
        order_statistics.quantile(x, dl.ones(2, 2))


def test_nothing_has_no_median_along_a_dimension():
    with pytest.raises(IndexError, match="non-zero size"):
        order_statistics.median(dl.ones(0, 3), 0)
    assert np.isnan(order_statistics.median(dl.ones(0)).item())


def test_levels_are_looked_at_only_where_they_can_be():
    x, levels = dl.tensor([3.0, 1.0, 2.0]), dl.tensor([[0.0], [0.5], [1.0]])
    found = dl.func.vmap(lambda level: dl.quantile(x, level))(levels)
    assert found.tolist() == [[1.0], [2.0], [3.0]]
