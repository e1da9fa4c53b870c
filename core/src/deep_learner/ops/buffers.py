"""Tensors of the memory of other Python objects: `frombuffer`."""

from __future__ import annotations

from typing import Any

from .. import backends
from ..device import Device
from ..dtypes import as_dtype
from ..tensor import Tensor
from ..typing import DTypeLike
from ._placement import new_tensor
from .bitcast import bitcast

# The struct module's letters, in which memoryview reads; it knows neither complex numbers nor bfloat16.
_LETTERS = {
    "bool": "?", "uint8": "B", "int8": "b", "uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "uint64": "Q",
    "int64": "q", "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip


def frombuffer(
    buffer: Any, *, dtype: DTypeLike, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """The memory of an object with the buffer protocol as a vector, without a copy where the backend can.

    Parameters
    ----------
    buffer : object
        Such as `bytes`, `bytearray` or `array.array`.
    dtype : DType
        What its bytes are read as.
    count : int, default -1
        How many elements; -1 for all.
    offset : int, default 0
        How many bytes to leave out at the beginning.
    requires_grad : bool, default False

    Returns
    -------
    Tensor
        Of shape (count,).

    Raises
    ------
    ValueError
        If the buffer is empty, `count` is 0, or the bytes do not suffice or are no multiple of an element.
    """
    wanted = as_dtype(dtype)
    memory: Any = memoryview(buffer).cast("B")
    size, length = wanted.itemsize, memory.nbytes
    if not length or not count:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and less than the buffer's {length} bytes"
        )
    if count < 0:
        if (length - offset) % size:
            raise ValueError(
                f"buffer length ({length - offset} bytes) after offset must be a multiple of element size ({size})"
            )
        count = (length - offset) // size
    if offset + count * size > length:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    part = memory[offset : offset + count * size].cast(_LETTERS.get(wanted.name, "B"))
    read = new_tensor(backends.for_device(Device("cpu")).asarray(part))
    return (read if wanted.name in _LETTERS else bitcast(read, wanted)).requires_grad_(requires_grad)
