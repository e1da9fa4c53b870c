"""Views: tensors that share memory with another one, tracked so that in-place changes reach both graphs.

A view remembers its base and the operation that made it; the base remembers its views weakly. Nothing is done until
something is written in place: then the base's graph is told, and other views are derived from the base anew.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..namespaces.raw import NAMESPACES
from .modes import local, modes

if TYPE_CHECKING:
    from ..ops.operation import Operation
    from ..tensor import Tensor


class View:
    """A tensor's relation to the tensors that share its memory.

    Attributes
    ----------
    base : Tensor or None
        What this is a view of; None for a tensor that only has views itself.
    operation, options
        How it is made from the base: the operation, and the values of its parameters after the first; None for one
        of several views made at once.
    children : list of weak references to Tensor
        The views of this tensor.
    recorded : bool
        Whether it was made while recording.
    """

    __slots__ = ("base", "children", "operation", "options", "recorded")

    def __init__(self, base: Tensor | None, operation: Operation | None, options: Sequence[Any], recorded: bool) -> None:
        self.base = base
        self.operation = operation
        self.options = options
        self.recorded = recorded
        self.children: list[weakref.ref[Tensor]] = []


def track(operation: Operation, values: Sequence[Any], result: Any) -> None:
    """Note that ``result`` is a view of ``values[0]``, or each of several results is one."""
    if local.inference:
        return
    base: Tensor = values[0]
    if isinstance(result, tuple):
        for one in result:  # pyright: ignore[reportUnknownVariableType]
            one._view = View(base, None, (), True)
        return
    result._view = View(base, operation, values[1:], modes.default or local.enabled)
    family = base._view
    if family is None:
        family = base._view = View(None, None, (), True)
    if len(family.children) > 8:
        family.children = [child for child in family.children if child() is not None]
    family.children.append(weakref.ref(result))


def base_of(tensor: Tensor) -> Tensor | None:
    """The tensor that ``tensor`` is a view of, if they really share memory."""
    view = tensor._view
    if view is None or view.base is None or type(view.base._array) is not type(tensor._array):
        return None
    storage = NAMESPACES[type(tensor._array)].backend.storage
    return view.base if storage(view.base._array) is storage(tensor._array) else None


def refresh(base: Tensor, but: Tensor | None = None) -> None:
    """Derive the graphs of all live views of ``base`` anew, after its own graph has changed."""
    stack = [(base, but)]
    while stack:
        parent, spared = stack.pop()
        if parent._view is None:
            continue
        for reference in parent._view.children:
            child = reference()
            if child is None or child is spared or child._view is None or base_of(child) is None:
                continue
            operation: Any = child._view.operation
            child._node = operation.apply(parent, *child._view.options)._node
            stack.append((child, None))
