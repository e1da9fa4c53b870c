"""Cutting what a trace noted in two: the forward pass, and the backward pass of what it returns."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from .derivative import Derivative
from .graph import Graph, Node, Value
from .passes import without_dead

__all__ = ["BackwardNodes", "cut"]


class BackwardNodes(NamedTuple):
    """A backward pass.

    Attributes
    ----------
    nodes : list of Node
    saved : list of Value
        What it takes from the forward pass.
    tangents : list of Value
        The incoming gradients.
    gradients : list of Value
        What it hands on.
    """

    nodes: list[Node]
    saved: list[Value]
    tangents: list[Value]
    gradients: list[Value]


def cut(
    graph: Graph, derivative: Derivative, written: Collection[Value]
) -> tuple[list[Node], list[Value], BackwardNodes]:
    """The nodes of the forward pass, what it has to keep, and the backward pass.

    Parameters
    ----------
    graph
        All that was noted.
    derivative
        Which part of it is the backward pass.
    written
        The inputs whose memory the forward pass changes: copies are kept of what lies there.
    """
    forward = graph.nodes[: derivative.start]
    gradients = [*derivative.gradients.values()]
    backward = without_dead(graph.nodes[derivative.start :], gradients)
    known = {value for node in backward for value in node.outputs}.union(derivative.tangents)
    read = [value for node in backward for value in node.inputs()] + gradients
    saved = [*dict.fromkeys(value for value in read if value not in known)]
    roots = {value.root for value in written}
    kept: list[Value] = []
    for value in saved:
        if value.root in roots:
            graph.count += 1
            copy = Value(graph.count, value.shape, value.dtype, value.strides)
            forward.append(Node("asarray", (value,), {"copy": True}, (copy,)))
            value = copy
        kept.append(value)
    return forward, kept, BackwardNodes(backward, saved, derivative.tangents, gradients)
