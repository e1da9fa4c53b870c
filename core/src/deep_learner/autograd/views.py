"""Views: tensors that share memory with another one, tracked so that in-place changes reach both graphs.

A view remembers its base and the operation that made it; the base remembers its views weakly. Nothing is done until
something is written in place: then the base's graph is told, and other views are derived from the base anew.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..namespaces.raw import NAMESPACES, UNSHARED
from .memory import Step, share, shared
from .modes import local, modes

if TYPE_CHECKING:
    from ..ops.operation import Operation
    from ..tensor import Tensor

PRUNE = 8  # dead references are cleared away when a tensor has more views than this


class View(NamedTuple):
    """How a tensor was made as a view of another.

    Attributes
    ----------
    base : Tensor
        What it is a view of.
    operation : Operation or None
        The operation that made it; None for one of several views made at once.
    options : sequence
        The values of the operation's parameters after the first.
    recorded : bool
        Whether it was made while recording.
    """

    base: Tensor
    operation: Operation | None
    options: Sequence[Any]
    recorded: bool


_new_tuple: Callable[..., Any] = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def track(operation: Operation, base: Tensor, options: Sequence[Any], result: Any) -> None:
    """Note that ``result`` is a view of ``base``, or each of several results is one."""
    if base._array.__class__ in UNSHARED:
        several = isinstance(result, tuple)
        for part, one in enumerate(result if several else (result,)):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            share(one, base, Step(operation, options, part if several else None))
    recorded = modes.default or local.enabled
    if not recorded and local.inference:
        return
    if isinstance(result, tuple):
        for one in result:  # pyright: ignore[reportUnknownVariableType]
            one._view = View(base, None, (), True)
        return
    # View(...) without its Python frame
    result._view = _new_tuple(View, (base, operation, options, recorded))
    try:
        views = base._views
    except AttributeError:
        views = base._views = []
    if len(views) > PRUNE:
        views[:] = [view for view in views if view() is not None]
    views.append(weakref.ref(result))


def stand_in(tensor: Tensor) -> Tensor:
    """A tensor in ``tensor``'s place among its base and its views, so that it may become a view itself."""
    from ..tensor import wrap

    other = wrap(tensor._array, tensor._node)
    share(other, tensor)
    view: View | None = getattr(tensor, "_view", None)
    if view is not None:
        other._view = view
        if view.operation is not None:
            view.base._views.append(weakref.ref(other))
    other._views = []
    for child in [reference() for reference in getattr(tensor, "_views", ())]:
        if child is not None:
            child._view = child._view._replace(base=other)
            other._views.append(weakref.ref(child))
    tensor._views = []
    return other


def view_of(tensor: Tensor) -> View | None:
    """How the tensor was made as a view, if it was and really shares memory with its base."""
    view: View | None = getattr(tensor, "_view", None)
    if view is None or type(view.base._array) is not type(tensor._array):
        return None
    if type(tensor._array) in UNSHARED:
        return view if shared(view.base, tensor) else None
    storage = NAMESPACES[type(tensor._array)].backend.storage
    return view if storage(view.base._array) is storage(tensor._array) else None


def refresh(base: Tensor, but: Tensor | None = None) -> None:
    """Derive the graphs of all live views of ``base`` anew, after its own graph has changed."""
    stack = [(base, but)]
    while stack:
        parent, spared = stack.pop()
        for reference in getattr(parent, "_views", ()):
            child = reference()
            if child is None or child is spared:
                continue
            view = view_of(child)
            if view is None or view.operation is None or view.base is not parent:
                continue
            child._node = view.operation.apply(parent, *view.options)._node
            stack.append((child, None))
