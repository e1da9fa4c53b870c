"""The place of a compiled step in the graph: one node, whose backward pass is compiled, too."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.graph import MultipleNode, Node, next_sequence, output_nodes
from ..autograd.push import push_any
from .again import Kept
from .backward import Backward

__all__ = ["joined"]


class CompiledNode(MultipleNode):
    """The node of one call of a compiled step; what it saves is the call's own."""

    __slots__ = ()

    operation: Backward

    def gradients(self, grad: Any, create_graph: bool, wanted: Sequence[bool]) -> Sequence[Any]:
        """Run the compiled backward pass; one that is to be recorded itself is the step's own."""
        if create_graph:
            return self.operation.again.gradients(self, grad, wanted)
        return self.operation(self.saved, grad, wanted)


def joined(
    backward: Backward,
    saved: tuple[Any, ...],
    arguments: tuple[Any, Any],
    edges: tuple[Node | None, ...],
    blanks: tuple[Any, ...],
) -> Sequence[Any]:
    """Nodes for the tensors that leave a compiled step.

    Parameters
    ----------
    backward
        The step's backward pass.
    saved
        What it needs of this call.
    arguments
        The call's.
    edges
        The nodes of the tensors that it makes gradients of.
    blanks
        For each tensor its shape, native dtype and device.
    """
    node = CompiledNode.__new__(CompiledNode)
    node.sequence = next_sequence()
    node.operation = backward
    node.push = push_any
    node.grad = None
    node.edges = edges
    node.shapes = None
    node.saved = kept = Kept(saved)
    kept.arguments = arguments
    node.blanks = blanks
    return output_nodes(node, [True] * len(blanks))
