"""Truths about reading and writing at positions along a dimension (ops/indexing: select, rows, scatter)."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.refusals import assert_refused_alike, torch

X = np.arange(12.0).reshape(3, 4)
ONE = np.array([1])
GRID = np.array([[0, 2], [1, 1]])


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x, i, grid: lib.index_select(x, 0, i - 2),
        lambda lib, x, i, grid: lib.index_select(x, 0, i + 2),
        lambda lib, x, i, grid: lib.index_select(x, 2, i),
        lambda lib, x, i, grid: lib.index_select(x, 0, i.reshape(1, 1)),
        lambda lib, x, i, grid: lib.index_select(x, 0, x[0]),
        lambda lib, x, i, grid: lib.gather(x, 0, x[:1].reshape(1, 4) * 0),
        lambda lib, x, i, grid: lib.gather(x, 0, i),
        lambda lib, x, i, grid: lib.gather(x, 1, lib.cat([grid, grid])),
        lambda lib, x, i, grid: lib.take(x, i + 11),
        lambda lib, x, i, grid: lib.take(x, i - 14),
        lambda lib, x, i, grid: lib.take_along_dim(x, i, 0),
        lambda lib, x, i, grid: lib.masked_select(x, x[0, :3] > 0),
        lambda lib, x, i, grid: lib.masked_select(x, x),
        lambda lib, x, i, grid: lib.masked_scatter(x, x > 0, x[0]),
        lambda lib, x, i, grid: lib.index_add(x, 0, i, x),
        lambda lib, x, i, grid: lib.index_add(x, 0, i, x[:1, :2]),
        lambda lib, x, i, grid: lib.index_add(x, 0, i, x[:1].long()),
        lambda lib, x, i, grid: lib.index_copy(x, 0, i + 2, x[:1]),
        lambda lib, x, i, grid: lib.index_fill(x, 0, i + 2, 1.0),
        lambda lib, x, i, grid: lib.index_fill(x, 0, i, x[0]),
        lambda lib, x, i, grid: lib.scatter(x, 0, grid, x[:1]),
        lambda lib, x, i, grid: lib.scatter(x, 0, grid, x.long()),
        lambda lib, x, i, grid: lib.scatter(x, 0, grid, x, reduce="mean"),
        lambda lib, x, i, grid: lib.scatter_add(x, 0, i, x),
        lambda lib, x, i, grid: lib.scatter_reduce(x, 0, grid, x, "mul"),
        lambda lib, x, i, grid: lib.put(x, i, x),
        lambda lib, x, i, grid: lib.put(x, i + 11, x[0, :1]),
        lambda lib, x, i, grid: lib.select(x, 0, 3),
        lambda lib, x, i, grid: lib.select(x, 2, 0),
        lambda lib, x, i, grid: lib.narrow(x, 0, 1, 3),
        lambda lib, x, i, grid: lib.narrow(x, 0, 1, -1),
        lambda lib, x, i, grid: lib.narrow(x, 0, -4, 1),
        lambda lib, x, i, grid: lib.select_scatter(x, x[0], 0, 3),
        lambda lib, x, i, grid: lib.slice_scatter(x, x, 0, 1),
        lambda lib, x, i, grid: lib.slice_scatter(x, x, 0, step=0),
    ],
)
def test_what_does_not_fit_is_refused_with_pytorchs_type_of_error(call):
    assert_refused_alike(call, X, ONE, GRID)


@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_positions_out_of_bounds_are_index_errors_that_name_them(device):
    """PyTorch raises RuntimeError for some of these, IndexError for others: here it is always IndexError."""
    x = dl.tensor(X, device=device)
    index = dl.tensor([[3, 0, 0, 0]], device=device)
    for call in (
        lambda: x.gather(0, index),
        lambda: x.scatter(0, index, 1.0),
        lambda: x.scatter_add(0, index, x),
        lambda: x.index_add(0, index[0], x[[0, 0, 0, 0]]),
        lambda: x.scatter_reduce(0, index, x, "amax"),
    ):
        with pytest.raises(IndexError, match="index 3 is out of bounds for dimension 0 with size 3"):
            call()
    for call in (lambda: x.gather(0, index - 4), lambda: x.index_select(0, index[0] - 4)):
        with pytest.raises(IndexError, match="index -4 is out of bounds"):
            call()


@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_of_rows_copied_to_one_place_only_the_last_gets_a_gradient(device):
    rows = dl.tensor([[1.0], [2.0], [3.0]], device=device, requires_grad=True)
    x = dl.zeros(2, 1, device=device, requires_grad=True)
    out = x.index_copy(0, dl.tensor([1, 1, 0], device=device), rows)
    assert out.tolist() == [[3.0], [2.0]]
    out.backward()
    assert rows.grad.tolist() == [[0.0], [1.0], [1.0]]
    assert x.grad.tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_of_elements_scattered_to_one_place_only_the_last_gets_a_gradient(device):
    src = dl.tensor([1.0, 2.0, 3.0, 4.0], device=device, requires_grad=True)
    out = dl.zeros(2, device=device).scatter(0, dl.tensor([0, 0, 1], device=device), src)
    assert out.tolist() == [2.0, 3.0]
    out.backward()
    assert src.grad.tolist() == [0.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("include_self", [True, False])
def test_reductions_with_ties_and_zeros_have_pytorchs_gradients(reduce, include_self):
    x, src = np.array([2.0, 0.0, 1.0, 5.0]), np.array([2.0, 2.0, 0.0, 3.0, 0.0, 1.0])
    if not include_self:
        x = x + 0.5  # what ties with a value left out is told apart below
    index = np.array([0, 0, 1, 1, 2, 2])  # the last place is left alone
    ours = [dl.tensor(x, requires_grad=True), dl.tensor(src, requires_grad=True)]
    theirs = [torch.tensor(x, requires_grad=True), torch.tensor(src, requires_grad=True)]
    out = ours[0].scatter_reduce(0, dl.tensor(index), ours[1], reduce, include_self=include_self)
    expected = theirs[0].scatter_reduce(0, torch.tensor(index), theirs[1], reduce, include_self=include_self)
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    out.backward(dl.tensor(weights))
    expected.backward(torch.tensor(weights))
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy())
    for mine, reference in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad.numpy(), reference.grad.numpy())


def test_a_value_that_is_left_out_takes_no_part_in_a_tie():
    """PyTorch counts it when it divides the gradient, and loses that share."""
    x = dl.tensor([2.0], requires_grad=True)
    src = dl.tensor([2.0, 2.0], requires_grad=True)
    x.scatter_reduce(0, dl.tensor([0, 0]), src, "amax", include_self=False).backward()
    assert (x.grad.tolist(), src.grad.tolist()) == ([0.0], [0.5, 0.5])


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("device", ["cpu", "strict"])
def test_integers_are_reduced_as_in_pytorch(reduce, include_self, device):
    x, src, index = np.array([7, -3, 2]), np.array([4, 5, -8, 9]), np.array([0, 0, 1, 1])
    on = {"device": device}
    out = dl.tensor(x, **on).index_reduce(
        0, dl.tensor(index, **on), dl.tensor(src, **on), reduce, include_self=include_self
    )
    expected = torch.tensor(x).scatter_reduce(
        0, torch.tensor(index), torch.tensor(src), reduce, include_self=include_self
    )
    assert out.dtype is dl.int64
    assert out.tolist() == expected.tolist()


@pytest.mark.parametrize("width", [1, 7, 60])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex64"])
def test_many_rows_are_added_up_in_every_way_alike(width, dtype):
    """Few and many, single numbers and wide rows, floats and others go different ways through the kernels."""
    generator = np.random.default_rng(0)
    for count, size in ((5, 3), (300, 11), (40, 500)):
        index = generator.integers(0, size, count)
        rows = generator.integers(-50, 50, (count, width)).astype(dtype)
        expected = np.zeros((size, width), dtype)
        for position, row in zip(index, rows, strict=True):
            expected[position] += row
        got = dl.zeros(size, width, dtype=dtype).index_add(0, dl.tensor(index), dl.tensor(rows))
        np.testing.assert_array_equal(got.numpy(), expected)


def test_rows_are_added_alike_without_scipy(monkeypatch):
    from deep_learner_numpy.kernels import row_sums

    monkeypatch.setattr(row_sums, "_sparse", lambda: None)
    generator = np.random.default_rng(0)
    index, rows = generator.integers(0, 9, 200), generator.integers(-50, 50, (200, 30)).astype("float32")
    expected = np.zeros((9, 30), "float32")
    for position, row in zip(index, rows, strict=True):
        expected[position] += row
    np.testing.assert_array_equal(row_sums.add_rows(index, rows, 9), expected)


def test_booleans_add_up_to_or():
    for device in ("cpu", "strict"):
        x = dl.tensor([True, False, False], device=device)
        out = x.index_add(
            0, dl.tensor([0, 1, 1], device=device), dl.tensor([False, True, False], device=device)
        )
        assert out.tolist() == [True, True, False]


def test_int32_positions_serve_as_well():
    x = dl.tensor(X)
    index = dl.tensor([2, 0], dtype=dl.int32)
    assert x.index_select(0, index).tolist() == X[[2, 0]].tolist()
    assert x[index].tolist() == X[[2, 0]].tolist()
    assert x.gather(1, dl.tensor([[3], [2], [1]], dtype=dl.int32)).tolist() == [[3.0], [6.0], [9.0]]
