"""Embedding, one_hot."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

INDICES = np.array([[1, 1, 0], [3, 1, 4]])


@pytest.mark.parametrize(
    "options",
    [{}, {"padding_idx": 1}, {"padding_idx": -2}, {"scale_grad_by_freq": True}],
    ids=["plain", "padding", "padding from the end", "by frequency"],
)
@pytest.mark.parametrize(
    "indices", [INDICES, np.array(2), np.zeros((0, 2), "int64"), INDICES.astype("int32")]
)
def test_rows_and_gradients_agree(options, indices):
    assert_same(lambda lib, i, w: lib.nn.functional.embedding(i, w, **options), indices, random(5, 3))


def test_long_texts_agree():
    indices = np.random.default_rng(0).integers(0, 65, (12, 64))
    assert_same(lambda lib, i, w: lib.nn.functional.embedding(i, w), indices, random(65, 32))


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, float("inf")])
def test_rows_that_are_too_long_are_scaled_in_place(norm_type):
    def table(library):
        weight = library.tensor(random(5, 3))
        library.nn.functional.embedding(library.tensor(INDICES), weight, max_norm=0.9, norm_type=norm_type)
        return weight.numpy()

    np.testing.assert_allclose(table(dl), table(torch), rtol=1e-6)


@pytest.mark.parametrize("padding", [None, 2, -1])
def test_initial_values_are_pytorchs_to_the_bit(padding):
    torch.manual_seed(5)
    dl.manual_seed(5)
    theirs, ours = torch.nn.Embedding(7, 4, padding), nn.Embedding(7, 4, padding)
    np.testing.assert_array_equal(ours.weight.detach().numpy(), theirs.weight.detach().numpy())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.padding_idx == theirs.padding_idx
    assert repr(ours) == repr(theirs)


def test_a_given_table_is_shared_and_frozen():
    table = dl.ones(3, 2)
    layer = nn.Embedding.from_pretrained(table)
    assert not layer.weight.requires_grad
    assert layer(dl.tensor([2])).tolist() == [[1.0, 1.0]]
    table += 1
    assert layer.weight.tolist()[0] == [2.0, 2.0]
    assert nn.Embedding.from_pretrained(table, freeze=False).weight.requires_grad


MISUSES = {
    "index too large": lambda lib, w: lib.nn.functional.embedding(lib.tensor([5]), w),
    "negative index": lambda lib, w: lib.nn.functional.embedding(lib.tensor([-1]), w),
    "fractions": lambda lib, w: lib.nn.functional.embedding(lib.tensor([0.5]), w),
    "padding outside": lambda lib, w: lib.nn.functional.embedding(lib.tensor([0]), w, padding_idx=5),
    "padding of a layer outside": lambda lib, w: lib.nn.Embedding(3, 2, padding_idx=-4),
    "table of another size": lambda lib, w: lib.nn.Embedding(3, 2, _weight=w),
    "table that is no matrix": lambda lib, w: lib.nn.Embedding.from_pretrained(w[0]),
    "one_hot of negatives": lambda lib, w: lib.nn.functional.one_hot(lib.tensor([-1])),
    "one_hot of too few": lambda lib, w: lib.nn.functional.one_hot(lib.tensor([3]), 3),
    "one_hot of nothing": lambda lib, w: lib.nn.functional.one_hot(lib.zeros(0, dtype=lib.int64)),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(5, 3))


@pytest.mark.parametrize("classes", [-1, 7])
def test_one_hot_rows_agree(classes):
    assert_same(lambda lib, i: lib.nn.functional.one_hot(i, classes), INDICES)
