"""Copying and pickling tensors: leaves only, by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .namespaces.raw import NAMESPACES
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from .device import Device


def reduce_tensor(tensor: Tensor) -> tuple[Any, ...]:
    """What pickle needs: the values as a NumPy array, the backend's name, the device, and the flag.

    Raises
    ------
    RuntimeError
        If the tensor is no leaf.
    """
    _require_leaf(tensor)
    backend = NAMESPACES[type(tensor._array)].backend
    values = backend.to_numpy(tensor._array)
    return restore_tensor, (type(tensor), values, backend.name, tensor.device, tensor.requires_grad)


def restore_tensor(
    kind: type[Tensor], values: Any, backend: str, device: Device, requires_grad: bool
) -> Tensor:
    """The tensor of a pickle, on the backend it came from."""
    from . import backends

    tensor = object.__new__(kind)
    tensor._array = backends.get(backend).from_numpy(values, device)
    tensor._node = None
    tensor.requires_grad = requires_grad
    return tensor


def deepcopy_tensor(tensor: Tensor, memo: dict[int, Any]) -> Tensor:
    """A copy with memory of its own, and of the gradient if there is one.

    Raises
    ------
    RuntimeError
        If the tensor is no leaf.
    """
    if id(tensor) in memo:
        return memo[id(tensor)]
    _require_leaf(tensor)
    backend = NAMESPACES[type(tensor._array)].backend
    copy = object.__new__(type(tensor))
    copy._array = backend.asarray(tensor._array, copy=True)
    copy._node = None
    copy.requires_grad = tensor.requires_grad
    memo[id(tensor)] = copy
    if tensor.has_grad and tensor.grad is not None:
        copy.grad = wrap(backend.asarray(tensor.grad._array, copy=True))
    return copy


def _require_leaf(tensor: Tensor) -> None:
    if not tensor.is_leaf:
        raise RuntimeError(
            f"only leaf tensors can be copied or pickled; this one was made by {tensor.grad_fn!r}. Use .detach() first"
        )
