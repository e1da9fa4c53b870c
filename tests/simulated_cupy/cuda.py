"""`cupy.cuda` and its modules, put together."""

from __future__ import annotations

import cupy.cuda as real

from tests.simulated_cupy import devices, memory, pinned, streams
from tests.simulated_cupy.capture import current_device
from tests.simulated_cupy.compiler import DriverError
from tests.simulated_cupy.machine import machine
from tests.simulated_cupy.modules import stand_in
from tests.simulated_cupy.runtime import runtime


def is_available() -> bool:
    """Whether there is a GPU that works."""
    return machine.error is None and machine.count > 0


def get_local_runtime_version() -> int:
    return machine.runtime_version


MEMORY = {
    name: getattr(memory, name)
    for name in (
        "BaseMemory", "Memory", "MemoryHook", "MemoryPointer", "MemoryPool", "UnownedMemory", "alloc", "get_allocator",
        "set_allocator", "using_allocator",
    )
}  # fmt: skip
PINNED = {
    name: getattr(pinned, name)
    for name in (
        "PinnedMemory", "PinnedMemoryPointer", "PinnedMemoryPool", "alloc_pinned_memory", "set_pinned_memory_allocator",
    )
}  # fmt: skip
STREAM = {
    name: getattr(streams, name)
    for name in ("Event", "ExternalStream", "Stream", "get_current_stream", "get_elapsed_time")
}
memory_module = stand_in(
    real.memory,
    {name: value for name, value in MEMORY.items() if name not in ("using_allocator", "MemoryHook")}
    | {"PooledMemory": memory.PooledMemory},
)
pinned_module = stand_in(real.pinned_memory, {**PINNED, "is_memory_pinned": pinned.is_memory_pinned})
stream_module = stand_in(real.stream, STREAM)
graph_module = stand_in(real.graph, {"Graph": streams.Graph})
device_module = stand_in(real.device, {"Device": devices.Device, "get_device_id": current_device})
compiler_module = stand_in(real.compiler, {"is_valid_kernel_name": real.compiler.is_valid_kernel_name})
driver_module = stand_in(real.driver, {"CUDADriverError": DriverError})
cuda = stand_in(
    real,
    {
        **MEMORY,
        **PINNED,
        **STREAM,
        "Device": devices.Device,
        "Graph": streams.Graph,
        "compiler": compiler_module,
        "device": device_module,
        "driver": driver_module,
        "get_device_id": current_device,
        "get_local_runtime_version": get_local_runtime_version,
        "graph": graph_module,
        "is_available": is_available,
        "memory": memory_module,
        "pinned_memory": pinned_module,
        "runtime": runtime,
        "stream": stream_module,
    },
)
