"""Figures about the memory of CUDA devices, in bytes."""

from __future__ import annotations

from ..device import Device
from .devices import CudaDevice, accelerator, index_of, serving


def _figure(name: str, device: CudaDevice) -> int:
    return serving().memory(Device("cuda", index_of(device))).get(name, 0)


def mem_get_info(device: CudaDevice = None) -> tuple[int, int]:
    """The bytes of a device's memory that are free, and those there are in all.

    Raises
    ------
    ValueError, RuntimeError
        If the device is of another type, or there is none.
    """
    return _figure("free", device), _figure("total", device)


def memory_allocated(device: CudaDevice = None) -> int:
    """The bytes that arrays hold. Raises as `mem_get_info`."""
    return _figure("allocated", device)


def memory_reserved(device: CudaDevice = None) -> int:
    """The bytes that the backend keeps, for arrays that are there and for those to come. Raises as `mem_get_info`."""
    return _figure("reserved", device)


def max_memory_allocated(device: CudaDevice = None) -> int:
    """The most bytes that arrays have held at a time, since the start or `reset_peak_memory_stats`.

    Raises
    ------
    ValueError, RuntimeError
        As `mem_get_info`; also if the backend keeps no such record.
    """
    return accelerator().peak(index_of(device))


def memory_summary(device: CudaDevice = None, abbreviated: bool = False) -> str:
    """The device's figures as a text: free, total, allocated and reserved memory. Raises as `mem_get_info`."""
    del abbreviated  # it is short
    figures = serving().memory(Device("cuda", index_of(device)))
    return "\n".join(f"{name:<10} {size / 2**20:12.1f} MiB" for name, size in figures.items())


def reset_peak_memory_stats(device: CudaDevice = None) -> None:
    """Begin the record of `max_memory_allocated` anew. Raises as that."""
    accelerator().reset_peak(index_of(device))


def empty_cache() -> None:
    """Give memory that no array holds back to the device; without one, do nothing."""
    from .devices import is_available

    if is_available():
        accelerator().empty_cache()
