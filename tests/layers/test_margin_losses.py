"""Losses of margins, triplets, counts and numbers: every reduction and option against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

REDUCTIONS = ["mean", "sum", "none"]
SIGNS = np.sign(random(6, 5, seed=9))
CLASSES = np.array([0, 4, 2, 2, 1, 3])
LABELS = np.array(
    [[3, 0, -1, 1, 2], [-1] * 5, [4, 3, 2, 1, 0], [1, 1, -1, 0, 0], [2, -1, 4, 4, 4], [0, 1, 2, -1, 3]]
)
X, Y, Z = random(6, 5), random(6, 5, seed=1), random(6, 5, seed=2)
COUNTS = np.random.default_rng(0).integers(0, 9, (6, 5)).astype("float32")
CALLS = {
    "hinge_embedding_loss": [
        (X, SIGNS, {}),
        (X, SIGNS, {"margin": 0.3}),
        (X, SIGNS[0], {}),
        (X, np.zeros_like(X), {}),
    ],
    "soft_margin_loss": [(X, SIGNS, {}), (X * 20, SIGNS[0], {}), (X[0], SIGNS[0], {})],
    "cosine_embedding_loss": [
        (X, Y, SIGNS[:, 0], {}),
        (X, Y, SIGNS[:, 0].astype(int), {"margin": -0.5}),
        (X[0], Y[0], np.array(-1), {"margin": 0.2}),
        (X, Y[:1], SIGNS[:, 0], {}),
        (X, Y, SIGNS[:, 0].astype("float64"), {}),
    ],
    "margin_ranking_loss": [
        (X, Y, SIGNS, {}),
        (X, Y[:1], SIGNS, {"margin": 0.7}),
        (X, Y, SIGNS.astype(int), {}),
    ],
    "multi_margin_loss": [
        (X, CLASSES, {}),
        (X, CLASSES, {"p": 2, "margin": 0.4}),
        (X[0], np.array(3), {}),
        (X[0], np.array([3]), {}),
    ],
    "multilabel_margin_loss": [(X, LABELS, {}), (X[0], LABELS[0], {})],
    "multilabel_soft_margin_loss": [
        (X, COUNTS / 9, {}),
        (X * 30, (SIGNS + 1) / 2, {}),
        (X[0], COUNTS[0] / 9, {}),
    ],
    "poisson_nll_loss": [
        (X, COUNTS, {}),
        (X, COUNTS, {"full": True}),
        (np.abs(X), COUNTS, {"log_input": False, "eps": 0.1}),
    ],
    "gaussian_nll_loss": [
        (X, Y, np.abs(Z), {}),
        (X, Y, np.abs(Z[:, 0]), {"full": True}),
        (X, Y[0], np.abs(Z[:, :1]), {"eps": 0.4}),
        (X, Y, 0.7, {}),
    ],
    "triplet_margin_loss": [
        (X, Y, Z, {}),
        (X, Y, Z, {"margin": 0.4, "p": 3, "swap": True, "eps": 1e-3}),
        (X[0], Y[0], Z[0], {"p": 1}),
        (X, Y[:1], Z, {}),
    ],
    "triplet_margin_with_distance_loss": [(X, Y, Z, {}), (X, Y, Z, {"swap": True, "margin": 0.2})],
}
TARGETS = dict.fromkeys(
    ("poisson_nll_loss", "hinge_embedding_loss", "multilabel_soft_margin_loss", "soft_margin_loss"), 1
)  # where the arguments that get no gradient begin
TARGETS["cosine_embedding_loss"] = 2


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "call"), [(name, call) for name, calls in CALLS.items() for call in calls])
def test_losses_agree(name, call, reduction):
    *arrays, options = call
    numbers = [value for value in arrays if not isinstance(value, np.ndarray)]
    arrays = [value for value in arrays if isinstance(value, np.ndarray)]
    constants = range(TARGETS.get(name, len(arrays)), len(arrays))
    assert_same(
        lambda lib, *given: getattr(lib.nn.functional, name)(
            *given, *numbers, reduction=reduction, **options
        ),
        *arrays,
        constants=constants,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "target"), [("multi_margin_loss", CLASSES), ("multilabel_soft_margin_loss", COUNTS / 9)]
)
def test_weighted_losses_agree(name, target, reduction):
    assert_same(
        lambda lib, x, t, w: getattr(lib.nn.functional, name)(x, t, weight=w, reduction=reduction),
        X,
        target,
        random(5, seed=3, low=0.5),
        constants=(1, 2),
    )


def test_a_soft_margin_does_not_overflow():
    x = dl.tensor([-400.0, 400.0], requires_grad=True)
    loss = nn.functional.soft_margin_loss(x, dl.ones(2), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [400.0, 0.0]
    assert x.grad.tolist() == [-1.0, 0.0]


def test_any_distance_may_be_measured():
    def loss(lib, a, p, n):
        return lib.nn.TripletMarginWithDistanceLoss(
            distance_function=lambda x, y: (x - y).abs().sum(-1), margin=2.0, reduction="sum"
        )(a, p, n)

    assert_same(loss, X, Y, Z)


LAYERS = [
    ("HingeEmbeddingLoss", {"margin": 0.5}, (X, SIGNS)),
    ("CosineEmbeddingLoss", {"margin": 0.5, "reduction": "sum"}, (X, Y, SIGNS[:, 0])),
    ("MarginRankingLoss", {"margin": 0.5}, (X, Y, SIGNS)),
    ("SoftMarginLoss", {"reduction": "none"}, (X, SIGNS)),
    ("MultiMarginLoss", {"p": 2, "weight": random(5, low=0.5)}, (X, CLASSES)),
    ("MultiLabelMarginLoss", {}, (X, LABELS)),
    ("MultiLabelSoftMarginLoss", {"weight": random(5, low=0.5)}, (X, COUNTS / 9)),
    ("PoissonNLLLoss", {"full": True}, (X, COUNTS)),
    ("GaussianNLLLoss", {"full": True, "eps": 0.1}, (X, Y, np.abs(Z))),
    ("TripletMarginLoss", {"swap": True, "p": 1.0}, (X, Y, Z)),
    ("TripletMarginWithDistanceLoss", {"margin": 0.5}, (X, Y, Z)),
    ("CosineSimilarity", {"dim": 0}, (X, Y)),
    ("PairwiseDistance", {"p": 1.0, "keepdim": True}, (X, Y)),
]


@pytest.mark.parametrize(("name", "options", "arrays"), LAYERS)
def test_layers_agree(name, options, arrays):
    def layer(lib):
        return getattr(lib.nn, name)(
            **{k: lib.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        )

    assert repr(layer(dl)) == repr(layer(torch))
    assert list(layer(dl).state_dict()) == list(layer(torch).state_dict())
    constants = [
        place
        for place, a in enumerate(arrays)
        if a is SIGNS or a is COUNTS or (name, place) == ("CosineEmbeddingLoss", 2)
    ]
    assert_same(lambda lib, *given: layer(lib)(*given), *arrays, constants=constants)


@pytest.mark.parametrize("p", [0.0, 1.0, 1.5, 2.0, np.inf])
def test_distances_of_all_rows_agree(p):
    assert_same(lambda lib, x: lib.nn.functional.pdist(x, p), X)
    assert_same(lambda lib, x: lib.pdist(x, p), X[:1])


def f(name):
    return lambda lib, *args, **options: getattr(lib.nn.functional, name)(*args, **options)


MISUSES = {
    "dimensions of a cosine": (
        lambda lib, x, t: f("cosine_embedding_loss")(lib, x, x, t[0]),
        (6, 5),
        CLASSES,
    ),
    "targets of a cosine": (lambda lib, x, t: f("cosine_embedding_loss")(lib, x, x, x), (6, 5), CLASSES),
    "dimensions of a ranking": (lambda lib, x, t: f("margin_ranking_loss")(lib, x, x, x[0]), (6, 5), CLASSES),
    "classes of margins": (f("multi_margin_loss"), (6, 4), CLASSES),
    "number of classes": (f("multi_margin_loss"), (5, 5), CLASSES),
    "dtype of classes": (f("multi_margin_loss"), (6, 5), CLASSES.astype("int32")),
    "power of margins": (lambda lib, x, t: f("multi_margin_loss")(lib, x, t, p=3), (6, 5), CLASSES),
    "weights of margins": (
        lambda lib, x, t: f("multi_margin_loss")(lib, x, t, weight=x[0, :3]),
        (6, 5),
        CLASSES,
    ),
    "matrix of weights": (lambda lib, x, t: f("multi_margin_loss")(lib, x, t, weight=x), (6, 5), CLASSES),
    "labels": (f("multilabel_margin_loss"), (6, 5), CLASSES),
    "labels out of range": (f("multilabel_margin_loss"), (6, 5), LABELS + 1),
    "margin of triplets": (
        lambda lib, x, t: f("triplet_margin_loss")(lib, x, x, x, margin=0),
        (6, 5),
        CLASSES,
    ),
    "dimensions of triplets": (lambda lib, x, t: f("triplet_margin_loss")(lib, x, x, x[0]), (6, 5), CLASSES),
    "negative variance": (lambda lib, x, t: f("gaussian_nll_loss")(lib, x, x, x), (6, 5), CLASSES),
    "variance": (lambda lib, x, t: f("gaussian_nll_loss")(lib, x, x, x[:2].abs()), (6, 5), CLASSES),
    "reduction": (lambda lib, x, t: f("poisson_nll_loss")(lib, x, x, reduction="median"), (6, 5), CLASSES),
    "vector": (lambda lib, x, t: lib.pdist(x[0]), (6, 5), CLASSES),
    "negative order": (lambda lib, x, t: lib.pdist(x, -1.0), (6, 5), CLASSES),
    "power of a layer": (lambda lib, x, t: lib.nn.MultiMarginLoss(p=0), (6, 5), CLASSES),
    "margin of a layer": (lambda lib, x, t: lib.nn.TripletMarginLoss(margin=-1.0), (6, 5), CLASSES),
}


@pytest.mark.parametrize(("misuse", "shape", "target"), MISUSES.values(), ids=MISUSES.keys())
def test_misuse_is_refused_as_in_pytorch(misuse, shape, target):
    assert_refused(misuse, random(*shape), target)


def test_older_reductions_are_understood():
    with pytest.warns(UserWarning, match="reduction='sum'"):
        loss = nn.SoftMarginLoss(size_average=False)
    assert loss.reduction == "sum"
    with pytest.warns(UserWarning, match="reduction='none'"):
        assert nn.functional.hinge_embedding_loss(dl.ones(3), dl.ones(3), reduce=False).shape == (3,)
    with pytest.warns(FutureWarning, match="NLLLoss"):
        assert nn.NLLLoss2d()(dl.zeros(1, 2, 1, 1), dl.zeros(1, 1, 1, dtype=dl.int64)).item() == 0
