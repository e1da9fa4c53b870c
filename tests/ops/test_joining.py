"""Truths about ops/joining.py and ops/splitting.py: dtypes, empties, views, work done once, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.refusals import assert_refused_alike

MATRIX = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.cat([x, x[0]]),
        lambda lib, x: lib.cat([x, x[:, :2]]),
        lambda lib, x: lib.cat([x, x], 2),
        lambda lib, x: lib.cat([x[0, 0], x[0, 0]]),
        lambda lib, x: lib.stack([x, x[0]]),
        lambda lib, x: lib.stack([x, x], 3),
        lambda lib, x: lib.hstack([x, x[:1]]),
        lambda lib, x: lib.meshgrid(x, x),
        lambda lib, x: lib.meshgrid(x[0], x[0], indexing="yx"),
        lambda lib, x: lib.cartesian_prod(x, x[0]),
        lambda lib, x: lib.combinations(x),
        lambda lib, x: lib.block_diag(x, x.reshape(1, 2, 3)),
        lambda lib, x: lib.split(x, -1),
        lambda lib, x: lib.split(x, 0),
        lambda lib, x: lib.split(x, [1, 2]),
        lambda lib, x: lib.split(x, [3, -1]),
        lambda lib, x: lib.split(x, 1, 2),
        lambda lib, x: lib.split(x[0, 0], 1),
        lambda lib, x: lib.chunk(x, 0),
        lambda lib, x: lib.chunk(x[0, 0], 2),
        lambda lib, x: lib.tensor_split(x, 0),
        lambda lib, x: lib.tensor_split(x, 2, 2),
        lambda lib, x: lib.unbind(x[0, 0]),
        lambda lib, x: lib.unbind(x, 2),
        lambda lib, x: lib.hsplit(x, 2),
        lambda lib, x: lib.vsplit(x[0], 1),
        lambda lib, x: lib.dsplit(x, 1),
    ],
)
def test_what_cannot_be_joined_or_split_is_refused_with_pytorchs_type_of_error(call):
    assert_refused_alike(call, MATRIX)


@pytest.mark.parametrize("join", ["cat", "stack", "vstack"])
def test_nothing_cannot_be_joined(join):
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        getattr(dl, join)([])


@pytest.mark.parametrize("join", ["cat", "stack", "hstack", "vstack"])
def test_joined_tensors_get_their_common_dtype(join):
    parts = [dl.tensor([1, 2]), dl.tensor([0.5, 0.5]), dl.tensor([True, False])]
    assert getattr(dl, join)(parts).dtype is dl.float32


def test_an_empty_vector_counts_as_nothing_when_joining():
    empty = dl.zeros(0, requires_grad=True)
    x = dl.ones(2, 3, requires_grad=True)
    joined = dl.cat([empty, x, x], 1)
    assert joined.shape == (2, 6)
    joined.backward()
    assert empty.grad.shape == (0,)
    assert x.grad.tolist() == [[2.0] * 3] * 2


def test_parts_are_views():
    x = dl.zeros(4, 6)
    for parts in (
        x.split(2),
        x.split([1, 3]),
        x.chunk(3, 1),
        x.unbind(1),
        x.tensor_split((1, 2)),
        x.hsplit(2),
    ):
        assert all(np.shares_memory(part.numpy(), x.numpy()) for part in parts)


@pytest.mark.parametrize("divide", [lambda x: x.split(1), lambda x: x.chunk(50), lambda x: x.unbind()])
def test_the_gradients_of_all_parts_are_joined_by_one_node(divide):
    parts = divide(dl.ones(50, 2, requires_grad=True))
    assert len(parts) == 50
    assert len({id(part._node.source) for part in parts}) == 1


def test_parts_that_nobody_used_have_a_gradient_of_zero():
    x = dl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, _, third = x.unbind()
    (first * 2 + third * 5).backward()
    assert x.grad.tolist() == [2.0, 0.0, 5.0]


def test_cuts_may_overlap_and_then_gradients_add_up():
    x = dl.arange(4.0, requires_grad=True)
    parts = dl.tensor_split(x, (3, 1))
    assert [part.tolist() for part in parts] == [[0.0, 1.0, 2.0], [], [1.0, 2.0, 3.0]]
    dl.cat(parts).backward()
    assert x.grad.tolist() == [1.0, 2.0, 2.0, 1.0]


def test_tensor_split_takes_its_cuts_as_a_tensor():
    x = dl.arange(5)
    assert [part.tolist() for part in dl.tensor_split(x, dl.tensor([1, 3]))] == [[0], [1, 2], [3, 4]]
    assert [part.tolist() for part in dl.tensor_split(x, dl.tensor(2))] == [[0, 1, 2], [3, 4]]


def test_meshgrid_takes_tensors_one_by_one_or_in_a_list():
    x, y = dl.arange(2), dl.arange(3)
    for grids in (dl.meshgrid(x, y, indexing="ij"), dl.meshgrid([x, y])):
        assert [grid.tolist() for grid in grids] == [[[0, 0, 0], [1, 1, 1]], [[0, 1, 2], [0, 1, 2]]]


@pytest.mark.parametrize("name", ["cat", "stack"])
def test_a_number_among_the_tensors_is_refused(name):
    with pytest.raises(TypeError, match=r"tensors must be Tensors\. Received among them: 3;"):
        getattr(dl, name)([dl.ones(2), 3])
