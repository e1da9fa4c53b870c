"""The memory behind tensors, as bytes."""

from __future__ import annotations

import mmap
import os
from typing import Any, overload

from .device import Device
from .dtypes import uint8
from .namespaces.raw import NAMESPACES
from .ops.buffers import frombuffer
from .ops.filling import empty
from .semantics import follows_torch
from .tensor import Tensor, wrap

__all__ = ["UntypedStorage"]


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
