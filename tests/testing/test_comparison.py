"""Tensors are close when they differ by rounding alone."""

from __future__ import annotations

import pytest

from deep_learner import Tensor
from deep_learner.testing import assert_close


def test_rounding_is_accepted_as_the_dtype_demands():
    assert_close(Tensor([1.0 + 1e-6], dtype="float32"), Tensor([1.0], dtype="float32"))
    with pytest.raises(AssertionError):
        assert_close(Tensor([1.0 + 1e-6], dtype="float64"), Tensor([1.0], dtype="float64"))


def test_given_tolerances_are_kept_to():
    one = Tensor([100.0], dtype="float64")
    assert_close(one + 0.9, one, rtol=0, atol=1)
    assert_close(one + 0.9, one, rtol=0.01, atol=0)
    with pytest.raises(AssertionError, match=r"rtol=0, atol=0\.5"):
        assert_close(one + 0.9, one, rtol=0, atol=0.5)


def test_integers_are_compared_exactly():
    assert_close(Tensor([1, 2]), Tensor([1, 2]))
    with pytest.raises(AssertionError, match=r"1 of 2 elements differ.*at \[1\]: 2, where 3 was expected"):
        assert_close(Tensor([1, 2]), Tensor([1, 3]))


@pytest.mark.parametrize(
    ("shape", "dtype", "device", "words"),
    [
        ((1, 1), "float32", "strict:1", "shape"),
        ((1,), "float64", "strict:1", "dtype"),
        ((1,), "float32", "strict", "device"),
    ],
)
def test_shape_dtype_and_device_must_agree(shape, dtype, device, words):
    actual = Tensor([1.0], dtype=dtype, device=device).reshape(*shape)
    expected = Tensor([1.0], dtype="float32", device="strict:1")
    with pytest.raises(AssertionError, match=f"weights: the {words} is"):
        assert_close(actual, expected, msg="weights")


def test_infinities_are_equal_to_themselves_alone():
    inf = float("inf")
    assert_close(Tensor([inf, -inf]), Tensor([inf, -inf]))
    for other in (-inf, 1.0, float("nan")):
        with pytest.raises(AssertionError):
            assert_close(Tensor([other]), Tensor([inf]))
        with pytest.raises(AssertionError):
            assert_close(Tensor([inf]), Tensor([other]))


def test_nan_equals_nan_only_when_asked():
    nan = Tensor([float("nan")])
    assert_close(nan, nan, equal_nan=True)
    with pytest.raises(AssertionError):
        assert_close(nan, nan)


def test_the_worst_place_is_named():
    with pytest.raises(AssertionError, match=r"2 of 3 elements differ.*most at \[2\]: 9.0, where 3.0"):
        assert_close(Tensor([1.0, 2.5, 9.0]), Tensor([1.0, 2.0, 3.0]))


def test_no_elements_and_no_dimensions_can_be_compared():
    assert_close(Tensor([]), Tensor([]))
    assert_close(Tensor(2.0), Tensor(2.0))
