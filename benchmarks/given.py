"""What every peer is given: the same initial weights and inputs, as NumPy arrays, drawn from one seed.

Weights have the names that the networks in :mod:`benchmarks.models` give them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Arrays = dict[str, Any]


class Given(NamedTuple):
    """Where a program begins.

    Attributes
    ----------
    sizes : dict
        Those of the work.
    parameters : dict
        The initial weights by name, float32.
    inputs : tuple
        What a step is computed on: float32, and int64 where they are classes or tokens.
    """

    sizes: dict[str, Any]
    parameters: Arrays
    inputs: tuple[Any, ...]

    @property
    def layers(self) -> list[tuple[Any, Any]]:
        """Pairs of a weight and a bias, where there is nothing else."""
        values = list(self.parameters.values())
        return list(zip(values[::2], values[1::2], strict=True))


class Draw:
    """Random numbers, always the same."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(0)

    def normal(self, *shape: int, deviation: float = 1.0) -> Any:
        """Normal float32."""
        return (self.generator.standard_normal(shape) * deviation).astype(np.float32)

    def uniform(self, bound: float, *shape: int) -> Any:
        """Uniform float32 within ``±bound``."""
        return self.generator.uniform(-bound, bound, shape).astype(np.float32)

    def integers(self, below: int, *shape: int) -> Any:
        """Uniform int64."""
        return self.generator.integers(0, below, shape)

    def layer(self, name: str, outputs: int, *inputs: int) -> Arrays:
        """Weight and bias of a linear layer or a convolution, within ``±1 / √fan_in``."""
        bound = float(np.prod(inputs)) ** -0.5
        return {
            f"{name}.weight": self.uniform(bound, outputs, *inputs),
            f"{name}.bias": self.uniform(bound, outputs),
        }


def _chain(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    elements = sizes["elements"]
    return {}, (np.ones(elements, np.float32), np.full(elements, sizes["factor"], np.float32))


def _mlp(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    widths, batch = sizes["widths"], sizes["batch"]
    parameters: Arrays = {}
    for number, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        parameters |= draw.layer(str(2 * number), outputs, inputs)
    return parameters, (draw.normal(batch, widths[0]), draw.integers(widths[-1], batch))


def _scalars(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    parameters, (inputs, _) = _mlp(draw, sizes)
    return parameters, (inputs[0], np.float32(1.0))


def _gpt(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    width, vocabulary = sizes["width"], sizes["vocabulary"]

    def linear(name: str, outputs: int, inputs: int) -> Arrays:
        return {
            f"{name}.weight": draw.normal(outputs, inputs, deviation=0.02),
            f"{name}.bias": draw.normal(outputs, deviation=0.02),
        }

    def norm(name: str) -> Arrays:
        return {f"{name}.weight": np.ones(width, np.float32), f"{name}.bias": np.zeros(width, np.float32)}

    parameters: Arrays = {
        "tokens.weight": draw.normal(vocabulary, width, deviation=0.02),
        "positions.weight": draw.normal(sizes["context"], width, deviation=0.02),
    }
    for number in range(sizes["layers"]):
        block = f"blocks.{number}"
        parameters |= norm(f"{block}.normed.0") | norm(f"{block}.normed.1")
        parameters |= linear(f"{block}.attention.qkv", 3 * width, width)
        parameters |= linear(f"{block}.attention.out", width, width)
        parameters |= linear(f"{block}.feed.0", 4 * width, width)
        parameters |= linear(f"{block}.feed.2", width, 4 * width)
    parameters |= norm("normed")
    tokens = draw.integers(vocabulary, sizes["batch"], sizes["context"] + 1)
    return parameters, (tokens[:, :-1].copy(), tokens[:, 1:].copy())


def _cnn(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    channels, size, batch = sizes["channels"], sizes["size"], sizes["batch"]
    parameters: Arrays = {}
    for number, (inputs, outputs) in enumerate(itertools.pairwise(channels)):
        parameters |= draw.layer(str(2 * number), outputs, inputs, 3, 3)
    first = 2 * (len(channels) - 1) + 2  # after the convolutions: max-pooling, flattening
    pooled = (size - 2 * (len(channels) - 1)) // 2
    parameters |= draw.layer(str(first), sizes["hidden"], channels[-1] * pooled**2)
    parameters |= draw.layer(str(first + 2), sizes["classes"], sizes["hidden"])
    return parameters, (draw.normal(batch, channels[0], size, size), draw.integers(sizes["classes"], batch))


def _lstm(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    features, hidden = sizes["features"], sizes["hidden"]
    bound = hidden**-0.5
    shapes = {"weight_ih": (4 * hidden, features), "weight_hh": (4 * hidden, hidden)}
    shapes |= {"bias_ih": (4 * hidden,), "bias_hh": (4 * hidden,)}
    parameters = {f"{name}_l0": draw.uniform(bound, *shape) for name, shape in shapes.items()}
    return parameters, (draw.normal(sizes["length"], sizes["batch"], features),)


def _nothing(draw: Draw, sizes: dict[str, Any]) -> tuple[Arrays, tuple[Any, ...]]:
    return {}, ()


_DRAWN: dict[str, Callable[[Draw, dict[str, Any]], tuple[Arrays, tuple[Any, ...]]]] = {
    "chain": _chain,
    "long_chain": _chain,
    "scalars": _scalars,
    "mlp": _mlp,
    "mlp_inference": _mlp,
    "gpt": _gpt,
    "gpt_inference": _gpt,
    "cnn": _cnn,
    "lstm": _lstm,
}


def given(kind: str, sizes: dict[str, Any]) -> Given:
    """Weights and inputs for a kind of work; nothing where the program draws its own."""
    return Given(sizes, *_DRAWN.get(kind, _nothing)(Draw(), sizes))
