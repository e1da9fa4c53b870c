"""Tensors whose shape the first batch will tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, cast

from ..autograd.memory import share
from ..ops.filling import empty
from ..size import Size
from ..tensor import Tensor

if TYPE_CHECKING:
    from ..device import Device
    from ..dtypes import DType
    from ..typing import DeviceLike, DTypeLike


class UninitializedTensor(Tensor):
    """What uninitialized parameters and buffers have in common: a dtype, a device, and no values to compute with."""

    becomes: ClassVar[type[Tensor]]
    _blank: Tensor  # without elements; of the dtype and the device that the tensor will have
    _wanted: bool

    def _start(self, requires_grad: bool, device: DeviceLike, dtype: DTypeLike) -> None:
        self._node = None
        self._blank = empty(0, device=device, dtype=dtype)
        self._wanted = requires_grad

    def materialize(self, shape: Sequence[int], device: DeviceLike = None, dtype: DTypeLike = None) -> None:
        """Become an ordinary tensor of a shape, with arbitrary values.

        Parameters
        ----------
        shape
            The sizes of its dimensions.
        device, dtype
            By default those that it has already.
        """
        blank = self._blank
        made = blank.new_empty(tuple(shape), device=device or blank.device, dtype=dtype or blank.dtype)
        wanted = self._wanted
        del self._blank, self._wanted
        ordinary = cast(Tensor, self)
        ordinary.__class__ = self.becomes
        ordinary._array = made._array
        share(ordinary, made)
        ordinary.requires_grad = wanted

    @property
    def _array(self) -> NoReturn:  # pyright: ignore[reportIncompatibleVariableOverride]
        raise ValueError(
            f"Attempted to use an uninitialized parameter or buffer: {self!r} has no values before its module has seen "
            "a first batch. Call the module once, or materialize(shape), before computing with it"
        )

    @property
    def shape(self) -> Size:
        """There is none yet: raises RuntimeError."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. Call its module on a first batch to "
            "initialize it; a state with uninitialized parameters can only be loaded into modules that have them too"
        )

    @property
    def data(self) -> Tensor:
        """A tensor without elements, of its dtype and on its device."""
        return self._blank

    @data.setter
    def data(self, value: Tensor) -> None:
        self._blank = value

    @property
    def dtype(self) -> DType:
        """The elements' type."""
        return self._blank.dtype

    @property
    def device(self) -> Device:
        """Where it will be."""
        return self._blank.device

    @property
    def backend(self) -> str:
        """The name of the backend whose array it will be."""
        return self._blank.backend

    @property
    def requires_grad(self) -> bool:
        """Whether it will require a gradient."""
        return self._wanted

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self._wanted = value

    def detach(self) -> Self:
        """Itself: it is in no graph."""
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The same of another dtype, or on another device or backend; arguments as `Tensor.to`."""
        return self._like(self._blank.to(*args, **kwargs))

    def _like(self, blank: Tensor) -> Self:
        kind: Any = type(self)
        other = kind(self._wanted)
        other.data = blank
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if id(self) not in memo:
            memo[id(self)] = self._like(self._blank)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self._wanted, self.device, self.dtype)

    def __repr__(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        return f"<{type(self).__name__}>"
