"""Chains of elementwise operations, and a network so small that its layers hardly are arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...given import Given
from ...program import Program, differentiation


def chain(given: Given) -> Program:
    """``h ← tanh(sin(h y + y))``, again and again."""
    x, y = given.inputs
    length = given.sizes["length"] // 4
    gradients: list[Any] = []

    def step() -> Any:
        h, saved = x, []
        for _ in range(length):
            angle = h * y + y
            h = np.tanh(np.sin(angle))
            saved.append((angle, h))
        gradient = np.ones_like(h)
        for angle, result in reversed(saved):
            gradient = gradient * (1 - result * result) * np.cos(angle) * y
        gradients[:] = [gradient]
        return h.sum()

    return differentiation(step, lambda: gradients)


def long_chain(given: Given) -> Program:
    """``h ← h y − y``, again and again: the backward pass multiplies by `y` each time."""
    x, y = given.inputs
    length = given.sizes["length"] // 2
    value = x
    for _ in range(length):
        value = value * y - y
    gradients: list[Any] = []

    def step() -> Any:
        gradient = np.ones_like(x)
        for _ in range(length):
            gradient = gradient * y
        gradients[:] = [gradient]
        return value.sum()

    return differentiation(step, lambda: gradients)


def scalars(given: Given) -> Program:
    """A layer at once, as nobody would write it who sees the graph."""
    layers, (inputs, target) = given.layers, given.inputs
    gradients: list[Any] = []

    def step() -> Any:
        results = [inputs]
        for weight, bias in layers:
            results.append(np.tanh(weight @ results[-1] + bias))
        distance = results[-1][0] - target
        gradients.clear()
        gradient = np.full(1, 2 * distance)
        for (weight, _), before, after in zip(reversed(layers), results[-2::-1], results[:0:-1], strict=True):
            gradient = gradient * (1 - after * after)
            gradients.append((np.outer(gradient, before), gradient))
            gradient = gradient @ weight
        return distance * distance

    def gathered() -> list[Any]:
        """In the order of the weights of one neuron after the other."""
        pairs = [np.column_stack([weight, bias]).ravel() for weight, bias in reversed(gradients)]
        return [np.concatenate(pairs)]

    return differentiation(step, gathered)
