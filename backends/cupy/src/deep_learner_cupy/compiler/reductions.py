"""Reductions in generated kernels: what each thread has, what a team has of it, and what all teams have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from deep_learner.compiler import Node
from deep_learner.compiler.group import operands
from deep_learner_cupy.compiler.body import Body, Partial, Place, Writer, steps
from deep_learner_cupy.compiler.expressions import REDUCTIONS, identity
from deep_learner_cupy.compiler.nest import Nest, key_of
from deep_learner_cupy.compiler.types import converted, held, stored

__all__ = ["Reduction", "gathered"]

_SIDE_BY_SIDE = 64  # elements from which on each is gathered by one thread


class Reduction:
    """One of a group.

    Parameters
    ----------
    nest
        The group's nest.
    node
        The reduction.
    """

    def __init__(self, nest: Nest, node: Node) -> None:
        self.node = node
        self.value = node.outputs[0]
        self.dtype: Any = self.value.dtype
        self.over = nest.reduced(self.value)
        self._operation = str(node.operation)
        self._joins = REDUCTIONS[self._operation]
        self.count = math.prod(nest.dimensions[number].size for number in self.over)
        self._name = ""

    @property
    def type(self) -> str:
        """What it is computed in."""
        return held(self.dtype)

    @property
    def start(self) -> str:
        """What it is of no elements."""
        return identity(self._operation, self.dtype)

    def begin(self, writer: Writer, depth: int) -> None:
        """Declare what a thread has of it."""
        self._name = writer.variable("a")
        writer.write(f"{self.type} {self._name} = {self.start};", depth)

    def operand(self, writer: Writer, names: dict[Any, str], place: Place, depth: int) -> str:
        """The element at a position, read if need be."""
        ((one, axes),) = zip(operands(self.node), writer.nest.group.read[self.node], strict=True)
        if one not in names:
            writer.load(one, axes, names, place, depth)
        dtype = getattr(one, "dtype", None)
        return converted(names[one if one in names else (key_of(one), axes)], dtype, self.dtype)

    def take(
        self, writer: Writer, names: dict[Any, str], place: Place, depth: int, condition: str = ""
    ) -> None:
        """Add a position to what a thread has."""
        element = self.operand(writer, names, place, depth)
        writer.write(f"{condition}{self._name} = {self.of(self._name, element)};", depth)

    def of(self, one: str, other: str) -> str:
        """Two parts joined."""
        return f"{self._joins}::of({one}, {other})"

    def shared(self, name: str = "") -> str:
        """What a team has of it."""
        return f"shared_by_team<{self._joins}>({name or self._name})"

    def of_all(self, text: str, count: str) -> str:
        """The result, of what all have together, and how many elements that are."""
        return f"{text} / {count}" if self._operation == "mean" else text


def gathered(
    nest: Nest, reduction: Reduction, partial: Partial, slices: int, columns: Sequence[int] = ()
) -> Body:
    """The body that puts together what teams have left.

    Parameters
    ----------
    nest, reduction
        Of a group.
    partial
        One slice for each team, with one element for each position along the columns.
    slices
        How many there are.
    columns
        The dimensions that a slice has, outermost first; those that the reduction goes over are gathered, too.
    """
    writer = Writer(nest)
    dropped = [number for number in columns if number in reduction.over]
    kept = [number for number in columns if number not in reduction.over]
    sizes = {number: nest.dimensions[number].size for number in columns}
    across = {number: math.prod(sizes[one] for one in columns if one > number) for number in columns}
    width, results, many = nest.size(columns), nest.size(kept), nest.size(dropped)
    source = writer.pointer(partial)
    strides = nest.strides(reduction.value, nest.group.made[reduction.value])
    name = writer.variable("a")

    team = 1 if results >= _SIDE_BY_SIDE else 32 if slices * many <= 512 else 256
    teams = 128 if team == 1 else 1
    writer.write(
        f"for (int k = block * blockDim.y + threadIdx.y; k < {results}; k += blocks * blockDim.y) {{"
    )
    writer.coordinates("r", "k", kept, 2)
    writer.write(f"{reduction.type} {name} = {reduction.start};", 2)
    writer.write(f"for (long long s = threadIdx.x; s < size * {many}; s += blockDim.x) {{", 2)
    writer.write(f"const long long slice = s / {many}, rest = s % {many};", 3)
    writer.coordinates("c", "rest", dropped, 3)
    within = [(f"r{number}", across[number]) for number in kept]
    within += [(f"c{number}", across[number]) for number in dropped]
    element = f"{source}[{steps([('slice', width), *within])}]"
    writer.write(f"{name} = {reduction.of(name, element)};", 3)
    writer.write("}", 2)
    writer.write(f"{name} = {reduction.shared(name)};", 2)
    target = steps((f"r{number}", strides[number]) for number in kept)
    element = f"stored_as<{stored(reduction.dtype)}>({reduction.of_all(name, 'count')})"
    writer.write(f"if (threadIdx.x == 0) {writer.pointer(reduction.value)}[{target}] = {element};", 2)
    writer.write("}")
    blocks = min(-(-results // teams), 2**16)
    return writer.finished(slices, blocks, (team, teams), [reduction.value], reduction.count)
