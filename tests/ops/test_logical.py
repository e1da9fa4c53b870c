"""Truths about ops/logical.py."""

from __future__ import annotations

import pytest

from deep_learner import tensor
from deep_learner.ops import logical


def test_nonzero_counts_as_true_in_every_dtype():
    for zero_and_one in ([0, 3], [0.0, 0.5], [0j, 1j], [False, True]):
        x = tensor(zero_and_one)
        assert logical.logical_not(x).tolist() == [True, False]
        assert logical.logical_and(x, tensor([True, True])).tolist() == [False, True]
        assert logical.logical_or(x, False).tolist() == [False, True]
        assert logical.logical_xor(x, tensor([1, 1])).tolist() == [True, False]


def test_logical_results_are_boolean_and_bitwise_ones_keep_the_dtype():
    a, b = tensor([12]), tensor([10])
    assert logical.logical_and(a, b).dtype.name == "bool"
    assert logical.bitwise_and(a, b).tolist() == [8]
    assert logical.bitwise_or(a, b).tolist() == [14]
    assert logical.bitwise_xor(a, b).tolist() == [6]
    assert logical.bitwise_invert(a).tolist() == [-13]


def test_bitwise_operations_on_booleans_are_logical():
    a, b = tensor([True, True]), tensor([True, False])
    assert logical.bitwise_xor(a, b).tolist() == [False, True]
    assert logical.bitwise_invert(b).tolist() == [False, True]


def test_shifts_keep_the_sign():
    assert logical.bitwise_left_shift(tensor([1, -1]), 3).tolist() == [8, -8]
    assert logical.bitwise_right_shift(tensor([9, -9]), 1).tolist() == [4, -5]


@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift"])
def test_floats_have_no_bits(name):
    with pytest.raises((TypeError, NotImplementedError)):
        getattr(logical, name)(tensor([1.0]), tensor([1.0]))
