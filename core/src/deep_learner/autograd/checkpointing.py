"""Checkpoints: drop what a part of the forward pass saved, and compute it again when backward needs it.

The part runs and is recorded as usual; then the arrays its nodes saved are taken away. When the first of these nodes
is reached in a backward pass, the part runs once more and hands its saved arrays to the nodes of the first run. So
edges, parameters and higher derivatives are exactly those of the plain program.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..tensor import Tensor, wrap
from .graph import Heap, Node, Push, next_sequence
from .modes import enable_grad, is_grad_enabled


class _Deferred:
    """A part of the graph whose saved arrays have been dropped.

    Parameters
    ----------
    run
        Runs the part again and returns its outputs.
    nodes
        The nodes of the first run, oldest first.
    """

    def __init__(self, run: Callable[[], Any], nodes: list[Node]) -> None:
        self.run = run
        self.nodes = [weakref.ref(node) for node in nodes]  # weak: each node holds this part
        self.names = [node.name() for node in nodes]
        self.pushes: list[Push] = [node.push for node in nodes]

    def recompute(self) -> None:
        """Run the part again and give its saved arrays to the nodes of the first run.

        Raises
        ------
        RuntimeError
            If the second run recorded something else.
        """
        with enable_grad():
            start = next_sequence()
            fresh = recorded_since(start, self.run())
        if [node.name() for node in fresh] != self.names:
            raise RuntimeError(
                "checkpoint: the second run recorded other operations than the first. The function must do the same "
                "each time it is called with the same arguments"
            )
        for reference, again, push in zip(self.nodes, fresh, self.pushes, strict=True):
            node = reference()
            if node is None:
                continue
            if node.push is push_deferred:
                node.push = push
            node.saved = again.saved


class DeferredSaved:
    """Stands where a node's saved arrays were."""

    __slots__ = ("part",)

    def __init__(self, part: _Deferred) -> None:
        self.part = part


def push_deferred(node: Node, heap: Heap) -> None:
    """Compute the part again, then do what the node does."""
    node.saved.part.recompute()
    node.push(node, heap)


def recorded_since(start: int, outputs: Any) -> list[Node]:
    """The nodes younger than ``start`` that ``outputs`` were made by, oldest first."""
    found: dict[int, Node] = {}
    stack = [tensor._node for tensor in _tensors(outputs)]
    while stack:
        node = stack.pop()
        if node is None or node.sequence >= start or node.sequence in found:
            continue
        found[node.sequence] = node
        stack.extend(node.edges)
    return [found[sequence] for sequence in sorted(found, reverse=True)]


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]  # pyright: ignore[reportUnknownVariableType]
    return []


def checkpoint(
    function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None, preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Call ``function(*args, **kwargs)`` without keeping what backward needs; it is computed again then.

    Parameters
    ----------
    function
        Must do the same each time it is called with the same arguments.
    use_reentrant
        Accepted for PyTorch's sake; there is one way, and it behaves as PyTorch's ``use_reentrant=False``.
    preserve_rng_state
        Give the second run the random numbers of the first.

    Returns
    -------
    object
        What ``function`` returns.

    Raises
    ------
    RuntimeError
        In backward, if the second run records other operations than the first.
    """
    if not is_grad_enabled():
        return function(*args, **kwargs)
    from .. import random

    state = random.get_rng_state() if preserve_rng_state else None
    # The second run's inputs: the same memory and the same places in the graph, whatever happens to the originals.
    held = [wrap(arg._array, arg._node) if isinstance(arg, Tensor) else arg for arg in args]
    start = next_sequence()
    outputs = function(*args, **kwargs)
    nodes = [node for node in recorded_since(start, outputs)]

    def again() -> Any:
        if state is None:
            return function(*held, **kwargs)
        with random.fork_rng():
            random.set_rng_state(state)
            return function(*held, **kwargs)

    part = _Deferred(again, nodes)
    for node in nodes:
        if node.saved:
            node.saved = DeferredSaved(part)
            node.push = push_deferred
    return outputs
