"""The native printed form of tensors: the values as the backend's array shows them, then what the graph knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..autograd.graph import LeafNode
from ..dtypes import bfloat16, complex32, complex64, float32
from ..namespaces.raw import NAMESPACES

if TYPE_CHECKING:
    from ..tensor import Tensor

_HEAD = "Tensor("


def native_text(tensor: Tensor, contents: str | None = None) -> str:
    """``Tensor(``, the indented values, and ``grad_func=<...>`` or ``requires_grad=True`` with the device."""
    values = _values(tensor) if contents is None else contents
    indent = " " * len(_HEAD)
    lines = "\n".join(indent + line for line in values.splitlines())
    node = tensor._node
    graph = "" if node is None else f"grad_func=<{node.name()}>, "
    if isinstance(node, LeafNode):
        graph = "requires_grad=True, "
    return f"{_HEAD}\n{lines},\n{graph}device={tensor.device})"


def _values(tensor: Tensor) -> str:
    backend = NAMESPACES[type(tensor._array)].backend
    wider = {bfloat16: float32, complex32: complex64}.get(tensor.dtype)
    array = tensor._array if wider is None else tensor.detach().to(wider)._array
    try:
        return str(backend.to_numpy(array))
    except TypeError:  # a backend that cannot make NumPy arrays shows its own
        return str(array)
