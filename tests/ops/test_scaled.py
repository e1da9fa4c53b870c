"""Truths about ops/scaled.py: what ``alpha`` does."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import tensor


def test_alpha_scales_the_second_operand_only():
    assert dl.add(tensor([1.0]), tensor([2.0]), alpha=10).tolist() == [21.0]
    assert dl.sub(tensor([1.0]), tensor([2.0]), alpha=10).tolist() == [-19.0]
    assert dl.rsub(tensor([1.0]), tensor([2.0]), alpha=10).tolist() == [-8.0]
    assert tensor([1.0]).add_(tensor([2.0]), alpha=10).tolist() == [21.0]


@pytest.mark.parametrize("name", ["add", "sub", "rsub"])
@pytest.mark.parametrize("operands", [([1.0, 2.0], [3.0, 4.0]), ([1.0, 2.0], [3, 4]), ([1, 2], [3.0, 4.0])])
def test_a_fractional_alpha_is_that_of_pytorch(name, operands):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(getattr(dl, name), getattr(torch, name), *operands, alpha=2.5)


@pytest.mark.parametrize("name", ["add", "sub", "rsub"])
def test_fractional_alpha_is_refused_for_integers(name):
    with pytest.raises(RuntimeError, match="alpha"):
        getattr(dl, name)(tensor([1]), tensor([2]), alpha=0.5)
