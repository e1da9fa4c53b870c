"""The graphs that a step leaves behind: what it returns may be differentiated later."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..autograd.checkpointing import DeferredSaved
from ..autograd.graph import LeafNode, Node
from ..autograd.hooks import hooks_of
from ..tensor import Tensor

__all__ = ["is_spent", "nodes_below", "obstacle"]


def nodes_below(roots: Iterable[Node | None], ends: Collection[int] = ()) -> Iterator[Node]:
    """The nodes of the graph below some roots, without those of the identities `ends` and what is below these."""
    seen: set[int] = set(ends)
    stack = [node for node in roots if node is not None]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            stack += [edge for edge in node.edges if edge is not None]


def is_spent(node: Node) -> bool:
    """Whether a backward pass has been through the graph below a node, so that nobody can go again."""
    return any(one.saved is None for one in nodes_below([node]))


def obstacle(tensors: Iterable[Tensor], ends: Collection[int]) -> str:
    """Why the gradients of some tensors cannot be written down; nothing if they can."""
    for tensor in tensors:
        if isinstance(tensor._node, LeafNode):
            return "the step returns a leaf that it makes"
    for node in nodes_below([tensor._node for tensor in tensors], ends):
        if isinstance(node, LeafNode):
            continue
        if hooks_of(node) is not None:
            return "a hook is registered in a graph that leaves the step"
        if isinstance(node.saved, DeferredSaved):
            return "a checkpoint is in a graph that leaves the step"
    return ""
