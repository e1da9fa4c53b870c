"""Tensors whose values are read when they are needed, so that writing many takes the memory of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..dtypes import as_dtype
from ..size import Size
from ..tensor import Tensor
from .errors import SerializationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..dtypes import DType
    from ..typing import DTypeLike

__all__ = ["DeferredTensor"]


class DeferredTensor(Tensor):
    """A tensor of known shape and dtype that reads its values each time they are asked for, and keeps none.

    Parameters
    ----------
    shape, dtype
        What `read` gives.
    read
        Gives the values.

    Raises
    ------
    SerializationError
        When the values are asked for and are of another shape or dtype.
    """

    def __init__(self, shape: Sequence[int], dtype: DTypeLike, read: Callable[[], Tensor]) -> None:
        self._node = None
        self._shape = Size(shape)
        self._dtype = as_dtype(dtype)
        self._read = read

    @property
    def _array(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.detach()._array

    def detach(self) -> Tensor:
        """The values, in a tensor of their own."""
        tensor = self._read().detach()
        if tensor.shape != self._shape or tensor.dtype is not self._dtype:
            raise SerializationError(
                f"a tensor was to be {self._dtype.name} of shape {tuple(self._shape)} and is {tensor.dtype.name} of "
                f"shape {tuple(tensor.shape)}"
            )
        return tensor

    @property
    def shape(self) -> Size:
        """Its shape."""
        return self._shape

    @property
    def ndim(self) -> int:
        """The number of its dimensions."""
        return len(self._shape)

    @property
    def dtype(self) -> DType:
        """The elements' type."""
        return self._dtype
