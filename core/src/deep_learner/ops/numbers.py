"""Python numbers as elements of a dtype."""

from __future__ import annotations

import functools
import math

from ..dtypes import BOOL, COMPLEX, REAL, SIGNED, UNSIGNED, DType
from ..namespaces.type_information import finfo, iinfo
from ..size import SymbolicSize
from ..typing import Scalar


@functools.cache
def _range(dtype: DType) -> tuple[float, float]:
    limits = finfo(dtype) if dtype.kind in (REAL, COMPLEX) else iinfo(dtype)
    return limits.min, limits.max


def as_element(value: Scalar, dtype: DType) -> Scalar:
    """A number as a dtype holds it, where PyTorch writes it into elements.

    Fractions of integers are cut off. A negative integer counts from the end of an unsigned dtype's range, as in C.

    Raises
    ------
    RuntimeError
        If the number is out of the dtype's range, or complex where that is real.
    """
    kind = dtype.kind
    if isinstance(value, SymbolicSize):
        return value
    if kind == BOOL:
        return bool(value)
    if isinstance(value, complex):
        if kind == COMPLEX:
            return value
        if value.imag:
            raise _overflow(value, dtype)
        value = value.real
    lowest, highest = _range(dtype)
    if lowest <= value <= highest:
        return float(value) if kind in (REAL, COMPLEX) else int(value)
    if kind in (REAL, COMPLEX) and not math.isfinite(value):
        return value
    if kind == UNSIGNED and isinstance(value, int) and -highest <= value < 0:
        return wrapped(value, dtype)
    raise _overflow(value, dtype)


def as_operand(value: Scalar, dtype: DType) -> Scalar:
    """A number that meets elements of a dtype: as :func:`as_element`; floats of 16 bits meet it as it is."""
    return value if dtype.kind == REAL and dtype.itemsize == 2 else as_element(value, dtype)


def _overflow(value: Scalar, dtype: DType) -> RuntimeError:
    range = "real numbers" if isinstance(value, complex) else "{} to {}".format(*_range(dtype))
    return RuntimeError(
        f"value cannot be converted to type {dtype.name} without overflow: that holds {range}. Received: {value!r}"
    )


def wrapped(value: int, target: DType) -> int:
    """A number as an integer dtype of so many bits holds it: beyond the dtype's range it starts again, as in C."""
    span = 1 << 8 * target.itemsize
    lowest = -(span >> 1) if target.kind == SIGNED else 0
    return (value - lowest) % span + lowest
