"""Steps of recurrent layers over packed sequences, several at a time.

A step is (start, stop, before, kept): the rows from `start` to `stop`, of which the first `kept` go on with the states
of the rows from `before`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deep_learner.typing import Array

Steps = Any  # sequences of four integers

# Products of so many rows are as fast as they get, and what belongs to them stays in the cache.
ROWS = 256


def groups(steps: Sequence[Steps]) -> Iterator[tuple[int, int, Sequence[Steps]]]:
    """Neighbouring steps with about ROWS rows, and between which rows they lie."""
    first, count = 0, 0
    for number, step in enumerate(steps):
        count += step[1] - step[0]
        if count >= ROWS or number == len(steps) - 1:
            group = steps[first : number + 1]
            yield min(group[0][0], group[-1][0]), max(group[0][1], group[-1][1]), group
            first, count = number + 1, 0


def state_before(states: Array, initial: Array, step: Steps) -> Array:
    """What a step goes on with."""
    start, stop, before, kept = step
    size = stop - start
    if kept == size:
        return states[before : before + kept]
    if kept == 0:
        return initial[:size]
    return np.concatenate([states[before : before + kept], initial[kept:size]])


def states_before(states: Array, initial: Array, group: Sequence[Steps]) -> Array:
    """What the steps of a group go on with, row by row; where possible a view."""
    ordered = group if group[0][0] <= group[-1][0] else group[::-1]
    size = ordered[0][1] - ordered[0][0]
    if all(stop - start == size == kept for start, stop, _, kept in ordered):
        first = ordered[0][2]
        return states[first : first + len(ordered) * size]
    return np.concatenate([state_before(states, initial, step) for step in ordered])


class Carried:
    """Gradients on their way back through the steps: those of the states, and where sequences began, of initial ones.

    Parameters
    ----------
    initial
        The gradient of the initial states, to be filled.
    """

    def __init__(self, initial: Array) -> None:
        self.initial = initial
        self.array = np.zeros_like(initial)

    def hand_on(self, step: Steps) -> None:
        """Keep what belongs to the states before a step, and hand out what belongs to initial ones."""
        size, kept = step[1] - step[0], step[3]
        if kept < size:
            self.initial[kept:size] = self.array[kept:size]
            self.array[kept:size] = 0
