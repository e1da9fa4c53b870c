"""A rule of an operation with several outputs may ask for one of them: the others are neither kept nor guarded."""

from __future__ import annotations

import weakref

import pytest

import deep_learner as dl
from deep_learner import Tensor
from deep_learner.testing import gradcheck, gradgradcheck
from deep_learner.typing import Array, Namespace


@dl.op
def scaled_by_exponential(xp: Namespace, input: Array) -> tuple[Array, Array]:
    """``x exp(x)``, and ``exp(x)`` for the rule."""
    factor = xp.exp(input)
    return input * factor, factor


@scaled_by_exponential.vjp("input")
def _(xp: Namespace, g: tuple[Array, Array], input: Array, out1: Array) -> Array:
    return g[0] * out1 * (1.0 + input) + g[1] * out1


@pytest.fixture
def x() -> Tensor:
    return dl.tensor([0.5, -1.0, 2.0], dtype=dl.float64, requires_grad=True)


def test_its_derivatives_of_both_orders_are_right(x: Tensor) -> None:
    assert gradcheck(scaled_by_exponential, (x,))
    assert gradgradcheck(scaled_by_exponential, (x,))


def test_an_output_that_no_rule_asks_for_may_be_written(x: Tensor) -> None:
    product, _ = scaled_by_exponential(x)
    product.mul_(2.0)
    product.sum().backward()
    expected = 2.0 * dl.exp(x.detach()) * (1.0 + x.detach())
    assert dl.allclose(x.grad, expected)


def test_the_one_that_is_asked_for_is_computed_again(x: Tensor) -> None:
    product, factor = scaled_by_exponential(x)
    with dl.no_grad():
        factor.mul_(2.0)
    product.sum().backward()
    assert dl.allclose(x.grad, dl.exp(x.detach()) * (1.0 + x.detach()))


def test_not_if_the_operand_was_written_too(x: Tensor) -> None:
    operand = x * 1.0
    product, factor = scaled_by_exponential(operand)
    with dl.no_grad():
        factor.mul_(2.0)
        operand.mul_(2.0)
    with pytest.raises(RuntimeError, match="ScaledByExponentialBackward saved its"):
        product.sum().backward()


def test_an_output_that_no_rule_asks_for_is_not_kept(x: Tensor) -> None:
    product, factor = scaled_by_exponential(x)
    arrays = [weakref.ref(one._array) for one in (product, factor)]
    total = product.sum() + factor.sum()
    del product, factor
    assert [array() is None for array in arrays] == [True, False]
    total.backward()


def test_a_rule_may_not_ask_for_what_is_no_number() -> None:
    @dl.op
    def pair(xp: Namespace, input: Array) -> tuple[Array, Array]:
        """Twice the same."""
        return input, input

    with pytest.raises(TypeError, match="out0, out1"):
        pair.vjp("input")(lambda xp, g, outs: g[0])
