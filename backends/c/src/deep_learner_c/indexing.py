"""Rows taken at positions, and added at positions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.expressions import TYPES
from deep_learner_c.kernel import FLOATS, Kernel, bound, writes_rows
from deep_learner_c.loops import body, call
from deep_learner_c.part import dtype_of, shape_of

if TYPE_CHECKING:
    from deep_learner_c.part import Places

__all__ = ["added", "taken"]

SPEED = 15  # elements in a nanosecond
Operand = Value | Constant


class _Taken(Kernel):
    """Rows of a source (outer, size, inner) at positions: (outer, count, inner)."""

    def __init__(
        self, node: Node, source: Operand, positions: Operand, axis: int, threads: int, *, wraps: bool
    ) -> None:
        shape = shape_of(source)
        dtype = dtype_of(source)
        outer, count, inner = (
            math.prod(shape[:axis]),
            math.prod(shape_of(positions)),
            math.prod(shape[axis + 1 :]),
        )
        self.sizes = f"{outer}, {shape[axis]}, {inner * dtype.itemsize}, {count}"
        self.wide = int(dtype_of(positions) == np.int64)
        self.wraps = int(wraps)
        operands = {"source": source, "positions": positions}
        super().__init__(node, ("rows",), operands, dtype, threads, outer * count * inner / SPEED, fails=True)

    def code(self, places: Places) -> str:
        lines = self.opening(places, ["out"])
        rest = f"(const char *)source, positions, {self.wide}, {self.wraps}, (char *)out, t, {self.sharers}"
        lines.append(f"const int exist = {call('take_rows', self.sizes, rest)}")
        lines.append(f"if (!exist) all->failure = {places.failure(self.node)};")
        return body(lines)


class _Added(Kernel):
    """Rows (count, inner) added to an input (size, inner) at positions."""

    def __init__(self, node: Node, source: Operand, positions: Operand, rows: Operand, threads: int) -> None:
        shape = shape_of(source)
        count, inner = math.prod(shape_of(positions)), math.prod(shape[1:])
        self.sizes = f"{shape[0]}, {inner}, {count}"
        self.wide = int(dtype_of(positions) == np.int64)
        operands = {"input": source, "positions": positions, "rows": rows}
        work = (shape[0] + count) * inner / SPEED
        super().__init__(node, ("added_rows",), operands, dtype_of(source), threads, work, fails=True)

    def code(self, places: Places) -> str:
        lines = self.opening(places, ["out"])
        rest = f"input, positions, {self.wide}, rows, out, t, {self.sharers}"
        lines.append(f"const int exist = {call(f'add_rows{self.bits}', self.sizes, rest)}")
        lines.append(f"if (!exist) all->failure = {places.failure(self.node)};")
        return body(lines)


def taken(node: Node, threads: int) -> Kernel | None:
    """The part that takes rows at positions of one dimension."""
    wraps = False
    if node.operation == "ops.embedding":
        given = bound(node, ("positions", "source"))
        axis = 0
    elif node.operation == "ops.index_select":
        given = bound(node, ("source", "axis", "positions"))
        axis = given["axis"]
    elif node.operation == "take":
        given, wraps = bound(node, ("source", "positions"), axis=None), True
        axis = given["axis"]
    elif node.operation == "ops.advanced_index" and len(node.args[2]) == 1:
        (positions,), (axis,) = node.args[1:]
        given, wraps = {"source": node.args[0], "positions": positions}, True
    else:
        return None
    source, positions = given["source"], given["positions"]
    if not isinstance(source, Operand) or not isinstance(positions, Operand) or not isinstance(axis, int):
        return None
    rank = len(shape_of(source))
    fits = (
        rank > 0
        and str(dtype_of(source)) in TYPES
        and str(dtype_of(positions)) in ("int64", "int32")
        and 0 not in node.outputs[0].shape
        and shape_of(source)[axis] > 0
        and writes_rows(node)
    )
    return _Taken(node, source, positions, axis % rank, threads, wraps=wraps) if fits else None


def added(node: Node, threads: int) -> Kernel | None:
    """The part that adds rows at positions of the first dimension."""
    if node.operation != "ops.index_add":
        return None
    given = bound(node, ("input", "axis", "positions", "rows"), alpha=1)
    arrays = [given[name] for name in ("input", "positions", "rows")]
    if not all(isinstance(one, Operand) for one in arrays) or given["axis"] != 0 or given["alpha"] != 1:
        return None
    source, positions, rows = arrays
    fits = (
        str(dtype_of(source)) in FLOATS
        and dtype_of(rows) == dtype_of(source)
        and str(dtype_of(positions)) in ("int64", "int32")
        and len(shape_of(positions)) == 1
        and len(shape_of(source)) > 0
        and 0 not in (*shape_of(source), *shape_of(positions))
        and writes_rows(node)
    )
    return _Added(node, source, positions, rows, threads) if fits else None
