"""NumPy's arrays and scalars in checkpoints, by NumPy's names: numbers and texts, never objects."""

from __future__ import annotations

import math
import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_serializers.pytorch.opcodes import UnpicklingError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NUMPY", "set_array", "set_dtype"]

_KINDS = frozenset("?biufcSUmM")
_NAME = re.compile(
    r"[<>|=]?[?biufcSUmMOV]\d{0,10}"
)  # of other texts NumPy makes records, with Python's parser
_NATIVE = {"little": "<", "big": ">"}[sys.byteorder]


def _dtype(text: Any, align: Any = False, copy: Any = True) -> np.dtype[Any]:
    """A dtype from its short name, such as ``"f8"``."""
    if type(text) is not str or not _NAME.fullmatch(text):
        raise UnpicklingError("a NumPy dtype is not given by its short name")
    try:
        dtype = np.dtype(text)
    except (TypeError, ValueError, SyntaxError):
        raise UnpicklingError(f"there is no NumPy dtype {text!r}") from None
    return _checked(dtype)


def _checked(dtype: Any) -> np.dtype[Any]:
    if not isinstance(dtype, np.dtype) or dtype.kind not in _KINDS or not dtype.itemsize:
        raise UnpicklingError("a NumPy array of objects or records is not read")
    return dtype


def set_dtype(dtype: np.dtype[Any], state: Any) -> None:
    """What a dtype's state adds to its name: the byte order, which must be this computer's."""
    if not isinstance(state, tuple) or len(state) < 2 or state[1] not in (_NATIVE, "|", "="):
        raise UnpicklingError(f"a NumPy array of {dtype} has the other byte order, which is not read")


def _array(kind: Any, shape: Any, code: Any) -> np.ndarray[Any, Any]:
    """The empty array whose state follows."""
    if kind is not np.ndarray:
        raise UnpicklingError("subclasses of NumPy arrays are not read")
    return np.empty(0)


def set_array(array: np.ndarray[Any, Any], state: Any) -> None:
    """Fill an array: (version, shape, dtype, whether columns come first, the bytes)."""
    if not isinstance(state, tuple) or len(state) != 5 or type(state[4]) is not bytes:
        raise UnpicklingError("a NumPy array has a state that is none")
    shape, dtype = _fitting(state[1], state[2], state[4])
    array.__setstate__((1, shape, dtype, bool(state[3]), state[4]))  # type: ignore[attr-defined]


def _fitting(shape: Any, dtype: Any, content: bytes) -> tuple[tuple[int, ...], np.dtype[Any]]:
    _checked(dtype)
    if not isinstance(shape, tuple) or not all(type(size) is int and size >= 0 for size in shape):
        raise UnpicklingError("a NumPy array has no valid shape")
    if math.prod(shape) * dtype.itemsize != len(content):
        raise UnpicklingError(
            f"a NumPy array of {dtype} has {len(content)} bytes, which do not fit its shape"
        )
    return shape, dtype


def _scalar(dtype: Any, content: Any) -> Any:
    if type(content) is not bytes:
        raise UnpicklingError("a NumPy number has no bytes")
    _fitting((), dtype, content)
    return np.frombuffer(content, dtype)[0]


def _from_buffer(content: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray[Any, Any]:
    if not isinstance(content, bytes | bytearray) or order not in ("C", "F"):
        raise UnpicklingError("a NumPy array has no bytes")
    _fitting(shape, dtype, bytes(content))
    return np.frombuffer(bytearray(content), dtype).reshape(shape, order=order)


_MODULES = ("numpy.core", "numpy._core")
# What a name stands for and what calling it does.
NUMPY: dict[str, tuple[Any, Callable[..., Any]]] = {
    "numpy.dtype": (np.dtype, _dtype),
    **{f"{module}.multiarray._reconstruct": (_array, _array) for module in _MODULES},
    **{f"{module}.multiarray.scalar": (_scalar, _scalar) for module in _MODULES},
    **{f"{module}.numeric._frombuffer": (_from_buffer, _from_buffer) for module in _MODULES},
}
