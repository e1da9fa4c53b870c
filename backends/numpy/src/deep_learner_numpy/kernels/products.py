"""Large products of recurrent layers, which another thread computes while the steps go on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.packing import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from deep_learner.typing import Array

Aside = Any  # what `deep_learner_numpy.threads.assisted` gives

ENOUGH = 1 << 14  # elements of a weight whose products with a group's rows take a while


def worth(input: Array, weight: Array) -> bool:
    """Whether there are groups of rows whose products with a weight are worth another thread."""
    return input.shape[0] >= 2 * ROWS and weight.size >= ENOUGH


def prepared(aside: Aside, prepare: Callable[[Any], None], groups: Iterable[Any]) -> Iterator[Any]:
    """Groups that `prepare` was called with, as it is with the next one aside, while one is used."""
    waiting: list[tuple[Any, Callable[[], None]]] = []
    for group in groups:
        waiting.append((group, aside(functools.partial(prepare, group))))
        if len(waiting) > 1:
            first, ready = waiting.pop(0)
            ready()
            yield first
    for group, ready in waiting:
        ready()
        yield group


class Products:
    """Products of each group, done aside while the next one is used, and added up in their order.

    Parameters
    ----------
    aside
        What does them.
    """

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._before: list[tuple[Array | None, Callable[[], Array]]] = []
        self._own: list[tuple[Array | None, Callable[[], Array]]] = []

    def add(self, total: Array, left: Array, right: Array) -> None:
        """Add a product to a total."""
        self._own.append((total, self._aside(functools.partial(np.matmul, left, right))))

    def write(self, out: Array, left: Array, right: Array) -> None:
        """Write a product."""
        self._own.append((None, self._aside(functools.partial(np.matmul, left, right, out=out))))

    def next_group(self) -> None:
        """Have those of the group before done; those of this one may take until the next call."""
        for total, result in self._before:
            made = result()
            if total is not None:
                total += made
        self._before, self._own = self._own, []

    def end(self) -> None:
        """Have all done."""
        self.next_group()
        self.next_group()
