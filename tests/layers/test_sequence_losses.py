"""CTC, linear cross entropy and the adaptive softmax against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

REDUCTIONS = ["mean", "sum", "none"]
TARGETS = np.array([[1, 2, 2, 3], [4, 4, 4, 4], [2, 1, 0, 3]])
LENGTHS, SIZES = [9, 7, 5], [4, 4, 1]
FLAT = np.concatenate([row[:size] for row, size in zip(TARGETS, SIZES, strict=True)])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("targets", [TARGETS, FLAT], ids=["padded", "one after another"])
@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("lengths", [list, tuple, np.array])
def test_sequences_agree(reduction, targets, zero_infinity, lengths):
    """Also of raw log-probabilities, whose gradient is that of logits."""
    sizes = [lengths(LENGTHS), lengths(SIZES)]

    def loss(lib, x, t, normalised=True):
        given = [lib.tensor(each) if isinstance(each, np.ndarray) else each for each in sizes]
        logs = x.log_softmax(2) if normalised else x
        return lib.nn.functional.ctc_loss(logs, t, *given, 0, reduction, zero_infinity)

    for normalised in (True, False):
        assert_same(
            lambda lib, x, t, n=normalised: loss(lib, x, t, n), random(9, 3, 5), targets, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("blank", [0, 4])
def test_a_single_sequence_agrees(blank):
    assert_same(
        lambda lib, x, t: lib.nn.CTCLoss(blank)(x.log_softmax(1), t, lib.tensor(6), lib.tensor(2)),
        random(6, 5),
        np.array([2, 2]),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("zero_infinity", [False, True])
def test_impossible_sequences_agree(zero_infinity):
    """More targets than inputs, and nothing at all."""

    def loss(lib, x, t):
        return lib.nn.functional.ctc_loss(
            x.log_softmax(2), t, [4, 0, 2], [2, 0, 3], reduction="sum", zero_infinity=zero_infinity
        )

    with np.errstate(invalid="ignore"):
        assert_same(loss, random(4, 3, 5), np.array([[1, 2, 0], [1, 1, 1], [1, 1, 1]]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("lengths", "sizes", "options"),
    [
        ((9, 7), (4, 4, 1), {}),
        ((9, 7, 10), (4, 4, 1), {}),
        ((9, 7, -1), (4, 4, 1), {}),
        ((9, 7, 5), (4, 5, 1), {}),
        ((9, 7, 5), (4, 4, 1), {"blank": 5}),
        ((9, 7, 5), (4, 4, 1), {"reduction": "median"}),
    ],
)
def test_misuse_is_refused_as_in_pytorch(lengths, sizes, options):
    assert_refused(
        lambda lib, x, t: lib.nn.functional.ctc_loss(x, t, lengths, sizes, **options),
        random(9, 3, 5),
        TARGETS,
    )


CLASSES = np.array([3, 0, -100, 6, 1, 3])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    "options",
    [None, {}, {"batch_chunk_size": 2}, {"chunking_method": "aspect_ratio:1"}, {"chunking_method": None}],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_linear_cross_entropies_agree(reduction, options, weighted):
    class_weights = random(7, seed=4, low=0.5)

    def loss(lib, x, w, b, t):
        return lib.nn.functional.linear_cross_entropy(
            x,
            w,
            t,
            linear_bias=b,
            weight=lib.tensor(class_weights) if weighted else None,
            reduction=reduction,
            options=None if options is None else lib.nn.LinearCrossEntropyOptions(**options),
        )

    assert_same(loss, random(6, 3), random(7, 3, seed=1), random(7, seed=2), CLASSES, rtol=1e-4, atol=1e-5)


def test_pieces_of_a_linear_cross_entropy_can_be_differentiated_twice():
    """Which PyTorch's cannot; here they are the same graph, recorded again."""
    x = dl.tensor(random(6, 3, dtype="float64"), requires_grad=True)
    w, t = dl.tensor(random(7, 3, dtype="float64")), dl.tensor(CLASSES)
    seconds = []
    for options in (None, nn.LinearCrossEntropyOptions(batch_chunk_size=4)):
        loss = nn.functional.linear_cross_entropy(x, w, t, options=options)
        (first,) = dl.autograd.grad(loss, x, create_graph=True)
        seconds.append(dl.autograd.grad((first * first).sum(), x)[0].numpy())
    np.testing.assert_allclose(*seconds, rtol=1e-10)


