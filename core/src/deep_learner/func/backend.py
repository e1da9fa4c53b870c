"""What batched arrays are to the engine: a backend like others, with a namespace and faster forms of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from ..backends import Backend
from ..device import Device
from ..tensor import Tensor
from .batching import Batching, operation_rules

if TYPE_CHECKING:
    from ..typing import Array
    from .batched import BatchedArray


class BatchedBackend(Backend):
    """The backend of batched arrays of one depth."""

    shares_memory = False  # a write makes a new array

    def __init__(self, kind: type[BatchedArray]) -> None:
        self.name = f"vmap{kind.depth}"
        self.kind = kind
        self.namespace = Batching(kind)
        self.array_types = (kind,)
        self.base = kind.base
        self.device_types = kind.base.device_types

    @property
    def kernels(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The operations that are better batched as a whole than step by step."""
        return operation_rules(self.kind)

    def device_of(self, array: Array) -> Device:
        return array.device

    def native_device(self, device: Device) -> Any:
        return device

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        return self.namespace.asarray(data, dtype=dtype, device=device, copy=copy)

    def has_values(self, array: Array) -> bool:
        return False

    def to_numpy(self, array: Array) -> NoReturn:
        array.__array__()
        raise AssertionError("batched arrays refuse")

    def from_numpy(self, array: Any, device: Device | None = None) -> Array:
        return self.kind.lifted(self.kind.base.from_numpy(array, device))

    def to_device(self, array: Array, device: Device) -> Array:
        return array.to_device(device)

    def write(self, array: Array, index: Any, value: Any) -> Array:
        if index is not Ellipsis:
            raise IndexError(f"batched arrays are written as a whole. Received: {index!r}")
        if isinstance(value, Tensor):
            value = value._array
        xp = self.namespace
        return xp.astype(xp.broadcast_to(self.kind.lifted(value), array.shape), array.dtype)

    def from_scalar(self, scalar: Any) -> Array:
        return self.kind.lifted(scalar) if hasattr(scalar, "shape") else self.asarray(scalar)
