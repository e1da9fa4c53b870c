"""Tensor types by element type, from PyTorch's first years: ``FloatTensor(2, 3)``, ``set_default_tensor_type``."""

from __future__ import annotations

from typing import Any, cast

from .. import dtypes
from ..tensor import Tensor

_DTYPES = {
    "BFloat16": dtypes.bfloat16, "Bool": dtypes.bool_, "Byte": dtypes.uint8, "Char": dtypes.int8,
    "Double": dtypes.float64, "Float": dtypes.float32, "Half": dtypes.float16, "Int": dtypes.int32,
    "Long": dtypes.int64, "Short": dtypes.int16,
}  # fmt: skip


class _TensorType(type):
    """Tensors of one dtype: they are its instances, and calling it makes one."""

    dtype: dtypes.DType

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __call__(cls, *data: Any) -> Tensor:
        return Tensor(*data, dtype=cls.dtype)


def _made(kind: str) -> _TensorType:
    name = f"{kind}Tensor"
    doc = f"Tensors of {_DTYPES[kind].name}: made of data, or of sizes."
    return _TensorType(name, (), {"__doc__": doc, "__module__": __name__, "dtype": _DTYPES[kind]})


BFloat16Tensor, BoolTensor, ByteTensor, CharTensor, DoubleTensor = map(
    _made, ("BFloat16", "Bool", "Byte", "Char", "Double")
)
FloatTensor, HalfTensor, IntTensor, LongTensor, ShortTensor = map(
    _made, ("Float", "Half", "Int", "Long", "Short")
)


def set_default_tensor_type(t: Any) -> None:
    """Make new floating-point tensors of this type: ``torch.DoubleTensor``, or its name.

    Raises
    ------
    TypeError
        If it is no type of tensors.
    """
    if isinstance(t, str):
        t = globals().get(t.removeprefix("torch."), t)
    if not isinstance(t, _TensorType):
        raise TypeError(f"set_default_tensor_type() takes a type such as torch.DoubleTensor. Received: {t!r}")
    dtypes.set_default_dtype(t.dtype)


def typename(obj: Any) -> str:
    """The name of an object's type, of a tensor the one that says its dtype: ``'torch.FloatTensor'``."""
    if isinstance(obj, Tensor):
        return next(f"torch.{kind}Tensor" for kind, dtype in _DTYPES.items() if dtype is obj.dtype)
    named = cast("Any", obj if hasattr(obj, "__qualname__") else type(obj))
    module = getattr(named, "__module__", "") or ""
    return named.__qualname__ if module in ("", "builtins") else f"{module}.{named.__qualname__}"
