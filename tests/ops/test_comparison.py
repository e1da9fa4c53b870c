"""Truths about ops/comparison.py."""

from __future__ import annotations

import pytest

from deep_learner import tensor
from deep_learner.ops import comparison

INF, NAN = float("inf"), float("nan")


def test_comparisons_are_boolean_and_carry_no_gradient():
    x = tensor([1.0, 2.0], requires_grad=True)
    out = comparison.less(x, 1.5)
    assert out.dtype.name == "bool"
    assert out.tolist() == [True, False]
    assert not out.requires_grad


def test_an_integer_meets_a_float():
    assert comparison.equal(tensor([1, 2]), tensor([1.0, 2.5])).tolist() == [True, False]
    assert comparison.greater(tensor([1, 2]), 1.5).tolist() == [False, True]


def test_nan_equals_nothing():
    x = tensor([NAN])
    assert comparison.equal(x, x).tolist() == [False]
    assert comparison.not_equal(x, x).tolist() == [True]


def test_special_values_are_told_apart():
    x = tensor([1.0, INF, -INF, NAN])
    assert comparison.isfinite(x).tolist() == [True, False, False, False]
    assert comparison.isinf(x).tolist() == [False, True, True, False]
    assert comparison.isnan(x).tolist() == [False, False, False, True]
    assert comparison.isposinf(x).tolist() == [False, True, False, False]
    assert comparison.isneginf(x).tolist() == [False, False, True, False]


def test_signbit_sees_the_sign_of_a_zero():
    assert comparison.signbit(tensor([0.0, -0.0, -1.0])).tolist() == [False, True, True]
    assert comparison.signbit(tensor([1, -1])).tolist() == [False, True]


@pytest.mark.needs("deep_learner_numpy")
def test_infinities_are_close_only_to_themselves():
    a, b = tensor([INF, INF, -INF, 1.0]), tensor([INF, -INF, 1.0, INF])
    assert comparison.isclose(a, b, rtol=1.0).tolist() == [True, False, False, False]


def test_nan_is_close_to_nan_only_on_request():
    x = tensor([NAN, 1.0])
    assert comparison.isclose(x, x).tolist() == [False, True]
    assert comparison.isclose(x, x, equal_nan=True).tolist() == [True, True]
    assert comparison.allclose(x, x, equal_nan=True) is True
    assert comparison.allclose(x, x) is False


def test_closeness_is_measured_relative_to_the_second_operand():
    assert comparison.allclose(tensor([0.0]), tensor([10.0]), rtol=1.0)
    assert not comparison.allclose(tensor([10.0]), tensor([0.0]), rtol=1.0)


def test_closeness_of_two_dtypes_is_refused_with_the_cure():
    with pytest.raises(RuntimeError, match=r"other\.to\(input\.dtype\)"):
        comparison.isclose(tensor([1]), tensor([1.0]))
    with pytest.raises(RuntimeError, match="negative"):
        comparison.isclose(tensor([1.0]), tensor([1.0]), rtol=-1.0)


def test_arrays_are_equal_if_shapes_and_elements_are():
    assert comparison.array_equal(tensor([1, 2]), tensor([1.0, 2.0])) is True
    assert comparison.array_equal(tensor([1, 2]), tensor([1, 3])) is False
    assert comparison.array_equal(tensor([1, 1]), tensor([1])) is False
    assert comparison.array_equal(tensor([]), tensor([])) is True


def test_complex_numbers_have_no_order():
    with pytest.raises(NotImplementedError, match="complex numbers"):
        comparison.less(tensor([1j]), tensor([2j]))
