"""How tensors are printed: the values as the backend's array shows them, then what the graph knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .autograd.graph import LeafNode
from .dtypes import bfloat16
from .namespaces.raw import NAMESPACES

if TYPE_CHECKING:
    from .tensor import Tensor

_HEAD = "Tensor("


def tensor_text(tensor: Tensor) -> str:
    """``Tensor(``, the indented values, and ``grad_func=<...>`` or ``requires_grad=True`` with the device."""
    backend = NAMESPACES[type(tensor._array)].backend
    array = tensor._array if tensor.dtype is not bfloat16 else tensor.detach().float()._array
    try:
        values = str(backend.to_numpy(array))
    except TypeError:  # a backend that cannot make NumPy arrays shows its own
        values = str(array)
    indent = " " * len(_HEAD)
    lines = "\n".join(indent + line for line in values.splitlines())
    node = tensor._node
    graph = "" if node is None else f"grad_func=<{node.name()}>, "
    if isinstance(node, LeafNode):
        graph = "requires_grad=True, "
    return f"{_HEAD}\n{lines},\n{graph}device={tensor.device})"
