"""PyTorch's types of tensors by their dtype, from its first years: a float32 tensor is a ``torch.FloatTensor``."""

from __future__ import annotations

import functools
from typing import Any, Final

from . import dtypes
from .tensor import Tensor

KINDS: Final[dict[str, dtypes.DType]] = {
    "BFloat16": dtypes.bfloat16, "Bool": dtypes.bool_, "Byte": dtypes.uint8, "Char": dtypes.int8,
    "ComplexDouble": dtypes.complex128, "ComplexFloat": dtypes.complex64, "ComplexHalf": dtypes.complex32,
    "Double": dtypes.float64, "Float": dtypes.float32, "Half": dtypes.float16, "Int": dtypes.int32,
    "Long": dtypes.int64, "Short": dtypes.int16, "UInt16": dtypes.uint16, "UInt32": dtypes.uint32,
    "UInt64": dtypes.uint64,
}  # fmt: skip
_NAMES: Final = {dtype: kind for kind, dtype in KINDS.items()}


def type_name(tensor: Tensor) -> str:
    """The name of the tensor's type, such as ``'torch.FloatTensor'`` or ``'torch.cuda.FloatTensor'``."""
    place = "" if tensor.device.type == "cpu" else f"{tensor.device.type}."
    return f"torch.{place}{_NAMES[tensor.dtype]}Tensor"


def dtype_of_type(kind: Any) -> dtypes.DType | None:
    """The dtype of a type of tensors, given by its name or as a class that has one; None for anything else."""
    if isinstance(kind, str) and kind.startswith("torch."):
        return KINDS.get(kind.rpartition(".")[2].removesuffix("Tensor"))
    return getattr(kind, "dtype", None) if isinstance(kind, type) else None


class TensorType(type):
    """The tensors of a dtype on a type of device: they are its instances, and calling it makes one."""

    dtype: dtypes.DType
    device_type: str

    def __instancecheck__(cls, instance: object) -> bool:
        if not isinstance(instance, Tensor):
            return False
        return instance.dtype is cls.dtype and instance.device.type == cls.device_type

    def __call__(cls, *data: Any) -> Tensor:
        from . import config

        with config.using(semantics="torch"):  # which reads sizes beside data
            return Tensor(*data, dtype=cls.dtype, device=cls.device_type)


@functools.cache
def tensor_type(kind: str, device_type: str = "cpu") -> TensorType:
    """The type of tensors whose dtype goes by a name of `KINDS`, on a type of device."""
    home = "torch" if device_type == "cpu" else f"torch.{device_type}"
    doc = f"Tensors of {KINDS[kind].name}: made of data, or of sizes."
    body = {"__doc__": doc, "__module__": home, "dtype": KINDS[kind], "device_type": device_type}
    return TensorType(f"{kind}Tensor", (), body)
