"""A finished graph: what its outputs need, under the names that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.emission import name_of
from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.graph import Graph, Node

__all__ = ["Model", "finished"]


@dataclass
class Model:
    """Nodes in the order of computation, and the constants that they use.

    Attributes
    ----------
    outputs
        By name.
    """

    nodes: list[Node]
    constants: dict[str, npt.NDArray[Any]]
    outputs: dict[str, SymbolicArray]
    opset: int


def finished(graph: Graph, outputs: dict[str, SymbolicArray], inputs: list[str]) -> Model:
    """What the outputs need of a graph.

    Raises
    ------
    ExportError
        If it is something that no node gives.
    """
    sources = {name: name_of(graph, array) for name, array in outputs.items()}
    needed = {*sources.values()}
    nodes: list[Node] = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            needed.update(node.inputs)
            nodes.append(node)
    nodes.reverse()
    for value in needed & graph.unavailable.keys():
        raise ExportError(
            f"an ONNX graph does not compute {graph.unavailable[value]}, which the outputs depend on"
        )
    made = {output for node in nodes for output in node.outputs}
    renamed: dict[str, str] = {}
    copies: list[Node] = []
    for name, value in sources.items():
        if value in made and value not in renamed and name not in inputs:
            renamed[value] = name
        else:
            copies.append(Node("Identity", (renamed.get(value, value),), (name,), {}, ""))
    nodes = [_renamed(node, renamed) for node in nodes] + copies
    constants = {name: array for name, array in graph.constants.items() if name in needed}
    return Model(nodes, constants, outputs, graph.opset)


def _renamed(node: Node, names: dict[str, str]) -> Node:
    return node._replace(
        inputs=tuple(names.get(one, one) for one in node.inputs),
        outputs=tuple(names.get(one, one) for one in node.outputs),
    )
