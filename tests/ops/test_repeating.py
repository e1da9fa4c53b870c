"""Truths about ops/repeating.py, ops/padding.py and ops/diagonal.py: copies, views, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.ops.padding import pad
from tests.ops.refusals import assert_refused_alike, torch

MATRIX = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: x.repeat(2),
        lambda lib, x: lib.tile(x, (-1,)),
        lambda lib, x: lib.repeat_interleave(x, -1),
        lambda lib, x: lib.repeat_interleave(x, lib.ones_like(x[0]).long()[:2], 1),
        lambda lib, x: lib.repeat_interleave(x, -lib.ones_like(x[0]).long(), 1),
        lambda lib, x: lib.repeat_interleave(x, 2, 2),
        lambda lib, x: lib.roll(x, (1, 2), 0),
        lambda lib, x: lib.roll(x, 1, 2),
        lambda lib, x: lib.flip(x, (0, 0)),
        lambda lib, x: lib.flip(x, (2,)),
        lambda lib, x: lib.fliplr(x[0]),
        lambda lib, x: lib.flipud(x[0, 0]),
        lambda lib, x: lib.rot90(x, 1, (0, 0)),
        lambda lib, x: lib.rot90(x, 1, (0,)),
        lambda lib, x: lib.rot90(x[0], 1),
        lambda lib, x: lib.diag(x.reshape(1, 2, 3)),
        lambda lib, x: lib.diagonal(x, 0, 1, 1),
        lambda lib, x: lib.diagonal(x, 0, 0, 2),
        lambda lib, x: lib.diag_embed(x, 0, 1, 1),
        lambda lib, x: lib.diagonal_scatter(x, x[0]),
        lambda lib, x: lib.tril(x[0]),
        lambda lib, x: lib.triu(x[0]),
    ],
)
def test_impossible_repetitions_and_diagonals_are_refused_with_pytorchs_type_of_error(call):
    assert_refused_alike(call, MATRIX)


@pytest.mark.parametrize(
    ("amounts", "mode"),
    [
        ((1,), "constant"),
        ((1,) * 6, "constant"),
        ((-4, 0), "constant"),
        ((3, 0), "reflect"),
        ((4, 0), "circular"),
        ((1, 1), "x"),
    ],
)
def test_impossible_padding_is_refused_with_pytorchs_type_of_error(amounts, mode):
    def call(lib, x):
        return (torch.nn.functional.pad if lib is torch else pad)(x, amounts, mode)

    assert_refused_alike(call, MATRIX)


@pytest.mark.parametrize(
    "copy",
    [
        lambda x: x.flip(0),
        lambda x: dl.flip(x, (0,)),
        lambda x: dl.fliplr(x),
        lambda x: dl.flipud(x),
        lambda x: dl.rot90(x),
        lambda x: dl.rot90(x, 0),
        lambda x: dl.roll(x, 0),
        lambda x: dl.tile(x, (1, 1)),
        lambda x: x.repeat(1, 1),
        lambda x: dl.repeat_interleave(x, 1, 0),
        lambda x: pad(x, (0, 0)),
        lambda x: pad(x, (-1, 0)),
        lambda x: pad(x, (0, 0), "reflect"),
        lambda x: dl.tril(x),
        lambda x: dl.diag(x),
        lambda x: dl.cat([x]),
        lambda x: dl.gather(x, 0, dl.zeros(2, 3, dtype=dl.int64)),
    ],
)
def test_what_pytorch_copies_is_a_copy_and_may_be_written_to(copy):
    x = dl.tensor(MATRIX)
    made = copy(x)
    assert not np.shares_memory(made.numpy(), x.numpy())
    made.zero_()
    assert x.tolist() == MATRIX.tolist()


def test_a_diagonal_is_a_view_that_can_be_written_through():
    x = dl.zeros(3, 3)
    x.diagonal().fill_(2.0)
    x.diagonal(1).add_(1.0)
    assert x.tolist() == [[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 0.0, 2.0]]


def test_repeat_interleave_checks_the_size_it_is_promised():
    assert dl.repeat_interleave(dl.arange(2), 2, output_size=4).tolist() == [0, 0, 1, 1]
    with pytest.raises(RuntimeError, match="output_size"):
        dl.repeat_interleave(dl.arange(2), 2, output_size=5)


@pytest.mark.parametrize("arguments", [(3, 4), (4, 3, 1), (3, 3, -1), (0, 3), (2, 5, -3)])
def test_triangle_indices_are_pytorchs(arguments):
    for name in ("tril_indices", "triu_indices"):
        ours, theirs = getattr(dl, name)(*arguments), getattr(torch, name)(*arguments)
        assert ours.dtype is dl.int64
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
