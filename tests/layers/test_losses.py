"""Losses: every reduction and option against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

REDUCTIONS = ["mean", "sum", "none"]
SHAPES = {"one": (5,), "rows": (6, 5), "rows of places": (3, 5, 4), "images": (2, 5, 3, 2), "nothing": (0, 5)}


def targets(shape, ignore=None):
    """Classes for an input of this shape, some of them to be ignored."""
    sizes = () if len(shape) == 1 else shape[:1] + shape[2:]
    drawn = np.random.default_rng(3).integers(0, 5, sizes)
    if ignore is not None and sizes:
        drawn[:1] = ignore
    return np.asarray(drawn)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_cross_entropies_with_classes_agree(shape, weighted, smoothing, reduction):
    weight = random(5, low=0.5, high=2.0, seed=4) if weighted else None
    for ignore in (-100, 2):
        assert_same(
            lambda lib, x, t, *w, ignore=ignore: lib.nn.functional.cross_entropy(
                x, t, *w, ignore_index=ignore, reduction=reduction, label_smoothing=smoothing
            ),
            random(*shape),
            targets(shape, ignore),
            *([weight] if weighted else []),
            constants=(2,) if weighted else (),
        )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES.values() if 0 not in shape])
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropies_with_probabilities_agree(shape, weighted, smoothing, reduction):
    weight = random(5, low=0.5, high=2.0, seed=4) if weighted else None
    assert_same(
        lambda lib, x, t, *w: lib.nn.functional.cross_entropy(
            x, t, *w, reduction=reduction, label_smoothing=smoothing
        ),
        random(*shape),
        random(*shape, seed=1, low=0.0, high=1.0),
        *([weight] if weighted else []),
        constants=(2,) if weighted else (),
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
def test_negative_log_likelihoods_agree(shape, weighted, reduction):
    weight = random(5, low=0.5, high=2.0, seed=4) if weighted else None
    assert_same(
        lambda lib, x, t, *w: lib.nn.functional.nll_loss(x, t, *w, ignore_index=2, reduction=reduction),
        random(*shape),
        targets(shape, 2),
        *([weight] if weighted else []),
        constants=(2,) if weighted else (),
    )


def test_large_logits_neither_overflow_nor_lose_their_gradient():
    x = np.array([[1e4, 0.0, -1e4], [3e38, 0.0, 0.0]], dtype="float32")
    assert_same(lambda lib, a, t: lib.nn.functional.cross_entropy(a, t), x, np.array([1, 0]))


def test_the_weights_gradient_of_a_cross_entropy_is_right():
    x, t, weight = (
        random(4, 5, dtype="float64"),
        targets((4, 5)),
        random(5, low=0.5, high=2.0, dtype="float64"),
    )
    tensor = dl.tensor(weight, requires_grad=True)
    dl.nn.functional.cross_entropy(dl.tensor(x), dl.tensor(t), tensor).backward()
    losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(4), t]
    total = weight[t].sum()
    mean = (weight[t] * losses).sum() / total
    np.testing.assert_allclose(tensor.grad.numpy(), np.bincount(t, (losses - mean) / total, 5), rtol=1e-10)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_distances_agree(name, reduction):
    for options in (
        {},
        {"delta": 0.5} if name == "huber_loss" else {},
        {"beta": 0.5} if "smooth" in name else {},
    ):
        assert_same(
            lambda lib, x, t, options=options: getattr(lib.nn.functional, name)(
                x, t, reduction=reduction, **options
            ),
            random(6, 5),
            random(6, 5, seed=1),
        )


def test_smooth_distances_without_a_bend_are_absolute():
    assert_same(
        lambda lib, x, t: lib.nn.functional.smooth_l1_loss(x, t, beta=0.0), random(5), random(5, seed=1)
    )


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_distances_agree(name, reduction):
    assert_same(
        lambda lib, x, t, w: getattr(lib.nn.functional, name)(x, t, weight=w, reduction=reduction),
        random(6, 5),
        random(6, 5, seed=1),
        random(6, 5, seed=2, low=0.5),
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
def test_binary_cross_entropies_agree(reduction, weighted):
    weight = [random(5, seed=2, low=0.5)] if weighted else []
    assert_same(
        lambda lib, x, t, *w: lib.nn.functional.binary_cross_entropy(x, t, *w, reduction=reduction),
        random(6, 5, low=0.01, high=0.99),
        random(6, 5, seed=1, low=0.0, high=1.0),
        *weight,
        constants=(1, 2) if weighted else (1,),
    )


def test_certain_probabilities_give_finite_losses_and_pytorchs_gradients():
    assert_same(
        lambda lib, x, t: lib.nn.functional.binary_cross_entropy(x, t, reduction="none"),
        np.array([0.0, 1.0, 0.0, 1.0], dtype="float32"),
        np.array([0.0, 1.0, 1.0, 0.0], dtype="float32"),
        constants=(1,),
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [(), ("weight",), ("pos_weight",), ("weight", "pos_weight")])
def test_binary_cross_entropies_of_logits_agree(reduction, options):
    assert_same(
        lambda lib, x, t, *w: lib.nn.functional.binary_cross_entropy_with_logits(
            x, t, reduction=reduction, **dict(zip(options, w, strict=True))
        ),
        random(6, 5, low=-90.0, high=90.0),
        random(6, 5, seed=1, low=0.0, high=1.0),
        *(random(5, seed=seed, low=0.5) for seed, _ in enumerate(options)),
        constants=tuple(range(2, 2 + len(options))),
    )


@pytest.mark.parametrize("reduction", ["batchmean", "sum", "none"])
@pytest.mark.parametrize("log_target", [False, True])
def test_divergences_agree(reduction, log_target):
    target = random(6, 5, seed=1, low=0.0, high=1.0)
    target[0, 0] = 0.0
    assert_same(
        lambda lib, x, t: lib.nn.functional.kl_div(x, t, reduction=reduction, log_target=log_target),
        random(6, 5),
        target,
        constants=(1,),
    )


def test_the_mean_divergence_warns():
    def warned(lib, x, t):
        with pytest.warns(UserWarning, match="batchmean"):
            return lib.nn.functional.kl_div(x, t)

    assert_same(warned, random(6, 5), random(6, 5, seed=1, low=0.1))


LAYERS = [
    ("CrossEntropyLoss", {}, "classes"),
    ("CrossEntropyLoss", {"ignore_index": 1, "label_smoothing": 0.1, "reduction": "sum"}, "classes"),
    ("CrossEntropyLoss", {"weight": random(5, low=0.5)}, "classes"),
    ("NLLLoss", {"weight": random(5, low=0.5), "ignore_index": 1}, "classes"),
    ("MSELoss", {}, "numbers"),
    ("L1Loss", {"reduction": "sum"}, "numbers"),
    ("SmoothL1Loss", {"beta": 0.5}, "numbers"),
    ("HuberLoss", {"delta": 0.5}, "numbers"),
    ("KLDivLoss", {"reduction": "batchmean"}, "numbers"),
    ("BCELoss", {"weight": random(5, low=0.5)}, "numbers"),
    ("BCEWithLogitsLoss", {"pos_weight": random(5, low=0.5)}, "numbers"),
]


@pytest.mark.parametrize(("name", "options", "kind"), LAYERS)
def test_layers_agree(name, options, kind):
    def layer(lib):
        return getattr(lib.nn, name)(
            **{k: lib.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        )

    assert repr(layer(dl)) == repr(layer(torch))
    assert list(layer(dl).state_dict()) == list(layer(torch).state_dict())
    target = targets((6, 5)) if kind == "classes" else random(6, 5, seed=1, low=0.05, high=0.95)
    assert_same(lambda lib, x, t: layer(lib)(x, t), random(6, 5, low=0.05, high=0.95), target, constants=(1,))


@pytest.mark.parametrize(
    ("older", "newer"), [((None, False), "none"), ((False, None), "sum"), ((True, True), "mean")]
)
def test_older_reductions_mean_the_same_and_warn(older, newer):
    x, t = dl.tensor(random(4)), dl.tensor(random(4, seed=1))
    with pytest.warns(UserWarning, match=f"reduction='{newer}'"):
        out = dl.nn.functional.mse_loss(x, t, *older)
    assert out.tolist() == dl.nn.functional.mse_loss(x, t, reduction=newer).tolist()
    with pytest.warns(UserWarning, match="will be deprecated"):
        assert dl.nn.MSELoss(*older).reduction == newer


def test_sizes_that_broadcast_are_suspected():
    def suspected(lib, x, t):
        with pytest.warns(UserWarning, match="different to the input size"):
            return lib.nn.functional.mse_loss(x, t)

    assert_same(suspected, random(4, 1), random(4, seed=1))


def f(name):
    return lambda lib, *args, **options: getattr(lib.nn.functional, name)(*args, **options)


ENTROPY = f("cross_entropy")
MISUSES = {
    "batch sizes": (ENTROPY, (3, 5), np.zeros(4, int)),
    "places": (ENTROPY, (3, 5, 2), np.zeros((3, 3), int)),
    "class too large": (ENTROPY, (3, 5), np.array([0, 1, 7])),
    "negative class": (ENTROPY, (3, 5), np.array([0, 1, -7])),
    "class too large for nll": (f("nll_loss"), (3, 5), np.array([0, 1, 7])),
    "fractions as classes": (ENTROPY, (3, 5), np.zeros(3)),
    "integers as probabilities": (ENTROPY, (3, 5), np.zeros((3, 5), int)),
    "integers as scores": (lambda lib, x, t: ENTROPY(lib, x.long(), t), (3, 5), np.zeros(3, int)),
    "integers as log-probabilities": (
        lambda lib, x, t: f("nll_loss")(lib, x.long(), t),
        (3, 5),
        np.zeros(3, int),
    ),
    "no classes": (ENTROPY, (), np.array(0)),
    "weights": (lambda lib, x, t: ENTROPY(lib, x, t, weight=lib.ones(4)), (3, 5), np.zeros(3, int)),
    "dtype of weights": (
        lambda lib, x, t: ENTROPY(lib, x, t, weight=lib.ones(5, dtype=lib.float64)),
        (3, 5),
        np.zeros(3, int),
    ),
    "smoothing": (lambda lib, x, t: ENTROPY(lib, x, t, label_smoothing=2.0), (3, 5), np.zeros(3, int)),
    "reduction": (lambda lib, x, t: ENTROPY(lib, x, t, reduction="average"), (3, 5), np.zeros(3, int)),
    "reduction of mse": (lambda lib, x, t: f("mse_loss")(lib, x, t, reduction="average"), (3,), random(3)),
    "weights of mse": (lambda lib, x, t: f("mse_loss")(lib, x, t, weight=lib.ones(1)), (3,), random(3)),
    "negative beta": (lambda lib, x, t: f("smooth_l1_loss")(lib, x, t, beta=-1.0), (3,), random(3)),
    "batch sizes of fractions": (ENTROPY, (3, 5), np.zeros(4)),
    "a class to be ignored among probabilities": (
        lambda lib, x, t: ENTROPY(lib, x, x.detach().softmax(1), ignore_index=1),
        (3, 5),
        np.zeros(3),
    ),
    "complex delta": (lambda lib, x, t: lib.nn.HuberLoss(delta=1j), (3,), random(3)),
    "no delta": (lambda lib, x, t: f("huber_loss")(lib, x, t, delta=0.0), (3,), random(3)),
    "no probabilities": (f("binary_cross_entropy"), (3,), random(3, low=0.0, high=1.0)),
    "sizes of probabilities": (f("binary_cross_entropy"), (3,), random(3, 1)),
    "sizes of logits": (f("binary_cross_entropy_with_logits"), (3,), random(1)),
}


@pytest.mark.parametrize(("misuse", "shape", "target"), MISUSES.values(), ids=MISUSES.keys())
def test_misuse_is_refused_as_in_pytorch(misuse, shape, target):
    assert_refused(misuse, random(*shape), target)


@pytest.mark.parametrize("place", ["strict", "strict:1"])
def test_losses_run_on_other_backends(place):
    x, t = random(6, 5), targets((6, 5))
    expected = dl.nn.functional.cross_entropy(dl.tensor(x), dl.tensor(t)).item()
    there = dl.tensor(x, device=place, requires_grad=True)
    out = dl.nn.functional.cross_entropy(there, dl.tensor(t, device=place))
    out.backward()
    assert out.item() == pytest.approx(expected, rel=1e-6)
    assert there.grad.device == there.device
