"""Flatten and Unflatten."""

from __future__ import annotations

import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

LAYERS = [
    lambda lib: lib.nn.Flatten(),
    lambda lib: lib.nn.Flatten(0, 1),
    lambda lib: lib.nn.Flatten(-2),
    lambda lib: lib.nn.Unflatten(1, (2, 3)),
    lambda lib: lib.nn.Unflatten(-2, [3, -1]),
]


@pytest.mark.parametrize("make", LAYERS)
def test_layers_agree(make):
    theirs, ours = make(torch), make(dl)
    assert repr(ours) == repr(theirs)
    assert_same(lambda lib, x: (theirs if lib is torch else ours)(x), random(4, 6, 5))


@pytest.mark.parametrize(
    "misuse",
    [lambda lib, x: lib.nn.Unflatten(1, (4, 3))(x), lambda lib, x: lib.nn.Unflatten(1, 3)],
    ids=["sizes", "no sequence"],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(4, 6, 5))
