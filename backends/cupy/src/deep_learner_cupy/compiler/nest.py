"""The loop nest of a group in as few dimensions as its arrays allow, and where their elements lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deep_learner.compiler import Constant, Group, Value
from deep_learner.compiler.group import Axes, operands
from deep_learner_cupy.compiler.layout import itemsize

__all__ = ["Dimension", "Nest", "key_of"]


@dataclass
class Dimension:
    """Neighbouring dimensions of a domain that everything goes along in the same way.

    Attributes
    ----------
    size : int
        How many positions it has.
    originals : frozenset of int
        The domain's dimensions.
    is_column : bool
        Whether they are columns.
    """

    size: int
    originals: frozenset[int]
    is_column: bool


class Nest:
    """A group's nest.

    Parameters
    ----------
    group
        The group.
    strides
        Gives the strides of an array in bytes.
    """

    def __init__(self, group: Group, strides: Callable[[Any], tuple[int, ...]]) -> None:
        self.group = group
        self._strides: dict[Any, list[int]] = {}
        for node in group.nodes:
            for one, axes in zip(operands(node), group.read[node], strict=True):
                if one not in group.made:
                    self._note(one, axes, strides(one))
        for value in group.outputs:
            self._note(value, group.made[value], strides(value))
        self.dimensions: list[Dimension] = []
        kinds: list[Any] = []
        for number, size in enumerate(group.domain):
            kind = (
                number in group.columns,
                *(number in over for over in group.reductions.values()),
                *(number in group.varies(axes) for axes in group.made.values()),
            )
            if kinds and kinds[-1] == kind and self._can_join(size):
                last = self.dimensions[-1]
                last.size *= size
                last.originals |= {number}
                for known in self._strides.values():
                    del known[len(self.dimensions) - 1]
            else:
                self.dimensions.append(Dimension(size, frozenset({number}), number in group.columns))
                kinds.append(kind)

    def _note(self, one: Any, axes: Axes, strides: Sequence[int]) -> None:
        size = itemsize(one)
        found = self.group.strides(axes, [stride // size for stride in strides])
        self._strides[key_of(one), axes] = list(found)

    def _can_join(self, size: int) -> bool:
        """Whether the next dimension follows upon the last one for every array."""
        last = len(self.dimensions) - 1
        return all(known[last] == known[last + 1] * size for known in self._strides.values())

    def strides(self, one: Any, axes: Axes) -> list[int]:
        """How many elements apart neighbours along each dimension lie."""
        return self._strides[key_of(one), axes]

    def is_flat(self, one: Any, axes: Axes) -> bool:
        """Whether the array lies in memory as the positions are counted."""
        return self.strides(one, axes) == self.natural()

    def natural(self) -> list[int]:
        """The strides of an array that takes all positions, row after row."""
        sizes = [one.size for one in self.dimensions]
        return [math.prod(sizes[place + 1 :]) for place in range(len(sizes))]

    def numbers(self, columns: bool) -> list[int]:
        """The dimensions that are columns, or that are not."""
        return [number for number, one in enumerate(self.dimensions) if one.is_column == columns]

    def size(self, numbers: Sequence[int]) -> int:
        """How many positions there are along some dimensions."""
        return math.prod(self.dimensions[number].size for number in numbers)

    def varies(self, value: Value) -> set[int]:
        """The dimensions along which a value that is made within changes."""
        known = self.group.varies(self.group.made[value])
        return {number for number, one in enumerate(self.dimensions) if one.originals & known}

    def reduced(self, value: Value) -> set[int]:
        """The dimensions that a reduction goes over."""
        over = set(self.group.reductions[value])
        return {number for number, one in enumerate(self.dimensions) if one.originals & over}

    @property
    def index(self) -> str:
        """The type of positions and of places in memory."""
        reach = [
            sum(abs(stride) * one.size for stride, one in zip(known, self.dimensions, strict=True))
            for known in self._strides.values()
        ]
        return "int" if max([self.group.size, *reach]) < 2**30 else "long long"


def key_of(one: Value | Constant) -> Any:
    """What tells arrays apart: a constant may be there under several objects."""
    return id(one.array) if isinstance(one, Constant) else one
