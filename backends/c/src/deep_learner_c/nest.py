"""A group of nodes as one loop nest.

Rows are shared out among threads. Each row's columns are gone through once for every stage: for what inner reductions
need, and once more for what depends on them. What a later stage reads of an earlier one is read again from the output
that it went to, computed again if that is cheap, or kept in a buffer of the thread. Sums over rows are gathered by each
thread for itself and added up at the end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.compiler import Group, Node, Value
from deep_learner.compiler.group import MOVERS, operands
from deep_learner_c.expressions import cost
from deep_learner_c.part import Part, Place
from deep_learner_c.views import strides_of, view_of

if TYPE_CHECKING:
    from deep_learner_c.part import Places

__all__ = ["Nest"]

SPEED = 10  # sums in a nanosecond
CHEAP = 3  # sums that are sooner computed again than kept
FLOAT64 = np.dtype("float64")


class Nest(Part):
    """The C code of one group.

    Parameters
    ----------
    group
        The nodes.
    threads
        How many there are at most.

    Attributes
    ----------
    producer : dict
        What makes each value that is made within.
    stages : dict
        See :meth:`~deep_learner.compiler.Group.stages`.
    buffered : list of Value
        What is kept in a buffer from one stage to the next.
    """

    def __init__(self, group: Group, threads: int) -> None:
        work = group.size * sum(1 + cost(node) for node in group.nodes)
        self.group = group
        self.producer = {node.outputs[0]: node for node in group.nodes}
        self.views = self._views()
        shown = {node.outputs[0]: node.args[0] for node in self.views}
        stored: dict[Value, None] = {}
        for value in group.outputs:
            while value in shown:
                value = shown[value]
            stored[value] = None
        super().__init__(group.nodes, group.reads, [*stored], work / SPEED)
        self.alone = self.alone or not group.domain
        self.threads = 1 if self.alone else threads
        self.stages = group.stages()
        self.buffered = self._buffered()

    def prepare(self, places: Places) -> None:
        for value in self.sums():
            size = math.prod(value.shape) * self.gathered(value).itemsize
            self.blocks[f"sum{value.number}"] = self.threads * size
        for value in self.buffered:
            self.blocks[f"row{value.number}"] = self.threads * self.columns() * value.dtype.itemsize

    def code(self, places: Places) -> str:
        from deep_learner_c.nest_code import NestCode

        return NestCode(self, places).written()

    def overwrites(self, source: Value, value: Value) -> bool:
        group = self.group
        if value.alias is not None or value in group.reductions:
            return False
        if group.reductions and self.is_full(value):  # whose columns are gone through more than once
            return all(one.root is not source.root for one in self.reads)
        for node in group.nodes:
            for one, axes in zip(operands(node), group.read[node], strict=True):
                same = one is source and axes == group.made[value]
                if isinstance(one, Value) and one.root is source.root and not same:
                    return False
        return True

    def columns(self) -> int:
        """How many positions each row has."""
        return math.prod(self.group.domain[one] for one in self.group.columns)

    def sums(self) -> list[Value]:
        """The results of reductions over rows."""
        return [value for value in self.group.reductions if not self.group.is_inner(value)]

    def gathered(self, value: Value) -> Any:
        """The dtype that a sum over rows is gathered in."""
        adds = self.producer[value].operation in ("sum", "mean")
        return FLOAT64 if adds and value.dtype.kind == "f" and math.prod(value.shape) == 1 else value.dtype

    def is_full(self, value: Value) -> bool:
        """Whether something that is made within is made for each column."""
        group = self.group
        if not group.reductions:
            return bool(group.domain)
        return not group.varies(group.made[value]).isdisjoint(group.columns)

    def _views(self) -> list[Node]:
        """Nodes whose results are needed elsewhere and only show other values that are made within."""
        found: dict[Value, Node] = {}
        for node in self.group.nodes:
            value, source = node.outputs[0], node.args[0]
            if node.operation in MOVERS and value.alias is not None and source in self.group.made:
                memory = Place(0, 0, strides_of(source), source.shape, source.dtype)
                if source in found or view_of(node, memory) is not None:
                    found[value] = node
        needed = set(self.group.outputs)
        for value, node in reversed([*found.items()]):
            needed |= {node.args[0]} if value in needed else set()
        return [node for value, node in found.items() if value in needed]

    def _buffered(self) -> list[Value]:
        """Of what one stage makes for each column and a later one reads, that which takes long to compute again."""
        free = set(self.outputs)

        def effort(value: Value) -> int:
            node = self.producer.get(value)
            if node is None or value in free or not self.is_full(value):
                return 0
            return cost(node) + sum(map(effort, node.inputs()))

        found: list[Value] = []
        for node in self.group.nodes:
            for value in node.inputs():
                source = self.producer.get(value)
                if source is None or value in free or self.stages[source] == self.stages[node]:
                    continue
                if effort(value) > CHEAP:
                    found.append(value)
                    free.add(value)
        return found
