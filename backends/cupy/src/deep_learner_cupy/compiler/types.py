"""How dtypes and numbers are written in CUDA C++."""

from __future__ import annotations

import math
from typing import Any

import numpy

__all__ = ["NUMBER", "STORED", "converted", "held", "literal", "stored", "wide"]

STORED = {
    "bool": "bool", "int8": "signed char", "int16": "short", "int32": "int", "int64": "long long",
    "uint8": "unsigned char", "uint16": "unsigned short", "uint32": "unsigned int", "uint64": "unsigned long long",
    "float16": "__half", "bfloat16": "bfloat16", "float32": "float", "float64": "double",
}  # fmt: skip
"""The types of elements in memory, by the dtype's name."""
NUMBER: Any = numpy.dtype("float64")
"""In what Python's numbers are computed."""
_SUFFIXES = {"int64": "LL", "uint32": "U", "uint64": "ULL"}


def stored(dtype: Any) -> str:
    """The type of an element in memory."""
    return STORED[(dtype or NUMBER).name]


def wide(dtype: Any) -> Any:
    """The dtype that elements are computed in."""
    short = dtype is not None and dtype.name in ("float16", "bfloat16")
    return numpy.dtype("float32") if short else dtype or NUMBER


def held(dtype: Any) -> str:
    """The type that an element is computed in."""
    return stored(wide(dtype))


def converted(text: str, source: Any, target: Any) -> str:
    """An expression of one dtype in the type of another."""
    if held(source) == held(target):
        return text
    return f"({text} != 0)" if held(target) == "bool" else f"({held(target)}){text}"


def literal(number: complex, dtype: Any) -> str:
    """A Python number as one of a dtype, whose range it does not leave."""
    kind = held(dtype)
    if kind == "bool":
        return "true" if number else "false"
    assert not isinstance(number, complex), f"there are no complex numbers in generated kernels: {number}"
    if kind not in ("float", "double"):
        number, name = int(number), (dtype or NUMBER).name
        if number == -(2**63):
            return "(-9223372036854775807LL - 1)"
        return f"({kind}){number}{_SUFFIXES.get(name, '')}"
    number = float(number)
    if math.isnan(number):
        return f"({kind})(INFINITY - INFINITY)"
    if math.isinf(number):
        return f"({kind}){'-' * (number < 0)}INFINITY"
    return repr(number) if kind == "double" else f"(float){number!r}"
