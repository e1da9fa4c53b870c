"""JAX as a backend: `jax.numpy` follows the array standard, and its arrays never change.

Integer tensors are int64, so making the backend switches JAX's 64-bit numbers on, for the whole process.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

# Before JAX is imported: else it takes three quarters of each GPU as soon as it is asked for its devices.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import jax
import jax.numpy as jnp
import numpy as np

from deep_learner.backends import Backend
from deep_learner.device import Device
from deep_learner.errors import OutOfMemoryError

if TYPE_CHECKING:
    from deep_learner.typing import Array

__all__ = ["JaxBackend"]

_PRECISIONS: Final = {"highest": "highest", "high": "tensorfloat32", "medium": "bfloat16"}
_FIGURES: Final = {"total": "bytes_limit", "allocated": "bytes_in_use", "reserved": "bytes_reserved"}


class JaxBackend(Backend):
    """Arrays of JAX; XLA compiles each operation when it first meets a shape."""

    name = "jax"
    namespace = jnp
    array_types = (type(jnp.zeros(())),)
    device_types = ("cpu", "cuda")
    shares_memory = False

    def __init__(self) -> None:
        self._native = {Device("cpu", number or None): one for number, one in enumerate(jax.devices("cpu"))}
        with suppress(RuntimeError):  # JAX's way to say that it has none
            self._native |= {Device("cuda", number): one for number, one in enumerate(jax.devices("cuda"))}
        self._ours = {native: device for device, native in self._native.items()}
        if self.unavailable() is None:
            jax.config.update("jax_enable_x64", True)

    def unavailable(self) -> str | None:
        if os.environ.get("JAX_ENABLE_X64", "1").lower() in ("0", "f", "false", "n", "no", "off"):
            return "JAX_ENABLE_X64 forbids the 64-bit numbers that integer tensors are made of: unset it"
        return None

    def device_of(self, array: Array) -> Device:
        try:
            return self._ours[array.device]
        except KeyError:  # a sharding
            raise RuntimeError(
                f"a tensor lives on one device; this array of shape {array.shape} is spread over "
                f"{sorted(map(str, array.devices()))}: gather it with jax.device_put(array, device)"
            ) from None

    def resolved(self, device: Device) -> Device:
        if device == "cuda":
            return Device("cuda", 0)
        return Device("cpu") if device == "cpu:0" else device

    def native_device(self, device: Device) -> Any:
        try:
            return self._native[self.resolved(device)]
        except KeyError:
            there = ", ".join(map(repr, self._native))
            raise RuntimeError(f"the backend 'jax' has no {device!r}; JAX finds here: {there}") from None

    def to_numpy(self, array: Array) -> Any:
        return np.asarray(array)  # read-only where it shares memory

    def write(self, array: Array, index: Any, value: Any) -> Array:
        return array.at[index].set(value)

    def synchronize(self, device: Device | None = None) -> None:
        native = None if device is None else self.native_device(device)
        for array in jax.live_arrays():
            if native is None or native in array.devices():
                array.block_until_ready()

    def memory(self, device: Device | None = None) -> dict[str, int]:
        figures = self.native_device(device or Device("cpu")).memory_stats() or {}  # None for main memory
        known = {name: figures[key] for name, key in _FIGURES.items() if key in figures}
        if {"total", "allocated"} <= known.keys():
            known["free"] = known["total"] - known["allocated"]
        return known

    def details(self) -> dict[str, str]:
        devices = {repr(device): native.device_kind for device, native in self._native.items()}
        return {"library": f"JAX {jax.__version__}", **devices}

    def explained(self, error: Exception) -> Exception:
        if isinstance(error, jax.errors.JaxRuntimeError) and "RESOURCE_EXHAUSTED" in str(error):
            return OutOfMemoryError(f"the backend 'jax' is out of memory: {error}")
        return super().explained(error)

    def set_float32_matmul_precision(self, precision: str) -> None:
        jax.config.update("jax_default_matmul_precision", _PRECISIONS[precision])
