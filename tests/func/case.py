"""A function of one member of a batch, and a batch for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

BATCH = 4


class Sample(NamedTuple):
    """How to make one operand: its members' shape, and what of numbers."""

    shape: tuple[int, ...]
    make: Callable[[np.random.Generator, tuple[int, ...]], Any]


def real(*shape: int) -> Sample:
    """Normally distributed numbers."""
    return Sample(shape, lambda random, size: random.normal(size=size))


def positive(*shape: int) -> Sample:
    """Numbers between 0.2 and 2."""
    return Sample(shape, lambda random, size: random.uniform(0.2, 2.0, size=size))


def below(count: int, *shape: int) -> Sample:
    """Integers from 0 to ``count - 1``."""
    return Sample(shape, lambda random, size: random.integers(0, count, size=size))


def distinct(count: int, *shape: int) -> Sample:
    """Integers from 0 to ``count - 1``, no two of a row equal."""
    return Sample(
        shape, lambda random, size: np.argsort(random.random((*size[:-1], count)), -1)[..., : size[-1]]
    )


def ascending(*shape: int) -> Sample:
    """Sorted numbers."""
    return Sample(shape, lambda random, size: np.sort(random.normal(size=size), axis=-1))


def spd(order: int) -> Sample:
    """Symmetric positive definite matrices."""

    def make(random: np.random.Generator, size: tuple[int, ...]) -> Any:
        root = random.normal(size=size)
        return root @ np.swapaxes(root, -1, -2) + order * np.eye(order)

    return Sample((order, order), make)


class Case:
    """One function with its samples.

    Parameters
    ----------
    function
        Of one member's operands.
    *samples
        One for each operand.
    """

    def __init__(self, function: Callable[..., Any], *samples: Sample) -> None:
        self.function = function
        self.samples = samples

    def batch(self) -> list[Any]:
        """A batch of operands, along the first dimension, as NumPy's arrays."""
        random = np.random.default_rng(len(self.samples))
        return [sample.make(random, (BATCH, *sample.shape)) for sample in self.samples]
