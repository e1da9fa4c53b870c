"""Tensor types by element type, from PyTorch's first years: ``FloatTensor(2, 3)``, ``set_default_tensor_type``."""

from __future__ import annotations

from typing import Any, cast

from .. import dtypes
from ..tensor import Tensor
from ..type_names import KINDS, type_name


class _TensorType(type):
    """Tensors of one dtype: they are its instances, and calling it makes one."""

    dtype: dtypes.DType

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __call__(cls, *data: Any) -> Tensor:
        return Tensor(*data, dtype=cls.dtype)


def _made(kind: str) -> _TensorType:
    name = f"{kind}Tensor"
    doc = f"Tensors of {KINDS[kind].name}: made of data, or of sizes."
    return _TensorType(name, (), {"__doc__": doc, "__module__": __name__, "dtype": KINDS[kind]})


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
        return type_name(obj)
    named = cast("Any", obj if hasattr(obj, "__qualname__") else type(obj))
    module = getattr(named, "__module__", "") or ""
    return named.__qualname__ if module in ("", "builtins") else f"{module}.{named.__qualname__}"
