"""Layers that pad."""

from __future__ import annotations

import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

KINDS = ("Circular", "Constant", "Reflection", "Replication", "Zero")
SIZES = (5, 4, 6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("padding", [2, "each", "cut"])
def test_layers_agree_and_show_themselves_alike(kind, dims, padding):
    chosen = {"each": (1, 2, 3, 0, 2, 1)[: 2 * dims], "cut": (-1, 2, 1, -2, 0, 1)[: 2 * dims]}.get(
        padding, padding
    )
    arguments = (chosen, 1.5) if kind == "Constant" else (chosen,)
    theirs, ours = (getattr(lib.nn, f"{kind}Pad{dims}d")(*arguments) for lib in (torch, dl))
    assert repr(ours) == repr(theirs)
    for lead in ((2, 3), (3,)):
        assert_same(lambda lib, x: (theirs if lib is torch else ours)(x), random(*lead, *SIZES[:dims]))


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, x: lib.nn.ReflectionPad1d(6)(x),
        lambda lib, x: lib.nn.CircularPad2d(1)(x[0]),
        lambda lib, x: lib.nn.CircularPad1d(9)(x),
        lambda lib, x: lib.nn.ZeroPad1d(-4)(x),
    ],
)
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(2, 3, 6))
