"""Truths about ops/shape.py and ops/broadcasting.py: views, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.ops.refusals import assert_refused_alike

CUBE = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.reshape(x, (5, -1)),
        lambda lib, x: lib.reshape(x, (-1, -1)),
        lambda lib, x: lib.reshape(x, (7,)),
        lambda lib, x: lib.reshape(x, (-2, 12)),
        lambda lib, x: lib.reshape(x[:0], (-1, 0)),
        lambda lib, x: lib.flatten(x, 2, 1),
        lambda lib, x: lib.flatten(x, 3),
        lambda lib, x: lib.unflatten(x, 1, (2, -1)),
        lambda lib, x: lib.unflatten(x, 5, (3,)),
        lambda lib, x: lib.permute(x, (0, 1)),
        lambda lib, x: lib.permute(x, (0, 1, 1)),
        lambda lib, x: lib.permute(x, (0, 1, 3)),
        lambda lib, x: lib.transpose(x, 0, 3),
        lambda lib, x: lib.t(x),
        lambda lib, x: lib.movedim(x, (0, 1), (1, 1)),
        lambda lib, x: lib.movedim(x, (0, 1), (1,)),
        lambda lib, x: lib.movedim(x, 0, 3),
        lambda lib, x: lib.squeeze(x, 3),
        lambda lib, x: lib.unsqueeze(x, 4),
        lambda lib, x: lib.unsqueeze(x, -5),
        lambda lib, x: lib.broadcast_to(x, (3, 4)),
        lambda lib, x: lib.broadcast_to(x, (2, 5, 4)),
        lambda lib, x: lib.broadcast_to(x, (-1, 2, 3, 4)),
        lambda lib, x: lib.broadcast_tensors(x, x[0, :2]),
        lambda lib, x: lib.adjoint(x[0, 0]),
    ],
)
def test_impossible_shapes_are_refused_with_pytorchs_type_of_error(call):
    assert_refused_alike(call, CUBE)


def test_the_message_names_the_shape_and_the_number_of_elements():
    with pytest.raises(RuntimeError, match=r"shape .5, 5. is invalid for input of size 24"):
        dl.tensor(CUBE).reshape(5, 5)
    with pytest.raises(IndexError, match=r"expected to be in range of \[-3, 2\], but got 5"):
        dl.tensor(CUBE).transpose(0, 5)
    with pytest.raises(
        RuntimeError, match=r"expanded size of the tensor \(5\) must match the existing size \(3\)"
    ):
        dl.broadcast_to(dl.tensor(CUBE), (2, 5, 4))


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.reshape(6, 4),
        lambda x: x.flatten(1),
        lambda x: x.unflatten(2, (2, 2)),
        lambda x: x.permute(2, 0, 1),
        lambda x: x.transpose(0, 1),
        lambda x: x.mT,
        lambda x: x.movedim(0, 2),
        lambda x: x.unsqueeze(1).squeeze(1),
        lambda x: x.expand(5, 2, 3, 4),
        lambda x: x.ravel(),
        lambda x: dl.atleast_3d(x),
    ],
)
def test_other_shapes_are_views(view):
    x = dl.tensor(CUBE)
    assert np.shares_memory(view(x).numpy(), x.numpy())


def test_a_write_to_a_transposed_tensor_is_seen_by_its_base():
    x = dl.zeros(2, 3)
    x.mT[1].fill_(5.0)
    assert x.tolist() == [[0.0, 5.0, 0.0], [0.0, 5.0, 0.0]]


def test_atleast_takes_one_tensor_several_or_a_list():
    zero, row = dl.tensor(1.0), dl.zeros(3)
    assert dl.atleast_1d(zero).shape == (1,)
    assert [x.shape for x in dl.atleast_2d(zero, row)] == [(1, 1), (1, 3)]
    assert [x.shape for x in dl.atleast_3d([zero, row])] == [(1, 1, 1), (1, 3, 1)]


def test_the_gradient_of_a_broadcast_tensor_is_summed_to_its_shape():
    x = dl.tensor([[1.0], [2.0]], requires_grad=True)
    (dl.broadcast_to(x, (3, 2, 4)) * dl.arange(4.0)).backward()
    assert x.grad.tolist() == [[18.0], [18.0]]
