"""Kernels launched: their arguments as bytes, their limits, and their place on the stream."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Any

import numpy

from tests.simulated_cupy import capture
from tests.simulated_cupy.arrays import ndarray
from tests.simulated_cupy.compiler import DriverError, Library
from tests.simulated_cupy.memory import Block, MemoryPointer, known_blocks

STATIC_SHARED = 48 << 10  # bytes of shared memory that a block may have without asking
LIMITS = (2**31 - 1, 65535, 65535), (1024, 1024, 64)


def argument_bytes(value: Any) -> bytes:
    """An argument of a raw kernel, as CuPy hands it on: a pointer, or a number of its own size."""
    if value is None:
        return bytes(8)  # the null pointer
    if isinstance(value, (ndarray, MemoryPointer)):
        return struct.pack("q", value.data.ptr if isinstance(value, ndarray) else value.ptr)
    if isinstance(value, numpy.ndarray):
        if value.size != 1:
            raise TypeError(
                f"You are trying to pass a numpy.ndarray of shape {value.shape} as a kernel parameter. Only "
                "numpy.ndarrays of size one can be passed by value. If you meant to pass a pointer to __global__ "
                "memory, you need to pass a cupy.ndarray instead."
            )
        return value.tobytes()
    if isinstance(value, (bool, int, float, complex, numpy.generic)):
        return numpy.asarray(value).tobytes()
    raise TypeError(f"Unsupported type {type(value)}")


def blocks_in(value: Any) -> list[Block]:
    """The blocks that the words of a structure, handed over by value, point into."""
    if not isinstance(value, numpy.ndarray) or value.dtype.kind != "V" or value.nbytes % 8:
        return []
    words = value.reshape(1).view(numpy.uint64)
    return [
        block
        for block in known_blocks()
        if ((words >= block.pointer) & (words < block.pointer + block.size)).any()
    ]


def checked(library: Library, name: str, arguments: Sequence[Any], packed: Sequence[bytes]) -> None:
    """What CUDA would read wrongly without a word is refused: a number missing, or of another size."""
    sizes = library.parameters(name)
    if len(sizes) != len(packed):
        raise TypeError(f"the kernel {name} takes {len(sizes)} arguments, {len(packed)} were given")
    for place, (size, value, data) in enumerate(zip(sizes, arguments, packed, strict=True)):
        plain_integer = type(value) in (int, bool) and size > 0
        if len(data) < abs(size) or (len(data) != abs(size) and not plain_integer):
            raise TypeError(
                f"argument {place} of the kernel {name} has {abs(size)} bytes, but {value!r} was given with {len(data)}"
            )
        if isinstance(value, (float, numpy.floating)) != (size < 0) and not isinstance(value, numpy.ndarray):
            raise TypeError(
                f"argument {place} of the kernel {name}: {value!r} is not of the parameter's kind of number"
            )


def launch(
    library: Library,
    name: str,
    grid: Sequence[int],
    block: Sequence[int],
    packed: Sequence[bytes],
    blocks: Sequence[Block],
    shared: int = 0,
    shared_limit: int = STATIC_SHARED,
    stream: Any = None,
) -> None:
    """Puts a kernel on the stream. The arguments are read now, the memory that they point to when it runs."""
    for sizes, limits in zip((grid, block), LIMITS, strict=True):
        if any(size > limit for size, limit in zip(sizes, limits, strict=True)):
            raise DriverError(1, "CUDA_ERROR_INVALID_VALUE: invalid argument")
    if block[0] * block[1] * block[2] > 1024 or shared > shared_limit:
        raise DriverError(1, "CUDA_ERROR_INVALID_VALUE: invalid argument")
    values = [ctypes.create_string_buffer(data, max(len(data), 1)) for data in packed]
    pointers = (ctypes.c_void_p * max(len(values), 1))(*map(ctypes.addressof, values))

    def work(keep: Any = values) -> None:
        library.run(name, grid, block, shared, pointers)

    capture.launch(work, blocks, None if stream is None else stream.ptr)
