"""Methods of Tensor about the memory behind it, as far as the backend tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.inplace import become_view
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from .layouts import empty_strided
from .windows import as_strided

if TYPE_CHECKING:
    from ..storage import UntypedStorage

METHODS = (
    "as_strided_",
    "data_ptr",
    "is_set_to",
    "is_shared",
    "new_empty_strided",
    "storage_offset",
    "untyped_storage",
)


def data_ptr(self: Tensor) -> int:
    """The address of the first element.

    Raises
    ------
    RuntimeError
        If the backend's arrays have none that they tell.
    """
    address = _address(self._array)
    if address is None:
        raise RuntimeError(f"arrays of the backend {self.backend!r} do not tell where in memory they are")
    return address


def _address(array: Any) -> int | None:
    for protocol in ("__array_interface__", "__cuda_array_interface__"):
        interface = getattr(array, protocol, None)
        if interface is not None:
            return int(interface["data"][0])
    return None


def storage_offset(self: Tensor) -> int:
    """How many elements after the beginning of its memory the first one lies; 0 where the backend does not tell."""
    first = _address(self._array)
    beginning = _address(NAMESPACES[self._array.__class__].backend.storage(self._array))
    return 0 if first is None or beginning is None else (first - beginning) // self.itemsize


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes of the memory that the tensor, and maybe others, lie in."""
    from ..storage import UntypedStorage

    return UntypedStorage.of(self)


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both show the same elements of the same memory in the same order."""
    same = self.dtype is tensor.dtype and self.shape == tensor.shape and self.stride() == tensor.stride()
    return same and type(self._array) is type(tensor._array) and self.data_ptr() == tensor.data_ptr()


def is_shared(self: Tensor) -> bool:
    """Whether the memory is shared with other processes: a device's is, other memory is not."""
    return self.device.type != "cpu"


def new_empty_strided(self: Tensor, size: Sequence[int], stride: Sequence[int], **options: Any) -> Tensor:
    """As :func:`deep_learner.empty_strided`, with this tensor's dtype and device."""
    options.setdefault("dtype", self.dtype)
    options.setdefault("device", self.device)
    return empty_strided(size, stride, **options)


def as_strided_(
    self: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """In-place version of :meth:`as_strided`."""
    return become_view("as_strided_", self, as_strided, tuple(size), tuple(stride), storage_offset)
