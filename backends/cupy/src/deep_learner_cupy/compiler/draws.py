"""Random numbers, which are drawn on the host: where they depend on nothing that is computed, before the graph runs."""

from __future__ import annotations

from typing import Any

import cupy

from deep_learner.compiler import Draw, Node, Value, replaced, values_in

__all__ = ["draw", "is_draw", "is_early"]

# Functions of a tensor that look at its shape, dtype and device, and at none of its elements.
_BESIDE = frozenset({
    "bernoulli_", "cauchy_", "dropout_noise", "exponential_", "geometric_", "log_normal_", "normal_", "rand_like",
    "randint_like", "randn_like", "random_", "uniform_",
})  # fmt: skip


def is_draw(node: Node) -> bool:
    """Whether a node draws random numbers."""
    return isinstance(node.operation, Draw)


def is_early(node: Node) -> bool:
    """Whether a draw can be made before anything is computed."""
    first, *others = node.args or (None,)
    beside = str(node.operation) in _BESIDE and isinstance(first, Value)
    return not [*values_in(others if beside else node.args)] and not [*values_in([*node.kwargs.values()])]


def draw(node: Node) -> Any:
    """Make an early draw."""
    assert isinstance(node.operation, Draw)

    def given(one: Any) -> Any:
        if isinstance(one, Value):
            return cupy.broadcast_to(cupy.zeros((), one.dtype), one.shape)
        return getattr(one, "array", one)

    named = {key: replaced(one, given) for key, one in node.kwargs.items()}
    return node.operation.function(*replaced(node.args, given), **named)
