"""CuPy as a backend: arrays in the memory of NVIDIA GPUs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from deep_learner.backends import Backend
from deep_learner.device import Device
from deep_learner_cupy import failures, fork, library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.compiler import Executor
    from deep_learner.typing import Array

__all__ = ["CupyBackend"]

_NUMBERS = frozenset("biufc")
_CUDA = 2  # kDLCUDA, a type of device in DLPack
_MANAGED = 13  # kDLCUDAManaged


class CupyBackend(Backend):
    """Arrays on GPUs, computed by CuPy. CuPy is imported when this is made."""

    name = "cupy"
    device_types = ("cuda",)

    def __init__(self) -> None:
        self._reason = library.unavailable()
        if self._reason is not None:
            return
        import cupy

        from deep_learner_cupy import namespace, precision, transfer
        from deep_learner_cupy.accelerator import CupyAccelerator

        self._cupy = cupy
        self._transfer = transfer
        self.namespace = namespace.make()
        self.array_types = (cupy.ndarray,)
        self.accelerator = self._accelerator = CupyAccelerator()
        self._precision = precision
        self._devices = [Device("cuda", index) for index in range(self._accelerator.count())]
        if len(self._devices) > 1:
            self.placed = _device_of
        fork.watch()

    @cached_property
    def kernels(self) -> Mapping[str, Callable[..., Any]]:
        from deep_learner_cupy.kernels import KERNELS

        return KERNELS

    @cached_property
    def executor(self) -> Executor:
        from deep_learner_cupy.compiler.executor import CupyExecutor

        return CupyExecutor(self, self._accelerator)

    def unavailable(self) -> str | None:
        return self._reason

    def device_of(self, array: Array) -> Device:
        return self._devices[array.device.id]

    def resolved(self, device: Device) -> Device:
        if device.type == "cuda" and device.index is None:
            fork.refuse()
            return self._devices[self._cupy.cuda.runtime.getDevice()]
        return device

    def native_device(self, device: Device) -> Any:
        fork.refuse()
        if device.type not in self.device_types:
            raise RuntimeError(f"the backend {self.name!r} has no {device!r}; its devices: 'cuda'")
        if device.index is None:
            return None
        count = len(self._devices)
        if device.index >= count:
            there = "1 GPU: cuda:0" if count == 1 else f"{count} GPUs: cuda:0 to cuda:{count - 1}"
            raise RuntimeError(
                f"CUDA error: invalid device ordinal: there is no {device!r}; CUDA sees {there}"
            )
        return None if count == 1 else self._cupy.cuda.Device(device.index)

    def _index(self, device: Device | None) -> int:
        """The number of a device that exists; the current one's for None."""
        if device is not None:
            self.native_device(device)
            if device.index is not None:
                return device.index
        fork.refuse()
        return self._cupy.cuda.runtime.getDevice()

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        index = self._index(device)
        found = self._on_gpu(data)
        if found is None:
            if copy is False:
                raise ValueError(f"{type(data).__name__} cannot become an array on a GPU without a copy")
            return self._from_host(data, dtype, index)
        made = found if device is None else self._transfer.between(found, index)
        with made.device:
            if dtype is not None:
                made = made.astype(dtype, copy=False)
            if copy and made is found:
                made = made.copy()
        if copy is False and made is not found:
            raise ValueError("another dtype or device needs a copy, which copy=False forbids")
        return made

    def _on_gpu(self, data: Any) -> Array | None:
        """Data that lies on a GPU already as an array of CuPy, sharing memory."""
        if isinstance(data, self._cupy.ndarray):
            return data
        if hasattr(data, "__cuda_array_interface__"):
            return self._cupy.asarray(data)
        where = getattr(data, "__dlpack_device__", None)
        if where is not None and where()[0] in (_CUDA, _MANAGED):
            return self._cupy.from_dlpack(data)
        return None

    def _from_host(self, data: Any, dtype: Any, index: int) -> Array:
        import numpy

        array = numpy.asarray(data, dtype=dtype)
        if array.dtype.kind not in _NUMBERS and array.dtype.name != "bfloat16":
            raise TypeError(
                f"a tensor holds numbers and booleans; received {type(data).__name__} of {array.dtype}"
            )
        return self._transfer.to_gpu(array, index)

    def to_numpy(self, array: Array) -> Any:
        fork.refuse()
        return self._transfer.to_host(array)

    def from_numpy(self, array: Any, device: Device | None = None) -> Array:
        return self._from_host(array, None, self._index(device))

    def to_device(self, array: Array, device: Device) -> Array:
        return self._transfer.between(array, self._index(device))

    def storage(self, array: Array) -> object:
        return array if array.base is None else array.base

    def pinned(self, array: Any) -> Any:
        fork.refuse()
        return self._transfer.pinned(array)

    def is_pinned(self, array: Any) -> bool:
        return not fork.is_forked() and self._transfer.is_pinned(array)

    def synchronize(self, device: Device | None = None) -> None:
        from deep_learner_cupy import notes

        self._cupy.cuda.Device(self._index(device)).synchronize()
        notes.check()

    def memory(self, device: Device | None = None) -> dict[str, int]:
        with self._cupy.cuda.Device(self._index(device)):
            free, total = self._cupy.cuda.runtime.memGetInfo()
            pool = self._cupy.get_default_memory_pool()
            return {
                "free": free, "total": total, "allocated": pool.used_bytes(), "reserved": pool.total_bytes(),
            }  # fmt: skip

    def details(self) -> dict[str, str]:
        runtime = self._cupy.cuda.runtime
        figures = {"library": f"CuPy {self._cupy.__version__}"}
        for device in self._devices:
            memory = self.memory(device)
            free, total = memory["free"] / 2**30, memory["total"] / 2**30
            name = self._accelerator.properties(device.index).name
            figures[f"GPU {device.index}"] = f"{name}, {free:.1f} of {total:.1f} GiB free"
        figures["driver"] = library.spoken(runtime.driverGetVersion())
        figures["runtime"] = library.spoken(runtime.runtimeGetVersion())
        return figures

    def set_float32_matmul_precision(self, precision: str) -> None:
        self._precision.set_float32_matmul_precision(precision)

    def explained(self, error: Exception) -> Exception:
        return super().explained(failures.explained(error))


def _device_of(array: Array) -> Any:
    """The GPU that an array lives on, which is a context."""
    return array.device
