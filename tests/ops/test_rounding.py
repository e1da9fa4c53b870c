"""Truths about ops/rounding.py."""

from __future__ import annotations

import pytest

from deep_learner import tensor
from deep_learner.ops import rounding


def test_halves_round_to_the_even_neighbour():
    assert rounding.round(tensor([0.5, 1.5, 2.5, -0.5, -1.5])).tolist() == [0.0, 2.0, 2.0, 0.0, -2.0]


def test_decimals_count_places_on_either_side_of_the_point():
    x = tensor([1234.5678], dtype="float64")
    assert rounding.round(x, decimals=2).item() == 1234.57
    assert rounding.round(x, decimals=-2).item() == 1200.0


def test_each_rounds_in_its_direction():
    x = tensor([-1.5, 1.5])
    assert rounding.floor(x).tolist() == [-2.0, 1.0]
    assert rounding.ceil(x).tolist() == [-1.0, 2.0]
    assert rounding.trunc(x).tolist() == [-1.0, 1.0]
    assert rounding.frac(x).tolist() == [-0.5, 0.5]


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "round"])
def test_integers_stay_what_they_are(name):
    out = getattr(rounding, name)(tensor([1, -2]))
    assert out.dtype.name == "int64"
    assert out.tolist() == [1, -2]


def test_integers_have_no_decimals():
    with pytest.raises(RuntimeError, match=r"\.float\(\)"):
        rounding.round(tensor([25]), decimals=-1)


@pytest.mark.parametrize("name", ["floor", "ceil", "trunc", "round"])
def test_rounding_passes_a_zero_gradient_on(name):
    x = tensor([0.3, 1.0], requires_grad=True)
    out = getattr(rounding, name)(x)
    assert out.requires_grad
    out.backward()
    assert x.grad.tolist() == [0.0, 0.0]
