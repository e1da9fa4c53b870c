"""Tensor types by element type, from PyTorch's first years: ``FloatTensor(2, 3)``, ``set_default_tensor_type``."""

from __future__ import annotations

from typing import Any, cast

from .. import dtypes
from ..backends import set_default_device
from ..tensor import Tensor
from ..type_names import KINDS, TensorType, tensor_type, type_name

BFloat16Tensor, BoolTensor, ByteTensor, CharTensor, DoubleTensor = map(
    tensor_type, ("BFloat16", "Bool", "Byte", "Char", "Double")
)
FloatTensor, HalfTensor, IntTensor, LongTensor, ShortTensor = map(
    tensor_type, ("Float", "Half", "Int", "Long", "Short")
)


def set_default_tensor_type(t: Any) -> None:
    """Make new floating-point tensors of this type: ``torch.DoubleTensor``, ``torch.cuda.FloatTensor``, or its name.

    Raises
    ------
    TypeError
        If it is no type of tensors.
    """
    if isinstance(t, str):
        place, _, kind = t.removeprefix("torch.").rpartition(".")
        known = kind.removesuffix("Tensor") in KINDS and kind.endswith("Tensor")
        t = tensor_type(kind.removesuffix("Tensor"), place or "cpu") if known else t
    if not isinstance(t, TensorType):
        raise TypeError(f"set_default_tensor_type() takes a type such as torch.DoubleTensor. Received: {t!r}")
    dtypes.set_default_dtype(t.dtype)
    set_default_device(None if t.device_type == "cpu" else t.device_type)


def typename(obj: Any) -> str:
    """The name of an object's type, of a tensor the one that says its dtype: ``'torch.FloatTensor'``."""
    if isinstance(obj, Tensor):
        return type_name(obj)
    named = cast("Any", obj if hasattr(obj, "__qualname__") else type(obj))
    module = getattr(named, "__module__", "") or ""
    return named.__qualname__ if module in ("", "builtins") else f"{module}.{named.__qualname__}"
