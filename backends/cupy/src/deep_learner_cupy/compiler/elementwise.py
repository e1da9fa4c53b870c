"""Bodies of groups in which each position stands for itself, but for sums over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deep_learner.compiler import Group, Node, Value
from deep_learner_cupy.compiler.body import Body, Partial, Place, Writer, steps
from deep_learner_cupy.compiler.nest import Nest
from deep_learner_cupy.compiler.reductions import Reduction, gathered
from deep_learner_cupy.compiler.types import wide

__all__ = ["applies", "elementwise"]

_THREADS = 256
_MOST = 2048  # blocks, which then go round again
_GATHERING = 512  # blocks that each leave a part of a sum


def applies(group: Group) -> bool:
    """Whether no row of a group must be finished before another node can be computed."""
    everything = tuple(range(len(group.domain)))
    read = {value for node in group.nodes for value in node.inputs()}
    return all(over == everything and value not in read for value, over in group.reductions.items())


def elementwise(nest: Nest, overwritten: Mapping[Value, Value]) -> tuple[list[Body], list[Body]]:
    """The bodies of a group, and those that gather what the first ones leave.

    Parameters
    ----------
    nest
        The group's nest.
    overwritten
        The outputs that are written over something else, and over what.
    """
    group = nest.group
    if group.domain:
        return _body(nest, group.nodes)
    bodies = [_body(nest, nodes)[0][0] for nodes in _apart(group.nodes, overwritten)]
    return bodies, []


def _body(nest: Nest, nodes: Sequence[Node]) -> tuple[list[Body], list[Body]]:
    group = nest.group
    writer, place = Writer(nest), _place(nest)
    reductions = [Reduction(nest, node) for node in nodes if node.outputs[0] in group.reductions]
    plain = [node for node in nodes if node.outputs[0] not in group.reductions]
    for reduction in reductions:
        reduction.begin(writer, 1)
    index, depth = nest.index, 2 if nest.dimensions else 1
    if nest.dimensions:
        writer.write(
            f"for ({index} i = ({index})block * blockDim.x + threadIdx.x; i < size; i += blocks * blockDim.x) {{"
        )
        writer.coordinates("c", "i", range(len(nest.dimensions)), depth)
    names: dict[Any, str] = {}
    writer.compute(plain, names, place, depth)
    for reduction in reductions:
        reduction.take(writer, names, place, depth)
    stored = [value for value in group.outputs if value in names]
    for value in stored:
        writer.store(value, names[value], place, depth, _once(nest, value))
    if nest.dimensions:
        writer.write("}")
    blocks = min(-(-group.size // _THREADS), _GATHERING if reductions else _MOST)
    after: list[Body] = []
    outputs: list[Value | Partial] = [*stored]
    for reduction in reductions:
        partial = Partial(reduction.value, wide(reduction.dtype), blocks)
        outputs.append(partial)
        total = writer.variable("t")
        writer.write(f"const {reduction.type} {total} = {reduction.shared()};")
        writer.write(f"if (threadIdx.x == 0) {writer.pointer(partial)}[block] = {total};")
        after.append(gathered(nest, reduction, partial, blocks))
    threads = (_THREADS if nest.dimensions else 1, 1)
    return [writer.finished(group.size, blocks, threads, outputs)], after


def _place(nest: Nest) -> Place:
    natural = nest.natural()

    def place(strides: Sequence[int]) -> str:
        if [*strides] == natural and natural:
            return "i"
        return steps((f"c{number}", stride) for number, stride in enumerate(strides))

    return place


def _once(nest: Nest, value: Value) -> str:
    """The condition under which one of the positions that have the same element writes it."""
    constant = sorted(set(range(len(nest.dimensions))) - nest.varies(value))
    return f"if ({' && '.join(f'c{number} == 0' for number in constant)}) " if constant else ""


def _apart(nodes: Sequence[Node], overwritten: Mapping[Value, Value]) -> list[list[Node]]:
    """Nodes that depend on each other together, others apart: they can be computed at the same time."""
    writers = {source: value for value, source in overwritten.items()}
    makers = {node.outputs[0]: node for node in nodes}
    parents = dict(zip(nodes, nodes, strict=True))

    def root(node: Node) -> Node:
        while parents[node] is not node:
            parents[node] = node = parents[parents[node]]
        return node

    for node in nodes:
        for one in node.inputs():
            value = writers.get(one, one)
            if value in makers:
                parents[root(makers[value])] = root(node)
    parts: dict[Node, list[Node]] = {}
    for node in nodes:
        parts.setdefault(root(node), []).append(node)
    return [*parts.values()]
