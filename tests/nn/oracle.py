"""The same module written for PyTorch and for us."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

LIBRARIES = {"torch": torch, "ours": dl}


def block(library, width=3):
    """A module with a parameter, two buffers (one not persistent) and a child, from either library."""

    class Block(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = library.nn.Parameter(library.ones(width))
            self.register_buffer("mean", library.zeros(width))
            self.register_buffer("cache", library.zeros(1), persistent=False)
            self.register_buffer("absent", None)
            self.register_parameter("none", None)
            self.inner = library.nn.Linear(width, 2)

        def forward(self, x):
            return self.inner(x * self.scale + self.mean)

    return Block()


def tower(library):
    """Two blocks, one of them twice, and a tied weight."""
    first, second = block(library), block(library)
    second.inner.weight = first.inner.weight
    return library.nn.Sequential(first, second, first)


def message(function, *types):
    """What a call raises: the type's name and the text, without names of the libraries."""
    try:
        function()
    except Exception as error:
        text = str(error.args[0]) if error.args else ""
        for name in ("torch.", "deep_learner."):
            text = text.replace(name, "")
        return type(error).__name__, text
    raise AssertionError("nothing was raised")


def both(function):
    """``function(library)`` for PyTorch and for us."""
    return function(torch), function(dl)


def values(tensor):
    """A tensor of either library as a NumPy array."""
    return np.asarray(tensor.detach().numpy())
