"""What symbolic arrays are to the engine: a backend like others."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.backends import Backend
from deep_learner.device import Device
from deep_learner.tensor import Tensor
from deep_learner_onnx.array import CPU, SymbolicArray, known
from deep_learner_onnx.emission import cast_to
from deep_learner_onnx.namespace import OnnxNamespace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.typing import Array

__all__ = ["BACKEND", "OnnxBackend"]


class OnnxBackend(Backend):
    """Arrays that stand for values of an ONNX graph; for the time of an export they stand for NumPy's, too."""

    name = "onnx"
    namespace = OnnxNamespace()
    array_types = (SymbolicArray,)
    scalar_types = ()
    device_types = ("cpu",)
    shares_memory = False  # a write makes a new array
    adopts = True

    @cached_property
    def kernels(self) -> Mapping[str, Callable[..., Any]]:
        from deep_learner_onnx.kernels import kernels

        return kernels(self)

    def device_of(self, array: Array) -> Device:
        return CPU

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        return self.namespace.asarray(data, dtype=dtype, copy=copy)

    def has_values(self, array: Array) -> bool:
        return array.array is not None

    def to_numpy(self, array: Array) -> Any:
        return array.values("numpy() or tolist()")

    def from_numpy(self, array: Any, device: Device | None = None) -> Array:
        return known(np.asarray(array))

    def to_device(self, array: Array, device: Device) -> Array:
        self.native_device(device)
        return array

    def write(self, array: Array, index: Any, value: Any) -> Array:
        if index is not Ellipsis:
            raise IndexError(f"symbolic arrays are written as a whole. Received: {index!r}")
        if isinstance(value, Tensor):
            value = value.numpy()
        value = self.namespace.asarray(value, dtype=array.dtype)
        return cast_to(self.namespace.broadcast_to(value, array.shape), array.dtype)

    def cure(self, function: str) -> str:
        return "ONNX has no operator for it, and it has no form in operations that ONNX has"


BACKEND = OnnxBackend()
SymbolicArray.own_backend = BACKEND
