"""What the samplers refuse: dtypes that cannot hold the numbers, and intervals with nothing in them."""

from __future__ import annotations

from ..dtypes import DType, as_dtype, get_default_dtype
from ..typing import DTypeLike
from .rounding import single

__all__ = ["check_bounds", "check_floating", "check_interval", "largest_integer"]

_DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
_LARGEST_FLOAT = {"float64": 1.7976931348623157e308, "float16": 65504.0}
_LARGEST_SINGLE = single(3.4028234663852886e38)


def check_floating(function: str, dtype: DTypeLike) -> DType:
    """The floating-point or complex dtype that was asked for, or the default one.

    Raises
    ------
    NotImplementedError
        If it is neither, as in PyTorch.
    """
    chosen = get_default_dtype() if dtype is None else as_dtype(dtype)
    if not (chosen.is_floating_point or chosen.is_complex):
        raise NotImplementedError(
            f"{function} gives floating-point numbers, which {chosen} cannot hold; pass a floating dtype, "
            "or use randint or random_ for integers"
        )
    return chosen


def largest_integer(dtype: DType) -> int:
    """The largest integer of an integer dtype; of a floating-point one, the last before it skips some."""
    if dtype.name in _DIGITS:
        return 1 << _DIGITS[dtype.name]
    return 1 if dtype.name == "bool" else (1 << (8 * dtype.itemsize - dtype.is_signed)) - 1


def check_bounds(function: str, low: int, high: int, dtype: DType) -> tuple[int, int]:
    """The bounds of an interval [low, high) of integers, moved inward to ones that a float dtype holds.

    Raises
    ------
    RuntimeError
        If the interval is empty or reaches beyond the dtype.
    NotImplementedError
        If the dtype is complex.
    """
    if dtype.is_complex:
        raise NotImplementedError(
            f"{function} gives integers, which are no complex numbers. Received: dtype={dtype}"
        )
    asked = low, high
    if dtype.is_floating_point:
        low, high = _inward(low, high, dtype)
    if low >= high:
        raise RuntimeError(
            f"{function} takes low < high, as numbers of {dtype}. Received: low={asked[0]}, high={asked[1]}"
        )
    if not dtype.is_floating_point:
        top = largest_integer(dtype)
        bottom = -top - 1 if dtype.is_signed else 0
        if low < bottom or high - 1 > top:
            raise RuntimeError(
                f"{function} can give {low} to {high - 1}, but {dtype} holds {bottom} to {top}; pass another"
            )
    return low, high


def _inward(low: int, high: int, dtype: DType) -> tuple[int, int]:
    digits = _DIGITS[dtype.name]
    cast = float if dtype.name == "float64" else single
    first, last = int(cast(low + 1)), int(cast(high - 1))
    if first < low:
        low = first + (1 << (abs(low + 1).bit_length() - digits))
    if last >= high:
        high = last - (1 << (abs(high - 1).bit_length() - digits))
    return low, high


def check_interval(low: float, high: float, dtype: DType) -> None:
    """Refuse an interval [low, high) of real numbers that is reversed or too wide.

    Raises
    ------
    RuntimeError
        If `low` exceeds `high`, or the dtype cannot hold a bound or their distance.
    """
    largest = _LARGEST_FLOAT.get(dtype.to_real().name, _LARGEST_SINGLE)
    if not (abs(low) <= largest and abs(high) <= largest and high - low <= largest):
        raise RuntimeError(
            f"uniform_ cannot reach from {low} to {high} in {dtype}, whose largest number is {largest}"
        )
    if low > high:
        raise RuntimeError(f"uniform_ takes an interval [from, to). Received: from={low} > to={high}")
