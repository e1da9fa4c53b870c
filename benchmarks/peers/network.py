"""What is written with operators alone, and therefore the same for every library."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add, mul
from typing import Any

from ..given import Given

Layer = list[tuple[list[Any], Any]]  # of each neuron, its weights and its bias


def chained(x: Any, y: Any, sin: Callable[[Any], Any], tanh: Callable[[Any], Any], length: int) -> Any:
    """``length`` elementwise operations, each on the result of the one before."""
    for _ in range(length // 4):
        x = tanh(sin(x * y + y))
    return x


def long_chained(x: Any, y: Any, length: int) -> Any:
    """``length`` operations whose derivatives neither vanish nor grow beyond bounds where `y` is next to 1."""
    for _ in range(length // 2):
        x = x * y - y
    return x


def single_weights(given: Given, scalar: Callable[[float], Any]) -> list[Layer]:
    """The layers of a network with a scalar for each weight."""
    return [
        [([scalar(float(w)) for w in row], scalar(float(b))) for row, b in zip(weight, bias, strict=True)]
        for weight, bias in given.layers
    ]


def neurons(layers: list[Layer], inputs: list[Any], tanh: Callable[[Any], Any]) -> Any:
    """The one output of a network of single neurons, each ``tanh(Σ wᵢ xᵢ + b)``."""
    for layer in layers:
        inputs = [tanh(reduce(add, map(mul, row, inputs), bias)) for row, bias in layer]
    return inputs[0]
