"""Nodes that one loop nest computes, and which elements of their operands belong to each of its positions."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..namespaces.standard import ELEMENTWISE as STANDARD
from .graph import Constant, Node, Value

__all__ = ["ELEMENTWISE", "MOVERS", "REDUCTIONS", "Axes", "Group", "operands", "reduced_axes"]

ELEMENTWISE = STANDARD | {"where", "astype", "float", "broadcast_to"}
"""Functions whose result at a position depends on the operands at that position alone; so do Python's operators."""
MOVERS = frozenset({"reshape", "ops.reshape", "expand_dims", "squeeze", "broadcast_to"})
"""Those that keep the elements' order and compute nothing."""
REDUCTIONS = frozenset({"sum", "prod", "max", "min", "mean", "all", "any"})

Axes: TypeAlias = tuple[tuple[int, ...], ...]
"""For each axis of an array the dimensions of the nest that it runs over, outermost first; none for one of size 1."""


@dataclass(eq=False, slots=True)
class Group:
    """Nodes to be computed by one loop nest.

    Attributes
    ----------
    nodes : list of Node
        In an order in which they can be computed at each position.
    domain : tuple of int
        The sizes of the nest's dimensions, outermost first; empty where there is but one position.
    columns : tuple of int
        The dimensions that have to be gone through once more for whatever depends on an inner reduction. All others
        may be gone through in any order, and at once. Empty where there is no reduction.
    reads, outputs : list of Value
        What comes in, and what is needed elsewhere. An output may be a view of a value that is made within.
    made : dict
        The axes of each value that is made within.
    read : dict
        For each node the axes of its `operands`.
    reductions : dict
        For the result of each reduction the dimensions that it goes over. An *inner* one goes over the columns, and
        nodes of the group may read it. Any other goes over all dimensions but columns, and perhaps over some of these;
        no node of the group reads it.
    """

    nodes: list[Node]
    domain: tuple[int, ...]
    columns: tuple[int, ...]
    reads: list[Value]
    outputs: list[Value]
    made: Mapping[Value, Axes]
    read: Mapping[Node, tuple[Axes, ...]]
    reductions: Mapping[Value, tuple[int, ...]]

    @property
    def size(self) -> int:
        """How many positions there are."""
        return math.prod(self.domain)

    @property
    def rows(self) -> tuple[int, ...]:
        """All dimensions but columns."""
        return tuple(one for one in range(len(self.domain)) if one not in self.columns)

    def is_inner(self, value: Value) -> bool:
        """Whether a value is the result of a reduction over the columns of each row."""
        return self.reductions.get(value) == self.columns

    def varies(self, axes: Axes) -> frozenset[int]:
        """The dimensions along which an array changes."""
        return frozenset(one for dimensions in axes for one in dimensions)

    def strides(self, axes: Axes, strides: Sequence[int]) -> tuple[int, ...]:
        """How far apart neighbours along each dimension lie, of how far they lie along each axis of the array."""
        found = [0] * len(self.domain)
        for dimensions, stride in zip(axes, strides, strict=True):
            for one in reversed(dimensions):
                found[one] = stride
                stride *= self.domain[one]
        return tuple(found)

    def stages(self) -> dict[Node, int]:
        """How often the columns must have been gone through before a node can be computed.

        That is, the number of inner reductions that depend on each other on the way to it. A node in stage 1 reads what
        an inner reduction of stage 0 gave.
        """
        stages: dict[Value, int] = {}
        found: dict[Node, int] = {}
        for node in self.nodes:
            found[node] = max((stages[one] for one in node.inputs() if one in stages), default=0)
            for value in node.outputs:
                stages[value] = found[node] + self.is_inner(value)
        return found


def operands(node: Node) -> Iterator[Value | Constant]:
    """The arrays and numbers that a node is called with, but for those within lists and tuples."""
    for one in (*node.args, *node.kwargs.values()):
        if isinstance(one, Value | Constant):
            yield one


def reduced_axes(node: Node) -> tuple[int, ...] | None:
    """The axes that a reduction goes over, from 0 on; None if there is something else among its arguments."""
    if len(node.args) != 1 or not isinstance(node.args[0], Value):
        return None
    if not node.kwargs.keys() <= {"axis", "dtype", "keepdims"}:
        return None
    rank = len(node.args[0].shape)
    axis: Any = node.kwargs.get("axis")
    if axis is None:
        return tuple(range(rank))
    axes: Sequence[int] = axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(sorted(one % rank for one in axes))
