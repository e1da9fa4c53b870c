"""What rules are told of outputs that no gradient reached."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import op
from deep_learner.typing import Array, Namespace

SEEN: list[object] = []


@op(name="test_blanks_filled")
def filled(xp: Namespace, input: Array) -> tuple[Array, Array]:
    """Twice and three times the input."""
    return 2.0 * input, 3.0 * input


@filled.vjp("input")
def _(xp: Namespace, g: tuple[Array, Array]) -> Array:
    SEEN[:] = [g[0] is None, g[1] is None]
    return 2.0 * g[0] + 3.0 * g[1]


@op(name="test_blanks_told")
def told(xp: Namespace, input: Array) -> tuple[Array, Array]:
    """Twice and three times the input."""
    return 2.0 * input, 3.0 * input


@told.vjp("input")
def _(xp: Namespace, g: tuple[Array | None, ...]) -> Array:
    SEEN[:] = [g[0] is None, g[1] is None]
    parts = [factor * one for factor, one in zip((2.0, 3.0), g, strict=True) if one is not None]
    return sum(parts[1:], parts[0])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("function", [filled, told])
def test_a_rule_is_told_zeros_or_none_as_its_annotation_says(function, number, create_graph):
    x = dl.tensor([1.0, -1.0], requires_grad=True)
    (grad,) = dl.autograd.grad(function(x)[number].sum(), x, create_graph=create_graph)
    assert grad.tolist() == [2.0 + number] * 2
    assert ([number != 0, number != 1] if function is told else [False, False]) == SEEN