@pytest.mark.parametrize(
    ("make", "shape", "target"),
    [
        (lambda lib: lib.nn.LinearCrossEntropyLoss(3, 7), (6, 3), CLASSES),
        (
            lambda lib: lib.nn.LinearCrossEntropyLoss(3, 7, bias=True, ignore_index=3, reduction="sum"),
            (6, 3),
            CLASSES % 7,
        ),
        (lambda lib: lib.nn.LinearCrossEntropyLoss(3, 7, label_smoothing=0.1), (3,), np.array(2)),
        (
            lambda lib: lib.nn.LinearCrossEntropyLoss(3, 4, out_features=(2,)),
            (5, 3),
            np.ones((5, 2), dtype=int),
        ),
        (lambda lib: lib.nn.LinearCrossEntropyLoss(3, 4), (2, 3), np.full((2, 4), 0.25, dtype="float32")),
    ],
)
def test_layers_of_linear_cross_entropy_agree(make, shape, target):
    layers = {}
    for lib in (dl, torch):
        lib.manual_seed(1)
        layers[lib] = make(lib)
    assert repr(layers[dl]) == repr(layers[torch])
    assert list(layers[dl].state_dict()) == list(layers[torch].state_dict())
    assert_same(
        lambda lib, x, t: layers[lib](x, t), random(*shape), target, constants=(1,), rtol=1e-4, atol=1e-5
    )


def linear(lib, x, *shape, **options):
    return lib.nn.functional.linear_cross_entropy(x, lib.ones(*shape), lib.tensor([1, 2]), **options)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: linear(lib, x[None], 4, 3),
        lambda lib, x: linear(lib, x, 3),
        lambda lib, x: linear(lib, x, 4, 2),
        lambda lib, x: linear(lib, x, 4, 3, linear_bias=lib.ones(3)),
        lambda lib, x: linear(lib, x[0], 4, 2, 3),
        lambda lib, x: lib.nn.functional.linear_cross_entropy(
            x, lib.ones(4, 3), lib.ones(2, 4), ignore_index=1
        ),
        lambda lib, x: lib.nn.LinearCrossEntropyLoss(3, 4, weight=lib.ones(3)),
        lambda lib, x: lib.nn.LinearCrossEntropyLoss(3, 4, label_smoothing=2.0),
        lambda lib, x: lib.nn.LinearCrossEntropyOptions(batch_chunk_size=0),
        lambda lib, x: lib.nn.LinearCrossEntropyOptions(chunking_method="aspect_ratio:0"),
        lambda lib, x: lib.nn.LinearCrossEntropyOptions(acc_policy="best"),
        lambda lib, x: linear(
            lib, x, 4, 3, options=lib.nn.LinearCrossEntropyOptions(False, 2, "aspect_ratio")
        ),
    ],
)
def test_misuse_of_linear_cross_entropy_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(2, 3))


@pytest.mark.parametrize(
    ("options", "shape", "targets"),
    [
        ({"cutoffs": [2, 5]}, (7, 16), [0, 1, 2, 9, 4, 5, 0]),
        ({"cutoffs": [3], "div_value": 2.0, "head_bias": True}, (4, 16), [0, 1, 2, 2]),
        ({"cutoffs": [3, 4, 6], "div_value": 1.5}, (3, 16), [9, 8, 3]),
        ({"cutoffs": [3]}, (16,), 7),
    ],
)
def test_adaptive_softmaxes_agree(options, shape, targets):
    layers = {}
    for lib in (dl, torch):
        lib.manual_seed(5)
        layers[lib] = lib.nn.AdaptiveLogSoftmaxWithLoss(16, 10, **options)
    assert repr(layers[dl]) == repr(layers[torch])
    assert list(layers[dl].state_dict()) == list(layers[torch].state_dict())
    given = np.array(targets)
    assert_same(lambda lib, x, t: layers[lib](x, t).output, random(*shape), given, rtol=1e-4, atol=1e-5)
    assert_same(lambda lib, x, t: layers[lib](x, t).loss, random(*shape), given, rtol=1e-4, atol=1e-5)
    for mine, other in zip(layers[dl].parameters(), layers[torch].parameters(), strict=True):
        expected = np.zeros(tuple(other.shape)) if other.grad is None else other.grad.numpy()
        np.testing.assert_allclose(mine.grad.numpy(), expected, rtol=1e-4, atol=1e-5)
    if len(shape) == 2:
        assert_same(lambda lib, x: layers[lib].log_prob(x), random(*shape), rtol=1e-4, atol=1e-5)
        assert_same(lambda lib, x: layers[lib].predict(x), random(*shape) * 4)


@pytest.mark.parametrize("cutoffs", [[], [0], [5, 2], [2, 2], [10], [1.5]])
def test_cutoffs_are_ascending_classes(cutoffs):
    assert_refused(lambda lib, x: lib.nn.AdaptiveLogSoftmaxWithLoss(8, 10, cutoffs), random(1))


@pytest.mark.parametrize(
    ("shape", "targets"),
    [((2, 8), [0, 10]), ((2, 8), [0, -1]), ((3, 8), [0, 1]), ((8,), [0]), ((1, 8), [[0]])],
)
def test_targets_of_an_adaptive_softmax_are_classes(shape, targets):
    assert_refused(
        lambda lib, x: lib.nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3])(x, lib.tensor(targets)), random(*shape)
    )
