"""In-place operations: write into a tensor's memory, and tell the graph.

An in-place form computes the operation as usual, writes the result into the tensor's memory, stamps that memory and
gives the tensor the result's node. A view tells its base: the base's new value is the old one with the view's region
replaced.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dtypes import can_cast
from ..namespaces.raw import NAMESPACES, UNSHARED, computing_at
from ..tensor import Tensor, wrap
from .graph import LeafNode, Node
from .hooks import hand_on
from .memory import replace, share
from .modes import is_grad_enabled
from .record import fill
from .versions import stamp
from .views import refresh, stand_in, view_of

if TYPE_CHECKING:
    from ..typing import Array


def in_place(name: str, tensor: Tensor, compute: Callable[..., Any], *args: Any, **kwargs: Any) -> Tensor:
    """Give ``tensor`` the value of ``compute(tensor, *args, **kwargs)``, in its own memory.

    Parameters
    ----------
    name
        The in-place form's name, for messages.
    tensor
        What is changed.
    compute
        The operation, which returns a new Tensor.

    Raises
    ------
    RuntimeError
        If the tensor is a leaf that requires a gradient (or a view of one) and operations are recorded, or if the
        result does not fit: another shape, or a dtype that cannot be cast to the tensor's.
    """
    recording = is_grad_enabled() and requires_recording(tensor, args, kwargs)
    if recording:
        refuse_leaf(name, tensor)
        old = wrap(clone_array(tensor._array), tensor._node)
        args = tuple(old if value is tensor else value for value in args)
        result = compute(old, *args, **kwargs)
    else:
        result = compute(tensor, *args, **kwargs)
    return assign(name, tensor, result, recording)


def become_view(name: str, tensor: Tensor, operation: Callable[..., Tensor], *options: Any) -> Tensor:
    """Let ``tensor`` itself be the view of its memory that ``operation`` makes."""
    if is_grad_enabled() and requires_recording(tensor, (), {}):
        refuse_leaf(name, tensor)
    base = stand_in(tensor)
    made = operation(base, *options)
    tensor._array = made._array
    share(tensor, made)
    view = getattr(made, "_view", None)
    if view is not None:  # in inference mode views are not noted
        tensor._view = view
        base._views.append(weakref.ref(tensor))
    if isinstance(tensor._node, LeafNode):
        tensor._node.shape = made._array.shape
    else:
        tensor._node = made._node
    return tensor


def assign(name: str, tensor: Tensor, result: Tensor, recording: bool) -> Tensor:
    """Write ``result`` into ``tensor``'s memory and take over its node."""
    check_fits(name, tensor, result)
    if result.dtype is not tensor.dtype:
        result = result.to(tensor.dtype)
    write(tensor, result._array, name)
    if recording:
        adopt(tensor, result._node)
    return tensor


def requires_recording(tensor: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the tensor, what it is a view of, or any argument requires a gradient."""
    if any(
        isinstance(value, Tensor) and value._node is not None for value in (tensor, *args, *kwargs.values())
    ):
        return True
    view = view_of(tensor)
    while view is not None and view.base._node is None:
        view = view_of(view.base)
    return view is not None


def refuse_leaf(name: str, tensor: Tensor) -> None:
    """Refuse to overwrite what a gradient is wanted of.

    Raises
    ------
    RuntimeError
        If ``tensor`` is a leaf that requires a gradient, a view of one, or a view made without recording.
    """
    if isinstance(tensor._node, LeafNode):
        raise RuntimeError(
            f"a leaf Variable that requires grad is being used in an in-place operation: {name}() on a tensor of "
            f"shape {tuple(tensor.shape)}. Use the out-of-place form, or write inside no_grad()"
        )
    view = view_of(tensor)
    while view is not None:
        if isinstance(view.base._node, LeafNode):
            raise RuntimeError(
                f"a view of a leaf Variable that requires grad is being used in an in-place operation: {name}(). "
                "Use the out-of-place form, or write inside no_grad()"
            )
        if view.operation is None:
            raise RuntimeError(
                f"{name}() on one of several views that were made at once (as by split or unbind): such views cannot "
                "be modified in place while recording. Use indexing to make the view, or clone() it"
            )
        if view.base.dtype is not tensor.dtype:
            raise RuntimeError(
                f"{name}() on the real or the imaginary part of a tensor, while recording: its base would not learn of "
                "it. Make a new tensor of both parts, or write inside no_grad()"
            )
        if not view.recorded:
            raise RuntimeError(
                f"{name}() on a view that was made inside no_grad(), with operands that require a gradient: its base "
                "would not learn of it. Make the view outside no_grad(), or clone() it"
            )
        view = view_of(view.base)


def check_fits(name: str, tensor: Tensor, result: Tensor) -> None:
    """Refuse a result that the tensor's memory cannot take.

    Raises
    ------
    RuntimeError
        If its shape is another, or its dtype of a higher kind.
    """
    if result.shape != tensor.shape:
        raise RuntimeError(
            f"{name}(): output with shape {tuple(tensor.shape)} doesn't match the broadcast shape "
            f"{tuple(result.shape)}; use the out-of-place form"
        )
    if result.dtype is not tensor.dtype and not can_cast(result.dtype, tensor.dtype):
        raise RuntimeError(
            f"{name}(): result type {result.dtype.name} can't be cast to the desired output type {tensor.dtype.name}"
        )


def write(tensor: Tensor, value: Array, name: str) -> None:
    """Write an array of the same shape and dtype into ``tensor``'s memory and stamp it.

    Raises
    ------
    RuntimeError
        If the memory is read-only.
    """
    array = tensor._array
    backend = NAMESPACES[type(array)].backend
    try:
        with computing_at(backend, array):
            written = backend.write(array, ..., value)
    except ValueError as error:
        raise RuntimeError(
            f"{name}(): cannot write to this tensor's memory ({error}); it was made from read-only data or by "
            "broadcasting. Use tensor.clone()"
        ) from error
    except TypeError:  # arrays that cannot be changed: take the new one
        written = value
    if type(array) in UNSHARED:
        replace(tensor, written, name)
    else:
        tensor._array = written
    stamp(tensor._array, name)


def adopt(tensor: Tensor, node: Node | None) -> None:
    """Give ``tensor`` a new node, and let its base and their other views know."""
    hand_on(tensor._node, node)
    tensor._node = node
    refresh(tensor)
    view = view_of(tensor)
    while view is not None:
        base = view.base
        node = _scattered(base, tensor, view)
        hand_on(base._node, node)
        base._node = node
        refresh(base, but=tensor)
        tensor = base
        view = view_of(tensor)


def _scattered(base: Tensor, tensor: Tensor, view: Any) -> Node:
    """The node of ``base`` after the region that ``tensor`` views has been replaced."""
    from ..ops.view_scatter import view_scatter

    operation = view_scatter.operation
    return fill(Node.__new__(Node), operation, [base, tensor, (view.operation, view.options)], base._array)


def clone_array(array: Array) -> Array:
    """A copy of a raw array."""
    return NAMESPACES[type(array)].backend.asarray(array, copy=True)
