"""The layer."""

from __future__ import annotations

import math

import pytest

import deep_learner as dl
from deep_learner.testing import LayerContract


class TestSnake(LayerContract):
    layer = "Snake"
    arguments = {"features": 3, "frequency": 0.5}  # noqa: RUF012
    inputs = ((4, 3),)
    output = (4, 3)


def test_it_is_the_formula():
    layer = dl.nn.Snake(1, frequency=2.0)
    assert layer(dl.tensor([0.7])).item() == pytest.approx(0.7 + math.sin(1.4) ** 2 / 2, rel=1e-6)


def test_a_frequency_of_zero_is_refused():
    with pytest.raises(ValueError, match="must not be zero"):
        dl.nn.Snake(1, frequency=0.0)
