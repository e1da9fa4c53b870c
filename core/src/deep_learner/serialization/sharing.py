"""Which memory a tensor shows and how: for formats that store memory once, however many tensors show it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap

__all__ = ["Shown", "shown"]


class Shown(NamedTuple):
    """A tensor as a layout over memory that other tensors may show, too.

    Attributes
    ----------
    owner : object
        What owns the memory: one object for all tensors that show it.
    memory : Tensor
        All elements of the memory, flat.
    offset : int
        Which of them is the tensor's first.
    strides : tuple of int
        How many elements apart neighbours along each dimension lie.
    """

    owner: object
    memory: Tensor
    offset: int
    strides: tuple[int, ...]


def shown(tensor: Tensor) -> Shown:
    """The memory of a tensor and the tensor's layout in it.

    Where that cannot be told (the memory is a part of something else, or the tensor runs through it backwards), the
    tensor counts as memory of its own, in row-major order.
    """
    tensor = tensor.detach()
    array = tensor._array
    owner: Any = NAMESPACES[type(array)].backend.storage(array)
    if type(owner) is type(array) and 0 not in tensor.shape:
        memory = wrap(owner)
        if not memory.is_contiguous():  # then its dimensions may lie in memory the other way round
            memory = memory.permute(*reversed(range(memory.ndim)))
        distance, strides, item = _distance(tensor, memory), tensor.stride(), tensor.itemsize
        reach = sum((size - 1) * step for size, step in zip(tensor.shape, strides, strict=True)) * item
        inside = min(strides, default=0) >= 0 and 0 <= distance <= memory.nbytes - reach - item
        if inside and memory.is_contiguous() and distance % item == memory.nbytes % item == 0:
            flat = memory.reshape(-1)
            flat = flat if flat.dtype is tensor.dtype else flat.view(tensor.dtype)
            return Shown(owner, flat, distance // item, strides)
    return _alone(tensor)


def _distance(tensor: Tensor, memory: Tensor) -> int:
    """How many bytes after the memory's first the tensor's first lies; negative if that is not known."""
    if tensor._array is memory._array:
        return 0
    try:
        return tensor.data_ptr() - memory.data_ptr()
    except RuntimeError:  # the backend does not tell
        return -1


def _alone(tensor: Tensor) -> Shown:
    strides = [1] * tensor.ndim
    for dim in range(tensor.ndim - 1, 0, -1):
        strides[dim - 1] = strides[dim] * max(tensor.shape[dim], 1)
    return Shown(tensor._array, tensor.contiguous().reshape(-1), 0, tuple(strides))
