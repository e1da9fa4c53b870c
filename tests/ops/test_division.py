"""Truths about ops/division.py: what happens to signs, zeros and large integers."""

from __future__ import annotations

import pytest

from deep_learner import tensor
from deep_learner.ops import division

INF, NAN = float("inf"), float("nan")
LARGE = 2**62 + 1


def test_integers_divide_to_the_default_float_dtype():
    quotient = division.divide(tensor([1, 2]), tensor([2, 2]))
    assert quotient.dtype.name == "float32"
    assert quotient.tolist() == [0.5, 1.0]


def test_rounding_modes_differ_below_zero():
    a, b = tensor([-7, 7, -7, 7]), tensor([2, -2, -2, 2])
    assert division.div(a, b, rounding_mode="floor").tolist() == [-4, -4, 3, 3]
    assert division.div(a, b, rounding_mode="trunc").tolist() == [-3, -3, 3, 3]


def test_truncating_division_is_exact_for_large_integers():
    assert division.trunc_divide(tensor([-LARGE, LARGE]), tensor([3, -3])).tolist() == [-(LARGE // 3)] * 2


def test_remainder_has_the_divisors_sign_and_fmod_the_dividends():
    a, b = tensor([-7, 7, -7, 7]), tensor([3, -3, -3, 3])
    assert division.remainder(a, b).tolist() == [2, -2, -1, 1]
    assert division.fmod(a, b).tolist() == [-1, 1, -1, 1]


def test_unknown_rounding_mode_is_refused():
    with pytest.raises(RuntimeError, match="'nope'"):
        division.div(tensor([1.0]), 2, rounding_mode="nope")


@pytest.mark.parametrize("mode", [None, "floor", "trunc"])
@pytest.mark.parametrize(
    "operands",
    [
        ([7.0, -7.0, 6.0, -0.5], [2.0, 2.0, -3.0, 1.0]),
        ([-7, 7, 6], [2, -2, 3]),
        ([1, 2, 3], 2.0),
        ([5.0, -5.0], 3),
    ],
)
def test_division_is_that_of_pytorch(mode, operands):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(division.div, torch.div, *operands, rounding_mode=mode)


@pytest.mark.parametrize("name", ["remainder", "fmod"])
@pytest.mark.parametrize(
    "operands",
    [
        ([7.0, -7.0, 0.0, -0.0], [3.0, 3.0, 3.0, 3.0]),
        ([7.5, -7.5], [-3.0, -3.0]),
        ([7, -7, 6], [3, 3, -4]),
        ([5.5, -5.5], 2),
        ([1.0, -1.0], [INF, INF]),
    ],
)
def test_remainders_are_those_of_pytorch(name, operands):
    from tests.ops.oracle import assert_like_torch, torch

    finite = operands[1] != [INF, INF]
    assert_like_torch(getattr(division, name), getattr(torch, name), *operands, gradients=finite)


def test_fmod_keeps_the_sign_of_a_zero():
    assert str(division.fmod(tensor([-6.0]), 3.0).item()) == "-0.0"


@pytest.mark.parametrize("name", ["floor_divide", "trunc_divide", "remainder", "fmod"])
def test_booleans_are_no_numbers_to_divide(name):
    with pytest.raises(NotImplementedError, match=rf"{name}\(\) is not implemented for booleans"):
        getattr(division, name)(tensor([True]), tensor([True]))
