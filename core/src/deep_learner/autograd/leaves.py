"""What a tensor's graph attributes do: requiring a gradient, reading and setting it, hooks on it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from ..dtypes import bfloat16
from ..namespaces.raw import NAMESPACES
from ..semantics import follows_torch
from ..tensor import Tensor, gradient_dtype, wrap
from .graph import LeafNode, RealLeafNode, leaf_node
from .hooks import RemovableHandle, add_hook, ensure_hooks, hooks_of
from .memory import share
from .modes import is_inference_mode_enabled


def is_leaf(tensor: Tensor) -> bool:
    """Whether no recorded operation made the tensor."""
    return tensor._node is None or isinstance(tensor._node, LeafNode)


def set_requires_grad(tensor: Tensor, value: bool) -> None:
    """Make a leaf require a gradient, or no longer.

    Raises
    ------
    RuntimeError
        If the tensor is no leaf and ``value`` is False, or it is boolean.
    """
    if bool(value) == (tensor._node is not None):
        return
    if not value:
        if not is_leaf(tensor):
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables; this tensor was made by "
                f"{tensor._node!r}. Use tensor.detach() to leave the graph"
            )
        tensor._node = None
        return
    if tensor.dtype.kind == "bool":
        raise RuntimeError(
            "a boolean tensor cannot require a gradient; convert it with .to(deep_learner.float32)"
        )
    if not (tensor.is_floating_point() or tensor.is_complex()) and follows_torch():
        raise RuntimeError(
            f"only Tensors of floating point and complex dtype can require gradients. Received: {tensor.dtype.name}; "
            "convert it with .to(torch.float32)"
        )
    if is_inference_mode_enabled():
        raise RuntimeError("setting requires_grad=True is not allowed inside inference_mode")
    array = tensor._array
    native = getattr(NAMESPACES[type(array)], gradient_dtype(tensor.dtype).name)
    # The dtype as arrays of this library carry it, so that comparing the two is cheap.
    dtype = array.dtype if gradient_dtype(tensor.dtype) is tensor.dtype else native
    # bfloat16 takes the general way: see `short_dtypes`.
    plain = tensor.is_floating_point() and tensor.dtype is not bfloat16
    tensor._node = leaf_node(array.shape, dtype, plain)
    tensor._node.owner = weakref.ref(tensor)


def gathered(tensor: Tensor) -> Tensor | None:
    """The gradient that has reached the tensor, if one has and it keeps it."""
    node = tensor._node
    if isinstance(node, LeafNode):
        return node.total
    hooks = None if node is None else hooks_of(node)
    return None if hooks is None else hooks.retained


def forget(tensor: Tensor) -> None:
    """Drop the gradient that has reached the tensor."""
    node = tensor._node
    if isinstance(node, LeafNode):
        node.total = None
    elif node is not None:
        set_grad(tensor, None)


def get_grad(tensor: Tensor) -> Tensor | None:
    """``tensor.grad``: what was gathered; for a leaf that nothing has reached zeros, unless PyTorch's word holds."""
    found = gathered(tensor)
    if found is None and isinstance(tensor._node, LeafNode) and not follows_torch():
        return zero_gradient(tensor)
    return found


def zero_gradient(tensor: Tensor) -> Tensor:
    """Zeros in the shape, dtype and place of the tensor's gradient."""
    namespace = NAMESPACES[type(tensor._array)]
    device = namespace.backend.native_device(tensor.device)
    dtype = getattr(namespace, gradient_dtype(tensor.dtype).name)
    return wrap(namespace.zeros(tensor._array.shape, dtype=dtype, device=device))


def set_grad(tensor: Tensor, value: Any) -> None:
    """Assign ``tensor.grad``.

    Raises
    ------
    RuntimeError
        If the tensor requires no gradient, or the gradient's shape, dtype or device is another.
    TypeError
        If it is no Tensor.
    """
    node = tensor._node
    if value is not None:
        _require_tensor(value)
        dtype = gradient_dtype(tensor.dtype)
        held = value._values() if value.is_sparse else value
        if (
            value.shape != tensor.shape
            or value.dtype is not dtype
            or type(held._array) is not type(tensor._array)
        ):
            raise RuntimeError(
                "assigned grad has data of a different size, type or device: the tensor's gradient has shape "
                f"{tuple(tensor.shape)}, dtype {dtype.name} on {tensor.device}. Received: shape "
                f"{tuple(value.shape)}, dtype {value.dtype.name} on {value.device}"
            )
    if isinstance(node, LeafNode):
        node.total = value
    elif node is not None:
        ensure_hooks(node).retained = value
    elif value is not None:
        raise RuntimeError("this tensor requires no gradient; call requires_grad_() before assigning grad")


def _require_tensor(value: object) -> None:
    if not isinstance(value, Tensor) and not getattr(value, "is_sparse", False):
        raise TypeError(f"grad must be a Tensor or None. Received: {type(value).__name__}")


def retain_grad(tensor: Tensor) -> None:
    """Keep the gradient of a tensor that is no leaf.

    Raises
    ------
    RuntimeError
        If it requires no gradient.
    """
    if tensor._node is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if not isinstance(tensor._node, LeafNode):
        ensure_hooks(tensor._node).retain = True


def register_hook(tensor: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Call ``hook(gradient)`` whenever the tensor's gradient is computed.

    Raises
    ------
    RuntimeError
        If it requires no gradient.
    """
    if tensor._node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    return add_hook(tensor._node, hook, "tensor")


def register_post_accumulate_grad_hook(tensor: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
    """Call ``hook(tensor)`` after the leaf has gathered its gradient.

    Raises
    ------
    RuntimeError
        If the tensor is no leaf that requires a gradient.
    """
    if not isinstance(tensor._node, LeafNode):
        raise RuntimeError(
            "post accumulate grad hooks can only be registered on leaf tensors that require grad"
        )
    hooks = ensure_hooks(tensor._node).accumulated
    handle = RemovableHandle(hooks)
    hooks[handle.id] = (weakref.ref(tensor), hook)
    return handle


def set_data(tensor: Tensor, value: Any) -> None:
    """Replace the tensor's memory: ``tensor.data = value``; a leaf stays a leaf.

    Raises
    ------
    TypeError
        If ``value`` is no Tensor.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"data must be a Tensor. Received: {type(value).__name__}")
    tensor._array = value._array
    share(tensor, value)
    node = tensor._node
    if isinstance(node, LeafNode):
        node.shape, node.dtype = value._array.shape, value._array.dtype
        node.__class__ = RealLeafNode if value.is_floating_point() else LeafNode
        if node.total is not None and node.total.shape != value.shape:
            node.total = None
