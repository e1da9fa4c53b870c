"""`Parameter` and `Buffer`: tensors that a module finds again when they are assigned to it."""

from __future__ import annotations

from typing import Any, TypeGuard

from ..autograd.memory import share
from ..dtypes import get_default_dtype
from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from ._uninitialized import UninitializedTensor


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

    def __repr__(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
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


class UninitializedParameter(UninitializedTensor, Parameter):
    """A parameter whose shape is not known yet; `materialize` makes it a :class:`Parameter`.

    Parameters
    ----------
    requires_grad
        Whether it will collect gradients.
    device, dtype
        What it will have unless `materialize` is told otherwise.

    Notes
    -----
    It can be moved, cast, copied and stored in a ``state_dict``. Its shape is refused with a RuntimeError, all
    computing with a ValueError.
    """

    becomes = Parameter

    def __init__(
        self, requires_grad: bool = True, device: DeviceLike = None, dtype: DTypeLike = None
    ) -> None:
        self._start(requires_grad, device, dtype)


class UninitializedBuffer(UninitializedTensor, Buffer):
    """A buffer whose shape is not known yet; `materialize` makes it a :class:`Buffer`.

    Parameters
    ----------
    requires_grad, device, dtype
        As of `UninitializedParameter`.
    persistent
        Whether the module's ``state_dict`` includes it.
    """

    becomes = Buffer

    def __init__(
        self,
        requires_grad: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        persistent: bool = True,
    ) -> None:
        self._start(requires_grad, device, dtype)
        self.persistent = persistent


def is_lazy(param: Any) -> TypeGuard[UninitializedTensor]:
    """Whether `param` is an `UninitializedParameter` or an `UninitializedBuffer`."""
    return isinstance(param, UninitializedTensor)
