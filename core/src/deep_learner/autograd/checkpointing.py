"""Checkpoints: drop what a part of the forward pass saved, and compute it again when backward needs it.

The part runs and is recorded as usual; then the arrays its nodes saved are taken away. When the first of these nodes
is reached in a backward pass, the part runs once more and hands its saved arrays to the nodes of the first run. So
edges, parameters and higher derivatives are exactly those of the plain program.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..namespaces.raw import NAMESPACES
from ..sequences import is_several
from ..tensor import Tensor, wrap
from .graph import Heap, Node, next_sequence
from .modes import enable_grad, is_grad_enabled
from .push import push_any
from .versions import Restored, check_saved, last_write


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
        self.signature = [_signature(node) for node in nodes]

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
        signature = [_signature(node) for node in fresh]
        if signature != self.signature:
            differ = (f"{a} became {b}" for a, b in zip(self.signature, signature, strict=False) if a != b)
            raise RuntimeError(
                "checkpoint: the second run recorded other operations or shapes than the first "
                f"({len(signature)} operations and {len(self.signature)}; first difference: "
                f"{next(differ, 'one run stopped earlier')}). The function must do the same each time it is called "
                "with the same arguments"
            )
        for i, again in enumerate(fresh):
            node = self.nodes[i]()
            if node is None or not isinstance(node.saved, DeferredSaved):
                continue
            check_saved(again)
            saved = again.saved
            if isinstance(
                saved, DeferredSaved
            ):  # a checkpoint inside: from now on it serves the node of the first run
                saved.part.nodes[saved.position] = self.nodes[i]
                node.saved = saved
            else:
                node.saved = Restored(saved)


class DeferredSaved:
    """Stands where a node's saved arrays were."""

    __slots__ = ("part", "position")

    def __init__(self, part: _Deferred, position: int) -> None:
        self.part = part
        self.position = position


def restore(node: Node) -> None:
    """Compute a node's saved arrays again if they have been dropped."""
    while isinstance(node.saved, DeferredSaved):  # checkpoints inside one another take one run each
        node.saved.part.recompute()


def push_deferred(node: Node, heap: Heap) -> None:
    """Compute the part again, then make the gradients."""
    restore(node)
    push_any(node, heap)


def _signature(node: Node) -> tuple[str, tuple[Any, ...]]:
    """By what the two runs are compared: the operation, and the shapes of what it saved."""
    saved = node.saved if is_several(node.saved) else ()
    return node.name(), tuple(tuple(item.shape) if type(item) in NAMESPACES else None for item in saved)


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
    from ..ops.autocasting import captured

    state = random.get_rng_state() if preserve_rng_state else None
    # The second run's inputs: the same memory and the same places in the graph, whatever happens to the originals.
    held = [_same(arg) for arg in args]
    named = {name: _same(arg) for name, arg in kwargs.items()}
    autocast = captured()
    start = next_sequence()
    with autocast():
        outputs = function(*args, **kwargs)
    nodes = recorded_since(start, outputs)
    end = next_sequence()

    def again() -> Any:
        _require_unchanged([*held, *named.values()], end)
        with autocast():
            if state is None:
                return function(*held, **named)
            with random.fork_rng():
                random.set_rng_state(state)
                return function(*held, **named)

    part = _Deferred(again, nodes)
    for position, node in enumerate(nodes):
        if node.saved:
            node.saved = DeferredSaved(part, position)
            _put_in(node, push_deferred)
    return outputs


def _same(arg: Any) -> Any:
    return wrap(arg._array, arg._node) if isinstance(arg, Tensor) else arg


def _put_in(node: Node, push: Any) -> None:
    """Make ``push`` what the node does, behind its hooks if it has some."""
    hooks = getattr(node, "hooks", None)
    if hooks is None:
        node.push = push
    else:
        hooks.push = push


def _require_unchanged(args: list[Any], end: int) -> None:
    """Refuse to run again with arguments that were written after the first run.

    Raises
    ------
    RuntimeError
        If there is one.
    """
    for arg in args:
        held = last_write(arg._array) if isinstance(arg, Tensor) else None
        if held is not None and held.sequence < end:
            raise RuntimeError(
                f"checkpoint: an argument of shape {tuple(arg.shape)} has been modified by an inplace operation, "
                f"{held.operation}(), since the first run; the second would compute something else. Pass a clone()"
            )
