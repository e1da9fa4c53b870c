"""Which nodes one loop nest can compute: elementwise chains, and the reductions that follow or precede them.

Nothing in a plan writes to an array, so a node may be computed anywhere after what it reads; only random draws keep
their order. Clusters of nodes stand in a row, each needs only what earlier ones give, and a node joins the last one of
those that it needs or a later one; so no two can come to wait for each other.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Sequence

from . import frames
from .frames import Frame, Interval
from .graph import Draw, Node, Value
from .group import ELEMENTWISE, MOVERS, REDUCTIONS, Axes, Group, operands, reduced_axes
from .plan import Plan

__all__ = ["fused"]

SMALL = 1 << 14  # positions that need not be shared out among threads
FEW = 16  # rows that cannot be
MANY = 4000  # nodes of a group
NEAR = 8  # groups that read the same, of which the last are tried


def fused(
    plan: Plan, takes: Callable[[Node], bool] = lambda node: True, elementwise: Collection[str] = ()
) -> list[Node | Group]:
    """The nodes of a plan, in an order in which they can be computed, grouped where one loop nest can compute several.

    Parameters
    ----------
    plan
        Whose nodes.
    takes
        Says of an elementwise node, a reduction or a reshape whether the backend can compute it in a loop nest, which
        may depend on its dtype.
    elementwise
        Further operations that are functions of the elements at one position, such as ``"ops.sigmoid"``.
    """
    return _Fusion(takes, ELEMENTWISE | set(elementwise)).run(plan)


class _Cluster:
    """A node, or several that grow together."""

    def __init__(self, place: int, nodes: list[Node]) -> None:
        self.place = place
        self.nodes = nodes


class _Growing(_Cluster):
    """A group that nodes are still added to."""

    def __init__(self, place: int, size: int) -> None:
        super().__init__(place, [])
        self.size = size
        self.boundaries: tuple[int, ...] = (1, size) if size > 1 else (1,)
        self.made: dict[Value, Frame] = {}
        self.read: dict[Node, tuple[Frame, ...]] = {}
        self.reduced: dict[Value, tuple[Interval, ...]] = {}
        self.along: dict[
            Value, bool
        ] = {}  # whether elements that a reduction adds follow each other in memory
        self.consumed: set[Value] = set()
        self.columns: frozenset[int] = frozenset()

    def take(self, node: Node) -> bool:
        """Add a node if one loop nest can still compute all."""
        found = self._placed(node)
        if found is None or len(self.nodes) >= MANY:
            return False
        frame, read, reduced = found
        boundaries = frames.refined(self.boundaries, (frame, *read))
        if boundaries is None:
            return False
        output = node.outputs[0]
        consumed = {one for one in node.inputs() if one in self.reduced}
        reductions = self.reduced if reduced is None else self.reduced | {output: reduced}
        along = self.along if reduced is None else self.along | {output: _is_along(node)}
        columns = _columns(reductions, self.consumed | consumed, boundaries, along)
        if columns is None:
            return False
        self.along = along
        self.columns = columns
        self.consumed |= consumed
        self.reduced = reductions
        self.boundaries = boundaries
        self.made[output] = frame
        self.read[node] = read
        self.nodes.append(node)
        return True

    def _placed(self, node: Node) -> tuple[Frame, tuple[Frame, ...], tuple[Interval, ...] | None] | None:
        """The frames of a node's result and operands, and the axes that it reduces."""
        output, operation = node.outputs[0], str(node.operation)
        source = next(iter(operands(node)), None)
        within = self.made.get(source) if isinstance(source, Value) else None
        if operation in REDUCTIONS:
            assert isinstance(source, Value)
            frame = within or (frames.full(source.shape) if math.prod(source.shape) == self.size else None)
            axes = reduced_axes(node)
            if frame is None or not axes or self.size == 1:
                return None
            reduced = tuple(axis for axis in (frame[one] for one in axes) if axis is not None)
            if not reduced:
                return None
            left = [
                None if place in axes else one
                for place, one in enumerate(frame)
                if place not in axes or node.kwargs.get("keepdims")
            ]
            return tuple(left), (frame,), reduced
        if operation in MOVERS and operation != "broadcast_to":
            frame = None if within is None else frames.reshaped(within, output.shape)
            return None if frame is None or within is None else (frame, (within,), None)
        shapes = [_shape(one) for one in operands(node)]
        inside = [self.made[one] for one in node.inputs() if one in self.made]
        frame = frames.aligned(output.shape, inside, self.size)
        if frame is None or (not inside and math.prod(output.shape) != self.size):
            return None
        read = tuple(frames.operand(frame, shape) for shape in shapes)
        for one, axes in zip(operands(node), read, strict=True):
            if isinstance(one, Value) and one in self.made and self.made[one] != axes:
                return None
        return frame, read, None

    def finished(self, kept: Collection[Value], readers: dict[Value, list[_Cluster]]) -> Group:
        """The group."""
        outputs = [
            one for one in self.made if one in kept or any(by is not self for by in readers.get(one, ()))
        ]
        reads = dict.fromkeys(one for node in self.nodes for one in node.inputs() if one not in self.made)
        lows = self.boundaries[:-1]
        number = {low: len(lows) - 1 - place for place, low in enumerate(lows)}

        def axes(frame: Frame) -> Axes:
            return tuple(dimensions([axis]) for axis in frame)

        def dimensions(intervals: Iterable[Interval | None]) -> tuple[int, ...]:
            return tuple(sorted(number[low] for low in frames.segments(intervals, lows)))

        return Group(
            nodes=self.nodes,
            domain=tuple(high // low for low, high in itertools.pairwise(self.boundaries))[::-1],
            columns=tuple(sorted(number[low] for low in self.columns)),
            reads=list(reads),
            outputs=outputs,
            made={value: axes(frame) for value, frame in self.made.items()},
            read={node: tuple(map(axes, read)) for node, read in self.read.items()},
            reductions={value: dimensions(reduced) for value, reduced in self.reduced.items()},
        )


def _columns(
    reductions: dict[Value, tuple[Interval, ...]],
    consumed: Collection[Value],
    boundaries: Sequence[int],
    along: dict[Value, bool],
) -> frozenset[int] | None:
    """The dimensions of the inner reductions, by their lower ends; None if reductions do not go together."""
    everything = frozenset(boundaries[:-1])
    over = {value: frames.segments(reduced, boundaries[:-1]) for value, reduced in reductions.items()}
    needed = {over[value] for value in consumed}
    if not over:
        return frozenset()
    if len(needed) > 1:
        return None
    candidates: list[frozenset[int]] = [*needed]
    for value, one in () if needed else over.items():
        across = not along[value] and bool(everything - one)  # sums over rows are best gathered row by row
        candidates += [everything - one, one] if across else [one, everything - one]
    sizes = {low: high // low for low, high in itertools.pairwise(boundaries)}
    for columns in candidates:
        rows = everything - columns
        if columns and all(one in (columns, everything) or one >= rows for one in over.values()):
            shared = math.prod(sizes[low] for low in rows) >= FEW or boundaries[-1] <= SMALL
            if not needed or (shared and all(along[value] for value in consumed)):
                return columns
    return None


def _is_along(node: Node) -> bool:
    """Whether a reduction goes over the axis whose elements follow each other in memory."""
    source = node.args[0]
    axes = reduced_axes(node)
    long = [place for place, size in enumerate(source.shape) if size > 1]
    fastest = (
        long[-1] if source.strides is None else min(reversed(long), key=lambda one: abs(source.strides[one]))
    )
    return axes is not None and fastest in axes


def _shape(one: object) -> tuple[int, ...]:
    return tuple(one.shape) if isinstance(one, Value) else tuple(one.array.shape)  # type: ignore[attr-defined]


class _Fusion:
    """One run of the pass."""

    def __init__(self, takes: Callable[[Node], bool], elementwise: Collection[str]) -> None:
        self.takes = takes
        self.elementwise = elementwise
        self.clusters: list[_Cluster] = []
        self.home: dict[Value, _Cluster] = {}
        self.readers: dict[Value, list[_Cluster]] = {}
        self.scalars: _Growing | None = None
        self.apart: set[tuple[_Cluster, _Cluster]] = set()  # groups that cannot become one

    def run(self, plan: Plan) -> list[Node | Group]:
        """The clusters in their order."""
        self.order = {node: place for place, node in enumerate(plan.nodes)}
        for node in numbers_first(plan.nodes):
            self._place(node)
        kept = set(plan.kept())
        return [
            one.finished(kept, self.readers) if isinstance(one, _Growing) else one.nodes[0]
            for one in self.clusters
            if one.nodes
        ]

    def _place(self, node: Node) -> None:
        sources = dict.fromkeys(self.home[value] for value in node.inputs() if value in self.home)
        earliest = max((one.place for one in sources), default=-1)
        cluster = self._joined(node, sources, earliest) if self._is_fusible(node) else None
        if cluster is None:
            cluster = _Cluster(len(self.clusters), [node])
            self.clusters.append(cluster)
        for value in node.outputs:
            self.home[value] = cluster
        for value in dict.fromkeys(node.inputs()):
            readers = self.readers.setdefault(value, [])
            if not readers or readers[-1] is not cluster:
                readers.append(cluster)
        if isinstance(cluster, _Growing):
            for source in sources:
                if isinstance(source, _Growing) and source is not cluster:
                    self._merge(source, cluster)

    def _is_fusible(self, node: Node) -> bool:
        operation = node.operation
        if isinstance(operation, Draw) or node.several or 0 in node.outputs[0].shape:
            return False
        if operation in REDUCTIONS:
            if reduced_axes(node) is None or 0 in node.args[0].shape:
                return False
        elif operation in MOVERS:
            if not isinstance(node.args[0], Value):
                return False
        elif not operation.startswith("number."):
            simple = operation in self.elementwise and node.outputs[0].alias is None
            if not simple or len([*node.inputs()]) != sum(isinstance(one, Value) for one in operands(node)):
                return False
        return self.takes(node)

    def _joined(self, node: Node, sources: Iterable[_Cluster], earliest: int) -> _Growing | None:
        """The group that takes a node, perhaps a new one."""
        operation = node.operation
        size = math.prod((node.args[0] if operation in REDUCTIONS else node.outputs[0]).shape)
        near = [one for one in sources if isinstance(one, _Growing) and one.place == earliest]
        if operation not in MOVERS:
            beside = [
                one
                for value in node.inputs()
                if math.prod(value.shape) == size
                for one in self.readers.get(value, ())[-NEAR:]
                if isinstance(one, _Growing) and one.nodes and one.place >= earliest and one.size == size
            ]
            near += sorted(beside, key=lambda one: -one.place)
            if size == 1 and self.scalars is not None and self.scalars.place >= earliest:
                near.append(self.scalars)
        for group in dict.fromkeys(near):
            if group.take(node):
                return group
        if operation in MOVERS:
            return None
        made = _Growing(len(self.clusters), size)
        if not made.take(node):
            return None
        if size == 1:
            self.scalars = made
        self.clusters.append(made)
        return made

    def _merge(self, source: _Growing, target: _Growing) -> None:
        """Compute what one group computes in a later one, if nobody needs it before and one nest can compute both."""
        if source.size != target.size or source.place > target.place or (source, target) in self.apart:
            return
        readers = {one for value in source.made for one in self.readers.get(value, ()) if one is not source}
        union = _Growing(target.place, target.size)
        nodes = sorted([*source.nodes, *target.nodes], key=self.order.__getitem__)
        if any(one.place < target.place for one in readers) or not all(map(union.take, nodes)):
            self.apart.add((source, target))
            return
        vars(target).update(vars(union))
        self.home.update(dict.fromkeys(source.made, target))
        for value in dict.fromkeys(value for node in source.nodes for value in node.inputs()):
            self.readers[value] = [target if one is source else one for one in self.readers[value]]
        source.nodes = []
        if self.scalars is source:
            self.scalars = target


def numbers_first(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with those at the front that compute single elements from single elements of inputs.

    Such are the factors that depend on an optimizer's number of steps, which stand between the updates of parameters.
    """
    early: list[Node] = []
    others: list[Node] = []
    late: set[Value] = set()
    for node in nodes:
        small = all(one.shape == () for one in (*node.inputs(), *node.outputs))
        if small and not isinstance(node.operation, Draw) and late.isdisjoint(node.inputs()):
            early.append(node)
        else:
            others.append(node)
            late.update(node.outputs)
    return early + others
