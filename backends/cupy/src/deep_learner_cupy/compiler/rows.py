"""Bodies of groups with reductions of rows: a team of threads has a row, which it goes through once for each stage.

What comes of a reduction over the rows themselves is gathered by each team, and then from all teams: see `reductions`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from deep_learner.compiler import Group, Node, Value
from deep_learner.compiler.group import operands
from deep_learner_cupy.compiler.body import Body, Partial, Place, Writer, steps
from deep_learner_cupy.compiler.nest import Nest
from deep_learner_cupy.compiler.reductions import Reduction, gathered
from deep_learner_cupy.compiler.types import wide
from deep_learner_cupy.kernels.compiled import Rows

__all__ = ["rows", "with_rows"]

_GATHERING = 512  # teams that each leave a part of a sum over rows
_ENOUGH = 64  # rows for which a GPU has something to do


def rows(nest: Nest, overwritten: Mapping[Value, Value]) -> tuple[list[Body], list[Body]]:
    """The body of a group, and those that gather what it leaves.

    Parameters
    ----------
    nest
        The group's nest.
    overwritten
        The outputs that are written over something else, and over what: only when a row is read for the last time.
    """
    return _Rows(nest, overwritten).bodies()


def with_rows(group: Group) -> Group:
    """A group that goes through its positions in rows of which there are enough for all blocks, if it may.

    It may where no node waits for a reduction: then any dimensions will do as rows that every reduction either goes
    over or leaves.
    """
    everything = frozenset(range(len(group.domain)))
    over = [frozenset(one) for one in group.reductions.values()]
    waits = any(value in group.reductions for node in group.nodes for value in node.inputs())
    few = math.prod(group.domain[one] for one in group.rows) < _ENOUGH
    if waits or not few or group.size <= _ENOUGH * 256:
        return group

    def rank(columns: frozenset[int]) -> tuple[bool, int]:
        """Rather neighbours in memory along a row, then as many rows as can be."""
        return len(everything) - 1 in columns, -math.prod(group.domain[one] for one in columns)

    candidates = [
        columns for one in over for columns in (one, everything - one) if 0 < len(columns) < len(everything)
    ]
    fitting = [
        columns
        for columns in candidates
        if all(one == columns or one >= everything - columns for one in over)
    ]
    best = max(fitting, key=rank, default=frozenset(group.columns))
    return dataclasses.replace(group, columns=tuple(sorted(best)))


class _Rows:
    def __init__(self, nest: Nest, late: Collection[Value]) -> None:
        self.nest = nest
        self.group = group = nest.group
        self.writer = Writer(nest)
        self.row_numbers, self.column_numbers = nest.numbers(columns=False), nest.numbers(columns=True)
        self.stages = group.stages()
        self.makers = {node.outputs[0]: node for node in group.nodes}
        columns = set(self.column_numbers)
        self.of_rows = {value for value in group.made if not nest.varies(value) & columns}
        reductions = [Reduction(nest, self.makers[value]) for value in group.reductions]
        self.inner = [one for one in reductions if group.is_inner(one.value)]
        self.outer = [one for one in reductions if not group.is_inner(one.value)]
        self.single = [one for one in self.outer if not nest.varies(one.value)]
        self.spread = [one for one in self.outer if nest.varies(one.value)]
        self.passes = self._passes(late)
        self.count, self.size = nest.size(self.row_numbers), nest.size(self.column_numbers)
        last = max(self.column_numbers)
        layout = Rows(self.count, self.size, nest.size([one for one in self.row_numbers if one > last]))
        self.threads, self.blocks = layout.block, layout.grid[0]
        if self.outer:
            self.threads = (min(512, max(32, 1 << (self.size - 1).bit_length())), 1)
            self.blocks = min(self.count, _GATHERING)
        self.partials = {
            one: Partial(one.value, wide(one.dtype), self.blocks * (1 if one in self.single else self.size))
            for one in self.outer
        }

    def _passes(self, late: Collection[Value]) -> list[tuple[list[Reduction], list[Reduction], list[Value]]]:
        """For each pass over the columns the inner and outer reductions and the outputs that belong to it."""
        group, stages = self.group, self.stages
        stored = [
            value for value in group.outputs if value not in self.of_rows and value not in group.reductions
        ]
        of_columns = [one for one in self.outer if not self._of_rows(one)]
        ends = [stages[self.makers[one.value]] for one in (*self.inner, *of_columns)]
        ends += [stages[self.makers[value]] for value in stored]
        last = max(ends, default=0)
        return [
            (
                [one for one in self.inner if stages[one.node] == stage],
                [one for one in of_columns if stages[one.node] == stage],
                [
                    value
                    for value in stored
                    if stage == (last if value in late else stages[self.makers[value]])
                ],
            )
            for stage in range(last + 1)
        ]

    def _of_rows(self, reduction: Reduction) -> bool:
        """Whether each row counts once, not each of its elements."""
        return not reduction.over & set(self.column_numbers) and not self.nest.varies(reduction.value)

    def bodies(self) -> tuple[list[Body], list[Body]]:
        writer, index = self.writer, self.nest.index
        for one in self.single:
            one.begin(writer, 1)
        writer.write(
            f"for ({index} row = ({index})block * blockDim.y + threadIdx.y; row < size; row += blocks * blockDim.y) {{"
        )
        writer.coordinates("r", "row", self.row_numbers, 2)
        names: dict[Any, str] = {}
        place = self._place()
        self._row_nodes(names, 0, place, reads=True)
        for stage, (inner, outer, stored) in enumerate(self.passes):
            if inner or outer or stored:
                self._pass(names, inner, outer, stored)
            for one in inner:
                names[one.value] = writer.variable()
                total = one.of_all(one.shared(), str(one.count))
                writer.write(f"const {one.type} {names[one.value]} = {total};", 2)
            self._row_nodes(names, stage + 1, place)
        self._row_results(names, place)
        writer.write("}")
        for one in self.single:
            total = writer.variable("t")
            writer.write(f"const {one.type} {total} = {one.shared()};")
            writer.write(f"if (threadIdx.x == 0) {writer.pointer(self.partials[one])}[block] = {total};")
        late = {one.value for one in self.outer}
        outputs = [*(value for value in self.group.outputs if value not in late), *self.partials.values()]
        body = writer.finished(self.count, self.blocks, self.threads, outputs)
        after = [
            gathered(
                self.nest,
                one,
                self.partials[one],
                self.blocks,
                self.column_numbers if one in self.spread else (),
            )
            for one in self.outer
        ]
        return [body], after

    def _row_nodes(self, names: dict[Any, str], stage: int, place: Place, reads: bool = False) -> None:
        """What is the same along a row, as soon as it can be computed; read before anything is written."""
        group = self.group
        plain = [
            node
            for node in group.nodes
            if node.outputs[0] in self.of_rows and node.outputs[0] not in group.reductions
        ]
        if reads:
            for node in plain:
                for one, axes in zip(operands(node), group.read[node], strict=True):
                    if one not in group.made:
                        self.writer.load(one, axes, names, place, 2)
        self.writer.compute([node for node in plain if self.stages[node] == stage], names, place, 2)

    def _pass(
        self,
        names: dict[Any, str],
        inner: Sequence[Reduction],
        outer: Sequence[Reduction],
        stored: Sequence[Value],
    ) -> None:
        writer, index = self.writer, self.nest.index
        for one in inner:
            one.begin(writer, 2)
        writer.write(f"for ({index} j = threadIdx.x; j < {self.size}; j += blockDim.x) {{", 2)
        writer.coordinates("c", "j", self.column_numbers, 3)
        place = self._place()
        here = dict(names)
        wanted = [value for one in (*inner, *outer) for value in one.node.inputs()]
        writer.compute(self._needed([*wanted, *stored]), here, place, 3)
        for one in (*inner, *(one for one in outer if one in self.single)):
            one.take(writer, here, place, 3)
        for one in outer:
            if one in self.spread:
                element = one.operand(writer, here, place, 3)
                part = f"{writer.pointer(self.partials[one])}[({index})block * {self.size} + j]"
                writer.write(f"{part} = row == block ? {element} : {one.of(part, element)};", 3)
        for value in stored:
            constant = sorted(set(range(len(self.nest.dimensions))) - self.nest.varies(value))
            writer.store(value, here[value], place, 3, self._only_at(constant))
        writer.write("}", 2)

    def _needed(self, values: Iterable[Value]) -> list[Node]:
        """The nodes that must be computed at a position, in their order."""
        needed: set[Value] = set()
        stack = [*values]
        while stack:
            value = stack.pop()
            if value in self.makers and value not in self.of_rows and value not in needed:
                needed.add(value)
                stack += self.makers[value].inputs()
        return [node for node in self.group.nodes if node.outputs[0] in needed]

    def _row_results(self, names: dict[Any, str], place: Place) -> None:
        """Count rows, and write what is the same along a row."""
        rows = set(self.row_numbers)
        for one in self.outer:
            if self._of_rows(one):
                one.take(self.writer, names, place, 2, "if (threadIdx.x == 0) ")
        for value in self.group.outputs:
            if value in self.of_rows and value in names:
                constant = sorted(rows - self.nest.varies(value))
                self.writer.store(value, names[value], place, 2, self._only_at(constant, first=True))

    def _only_at(self, constant: Sequence[int], first: bool = False) -> str:
        """The condition under which one of the threads that have the same element writes it."""
        conditions = ["threadIdx.x == 0"] if first else []
        conditions += [f"{'c' if number in self.column_numbers else 'r'}{number} == 0" for number in constant]
        return f"if ({' && '.join(conditions)}) " if conditions else ""

    def _place(self) -> Place:
        names = [
            f"{'c' if one.is_column else 'r'}{number}" for number, one in enumerate(self.nest.dimensions)
        ]
        return lambda strides: steps(zip(names, strides, strict=True))
