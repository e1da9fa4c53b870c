"""Memory of simulated GPUs: blocks of the host's memory, counted for the GPU that they stand for, and pools of them."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy
from cupy.cuda.memory import OutOfMemoryError
from cupy.cuda.runtime import CUDARuntimeError

from tests.simulated_cupy import capture, pinned
from tests.simulated_cupy.machine import CAPTURE_UNSUPPORTED, MEMORY_ALLOCATION, machine

ALIGNMENT = 512
GARBAGE = 0xFF  # not a number in every floating-point format, -1 in the integers


def host_bytes(pointer: int, size: int) -> numpy.ndarray:
    """The bytes at an address, writable and not owned."""
    if size == 0:
        return numpy.empty(0, numpy.uint8)
    return numpy.frombuffer((ctypes.c_uint8 * size).from_address(pointer), numpy.uint8)


_blocks: weakref.WeakSet[Block] = weakref.WeakSet()


def known_blocks() -> list[Block]:
    """Every block that is allocated now."""
    return [block for block in _blocks if block.allocated]


class Block:
    """What cudaMalloc gives: some bytes of one GPU. `allocated` is false once they were given back."""

    def __init__(self, size: int, device: int) -> None:
        taken = machine.allocated.get(device, 0)
        if taken + size > machine.memory:
            raise CUDARuntimeError(MEMORY_ALLOCATION)
        machine.allocated[device] = taken + size
        self.size, self.device, self.allocated = size, device, True
        self.buffer = numpy.empty(size + ALIGNMENT, numpy.uint8)
        _blocks.add(self)
        self.pointer = -(-self.buffer.ctypes.data // ALIGNMENT) * ALIGNMENT

    def spoil(self) -> None:
        """Leaves garbage, as fresh memory of a GPU holds."""
        host_bytes(self.pointer, self.size).fill(GARBAGE)

    def free(self, counted: dict[int, int] = machine.allocated) -> None:
        if self.allocated:
            self.allocated = False
            counted[self.device] -= self.size


class MemoryHook:
    """Is told of every allocation of this thread while it is entered."""

    name = "MemoryHook"

    def __enter__(self) -> Any:
        if self.name in _hooks():
            raise KeyError(f"memory hook {self.name} already exists")
        _hooks()[self.name] = self
        return self

    def __exit__(self, *_: object) -> None:
        del _hooks()[self.name]

    def alloc_preprocess(self, **kwargs: Any) -> None: ...

    def alloc_postprocess(self, **kwargs: Any) -> None: ...

    def malloc_preprocess(self, **kwargs: Any) -> None: ...

    def malloc_postprocess(self, **kwargs: Any) -> None: ...

    def free_preprocess(self, **kwargs: Any) -> None: ...

    def free_postprocess(self, **kwargs: Any) -> None: ...


_of_thread = threading.local()


def _hooks() -> dict[str, MemoryHook]:
    if not hasattr(_of_thread, "hooks"):
        _of_thread.hooks = {}
    return _of_thread.hooks


def tell(event: str, **facts: int) -> None:
    """Calls the hooks of this thread."""
    for hook in list(_hooks().values()):
        getattr(hook, event)(**facts)


class BaseMemory:
    """Memory on a device."""

    ptr: int = 0
    size: int = 0
    device_id: int = 0
    block: Block | None = None

    def __int__(self) -> int:
        return self.ptr

    @property
    def device(self) -> Any:
        from tests.simulated_cupy.devices import Device

        return Device(self.device_id)


class Memory(BaseMemory):
    """Memory allocated with cudaMalloc."""

    def __init__(self, size: int) -> None:
        self.device_id = capture.current_device()
        self.size = size
        if size > 0:
            capture.potentially_unsafe()
            self.block = Block(size, self.device_id)
            self.block.spoil()
            self.ptr = self.block.pointer

    def __del__(self) -> None:
        if self.block is not None:
            self.block.free()


class UnownedMemory(BaseMemory):
    """Memory that somebody else owns; `owner` is kept alive."""

    def __init__(self, ptr: int, size: int, owner: object, device_id: int = -1) -> None:
        self.ptr, self.size, self._owner = ptr, size, owner
        self.device_id = capture.current_device() if device_id < 0 else device_id


class PooledMemory(BaseMemory):
    """A block of a pool, which goes back to the pool in the end, or to the device where the pool is gone."""

    def __init__(self, block: Block, arena: list[Block], pool: MemoryPool) -> None:
        self.block, self.arena, self.pool = block, arena, weakref.ref(pool)
        self.ptr, self.size, self.device_id = block.pointer, block.size, block.device

    def free(self) -> None:
        if self.ptr:
            told = {
                "device_id": self.device_id,
                "mem_size": self.size,
                "mem_ptr": self.ptr,
                "pmem_id": id(self),
            }
            tell("free_preprocess", **told)
            self.ptr = 0
            if self.pool() is None:
                self.block.free()
            else:
                self.arena.append(self.block)
            tell("free_postprocess", **told)

    def __del__(self) -> None:
        self.free()


class MemoryPointer:
    """A pointer into memory of a device."""

    def __init__(self, mem: BaseMemory, offset: int) -> None:
        self.mem = mem
        self.ptr = mem.ptr + offset
        self.device_id = mem.device_id

    def __int__(self) -> int:
        return self.ptr

    def __repr__(self) -> str:
        return f"<{type(self).__name__} 0x{self.ptr:x} device={self.device_id} mem={self.mem!r}>"

    @property
    def device(self) -> Any:
        return self.mem.device

    def __add__(self, offset: int) -> MemoryPointer:
        return MemoryPointer(self.mem, self.ptr - self.mem.ptr + offset)

    __radd__ = __add__

    def __sub__(self, offset: int) -> MemoryPointer:
        return self + -offset

    @property
    def blocks(self) -> list[Block]:
        """The block that is pointed into, for the record of a graph."""
        return [] if self.mem.block is None else [self.mem.block]

    def _copy(self, destination: int, source: int, size: int, stream: Any, blocks: list[Block]) -> None:
        target, values = host_bytes(destination, size), host_bytes(source, size)
        capture.launch(lambda: target.__setitem__(..., values), blocks, handle_of(stream))

    def copy_from_device_async(self, src: MemoryPointer, size: int, stream: Any = None) -> None:
        self._copy(self.ptr, src.ptr, size, stream, self.blocks + src.blocks)

    def copy_from_device(self, src: MemoryPointer, size: int) -> None:
        disallow("synchronous API calls")
        self.copy_from_device_async(src, size)

    def copy_from_host_async(self, mem: Any, size: int, stream: Any = None) -> None:
        disallow("H2D transfers", stream)
        self._copy(self.ptr, _host_pointer(mem), size, stream, self.blocks)

    def copy_from_host(self, mem: Any, size: int) -> None:
        disallow("synchronous API calls")
        synchronize(None)
        self.copy_from_host_async(mem, size)

    def copy_to_host_async(self, mem: Any, size: int, stream: Any = None) -> None:
        disallow("D2H transfers", stream)
        self._copy(_host_pointer(mem), self.ptr, size, stream, self.blocks)

    def copy_to_host(self, mem: Any, size: int) -> None:
        disallow("synchronous API calls")
        synchronize(None)
        self.copy_to_host_async(mem, size)

    def copy_from(self, mem: Any, size: int) -> None:
        (self.copy_from_device if isinstance(mem, MemoryPointer) else self.copy_from_host)(mem, size)

    def copy_from_async(self, mem: Any, size: int, stream: Any = None) -> None:
        copy = self.copy_from_device_async if isinstance(mem, MemoryPointer) else self.copy_from_host_async
        copy(mem, size, stream)

    def memset_async(self, value: int, size: int, stream: Any = None) -> None:
        target = host_bytes(self.ptr, size)
        capture.launch(lambda: target.fill(value), self.blocks, handle_of(stream))

    def memset(self, value: int, size: int) -> None:
        disallow("synchronous API calls")
        self.memset_async(value, size)


def stream_state(stream: Any) -> capture.StreamState:
    """What is known of a stream, None being the current one."""
    return capture.current_stream() if stream is None else capture.streams[stream.ptr]


def handle_of(stream: Any) -> int | None:
    """The handle of a stream, None being the current one."""
    return None if stream is None else stream.ptr


def _host_pointer(mem: Any) -> int:
    return int(mem.value if isinstance(mem, ctypes.c_void_p) else mem)


def synchronize(stream: Any) -> None:
    """The host waits for a stream."""
    capture.synchronize(stream_state(stream).handle)


def disallow(what: str, stream: Any = None) -> None:
    """CuPy's own refusal, before CUDA is asked; the capture goes on."""
    if stream_state(stream).capture is not None:
        raise RuntimeError(f"the current stream is capturing, so {what} are disallowed")


