"""Giving plain arrays to what a traced run has left behind: tensors, and the graphs that they are in."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..autograd.checkpointing import DeferredSaved
from ..autograd.function import FunctionNode
from ..autograd.graph import Node
from ..autograd.hooks import hooks_of
from ..autograd.versions import Restored
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from .array import TracedArray
from .leaving import nodes_below
from .number import TracedNumber
from .surroundings import original

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["Lowering", "forget_memory"]


def forget_memory(tensor: Tensor) -> None:
    """Forget with whom the traced array shared memory: arrays of the library do so themselves."""
    if hasattr(tensor, "_memory"):
        del tensor._memory


class Lowering:
    """Takes traced arrays out of tensors and graphs.

    Parameters
    ----------
    base
        The backend whose arrays they stand for.
    """

    def __init__(self, base: Backend) -> None:
        self._base = base
        self._graphs: list[Node | None] = []

    def tensors(self, tensors: Iterable[Tensor]) -> None:
        """Lower some tensors, what they are views of, and their graphs."""
        for tensor in tensors:
            self._tensor(tensor)
        while self._graphs:
            roots, self._graphs = self._graphs, []
            for node in nodes_below(roots):
                self._node(node)

    def _tensor(self, tensor: Tensor) -> None:
        if isinstance(tensor._array, TracedArray):
            tensor._array = tensor._array.array
            forget_memory(tensor)
            view = getattr(tensor, "_view", None)
            if view is not None:
                self._tensor(view.base)
        tensor._node = original(tensor._node)
        self._graphs.append(tensor._node)

    def _node(self, node: Node) -> None:
        if any(edge is not original(edge) for edge in node.edges):
            node.edges = tuple(map(original, node.edges))
        node.saved = self._lowered(node.saved)
        hooks = hooks_of(node)
        if hooks is not None and isinstance(hooks.retained, Tensor):
            self._tensor(hooks.retained)
        if isinstance(node, FunctionNode):
            node._namespace = NAMESPACES[self._base.array_types[0]]
            for name, value in vars(node).items():
                setattr(node, name, self._lowered(value))

    def _lowered(self, one: Any) -> Any:
        """The same with plain arrays; the same object where nothing changes."""
        if isinstance(one, TracedArray):
            return one.array
        if isinstance(one, TracedNumber):
            return one.number
        if isinstance(one, Node):
            return original(one)
        if isinstance(one, Tensor):
            self._tensor(one)
        elif isinstance(one, DeferredSaved):
            for cell in getattr(one.part.run, "__closure__", None) or ():
                self._lowered(cell.cell_contents)
        elif isinstance(one, dict):
            return {key: self._lowered(value) for key, value in one.items()}
        elif isinstance(one, tuple | list):
            return self._sequence(one)
        return one

    def _sequence(self, one: Any) -> Any:
        made = [*map(self._lowered, one)]
        if all(new is old for new, old in zip(made, one, strict=True)):
            return one
        kind: Any = type(one)
        if hasattr(kind, "_fields"):
            return kind(*made)
        made = kind(made)
        if isinstance(one, Restored):
            made.sequence = one.sequence
        return made
