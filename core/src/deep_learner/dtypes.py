"""Data types, and PyTorch's rules for bringing them together.

A :class:`DType` is a name that every array library understands: ``getattr(xp, dtype.name)`` is the library's
own object, :func:`from_native` goes the other way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .typing import DTypeLike

BOOL: Final = "bool"
SIGNED: Final = "signed integer"
UNSIGNED: Final = "unsigned integer"
REAL: Final = "real floating"
COMPLEX: Final = "complex floating"
_RANK = {BOOL: 0, UNSIGNED: 1, SIGNED: 1, REAL: 2, COMPLEX: 3}


class DType:
    """A data type: its name, its kind (the array standard's word) and its size.

    Attributes
    ----------
    name : str
        The array standard's name, such as ``"float32"``.
    kind : str
        ``"bool"``, ``"signed integer"``, ``"unsigned integer"``, ``"real floating"`` or ``"complex floating"``.
    itemsize : int
        Bytes of one element.
    is_floating_point, is_complex, is_signed : bool
        As in PyTorch.
    """

    __slots__ = ("is_complex", "is_floating_point", "is_signed", "itemsize", "kind", "name")

    def __init__(self, name: str, kind: str, itemsize: int) -> None:
        self.name = name
        self.kind = kind
        self.itemsize = itemsize
        self.is_floating_point = kind == REAL
        self.is_complex = kind == COMPLEX
        self.is_signed = kind not in (BOOL, UNSIGNED)

    def __repr__(self) -> str:
        from .semantics import follows_torch

        return f"{'torch' if follows_torch() else 'deep_learner'}.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)

    def to_real(self) -> DType:
        """The dtype of the real part."""
        return {"complex32": float16, "complex64": float32, "complex128": float64}.get(self.name, self)

    def to_complex(self) -> DType:
        """The complex dtype with this precision, or the next."""
        shorts = {"float16": complex64, "bfloat16": complex64}
        return {"float32": complex64, "float64": complex128, **shorts}.get(self.name, self)


bool_ = DType("bool", BOOL, 1)
uint8 = DType("uint8", UNSIGNED, 1)
uint16 = DType("uint16", UNSIGNED, 2)
uint32 = DType("uint32", UNSIGNED, 4)
uint64 = DType("uint64", UNSIGNED, 8)
int8 = DType("int8", SIGNED, 1)
int16 = DType("int16", SIGNED, 2)
int32 = DType("int32", SIGNED, 4)
int64 = DType("int64", SIGNED, 8)
float16 = DType("float16", REAL, 2)
bfloat16 = DType("bfloat16", REAL, 2)
float32 = DType("float32", REAL, 4)
float64 = DType("float64", REAL, 8)
complex32 = DType("complex32", COMPLEX, 4)
complex64 = DType("complex64", COMPLEX, 8)
complex128 = DType("complex128", COMPLEX, 16)

ALL: Final[dict[str, DType]] = {
    dtype.name: dtype
    for dtype in (
        bool_, uint8, uint16, uint32, uint64, int8, int16, int32, int64,
        float16, bfloat16, float32, float64, complex32, complex64, complex128,
    )
}  # fmt: skip
# PyTorch's second names.
ALIASES: Final[dict[str, DType]] = {
    "half": float16, "float": float32, "double": float64, "short": int16, "int": int32, "long": int64,
    "chalf": complex32, "cfloat": complex64, "cdouble": complex128,
}  # fmt: skip

# By the native dtype's type first: dtypes of two libraries may have one hash and must not be compared.
_native: dict[type, dict[Any, DType]] = {}
_default: DType | None = None  # what set_default_dtype chose; else the configuration says


def from_native(native: Any) -> DType:
    """The :class:`DType` of an array library's dtype object.

    Raises
    ------
    TypeError
        If the library's dtype has no counterpart here.
    """
    try:
        return _native[type(native)][native]
    except (KeyError, TypeError):
        pass
    name = str(getattr(native, "__name__", native))
    dtype = ALL.get(name.rsplit(".", 1)[-1].rstrip("_"))
    if dtype is None:
        raise TypeError(f"data type {native!r} has no counterpart in Deep Learner; known: {', '.join(ALL)}")
    _native.setdefault(native.__class__, {})[native] = dtype
    return dtype


def as_dtype(dtype: DTypeLike) -> DType:
    """A :class:`DType` from itself, a name (``"float32"``), a Python type or an array library's dtype.

    Raises
    ------
    TypeError
        If nothing of that name is known.
    """
    if isinstance(dtype, DType):
        return dtype
    if isinstance(dtype, str):
        found = ALL.get(dtype) or ALIASES.get(dtype)
        if found is None:
            raise TypeError(f"unknown dtype {dtype!r}; known: {', '.join([*ALL, *ALIASES])}")
        return found
    if dtype is float or dtype is complex:
        return scalar_dtype(dtype(0))
    return bool_ if dtype is bool else int64 if dtype is int else from_native(dtype)


def get_default_dtype() -> DType:
    """The dtype of new floating-point tensors made from Python floats: float32 unless chosen otherwise.

    What :func:`set_default_dtype` chose, or the configuration's ``default_dtype``.
    """
    if _default is not None:
        return _default
    from .config import get

    return ALL[get("default_dtype")]


def set_default_dtype(dtype: DTypeLike) -> None:
    """Choose the dtype of new floating-point tensors made from Python floats.

    Raises
    ------
    TypeError
        If ``dtype`` is not a real floating-point type.
    """
    global _default
    chosen = as_dtype(dtype)
    if chosen.kind != REAL:
        raise TypeError(f"only floating-point types can be the default dtype. Received: {chosen}")
    _default = chosen


def promote_types(type1: DTypeLike, type2: DTypeLike) -> DType:
    """The smallest dtype that holds both, by PyTorch's table: an integer meeting a float takes the float's.

    Raises
    ------
    TypeError
        If no dtype holds both (uint64 with a signed integer).
    """
    a, b = as_dtype(type1), as_dtype(type2)
    if a is b:
        return a
    low, high = sorted((a, b), key=lambda dtype: (_RANK[dtype.kind], dtype.itemsize))
    if _RANK[low.kind] < _RANK[high.kind]:
        if high.kind == COMPLEX and low is float64:
            return complex128
        return complex64 if high is complex32 and low in (float32, bfloat16) else high
    if low.kind == high.kind:
        return float32 if {low.name, high.name} == {"float16", "bfloat16"} else high
    signed, unsigned = (low, high) if low.kind == SIGNED else (high, low)
    if signed.itemsize > unsigned.itemsize:
        return signed
    wider = {1: int16, 2: int32, 4: int64}.get(unsigned.itemsize)
    if wider is None:
        raise TypeError(f"no integer dtype holds both {a} and {b}; convert one of them first")
    return wider


def _combine(high: DType | None, low: DType | None) -> DType | None:
    """Let the lower-priority dtype decide only if it is of a higher kind."""
    if high is None or low is None:
        return high or low
    if high.kind == COMPLEX or (high.kind == REAL and low.kind != COMPLEX):
        return high
    if high.kind == REAL:
        return high.to_complex()
    if high.kind == BOOL or low.kind in (REAL, COMPLEX):
        return promote_types(high, low)
    return high


def scalar_dtype(value: object) -> DType:
    """The dtype a Python scalar counts as: bool, int64, the default float or its complex."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    default = get_default_dtype()
    return default.to_complex() if isinstance(value, complex) else default


def common_dtype(arrays: Iterable[tuple[DType, int]], scalars: Iterable[object] = ()) -> DType:
    """PyTorch's result type: arrays with dimensions decide, then 0-d arrays, then Python scalars.

    Parameters
    ----------
    arrays
        Pairs of dtype and number of dimensions.
    scalars
        Python numbers.
    """
    found: list[DType | None] = [None, None, None]

    def merge(priority: int, dtype: DType) -> None:
        held = found[priority]
        found[priority] = dtype if held is None else promote_types(held, dtype)

    for dtype, ndim in arrays:
        merge(0 if ndim else 1, dtype)
    for scalar in scalars:
        merge(2, scalar_dtype(scalar))
    result = _combine(_combine(found[0], found[1]), found[2])
    if result is None:
        raise TypeError("result type of nothing: pass at least one tensor, dtype or number")
    return result


def can_cast(from_: DTypeLike, to: DTypeLike) -> bool:
    """Whether PyTorch casts ``from_`` to ``to`` without being asked: never to a lower kind."""
    a, b = as_dtype(from_), as_dtype(to)
    if a.kind == COMPLEX or a.kind == REAL:
        return _RANK[b.kind] >= _RANK[a.kind]
    return b.kind != BOOL or a.kind == BOOL
