"""The library by itself."""

from __future__ import annotations

import operator

import pytest
from acme_tiny_c import arrays


def test_arrays_know_their_layout():
    x = arrays.asarray([[1, 2, 3], [4, 5, 6]])
    assert (x.shape, x.strides, x.dtype, x.ndim, x.size) == ((2, 3), (3, 1), "int32", 2, 6)
    assert x.elements().tolist() == [1, 2, 3, 4, 5, 6]
    assert arrays.asarray([1, 2.5]).dtype == "float32"
    assert arrays.asarray([[], []]).shape == (2, 0)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@pytest.mark.parametrize("function", [operator.add, operator.sub, operator.mul])
def test_arithmetic_is_element_by_element(function, dtype):
    x, y = arrays.asarray([7, -2], dtype=dtype), arrays.asarray([3, 5], dtype=dtype)
    for out in (function(x, y), function(7, y), function(x, 5)):
        assert out.dtype == dtype and out.shape == (2,)
    assert function(x, y).elements().tolist() == [function(7, 3), function(-2, 5)]
    assert function(7, y).elements().tolist() == [function(7, 3), function(7, 5)]
    assert function(x, 5).elements().tolist() == [function(7, 5), function(-2, 5)]


def test_floats_are_divided_as_ieee_754_says():
    x = arrays.asarray([1.0, 3.0, 0.0])
    assert (x / arrays.asarray([4.0, 2.0, 5.0])).elements().tolist() == [0.25, 1.5, 0.0]
    assert (1 / x).elements().tolist()[2] == float("inf")


def test_integers_wrap_around():
    largest = arrays.asarray([2**31 - 1])
    assert (largest + 1).elements().tolist() == [-(2**31)]
    assert (largest * 2).elements().tolist() == [-2]


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: arrays.asarray([1, 2]) + arrays.asarray([[1, 2]]), ValueError, r"\(2,\), int32 and shape \(1, 2\)"),
        (lambda: arrays.asarray([1, 2]) + arrays.asarray([1]), ValueError, "does not broadcast"),
        (lambda: arrays.asarray([1]) + arrays.asarray([1.0]), TypeError, "both need one dtype"),
        (lambda: arrays.asarray([1]) / arrays.asarray([1]), TypeError, "only float32 can be divided"),
        (lambda: arrays.asarray([1], dtype="int64"), TypeError, "Received: int64"),
        (lambda: arrays.asarray(["1"]), TypeError, "Received: str"),
        (lambda: arrays.asarray([[1], [2, 3]]), ValueError, "ragged"),
        (lambda: arrays.asarray([1], copy=False), ValueError, "leave out copy=False"),
        (lambda: arrays.asarray([1, 2**31]), OverflowError, "Received: 2147483648"),
        (lambda: float(arrays.asarray([1.0])), TypeError, "without dimensions"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told(call, error, told):
    with pytest.raises(error, match=told):
        call()
