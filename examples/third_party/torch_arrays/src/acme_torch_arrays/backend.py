"""PyTorch as a backend: its tensors as plain arrays, with its own differentiation switched off."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import array_api_compat.torch
import ml_dtypes
import numpy as np
import torch

from deep_learner.backends import Backend
from deep_learner.device import Device

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array

__all__ = ["TorchBackend"]

_CPU = Device("cpu")
_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


class TorchBackend(Backend):
    """Arrays in main memory and on GPUs, computed by PyTorch's kernels."""

    name = "torch"
    namespace = array_api_compat.torch
    array_types = (torch.Tensor,)
    device_types = ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)

    @cached_property
    def kernels(self) -> Mapping[str, Callable[..., Any]]:
        from acme_torch_arrays.kernels import KERNELS

        return KERNELS

    # Where arrays live

    def device_of(self, array: Array) -> Device:
        return Device(array.device.type, array.device.index)

    def resolved(self, device: Device) -> Device:
        return Device("cuda", torch.cuda.current_device()) if device == "cuda" else device

    def native_device(self, device: Device) -> torch.device:
        if device.type not in self.device_types or device.type == "cpu":
            super().native_device(device)  # refuses what is not served
        device = self.resolved(device)
        return torch.device(device.type) if device.index is None else torch.device(device.type, device.index)

    def to_device(self, array: Array, device: Device) -> Array:
        return array.to(self.native_device(device))

    def storage(self, array: Array) -> object:
        return array if array._base is None else array._base

    # Conversion

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        if isinstance(data, torch.Tensor):
            plain = type(data) is torch.Tensor and not data.requires_grad
            native = data.device if device is None else self.native_device(device)
            array = data if plain else data.detach()
            return torch.asarray(array, dtype=dtype, device=native, copy=copy)
        # NumPy reads Python's numbers in double precision; PyTorch would round them to float32 at once.
        values = np.asarray(data, dtype=None if dtype is None else _in_numpy(dtype), copy=copy)
        return _shared(values).to(self.native_device(device or _CPU))

    def to_numpy(self, array: Array) -> Any:
        array = array.cpu()
        if array.dtype is torch.bfloat16:
            return array.view(torch.int16).numpy().view(_BFLOAT16)
        return array.numpy()

    # The machine

    def synchronize(self, device: Device | None = None) -> None:
        if torch.cuda.is_initialized() and (device is None or device.type == "cuda"):
            torch.cuda.synchronize(None if device is None else self.native_device(device))

    def memory(self, device: Device | None = None) -> dict[str, int]:
        if device is None or device.type != "cuda":
            return {}
        native = self.native_device(device)
        free, total = torch.cuda.mem_get_info(native)
        allocated, reserved = torch.cuda.memory_allocated(native), torch.cuda.memory_reserved(native)
        return {"free": free, "total": total, "allocated": allocated, "reserved": reserved}

    def details(self) -> dict[str, str]:
        gpus = range(torch.cuda.device_count())
        return {"library": f"PyTorch {torch.__version__}"} | {
            f"GPU {index}": torch.cuda.get_device_name(index) for index in gpus
        }

    def explained(self, error: Exception) -> Exception:
        if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
            error = MemoryError(str(error))
        return super().explained(error)

    def set_float32_matmul_precision(self, precision: str) -> None:
        torch.set_float32_matmul_precision(precision)


def _in_numpy(dtype: torch.dtype) -> np.dtype[Any]:
    return _BFLOAT16 if dtype is torch.bfloat16 else np.dtype(str(dtype).removeprefix("torch."))


def _shared(array: np.ndarray[Any, Any]) -> torch.Tensor:
    """The memory of a NumPy array as a tensor; a copy where PyTorch has no such tensors."""
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    if array.dtype == _BFLOAT16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)
