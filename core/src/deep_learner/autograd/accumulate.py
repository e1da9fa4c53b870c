"""Gathering gradients in leaves."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..namespaces.raw import NAMESPACES, UNSHARED
from ..tensor import Tensor, wrap
from .memory import replace
from .unbroadcast import unbroadcast
from .versions import stamp

if TYPE_CHECKING:
    from .graph import LeafNode

iadd: Callable[[Any, Any], Any] = operator.iadd  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _holders(tensor: Tensor) -> int:
    return sys.getrefcount(tensor._array)


# A gradient whose array has no more references than this is in no node and under no view.
UNHELD = _holders(wrap(object()))


def accumulate(leaf: LeafNode, grad: Any, unshared: bool) -> None:
    """Add ``grad`` to what ``leaf`` has gathered.

    Parameters
    ----------
    leaf
        The leaf.
    grad
        A raw array, or under ``create_graph`` a Tensor; it gets the leaf's shape and dtype.
    unshared
        Whether nobody else holds the array, so that it may be kept as it is.
    """
    total = leaf.total
    if isinstance(grad, Tensor):
        grad = _fit_tensor(leaf, grad)
        leaf.total = grad if total is None else total + grad
        return
    namespace = NAMESPACES[type(grad)]
    backend = namespace.backend
    if grad.shape != leaf.shape:
        grad = unbroadcast(namespace, grad, leaf.shape)
    if grad.dtype != leaf.dtype:
        grad = namespace.astype(backend.asarray(grad), leaf.dtype)
        unshared = True
    if total is None:
        if type(grad) is not backend.array_types[0]:
            grad = backend.asarray(grad)
        elif not unshared or backend.storage(grad) is not grad:
            grad = backend.asarray(grad, copy=True)
        leaf.total = wrap(grad)
    elif total._node is not None:
        leaf.total = total + wrap(backend.asarray(grad))
    else:
        if _holders(total) > UNHELD:
            stamp(total._array, "backward")
        if type(grad) in UNSHARED:
            replace(total, total._array + grad, "backward")
            return
        try:
            total._array = iadd(total._array, grad)
        except (TypeError, ValueError):  # memory that cannot be written
            total._array = total._array + grad


def _fit_tensor(leaf: LeafNode, grad: Tensor) -> Tensor:
    from ..dtypes import from_native
    from ..namespaces import tensor as namespace

    if grad.shape != leaf.shape:
        grad = unbroadcast(namespace, grad, leaf.shape)
    dtype = from_native(leaf.dtype)
    return grad if grad.dtype is dtype else grad.to(dtype)
