"""The class of devices, and what the runtime tells of them."""

from __future__ import annotations

import threading
from typing import Any

import cupy.cuda.runtime as real

from tests.simulated_cupy import capture
from tests.simulated_cupy.machine import machine

_entered = threading.local()


class Device:
    """A GPU; as a context, it is the current one."""

    def __init__(self, device: int | Device | None = None) -> None:
        self.id = capture.current_device() if device is None else int(device)

    def __int__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"<CUDA Device {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.id == other.id

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return self.id

    def __enter__(self) -> Device:
        previous = capture.current_device()
        if previous != self.id:
            capture.set_device(self.id)
        stack().append(previous)
        return self

    def __exit__(self, *args: object) -> None:
        capture.set_device(stack().pop())

    def use(self) -> Device:
        capture.set_device(self.id)
        return self

    def synchronize(self) -> None:
        with self:
            capture.synchronize()

    @property
    def compute_capability(self) -> str:
        with self:
            return "{}{}".format(*machine.compute_capability)

    @property
    def cublas_handle(self) -> int:
        """Loads cuBLAS, which is found as `libcublas.so.12` from then on."""
        from tests.simulated_cupy import cublas

        with self:
            return cublas.handle_of_device(self.id)

    @property
    def mem_info(self) -> tuple[int, int]:
        with self:
            return memory_info()

    @property
    def attributes(self) -> dict[str, int]:
        with self:
            return attributes(self.id)

    @property
    def pci_bus_id(self) -> str:
        return f"0000:{self.id:02X}:00.0"


def stack() -> list[int]:
    """The devices that were current before each context entered by this thread."""
    if not hasattr(_entered, "devices"):
        _entered.devices = []
    return _entered.devices


def memory_info() -> tuple[int, int]:
    """Free and all bytes of the current device."""
    device = capture.current_device()
    return machine.memory - machine.allocated.get(device, 0), machine.memory


def properties(device: int) -> dict[str, Any]:
    """What cudaGetDeviceProperties tells, as far as it is simulated."""
    require_device(device)
    major, minor = machine.compute_capability
    return {
        "name": machine.name.encode(),
        "totalGlobalMem": machine.memory,
        "major": major,
        "minor": minor,
        "multiProcessorCount": machine.multiprocessors,
        "warpSize": 32,
        "maxThreadsPerBlock": 1024,
        "maxThreadsDim": (1024, 1024, 64),
        "maxGridSize": (2**31 - 1, 65535, 65535),
        "sharedMemPerBlock": 48 << 10,
        "sharedMemPerBlockOptin": 227 << 10,
        "sharedMemPerMultiprocessor": 228 << 10,
        "regsPerBlock": 65536,
        "maxThreadsPerMultiProcessor": 2048,
        "clockRate": 1_000_000,
        "memoryClockRate": 1_000_000,
        "memoryBusWidth": 1024,
        "l2CacheSize": 4 << 20,
        "concurrentKernels": 1,
        "canMapHostMemory": 1,
        "unifiedAddressing": 1,
        "pciBusID": device,
        "pciDeviceID": 0,
        "pciDomainID": 0,
        "uuid": bytes([device]) * 16,
    }


def attributes(device: int) -> dict[str, int]:
    """The attributes of a device, by their names."""
    told = properties(device)
    return {
        "MultiProcessorCount": told["multiProcessorCount"],
        "WarpSize": told["warpSize"],
        "MaxThreadsPerBlock": told["maxThreadsPerBlock"],
        "MaxBlockDimX": told["maxThreadsDim"][0],
        "MaxBlockDimY": told["maxThreadsDim"][1],
        "MaxBlockDimZ": told["maxThreadsDim"][2],
        "MaxGridDimX": told["maxGridSize"][0],
        "MaxGridDimY": told["maxGridSize"][1],
        "MaxGridDimZ": told["maxGridSize"][2],
        "MaxSharedMemoryPerBlock": told["sharedMemPerBlock"],
        "MaxSharedMemoryPerBlockOptin": told["sharedMemPerBlockOptin"],
        "MaxSharedMemoryPerMultiprocessor": told["sharedMemPerMultiprocessor"],
        "MaxThreadsPerMultiProcessor": told["maxThreadsPerMultiProcessor"],
        "MaxRegistersPerBlock": told["regsPerBlock"],
        "L2CacheSize": told["l2CacheSize"],
        "ConcurrentKernels": told["concurrentKernels"],
        "CanMapHostMemory": told["canMapHostMemory"],
        "UnifiedAddressing": told["unifiedAddressing"],
        "ClockRate": told["clockRate"],
        "MemoryClockRate": told["memoryClockRate"],
        "GlobalMemoryBusWidth": told["memoryBusWidth"],
        "MemoryPoolsSupported": 0,
        "CooperativeLaunch": 0,
    }


def attribute(number: int, device: int) -> int:
    """One attribute by its number in cudaDeviceAttr."""
    for name, value in attributes(device).items():
        if number == getattr(real, f"cudaDevAttr{name}"):
            return value
    raise real.CUDARuntimeError(1)


def require_device(device: int) -> None:
    machine.require()
    if not 0 <= device < machine.count:
        raise real.CUDARuntimeError(101)
