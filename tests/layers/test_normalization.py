"""LayerNorm, RMSNorm and their functions."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch

SHAPES = [
    ((4, 6), (6,)),
    ((2, 3, 4), (3, 4)),
    ((2, 3, 4), (4,)),
    ((5,), (5,)),
    ((0, 4), (4,)),
    ((2, 0), (0,)),
    ((50, 128), (128,)),
]


@pytest.mark.parametrize(("shape", "normalized"), SHAPES)
@pytest.mark.parametrize("affine", ["weight and bias", "weight", "neither"])
def test_layer_norms_agree(shape, normalized, affine):
    parameters = [1 + random(*normalized, seed=1), random(*normalized, seed=2)]
    count = {"weight and bias": 2, "weight": 1, "neither": 0}[affine]
    assert_same(
        lambda lib, x, *parameters: lib.nn.functional.layer_norm(x, normalized, *parameters),
        random(*shape) * 3 + 1,
        *parameters[:count],
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("wanted", [0, 1, 2])
def test_a_single_gradient_may_be_wanted(wanted):
    constants = [position for position in range(3) if position != wanted]
    assert_same(
        lambda lib, x, *parameters: lib.nn.functional.layer_norm(x, (6,), *parameters),
        random(4, 6),
        random(6, seed=1),
        random(6, seed=2),
        constants=constants,
    )


def test_rows_have_mean_zero_and_variance_one():
    out = nn.LayerNorm(64)(dl.tensor(random(8, 64, low=3.0, high=9.0))).detach().numpy()
    np.testing.assert_allclose(out.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(out.var(axis=1), 1, rtol=1e-4)


def test_rows_far_from_zero_keep_their_digits():
    x = random(4, 256, dtype="float32") + 1000.0
    assert_same(lambda lib, t: lib.nn.functional.layer_norm(t, (256,)), x, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("shape", "normalized"), SHAPES)
@pytest.mark.parametrize("eps", [None, 1e-3])
def test_rms_norms_agree(shape, normalized, eps):
    assert_same(
        lambda lib, x, w: lib.nn.functional.rms_norm(x, normalized, w, eps),
        random(*shape),
        random(*normalized, seed=1),
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.nn.LayerNorm(6),
        lambda lib: lib.nn.LayerNorm([4, 6], eps=1e-3),
        lambda lib: lib.nn.LayerNorm((6,), bias=False),
        lambda lib: lib.nn.LayerNorm(6, elementwise_affine=False),
        lambda lib: lib.nn.RMSNorm(6),
        lambda lib: lib.nn.RMSNorm((4, 6), eps=1e-3, elementwise_affine=False),
    ],
)
def test_layers_agree(make):
    theirs, ours = make(torch), make(dl)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert_same(lambda lib, x: (theirs if lib is torch else ours)(x), random(3, 4, 6))


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: lib.nn.functional.layer_norm(x, (4,)),
        lambda lib, x: lib.nn.functional.layer_norm(x, (5,), lib.ones(4)),
        lambda lib, x: lib.nn.functional.layer_norm(x, (5,), lib.ones(5), lib.ones(1, 5)),
        lambda lib, x: lib.nn.functional.layer_norm(x, ()),
        lambda lib, x: lib.nn.functional.rms_norm(x, (3,)),
        lambda lib, x: lib.nn.functional.layer_norm(x.long(), (5,)),
        lambda lib, x: lib.nn.functional.rms_norm(x.long(), (5,)),
    ],
)
def test_shapes_and_dtypes_that_do_not_fit_are_refused(misuse):
    assert_refused(misuse, random(3, 5))
