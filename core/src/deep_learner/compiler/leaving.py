"""Whether a graph may be left behind when a step ends."""

from __future__ import annotations

from typing import Any

from ..autograd.graph import LeafNode

__all__ = ["was_gone_through"]


def was_gone_through(node: Any, gathered: bool) -> bool:
    """Whether a backward pass has been through the graph of a node, so that nobody will go again.

    Parameters
    ----------
    node
        Of a tensor that a step returns.
    gathered
        Whether leaves have gathered gradients in the step: that decides about graphs in which nothing is saved.
    """
    if isinstance(node, LeafNode):
        return False
    seen: set[int] = set()
    stack = [node]
    freed = kept = False
    while stack:
        one = stack.pop()
        if one is None or id(one) in seen or isinstance(one, LeafNode):
            continue
        seen.add(id(one))
        freed = freed or one.saved is None
        kept = kept or bool(one.saved and getattr(one.operation, "keeps_arrays", False))
        stack.extend(one.edges)
    return freed or (gathered and not kept)
