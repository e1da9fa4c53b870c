"""The text of a kernel's body while it is written: what its pointers and variables are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from deep_learner.compiler import Constant, Node, Value
from deep_learner.compiler.group import Axes, operands
from deep_learner_cupy.compiler.expressions import expression
from deep_learner_cupy.compiler.nest import Nest, key_of
from deep_learner_cupy.compiler.types import held, stored

__all__ = ["Body", "Partial", "Place", "Writer", "steps"]

Place: TypeAlias = "Callable[[Sequence[int]], str]"
"""Gives the place of an element, of the strides of its array."""


@dataclass(eq=False)
class Partial:
    """Memory for what each team has of a reduction, between two kernels; of the dtype that is computed in."""

    of: Value
    dtype: Any
    size: int

    def __repr__(self) -> str:
        return f"parts_of_{self.of!r}"


@dataclass(eq=False)
class Body:
    """What some blocks of threads do.

    In the text ``p0``, ``p1``, ... are the arrays, ``size`` is what the blocks share out among them, ``block`` is one
    of ``blocks``, and ``count`` is another number. No array is named in it, nor are most sizes, so that bodies with the
    same text are one kernel.

    Attributes
    ----------
    text : str
    types : tuple of str
        What the pointers point to.
    arrays : list of Value, Constant and Partial
    size, blocks, count : int
    threads : (int, int)
        Of each block: a team, and how many teams.
    outputs : tuple of Value and Partial
        The arrays that are written.
    """

    text: str
    types: tuple[str, ...]
    arrays: list[Value | Constant | Partial]
    size: int
    blocks: int
    threads: tuple[int, int]
    outputs: tuple[Value | Partial, ...]
    count: int = 0


def steps(terms: Iterable[tuple[str, int]]) -> str:
    """The sum of some positions, each times how far apart neighbours lie."""
    shown = [position if step == 1 else f"{position} * {step}" for position, step in terms if step]
    return " + ".join(shown) or "0"


@dataclass
class Writer:
    """Writes the statements of a body.

    Attributes
    ----------
    nest : Nest
    arrays : list
    types : list of str
    lines : list of str
    """

    nest: Nest
    arrays: list[Value | Constant | Partial] = field(default_factory=list[Value | Constant | Partial])
    types: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])
    _pointers: dict[Any, str] = field(default_factory=dict[Any, str])
    _count: int = 0
    _coordinates: dict[int, str] = field(default_factory=dict[int, str])  # by the line that declares them

    def write(self, line: str, depth: int = 1) -> None:
        """Add a line."""
        self.lines.append("  " * depth + line)

    def coordinates(self, letter: str, position: str, numbers: Sequence[int], depth: int) -> None:
        """Where a count of positions along some dimensions is along each of them."""
        for place, number in enumerate(numbers):
            step = self.nest.size(numbers[place + 1 :])
            text = position if step == 1 else f"{position} / {step}"
            if place:
                text = f"{text} % {self.nest.dimensions[number].size}"
            self._coordinates[len(self.lines)] = f"{letter}{number}"
            self.write(f"const {self.nest.index} {letter}{number} = {text};", depth)

    def variable(self, wish: str = "x") -> str:
        """A new name."""
        self._count += 1
        return f"{wish}{self._count - 1}"

    def pointer(self, one: Value | Constant | Partial) -> str:
        """What points to an array."""
        key = one if isinstance(one, Partial) else key_of(one)
        if key not in self._pointers:
            self._pointers[key] = f"p{len(self.arrays)}"
            self.arrays.append(one)
            dtype = one.array.dtype if isinstance(one, Constant) else one.dtype
            self.types.append(held(dtype) if isinstance(one, Partial) else stored(dtype))
        return self._pointers[key]

    def load(
        self, one: Value | Constant, axes: Axes, names: dict[Any, str], place: Place, depth: int
    ) -> None:
        """Read an element, unless that has been done."""
        key = key_of(one), axes
        if key not in names:
            names[key] = self.variable()
            dtype = one.array.dtype if isinstance(one, Constant) else one.dtype
            element = f"{self.pointer(one)}[{place(self.nest.strides(one, axes))}]"
            self.write(f"const {held(dtype)} {names[key]} = widened({element});", depth)

    def compute(self, nodes: Iterable[Node], names: dict[Any, str], place: Place, depth: int) -> None:
        """What nodes give at a position; `names` are the variables known there, by value, or by array and axes."""
        group = self.nest.group
        for node in nodes:
            known: dict[Any, str] = {}
            for one, axes in zip(operands(node), group.read[node], strict=True):
                if one not in names:
                    self.load(one, axes, names, place, depth)
                known[key_of(one)] = names[one if one in names else (key_of(one), axes)]
            output = node.outputs[0]
            names[output] = self.variable()
            text = expression(node, lambda one, known=known: known[key_of(one)])
            self.write(f"const {held(output.dtype)} {names[output]} = {text};", depth)

    def store(self, value: Value, name: str, place: Place, depth: int, condition: str = "") -> None:
        """Write an element."""
        target = f"{self.pointer(value)}[{place(self.nest.strides(value, self.nest.group.made[value]))}]"
        self.write(f"{condition}{target} = stored_as<{stored(value.dtype)}>({name});", depth)

    def finished(
        self,
        size: int,
        blocks: int,
        threads: tuple[int, int],
        outputs: Iterable[Value | Partial],
        count: int = 0,
    ) -> Body:
        """The body."""
        used = Counter(re.findall(r"\b[cr]\d+\b", "\n".join(self.lines)))
        lines = [line for place, line in enumerate(self.lines) if used[self._coordinates.get(place, "")] != 1]
        text = "\n".join(lines)
        return Body(text, tuple(self.types), self.arrays, size, blocks, threads, tuple(outputs), count)
