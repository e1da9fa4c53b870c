"""The memory behind tensors, as bytes."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from typing import Any, overload

from .device import Device
from .dtypes import DType, as_dtype, get_default_dtype, uint8
from .namespaces.raw import NAMESPACES
from .ops.buffers import frombuffer
from .ops.creation import tensor
from .ops.filling import empty
from .semantics import follows_torch
from .tensor import Tensor, wrap
from .type_names import KINDS
from .typing import DTypeLike

__all__ = ["TypedStorage", "UntypedStorage"]


class UntypedStorage:
    """Bytes that one or more tensors lie in.

    Parameters
    ----------
    size : int, default 0
        How many, of any value.
    """

    def __init__(self, size: int = 0) -> None:
        self._bytes = empty(size, dtype=uint8, device="cpu")

    @classmethod
    def _over(cls, memory: Tensor) -> UntypedStorage:
        made = cls.__new__(cls)
        made._bytes = memory
        return made

    @classmethod
    def of(cls, tensor: Tensor) -> UntypedStorage:
        """All of the memory that a tensor lies in, which it may show but a part of."""
        owner: Any = NAMESPACES[type(tensor._array)].backend.storage(tensor._array)
        memory = wrap(owner)
        if not memory.is_contiguous():  # then its dimensions lie in memory the other way round
            memory = memory.permute(*reversed(range(memory.ndim)))
        return cls._over(memory.reshape(-1).view(uint8))

    @classmethod
    def from_file(
        cls, filename: str | os.PathLike[str], shared: bool = False, nbytes: int = 0
    ) -> UntypedStorage:
        """The bytes of a file, read as they are asked for.

        Parameters
        ----------
        filename
            The file; made, or made longer, if `shared`.
        shared
            Whether writing to the storage writes to the file. If not, what is written is kept in memory.
        nbytes
            How many.

        Raises
        ------
        OSError
            If the file cannot be opened.
        RuntimeError
            If it is shorter, and not `shared`.
        """
        if not nbytes:
            return cls()
        with open(filename, "a+b" if shared else "rb") as file:  # noqa: PTH123 # anything that open() takes
            length = os.fstat(file.fileno()).st_size
            if length < nbytes:
                if not shared:
                    raise RuntimeError(
                        f"{os.fspath(filename)} has {length} bytes, fewer than the {nbytes} asked for"
                    )
                file.truncate(nbytes)
            access = mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY
            return cls._over(frombuffer(mmap.mmap(file.fileno(), nbytes, access=access), dtype=uint8))

    @property
    def device(self) -> Device:
        """Where the bytes are."""
        return self._bytes.device

    def nbytes(self) -> int:
        """How many bytes there are."""
        return self._bytes.shape[0]

    size = __len__ = nbytes

    def data_ptr(self) -> int:
        """The address of the first byte; 0 if there is none."""
        return self._bytes.data_ptr() if len(self) else 0

    def untyped(self) -> UntypedStorage:
        """Itself."""
        return self

    def element_size(self) -> int:
        """Bytes of one element: 1."""
        return 1

    @property
    def is_cuda(self) -> bool:
        """Whether the bytes are on a CUDA device."""
        return self.device.type == "cuda"

    def is_shared(self) -> bool:
        """Whether processes forked from this one share the memory."""
        return self._bytes.is_shared()

    def fill_(self, value: int) -> UntypedStorage:
        """Write one value everywhere."""
        self._bytes.fill_(value)
        return self

    def copy_(self, source: UntypedStorage, non_blocking: bool = False) -> UntypedStorage:
        """Write another storage's bytes here; there are as many."""
        self._bytes.copy_(source._bytes)
        return self

    def cpu(self) -> UntypedStorage:
        """The bytes in main memory."""
        return self._over(self._bytes.cpu())

    def clone(self) -> UntypedStorage:
        """A copy in memory of its own."""
        return self._over(self._bytes.clone())

    def tolist(self) -> list[int]:
        """The bytes as integers."""
        return self._bytes.tolist()

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> UntypedStorage: ...
    def __getitem__(self, index: int | slice) -> int | UntypedStorage:
        part = self._bytes[index]
        return self._over(part) if isinstance(index, slice) else int(part.item())

    def __setitem__(self, index: int | slice, value: int) -> None:
        self._bytes[index] = value

    def __dlpack__(self, **options: Any) -> Any:
        return self._bytes.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[Any, int]:
        return self._bytes.__dlpack_device__()

    def __repr__(self) -> str:
        if not follows_torch():
            return f"UntypedStorage({len(self)} bytes, device={self.device})"
        values = "\n ".join(map(str, self.tolist()))
        return f" {values}\n[torch.storage.UntypedStorage(device={self.device}) of size {len(self)}]"


class TypedStorage:
    """The memory that tensors of one dtype lie in, as elements of it; what ``tensor.storage()`` gives.

    Parameters
    ----------
    values : sequence or int, default 0
        The elements, or how many of any value.
    dtype : DType, optional
        The elements' type; the default float dtype unless given.
    """

    _kind: DType | None = None  # of the classes that PyTorch has for each dtype

    def __init__(self, values: Any = 0, *, dtype: DTypeLike = None) -> None:
        wanted = as_dtype(dtype or self._kind or get_default_dtype())
        count = isinstance(values, int)
        self._elements = empty(values, dtype=wanted, device="cpu") if count else tensor(values, dtype=wanted)

    @classmethod
    def of(cls, tensor: Tensor) -> TypedStorage:
        """All of the memory that a tensor lies in."""
        made = cls.__new__(cls)
        made._elements = UntypedStorage.of(tensor)._bytes.view(tensor.dtype)
        return made

    @property
    def dtype(self) -> DType:
        """The elements' type."""
        return self._elements.dtype

    @property
    def device(self) -> Device:
        """Where the elements are."""
        return self._elements.device

    @property
    def is_cuda(self) -> bool:
        """Whether the elements are on a CUDA device."""
        return self.device.type == "cuda"

    def __len__(self) -> int:
        return self._elements.shape[0]

    size = __len__

    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._elements.nbytes

    def element_size(self) -> int:
        """Bytes of one element."""
        return self._elements.itemsize

    def data_ptr(self) -> int:
        """The address of the first element; 0 if there is none."""
        return self._elements.data_ptr() if len(self) else 0

    def is_shared(self) -> bool:
        """Whether processes forked from this one share the memory."""
        return self._elements.is_shared()

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return UntypedStorage.of(self._elements)

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return self._elements.tolist()

    def __getitem__(self, index: int) -> Any:
        return self._elements[index].item()

    def __setitem__(self, index: int | slice, value: Any) -> None:
        self._elements[index] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __repr__(self) -> str:
        if not follows_torch():
            return f"TypedStorage({len(self)} elements, dtype={self.dtype}, device={self.device})"
        values = "\n ".join(map(str, self.tolist()))
        kind = f"dtype={self.dtype}, device={self.device}"
        return f" {values}\n[torch.storage.TypedStorage({kind}) of size {len(self)}]"


def __getattr__(name: str) -> type[TypedStorage]:
    """PyTorch's storages of one dtype, such as ``FloatStorage``."""
    kind = KINDS.get(name.removesuffix("Storage"))
    if kind is None or not name.endswith("Storage"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return type(name, (TypedStorage,), {"_kind": kind, "__doc__": f"The memory of elements of {kind.name}."})