def require_pinned_for_capture(pointer: int, state: capture.StreamState) -> None:
    """Only page-locked memory of the host may take part in a graph."""
    if state.capture is not None and not pinned.is_memory_pinned(pointer):
        capture.refuse(state.capture, CAPTURE_UNSUPPORTED)


class MemoryPool:
    """Keeps freed blocks for later requests of the same size, for each device and stream.

    The real pool also splits and merges blocks; figures in bytes agree as long as the sizes asked for recur.
    """

    def __init__(self, allocator: Callable[[int], MemoryPointer] | None = None) -> None:
        if allocator is not None:
            raise NotImplementedError("The simulation's pools take their memory from the device alone.")
        self._arenas: dict[tuple[int, int], list[Block]] = {}
        self._total: dict[int, int] = {}
        self._limit: dict[int, int] = {}

    def malloc(self, size: int) -> MemoryPointer:
        device = capture.current_device()
        if size == 0:
            nothing = BaseMemory()
            nothing.device_id = device
            return MemoryPointer(nothing, 0)
        told = {"device_id": device, "size": size, "mem_size": -(-size // ALIGNMENT) * ALIGNMENT}
        tell("malloc_preprocess", **told)
        memory = None
        try:
            memory = self._taken(told["mem_size"], device)
        finally:
            found = (0, 0) if memory is None else (memory.ptr, id(memory))
            tell("malloc_postprocess", **told, mem_ptr=found[0], pmem_id=found[1])
        return MemoryPointer(memory, 0)

    def _taken(self, size: int, device: int) -> PooledMemory:
        arena = self._arenas.setdefault((device, capture.current_stream().handle), [])
        block = next((block for block in reversed(arena) if block.size == size), None)
        if block is None:
            tell("alloc_preprocess", device_id=device, mem_size=size)
            block = self._allocated(size, device)
            tell("alloc_postprocess", device_id=device, mem_size=size, mem_ptr=block.pointer)
        else:
            arena.remove(block)
        block.spoil()
        return PooledMemory(block, arena, self)

    def _allocated(self, size: int, device: int) -> Block:
        capture.potentially_unsafe()
        total, limit = self._total.get(device, 0), self._limit.get(device, 0)
        for freed in (False, True):
            if freed:
                self.free_all_blocks()
                total = self._total.get(device, 0)
            if limit and total + size > limit:
                continue
            with contextlib.suppress(CUDARuntimeError):
                block = Block(size, device)
                self._total[device] = total + size
                return block
        raise OutOfMemoryError(size, total, limit)

    def free_all_blocks(self, stream: Any = None) -> None:
        device = capture.current_device()
        for (owner, handle), arena in self._arenas.items():
            if owner == device and (stream is None or stream.ptr == handle):
                while arena:
                    block = arena.pop()
                    self._total[device] -= block.size
                    block.free()

    def free_bytes(self) -> int:
        device = capture.current_device()
        return sum(block.size for key, arena in self._arenas.items() if key[0] == device for block in arena)

    def n_free_blocks(self) -> int:
        device = capture.current_device()
        return sum(len(arena) for key, arena in self._arenas.items() if key[0] == device)

    def total_bytes(self) -> int:
        return self._total.get(capture.current_device(), 0)

    def used_bytes(self) -> int:
        return self.total_bytes() - self.free_bytes()

    def set_limit(self, size: int | None = None, fraction: float | None = None) -> None:
        if size is None:
            size = int(machine.memory * fraction) if fraction is not None else 0
        self._limit[capture.current_device()] = size

    def get_limit(self) -> int:
        return self._limit.get(capture.current_device(), 0)

    def __del__(self) -> None:
        for arena in self._arenas.values():
            for block in arena:
                block.free()


def malloc(size: int) -> MemoryPointer:
    """Memory straight from the device."""
    return MemoryPointer(Memory(size), 0)


default_pool = MemoryPool()
_allocator: Callable[[int], MemoryPointer] = default_pool.malloc


def get_allocator() -> Callable[[int], MemoryPointer]:
    return getattr(_of_thread, "allocator", None) or _allocator


def set_allocator(allocator: Callable[[int], MemoryPointer] | None = None) -> None:
    """Sets the allocator of all threads; None: cudaMalloc for each array."""
    global _allocator
    if getattr(_of_thread, "allocator", None) is not None:
        raise ValueError("Can't change the global allocator inside `using_allocator` context manager")
    _allocator = malloc if allocator is None else allocator


@contextlib.contextmanager
def using_allocator(allocator: Callable[[int], MemoryPointer] | None = None) -> Iterator[None]:
    """Another allocator for this thread."""
    previous = getattr(_of_thread, "allocator", None)
    _of_thread.allocator = malloc if allocator is None else allocator
    try:
        yield
    finally:
        _of_thread.allocator = previous


def alloc(size: int) -> MemoryPointer:
    """Memory from the current allocator."""
    return get_allocator()(size)
