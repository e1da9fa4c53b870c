"""What random numbers a run draws, and putting the generators back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from ..random import default_generator

if TYPE_CHECKING:
    from .world import World

__all__ = ["Randomness"]


class Randomness:
    """The states of all generators that a step reaches.

    Parameters
    ----------
    world
        What it reaches.
    """

    def __init__(self, world: World) -> None:
        self._streams = [default_generator, *world.streams]
        self._states = [stream._pack() for stream in self._streams]
        self._others = [random, *world.generators]
        self._other_states: list[Any] = [one.getstate() for one in self._others]

    def others_have_drawn(self) -> bool:
        """Whether numbers were drawn from Python's generators, which no trace sees."""
        return self._other_states != [one.getstate() for one in self._others]

    def restore(self) -> None:
        """Put all generators back."""
        for stream, state in zip(self._streams, self._states, strict=True):
            stream._unpack(state)
        for one, state in zip(self._others, self._other_states, strict=True):
            one.setstate(state)
