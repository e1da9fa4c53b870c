"""EmbeddingBag and its functions reduce and learn as PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

INDICES = np.array([1, 0, 4, 1, 2, 2, 3, 1])
OFFSETS = np.array([0, 3, 3, 5])


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding", [None, 1, -4])
@pytest.mark.parametrize("bags", ["offsets", "last offset", "rows"])
def test_bags_agree(mode, padding, bags):
    indices = INDICES.reshape(2, 4) if bags == "rows" else INDICES
    offsets = {"offsets": OFFSETS, "last offset": np.append(OFFSETS, 8), "rows": None}[bags]

    def looked_up(lib, weight):
        return lib.nn.functional.embedding_bag(
            lib.tensor(indices),
            weight,
            None if offsets is None else lib.tensor(offsets),
            mode=mode,
            padding_idx=padding,
            include_last_offset=bags == "last offset",
        )

    assert_same(looked_up, random(5, 3))


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_gradients_may_be_divided_by_how_often_a_row_was_looked_up(mode):
    """By its own number: PyTorch on the CPU takes that of another row."""
    gradients = []
    for by_frequency in (False, True):
        table = dl.tensor(random(5, 3), requires_grad=True)
        options = {"mode": mode, "scale_grad_by_freq": by_frequency}
        nn.functional.embedding_bag(dl.tensor(INDICES), table, dl.tensor(OFFSETS), **options).sum().backward()
        gradients.append(table.grad.numpy())
    np.testing.assert_allclose(gradients[1], gradients[0] / np.bincount(INDICES)[:, None], rtol=1e-6)


def test_weighted_sums_agree():
    assert_same(
        lambda lib, weight, factors: lib.nn.functional.embedding_bag(
            lib.tensor(INDICES), weight, lib.tensor(OFFSETS), mode="sum", per_sample_weights=factors
        ),
        random(5, 3),
        random(8, seed=1),
    )


def test_of_equal_rows_the_first_gets_the_gradient():
    table = np.ones((4, 2), dtype="float32")
    assert_same(lambda lib, w: lib.nn.functional.embedding_bag(lib.tensor([[2, 0, 3]]), w, mode="max"), table)


def test_rows_are_scaled_down_in_place():
    def limited(lib, weight):
        table = weight.detach().clone()
        out = lib.nn.functional.embedding_bag(lib.tensor(INDICES), table, lib.tensor(OFFSETS), max_norm=0.5)
        return lib.cat([out, table])

    assert_same(limited, random(5, 3))


def test_bags_without_indices_are_zeros():
    for mode in ("sum", "mean", "max"):
        out = nn.functional.embedding_bag(
            dl.zeros(0, dtype=dl.int64), dl.ones(4, 2), dl.tensor([0, 0]), mode=mode
        )
        assert out.tolist() == [[0.0, 0.0]] * 2


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_the_top_level_function_says_more(mode):
    given = [random(5, 3), INDICES, OFFSETS]
    options = (False, mode, False, None, False, 1)
    ours = dl.embedding_bag(*map(dl.tensor, given), *options)
    theirs = torch.embedding_bag(*map(torch.tensor, given), *options)
    np.testing.assert_allclose(ours[0].numpy(), theirs[0].numpy(), rtol=1e-6)
    for place in {0: (1,), 1: (1, 2), 2: (1, 2, 3)}[mode]:  # of sums PyTorch does not count
        assert ours[place].tolist() == theirs[place].tolist()
    assert_same(lambda lib, w: lib.embedding(w, lib.tensor(INDICES), 1, True), given[0])


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.nn.EmbeddingBag(6, 3),
        lambda lib: lib.nn.EmbeddingBag(6, 3, mode="sum", padding_idx=-2, max_norm=1.0, norm_type=1.0),
        lambda lib: lib.nn.EmbeddingBag(6, 3, scale_grad_by_freq=True, include_last_offset=True),
        lambda lib: lib.nn.EmbeddingBag.from_pretrained(lib.ones(6, 3), freeze=False, mode="max"),
    ],
)
def test_layers_agree(make):
    layers = {}
    for lib in (dl, torch):
        lib.manual_seed(3)
        layers[lib] = make(lib)
    assert repr(layers[dl]) == repr(layers[torch])
    assert layers[dl].weight.requires_grad == layers[torch].weight.requires_grad
    np.testing.assert_array_equal(layers[dl].weight.detach().numpy(), layers[torch].weight.detach().numpy())
    outs = [
        layers[lib](lib.tensor(INDICES), lib.tensor(np.append(OFFSETS, 8))).detach().numpy()
        for lib in (dl, torch)
    ]
    np.testing.assert_allclose(*outs, rtol=1e-6)


def call(**options):
    def function(lib, weight):
        given = {k: lib.tensor(v) if isinstance(v, list) else v for k, v in options.items()}
        return lib.nn.functional.embedding_bag(given.pop("input"), weight, **given)

    return function


@pytest.mark.parametrize(
    "misuse",
    [
        call(input=[1, 2]),
        call(input=[[1, 2]], offsets=[0]),
        call(input=[1, 2], offsets=[1]),
        call(input=[1, 2], offsets=[0, 3]),
        call(input=[1, 2], offsets=[[0]]),
        call(input=[1, 2], offsets=[0], mode="median"),
        call(input=[1, 2], offsets=[0], mode="max", scale_grad_by_freq=True),
        call(input=[1, 2], offsets=[0], mode="max", sparse=True),
        call(input=[1, 2], offsets=[0], mode="mean", per_sample_weights=[1.0, 2.0]),
        call(input=[1, 2], offsets=[0], mode="sum", per_sample_weights=[1.0]),
        call(input=[1, 2], offsets=[0], padding_idx=9),
        call(input=[1.0, 2.0], offsets=[0]),
        lambda lib, w: lib.nn.functional.embedding_bag(lib.tensor([1]), w[0], lib.tensor([0])),
        lambda lib, w: lib.nn.EmbeddingBag(3, 2, padding_idx=4),
        lambda lib, w: lib.nn.EmbeddingBag(3, 2, _weight=lib.ones(2, 2)),
        lambda lib, w: lib.nn.EmbeddingBag.from_pretrained(lib.ones(2)),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(5, 3))


def test_an_index_beyond_the_table_is_an_index_error():
    with pytest.raises(IndexError):
        nn.functional.embedding_bag(dl.tensor([[5]]), dl.ones(5, 2))
