"""Strict arrays on two devices: `strict`, which NumPy may look into, and `strict:1`, which it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import array_api_strict
import numpy as np

from deep_learner.backends import Backend
from deep_learner.device import Device

if TYPE_CHECKING:
    from deep_learner.typing import Array

__all__ = ["StrictBackend"]

_NATIVE = {
    Device("strict"): array_api_strict.Device("CPU_DEVICE"),
    Device("strict:1"): array_api_strict.Device("device1"),
}
_OURS = {native: device for device, native in _NATIVE.items()}


class StrictBackend(Backend):
    """Nothing but the standard: no kernels, no NumPy scalars, no help."""

    name = "strict"
    namespace = array_api_strict
    array_types = (type(array_api_strict.asarray(0)),)
    device_types = ("strict",)

    def device_of(self, array: Array) -> Device:
        return _OURS[array.device]

    def native_device(self, device: Device) -> Any:
        try:
            return _NATIVE[device]
        except KeyError:
            raise RuntimeError(f"the backend 'strict' has no {device!r}; it has {list(_NATIVE)}") from None

    def to_numpy(self, array: Array) -> Any:
        return np.asarray(self.to_device(array, Device("strict")))

    def storage(self, array: Array) -> object:
        owner: Any = array._array  # the standard has no word for memory
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        return owner
