"""The same module in both libraries, with the same initial values."""

from __future__ import annotations

import numpy as np

import deep_learner as dl
from tests.layers.oracle import random, torch

INPUTS = {"Linear": (3, 4), "Conv2d": (2, 3, 5, 5), "ConvTranspose1d": (2, 3, 5)}
ARGUMENTS = {"Linear": (4, 5), "Conv2d": (3, 4, 2), "ConvTranspose1d": (3, 4, 2)}


def made(library, kind, *arguments, seed=3):
    """A layer, and an input for it."""
    library.manual_seed(seed)
    layer = getattr(library.nn, kind)(*(arguments or ARGUMENTS[kind]))
    return layer, library.tensor(random(*INPUTS[kind]))


def close(ours, theirs, rtol=2e-4, atol=2e-5):
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=atol)


def same_state(ours, theirs):
    """States with equal names and values, and equal gradients."""
    mine, other = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(other)
    for name in mine:
        close(mine[name], other[name])
    for (name, parameter), (as_there, there) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == as_there
        if there.grad is not None:
            close(parameter.grad, there.grad)


__all__ = ["INPUTS", "close", "dl", "made", "same_state", "torch"]
