"""Where everything lies that a step works with.

Inputs and results are where they are given; all else that C computes lies in one arena, in places that are used again
once nobody reads what is in them. Views are worked out when a step is built, and cost nothing when it runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deep_learner.compiler import Constant, Node, Plan, Value
from deep_learner_c.copies import Copies, Copy
from deep_learner_c.expressions import TYPES
from deep_learner_c.part import Part, Place
from deep_learner_c.views import NUMBER, contiguous, strides_of, view_of

__all__ = ["Layout"]

ALIGNMENT = 64
ARENA = 0  # its slot


@dataclass(eq=False)
class _Block:
    """Memory in the arena from one part of the step to another."""

    size: int
    first: int
    last: int
    offset: int = -1


class Layout:
    """The places of all values.

    Parameters
    ----------
    plan
        The step.
    parts
        What computes it, in order: parts in C, and nodes that Python calls.
    """

    def __init__(self, plan: Plan, parts: Sequence[Part | Node]) -> None:
        self.plan = plan
        self.parts = parts
        self.places: dict[Value, Place] = {}
        self.direct: dict[Value, Value] = {}
        self.constants: dict[int, tuple[Any, int]] = {}  # by identity: array, slot
        self.slots: dict[Value, int] = {}  # of inputs, results and what Python makes
        self.left: list[tuple[Value, Value]] = []  # writes that are not for C
        self.failures: list[tuple[Node, Exception | None]] = []
        self.failed: Node | None = None
        self.count = 1
        self._blocks: dict[Any, _Block] = {}
        self._home: dict[Value, _Block] = {}
        self._find_readers()
        self._choose_direct()
        self.parts = [*parts, *self._writes()]
        self._find_readers()
        self._place_all()
        self.nbytes = self._pack()

    # Who reads what

    def _find_readers(self) -> None:
        self.made_at: dict[Value, int] = {}
        self.last_read: dict[Value, int] = {}  # by root
        for number, part in enumerate(self.parts):
            reads = part.reads if isinstance(part, Part) else part.inputs()
            for value in reads:
                self.last_read[value.root] = number
            for value in part.outputs:
                self.made_at[value] = number
        for value in self.plan.kept():
            self.last_read[value.root] = len(self.parts)

    def _choose_direct(self) -> None:
        """What may be computed in the memory of the input that it is to be written to."""
        plan = self.plan
        returned = {value.root for value in plan.results}
        kept = [value.root for value in plan.kept()]
        for source, value in plan.writes:
            place = self.made_at.get(value)
            if place is None or value in self.direct or value.alias is not None or value in returned:
                continue
            part = self.parts[place]
            others = kept.count(value) == 1 and source.root not in kept
            fits = (
                source.strides == strides_of(value)
                and source.dtype == value.dtype
                and source.shape == value.shape
            )
            if not isinstance(part, Part) or not others or not fits:
                continue
            last = self.last_read.get(source, -1)
            if last < place or (last == place and part.overwrites(source, value)):
                self.direct[value] = source

    def _writes(self) -> list[Part]:
        """Copies into inputs of what was not computed there; first of all of what other inputs held before."""
        written = {source for source, _ in self.plan.writes}
        held: list[Part] = []
        copies: list[Part] = []
        for source, value in self.plan.writes:
            if value in self.direct:
                continue
            if str(value.dtype) not in TYPES:
                self.left.append((source, value))
                continue
            if 0 in value.shape:
                continue
            if value.root in written:
                old, value = value, Value(-len(held) - 1, value.shape, value.dtype)
                held.append(Copies(Node("asarray", (old,), {"copy": True}, (value,)), [Copy(old)]))
            copies.append(Copies(Node("copy", (value,), {}, (source,)), [Copy(value)]))
        return [*held, *copies]

    # Places

    def _place_all(self) -> None:
        for value in self.plan.inputs:
            self._slot(value, value.strides or ())
        returned = {value.root for value in self.plan.results}
        for number, part in enumerate(self.parts):
            if isinstance(part, Part):
                for value in part.outputs:
                    if value in self.places:  # an input that is written to
                        continue
                    self._place_made(value, number, part, value in returned)
                for node in part.views:
                    view = self.view(node)
                    assert view is not None, f"{node} is no view"
                    self.places[node.outputs[0]] = view
                part.prepare(self)
                for name, size in part.blocks.items():
                    self._blocks[part, name] = _Block(max(size, 1), number, number)
            else:
                self._place_called(part)

    def _slot(self, value: Value, strides: tuple[int, ...]) -> None:
        self.slots[value] = self.count
        self.places[value] = Place(self.count, 0, tuple(strides), value.shape, value.dtype or NUMBER)
        self.count += 1

    def _place_made(self, value: Value, number: int, part: Part, returned: bool) -> None:
        """Something that C computes."""
        if value in self.direct:
            self.places[value] = self.places[self.direct[value]]
        elif returned and value.dtype is not None:
            self._slot(value, strides_of(value))
        else:
            dtype = value.dtype or NUMBER
            size = max(math.prod(value.shape) * dtype.itemsize, 1)
            self.places[value] = Place(ARENA, 0, strides_of(value), value.shape, dtype)
            last = self.last_read.get(value.root, number)
            for source in part.reads:
                block = self._home.get(source)
                if block is not None and block.last == number and self._replaces(part, source, value):
                    block.last = last
                    self._home[value] = block
                    break
            else:
                self._home[value] = _Block(size, number, last)

    def _replaces(self, part: Part, source: Value, value: Value) -> bool:
        """Whether a value may take the memory of another one that is read for the last time."""
        same = (
            source.shape == value.shape
            and (source.dtype or NUMBER) == (value.dtype or NUMBER)
            and strides_of(source) == strides_of(value)
        )
        taken = any(self._home.get(one) is self._home[source] for one in part.outputs)
        return same and not taken and part.overwrites(source, value)

    def _place_called(self, node: Node) -> None:
        """Something that Python makes, or a view."""
        view = self.view(node)
        if view is not None:
            self.places[node.outputs[0]] = view
            return
        for value in node.outputs:
            self._slot(value, strides_of(value))

    def view(self, node: Node) -> Place | None:
        """Where a node's result lies if it only shows something; None if it is called."""
        if node.several or node.outputs[0].alias is None or not isinstance(node.args[0], Value):
            return None
        source = self.places.get(node.args[0])
        if source is None or len([*node.inputs()]) != 1:
            return None
        return view_of(node, source)

    def of(self, one: Value | Constant) -> Place:
        """Where a value or a constant lies."""
        if isinstance(one, Constant):
            array = one.array
            if id(array) not in self.constants:
                self.constants[id(array)] = array, self.count
                self.count += 1
            return Place(self.constants[id(array)][1], 0, array.strides, array.shape, array.dtype)
        place = self.places[one]
        if place.slot != ARENA:
            return place
        return place._replace(offset=place.offset + max(self._home[one.root].offset, 0))

    def block(self, part: Part, name: str, shape: tuple[int, ...], dtype: Any) -> Place:
        """An array, row after row, in memory that a part has asked for."""
        strides = contiguous(shape, dtype.itemsize)
        return Place(ARENA, self._blocks[part, name].offset, strides, shape, dtype)

    def failure(self, node: Node, error: Exception | None = None) -> int:
        """What says in C that a node has failed: with this error, or with what it raises when it is called again."""
        self.failures.append((node, error))
        return len(self.failures)

    def span(self, part: Part) -> Iterable[tuple[int, int]]:
        """What of the arena a part has for itself."""
        for (owner, _), block in self._blocks.items():
            if owner is part:
                yield block.offset, block.offset + block.size

    def _pack(self) -> int:
        """Give each block a place that it shares with none that is needed at the same time, the largest first."""
        blocks = sorted(
            {*self._home.values(), *self._blocks.values()}, key=lambda one: (-one.size, one.first)
        )
        placed: list[_Block] = []
        for block in blocks:
            near = sorted(
                (one for one in placed if one.first <= block.last and block.first <= one.last),
                key=lambda one: one.offset,
            )
            offset = 0
            for one in near:
                if offset + block.size <= one.offset:
                    break
                offset = max(offset, -(-(one.offset + one.size) // ALIGNMENT) * ALIGNMENT)
            block.offset = offset
            placed.append(block)
        return max((one.offset + one.size for one in placed), default=0)
