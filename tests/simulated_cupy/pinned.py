"""Page-locked memory of the host."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy

from tests.simulated_cupy.machine import machine

ranges: dict[int, int] = {}  # address -> size of what is page-locked


def is_memory_pinned(data: int) -> bool:
    """Whether an address lies in page-locked memory."""
    return any(start <= data < start + size for start, size in ranges.items())


class PinnedMemory:
    """Page-locked memory, from cudaHostAlloc."""

    def __init__(self, size: int, flags: int = 0) -> None:
        machine.require()
        self.buffer = numpy.full(max(size, 1), 0xFF, numpy.uint8)
        self.size, self.flags, self.ptr = size, flags, self.buffer.ctypes.data
        ranges[self.ptr] = size

    def __int__(self) -> int:
        return self.ptr

    def __del__(self, known: dict[int, int] = ranges) -> None:
        known.pop(self.ptr, None)


class PinnedMemoryPointer(numpy.ndarray):
    """A pointer into page-locked memory that offers it as a buffer (before Python 3.12 only a type of C can do that,
    hence an array of bytes)."""

    mem: PinnedMemory

    def __new__(cls, mem: PinnedMemory, offset: int) -> PinnedMemoryPointer:
        size = mem.size - offset
        raw = (ctypes.c_uint8 * size).from_address(mem.ptr + offset)
        raw.owner = mem  # type: ignore[attr-defined]  # every array made from this one keeps `raw`
        pointer = (numpy.frombuffer(raw, numpy.uint8) if size else numpy.empty(0, numpy.uint8)).view(cls)
        pointer.mem = mem
        return pointer

    @property
    def ptr(self) -> int:
        return self.ctypes.data

    def __int__(self) -> int:
        return self.ptr

    def __add__(self, offset: int) -> PinnedMemoryPointer:
        return PinnedMemoryPointer(self.mem, self.ptr - self.mem.ptr + offset)

    def __sub__(self, offset: int) -> PinnedMemoryPointer:
        return self + -offset


class PooledPinnedMemory(PinnedMemory):
    """Page-locked memory that a pool takes back."""

    def __init__(self, mem: PinnedMemory, free: list[PinnedMemory]) -> None:
        self.buffer, self.size, self.flags, self.ptr, self.free = mem.buffer, mem.size, 0, mem.ptr, free
        self.origin = mem

    def __del__(self) -> None:
        self.free.append(self.origin)


class PinnedMemoryPool:
    """Keeps freed page-locked memory, by sizes that are powers of two."""

    def __init__(self) -> None:
        self._free: dict[int, list[PinnedMemory]] = {}

    def malloc(self, size: int) -> PinnedMemoryPointer:
        machine.require()
        if size == 0:
            return PinnedMemoryPointer(PinnedMemory(0), 0)
        size = max(512, 1 << (size - 1).bit_length())
        free = self._free.setdefault(size, [])
        origin = free.pop() if free else PinnedMemory(size)
        return PinnedMemoryPointer(PooledPinnedMemory(origin, free), 0)

    def free_all_blocks(self) -> None:
        for free in self._free.values():
            free.clear()

    def n_free_blocks(self) -> int:
        return sum(map(len, self._free.values()))


default_pinned_pool = PinnedMemoryPool()
_allocator: Callable[[int], PinnedMemoryPointer] = default_pinned_pool.malloc


def set_pinned_memory_allocator(allocator: Callable[[int], PinnedMemoryPointer] | None = None) -> None:
    global _allocator
    _allocator = (lambda size: PinnedMemoryPointer(PinnedMemory(size), 0)) if allocator is None else allocator


def alloc_pinned_memory(size: int) -> PinnedMemoryPointer:
    """Page-locked memory from the current allocator."""
    return _allocator(size)
