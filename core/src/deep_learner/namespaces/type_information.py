"""What the array standard says about dtypes: ``finfo``, ``iinfo``, ``isdtype``, ``result_type``, the inspection API."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, cast

from .. import dtypes as d
from ..dtypes import DType, as_dtype, common_dtype, scalar_dtype
from ..semantics import follows_torch
from ..tensor import Tensor
from ..typing import Scalar

# (bits, eps, max, smallest normal) of IEEE 754 binary formats, and of bfloat16.
_FLOATS = {
    "float16": (16, 2.0**-10, 65504.0, 2.0**-14),
    "bfloat16": (16, 2.0**-7, (2.0 - 2.0**-7) * 2.0**127, 2.0**-126),
    "float32": (32, 2.0**-23, (2.0 - 2.0**-23) * 2.0**127, 2.0**-126),
    "float64": (64, 2.0**-52, (2.0 - 2.0**-52) * 2.0**1023, 2.0**-1022),
}
KINDS = {
    "bool": (d.BOOL,),
    "signed integer": (d.SIGNED,),
    "unsigned integer": (d.UNSIGNED,),
    "integral": (d.SIGNED, d.UNSIGNED),
    "real floating": (d.REAL,),
    "complex floating": (d.COMPLEX,),
    "numeric": (d.SIGNED, d.UNSIGNED, d.REAL, d.COMPLEX),
}


class _Limits:
    """Prints the fields of a dataclass, or in PyTorch's form those that PyTorch shows."""

    shown: ClassVar[tuple[str, ...]]
    dtype: DType

    def __repr__(self) -> str:
        if not follows_torch():
            held = [f"{field.name}={getattr(self, field.name)!r}" for field in fields(cast("Any", self))]
            return f"{type(self).__name__}({', '.join(held)})"
        kind, *names = self.shown
        parts = [f"{name}={getattr(self, name):g}" for name in names]
        return f"{kind}({', '.join([*parts, f'dtype={self.dtype.name}'])})"


@dataclass(frozen=True, repr=False)
class FloatInformation(_Limits):
    """The machine limits of a floating-point dtype."""

    shown = ("finfo", "resolution", "min", "max", "eps", "smallest_normal", "tiny")

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType

    @property
    def tiny(self) -> float:
        """The smallest normal number."""
        return self.smallest_normal

    @property
    def resolution(self) -> float:
        """The power of ten that decimal digits are exact to."""
        return {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1e-6, "float64": 1e-15}[self.dtype.name]


@dataclass(frozen=True, repr=False)
class IntegerInformation(_Limits):
    """The limits of an integer dtype."""

    shown = ("iinfo", "min", "max")

    bits: int
    max: int
    min: int
    dtype: DType


def _dtype_of(type: Any) -> DType:
    return type.dtype if isinstance(type, Tensor) else as_dtype(type)


def finfo(type: Any = None, /) -> FloatInformation:
    """The machine limits of a floating-point dtype (for a complex one, of its parts).

    Raises
    ------
    TypeError
        If the dtype is not floating-point.
    """
    dtype = (d.get_default_dtype() if type is None else _dtype_of(type)).to_real()
    if dtype.name not in _FLOATS:
        raise TypeError(f"finfo needs a floating-point dtype. Received: {dtype}; use iinfo for integers")
    bits, eps, largest, smallest = _FLOATS[dtype.name]
    return FloatInformation(bits, eps, largest, -largest, smallest, dtype)


def iinfo(type: Any, /) -> IntegerInformation:
    """The limits of an integer dtype.

    Raises
    ------
    TypeError
        If the dtype is not an integer.
    """
    dtype = _dtype_of(type)
    bits = 8 * dtype.itemsize
    if dtype.kind == d.SIGNED:
        return IntegerInformation(bits, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), dtype)
    if dtype.kind == d.UNSIGNED:
        return IntegerInformation(bits, 2**bits - 1, 0, dtype)
    raise TypeError(f"iinfo needs an integer dtype. Received: {dtype}; use finfo for floating-point ones")


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a dtype is of a kind: a dtype, a kind's name, or a tuple of them.

    Raises
    ------
    ValueError
        If a kind's name is unknown.
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)  # pyright: ignore[reportUnknownVariableType]
    if isinstance(kind, str) and kind in KINDS:
        return as_dtype(dtype).kind in KINDS[kind]
    if isinstance(kind, str):
        raise ValueError(f"unknown kind of dtype {kind!r}; there are {', '.join(KINDS)}")
    return as_dtype(dtype) is as_dtype(kind)


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that PyTorch computes in when these meet: tensors, dtypes and Python numbers."""
    arrays: list[tuple[DType, int]] = []
    scalars: list[Any] = []
    for item in arrays_and_dtypes:
        if isinstance(item, Tensor):
            arrays.append((item.dtype, item.ndim))
        elif isinstance(item, Scalar):
            scalars.append(item)
        else:
            arrays.append((as_dtype(item), 1))
    if not arrays and scalars:
        arrays = [(scalar_dtype(scalars[0]), 1)]
    return common_dtype(arrays, scalars)


class NamespaceInformation:
    """The standard's inspection API for Tensors: devices, capabilities and dtypes."""

    def capabilities(self) -> dict[str, Any]:
        """What the namespace can do that the standard leaves open."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Any:
        """The device that new tensors are made on."""
        from ..backends import default_device

        return default_device()

    def devices(self) -> list[Any]:
        """One device for each type that the available backends serve."""
        from ..backends import available
        from ..device import Device

        return [Device(name) for backend in available() for name in backend.device_types]

    def default_dtypes(self, *, device: Any = None) -> dict[str, DType]:
        """The dtypes that Python numbers get."""
        real = d.get_default_dtype()
        return {
            "real floating": real, "complex floating": real.to_complex(), "integral": d.int64, "indexing": d.int64,
        }  # fmt: skip

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, DType]:
        """The standard's dtypes, all or those of a kind."""
        from .standard import DTYPES

        found = {name: dtype for name, dtype in d.ALL.items() if name in DTYPES}
        return (
            found if kind is None else {name: dtype for name, dtype in found.items() if isdtype(dtype, kind)}
        )
