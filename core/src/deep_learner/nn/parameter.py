"""`Parameter` and `Buffer`: tensors that a module finds again when they are assigned to it."""

from __future__ import annotations

from typing import Any

from ..autograd.memory import share
from ..dtypes import get_default_dtype
from ..tensor import Tensor


def _given(data: Any) -> Tensor:
    """`data` as a tensor: itself, an empty one for ``None``, or a copy of what it holds."""
    if isinstance(data, Tensor):
        return data
    return Tensor([], dtype=get_default_dtype()) if data is None else Tensor(data)


class Parameter(Tensor):
    """A tensor that is learned: assigned to a module, it becomes one of ``module.parameters()``.

    Parameters
    ----------
    data
        The initial values; a tensor shares its memory with the parameter. Empty by default.
    requires_grad
        Whether it collects gradients.

    Raises
    ------
    RuntimeError
        If `requires_grad` and the data can have no gradient.
    """

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        given = _given(data)
        self._array = given._array
        share(self, given)
        self._node = None
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that is part of a module's state but not learned: assigned, it becomes a buffer.

    Parameters
    ----------
    data
        The initial values; a tensor shares its memory with the buffer. Empty by default.
    persistent
        Whether the module's ``state_dict`` includes it.
    """

    persistent: bool = True

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        given = _given(data)
        self._array = given._array
        share(self, given)
        self._node = None
        self.persistent = persistent
