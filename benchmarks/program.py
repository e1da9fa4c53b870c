"""What a peer makes of a work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

FIRST_STEPS = 3  # whose losses are compared

Step = Callable[[], Any]


class Program(NamedTuple):
    """A step to be repeated.

    Attributes
    ----------
    step : callable
        Does the work; it is done when the call returns.
    numbers : callable
        Does the first steps and gives what all peers must agree on: losses, or a result and the gradients' norms.
    prepare : callable, optional
        What comes before each step and is not timed.
    """

    step: Step
    numbers: Callable[[], list[float]]
    prepare: Step | None = None


def training(step: Step) -> Program:
    """A program whose step changes the weights and returns the loss before it."""
    return Program(step, lambda: [float(step()) for _ in range(FIRST_STEPS)])


def differentiation(
    step: Step, gradients: Callable[[], Iterable[Any]], prepare: Step | None = None
) -> Program:
    """A program whose step returns a result and leaves gradients, which can be made NumPy arrays."""

    def numbers() -> list[float]:
        if prepare:
            prepare()
        return [norm(step()), *map(norm, gradients())]

    return Program(step, numbers, prepare)


def inference(step: Step) -> Program:
    """A program whose step returns what can be made a NumPy array."""
    return Program(step, lambda: [norm(step())])


def norm(values: Any) -> float:
    """The Euclidean norm with growing weights, so that it depends on the order of the elements."""
    import numpy as np

    flat = np.asarray(values, dtype=np.float64).ravel()
    return float(np.linalg.norm(flat * np.linspace(1.0, 2.0, flat.size)))
