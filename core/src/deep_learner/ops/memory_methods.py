"""Methods of Tensor about the memory behind it, as far as the backend tells."""

from __future__ import annotations

import math
import mmap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..autograd.inplace import become_view
from ..autograd.views import view_of
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor
from .buffers import frombuffer
from .filling import empty, shape_of
from .layouts import empty_strided, row_major
from .searching import nonzero
from .windows import as_strided

if TYPE_CHECKING:
    from ..sparse import SparseTensor
    from ..storage import TypedStorage, UntypedStorage
    from ..typing import DTypeLike

METHODS = (
    "_is_view", "as_strided_", "data_ptr", "dim_order", "is_set_to", "is_shared", "new_empty_strided", "resize_",
    "resize_as_", "set_", "share_memory_", "storage", "storage_offset", "to_dense", "to_sparse",
    "untyped_storage",
)  # fmt: skip


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


def storage(self: Tensor) -> TypedStorage:
    """The memory that the tensor, and maybe others, lie in, as elements of its dtype."""
    from ..storage import TypedStorage

    return TypedStorage.of(self)


def is_shared(self: Tensor) -> bool:
    """Whether the memory is shared with other processes: a device's is, other where :meth:`share_memory_` moved it."""
    if self.device.type != "cpu":
        return True
    owner: Any = NAMESPACES[self._array.__class__].backend.storage(self._array)
    while (inner := getattr(owner, "obj", None)) is not None or (
        inner := getattr(owner, "base", None)
    ) is not None:
        owner = inner
    return isinstance(owner, mmap.mmap)


def share_memory_(self: Tensor) -> Tensor:
    """Move the values to memory that processes forked from this one share; on a device nothing need be done.

    Where backends copy what they are given, and in processes that are started anew, tensors are sent by value.
    """
    if not is_shared(self) and self.numel():
        shared = frombuffer(mmap.mmap(-1, self.nbytes), dtype=self.dtype).reshape(tuple(self.shape))
        self.data = shared.copy_(self.detach())
    return self


def to_dense(self: Tensor, dtype: DTypeLike = None, *, masked_grad: bool = True) -> Tensor:
    """The tensor itself, which is dense, or as another dtype."""
    return self if dtype is None else self.to(dtype)


def to_sparse(self: Tensor, sparse_dim: int | None = None) -> SparseTensor:
    """The positions and values of the elements that are not zero; outside the graph.

    Raises
    ------
    NotImplementedError
        If values of fewer than all dimensions are asked for.
    """
    from ..sparse import SparseTensor

    if sparse_dim not in (None, self.ndim):
        raise NotImplementedError(
            f"values have no dimensions of their own. Received: sparse_dim={sparse_dim}"
        )
    places = nonzero(self.detach())
    values = self.detach()[tuple(places.T)]
    return SparseTensor(places.T, values, tuple(self.shape), coalesced=True)


def _is_view(self: Tensor) -> bool:  # pyright: ignore[reportUnusedFunction] # a method, by its name
    """Whether the tensor shows a part of another's memory."""
    return view_of(self) is not None


def dim_order(self: Tensor, *, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions in the order in which memory runs through them, the widest steps first."""
    return tuple(sorted(range(self.ndim), key=lambda dim: -self.stride(dim)))


def set_(
    self: Tensor, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Tensor:
    """Let the tensor show another's memory, or a storage's from an element on; nothing without a source.

    Raises
    ------
    RuntimeError
        If the source is a tensor of another dtype.
    """
    if source is None:
        self.data = empty(0, dtype=self.dtype, device=self.device)
        return self
    shown = source if isinstance(source, Tensor) else source.untyped()._bytes.view(self.dtype)
    if shown.dtype is not self.dtype:
        raise RuntimeError(f"Could not set tensor of type {shown.dtype} to a tensor of type {self.dtype}")
    if size is not None:
        shape = tuple(size)
        shown = as_strided(shown, shape, tuple(stride) if stride else row_major(shape), storage_offset)
    self.data = shown.detach()
    return self


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Give the tensor a shape: its elements in row-major order, what is missing as it comes.

    Raises
    ------
    RuntimeError
        If it requires a gradient.
    """
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    shape = shape_of(sizes)
    count = math.prod(shape)
    if tuple(self.shape) == shape:
        return self
    flat = self.detach().contiguous().reshape(-1)
    if count > flat.shape[0]:
        memory = flat.new_empty(count)
        memory[: flat.shape[0]] = flat
        flat = memory
    self.data = flat[:count].reshape(shape)
    return self


def resize_as_(self: Tensor, other: Tensor, memory_format: Any = None) -> Tensor:
    """Give the tensor another's shape, as :meth:`resize_` does."""
    return resize_(self, tuple(other.shape))


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
