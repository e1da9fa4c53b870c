"""Truths about ops/arithmetic.py beyond the properties that hold for every operation."""

from __future__ import annotations

import numpy as np
import pytest

from deep_learner import tensor
from deep_learner.ops import arithmetic

INF, NAN = float("inf"), float("nan")


def test_integers_plus_integers_stay_integers():
    assert arithmetic.add(tensor([1, 2]), tensor([3, 4])).tolist() == [4, 6]


def test_gradient_of_abs_and_sign_is_zero_at_zero():
    x = tensor([-2.0, 0.0, 3.0], requires_grad=True)
    arithmetic.abs(x).backward()
    assert x.grad.tolist() == [-1.0, 0.0, 1.0]
    y = tensor([-2.0, 0.0, 3.0], requires_grad=True)
    arithmetic.sign(y).backward()
    assert y.grad.tolist() == [0.0, 0.0, 0.0]


def test_lerp_is_exact_at_both_ends():
    start, end = tensor([0.1, 1e8]), tensor([0.7, 1.0])
    assert arithmetic.lerp(start, end, 0.0).tolist() == start.tolist()
    assert arithmetic.lerp(start, end, 1.0).tolist() == end.tolist()
    assert arithmetic.lerp(start, end, tensor([1.0, 0.0])).tolist() == [end.tolist()[0], start.tolist()[1]]


def test_addcdiv_refuses_integers():
    with pytest.raises(RuntimeError, match=r"\.float\(\)"):
        arithmetic.addcdiv(tensor([1]), tensor([2]), tensor([3]))


def test_nextafter_steps_by_one_unit_in_the_last_place():
    assert arithmetic.nextafter(tensor([1.0]), tensor([2.0])).item() == 1 + 2**-23
    assert arithmetic.nextafter(tensor([1.0]), tensor([1.0])).item() == 1.0


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("add", ([1, 2], [0.5, 1.5])),
        ("add", ([1, 2], 2.5)),
        ("subtract", ([1.0, INF], [2, 3])),
        ("multiply", ([1, 2], [True, False])),
        ("multiply", ([0.0, INF], [INF, 0.0])),
        ("copysign", ([0.0, 1.0, -1.0, 2.0], [1.0, -1.0, 0.0, -0.0])),
        ("copysign", ([3], -0.0)),
        ("nextafter", ([1.0], [2.0])),
        ("abs", ([-1, 2],)),
    ],
)
def test_values_dtypes_and_gradients_are_those_of_pytorch(name, operands):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(getattr(arithmetic, name), getattr(torch, name), *operands)


@pytest.mark.parametrize("name", ["abs", "sign"])
def test_complex_gradients_are_those_of_pytorch(name):
    from tests.ops.oracle import assert_like_torch, torch

    values = np.array([1 + 2j, -0.5 + 0.3j, 0j, 2.0])
    theirs = {"abs": torch.abs, "sign": torch.sgn}[name]
    assert_like_torch(
        lambda z: arithmetic.abs(arithmetic.multiply(getattr(arithmetic, name)(z), z)),
        lambda z: torch.abs(theirs(z) * z),
        values,
    )


def test_the_absolute_value_has_no_slope_at_nan():
    x = tensor([-2.0, 0.0, NAN, 3.0], requires_grad=True)
    arithmetic.abs(x).sum().backward()
    assert x.grad.tolist() == [-1.0, 0.0, 0.0, 1.0]


def test_booleans_cannot_be_subtracted_or_negated():
    with pytest.raises(RuntimeError, match="bool"):
        arithmetic.subtract(tensor([True]), tensor([False]))
    with pytest.raises(RuntimeError, match="bool"):
        arithmetic.negative(tensor([True]))
