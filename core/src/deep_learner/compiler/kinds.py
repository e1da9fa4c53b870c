"""What of its surroundings and its arguments a trace depends on."""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import config
from ..autograd.graph import LeafNode
from ..autograd.hooks import hooks_of
from ..autograd.modes import is_grad_enabled, is_inference_mode_enabled
from ..namespaces.raw import NAMESPACES
from ..ops.autocasting import local as autocast
from ..tensor import Tensor
from .region import PLAIN

__all__ = ["Mode", "described", "kind_of", "mode", "place_in_graph", "shared_by", "storage_of"]

Mode = tuple[Any, ...]


def mode() -> Mode:
    """What decides how all operations work."""
    values = config.settings().values
    casts = (autocast.enabled, *autocast.dtypes.items()) if autocast.enabled else None
    return (
        is_grad_enabled(), is_inference_mode_enabled(), values["backend"], values["device"], values["default_dtype"],
        values["semantics"], values["executor"], casts,
    )  # fmt: skip


def kind_of(leaf: Any) -> Any:
    """What of an argument a trace depends on."""
    if isinstance(leaf, Tensor) and hasattr(leaf, "_array"):
        return type(leaf), *described(leaf._array, leaf._node)
    if isinstance(leaf, PLAIN):
        return type(leaf), repr(leaf) if isinstance(leaf, float | complex) else leaf  # 0.0 is not -0.0
    return type(leaf), id(leaf)


def described(array: Any, node: Any) -> tuple[Any, ...]:
    """What of a tensor a trace depends on."""
    strides = getattr(array, "strides", None)
    return type(array), tuple(array.shape), array.dtype, strides, place_in_graph(node)


def place_in_graph(node: Any) -> str:
    """Whether a tensor with this node requires a gradient, and what a program may know of that."""
    if node is None:
        return "none"
    if isinstance(node, LeafNode):
        return "leaf"
    hooks = hooks_of(node)
    return "inner" if hooks is None or hooks.retained is None else "retained"


def storage_of(tensor: Tensor) -> Any:
    """What identifies the memory that a tensor shows."""
    array: Any = tensor._array
    return NAMESPACES[type(array)].backend.storage(array)


def shared_by(leaves: Sequence[Any]) -> Any:
    """Which arguments are one tensor, and which lie in the same memory; None if none do."""
    dense = [leaf if isinstance(leaf, Tensor) and hasattr(leaf, "_array") else None for leaf in leaves]
    owners = [place if one is None else ("memory", id(storage_of(one))) for place, one in enumerate(dense)]
    if len(set(owners)) == len(owners):
        return None
    tensors = [*map(id, leaves)]
    return tuple(map(owners.index, owners)), tuple(map(tensors.index, tensors))
