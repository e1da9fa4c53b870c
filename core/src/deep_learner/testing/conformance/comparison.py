"""Comparing arrays that came back from a backend with what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .case import kind_of

__all__ = ["TOLERANCES", "difference"]

# Relative: a few units in the last place. Integers and booleans are compared exactly.
TOLERANCES: Final[Mapping[str, float]] = {
    "float16": 4e-3,
    "bfloat16": 3e-2,
    "float32": 4e-6,
    "float64": 1e-12,
    "complex64": 4e-6,
    "complex128": 1e-12,
}


def difference(
    numpy: Any, received: Any, expected: Any, tolerance: float, absolute: float = 0.0
) -> str | None:
    """How two NumPy arrays of one shape differ by more than a tolerance; None if they do not.

    Parameters
    ----------
    numpy : module
    received, expected : numpy.ndarray
    tolerance, absolute : float
        Accepted is a difference of `tolerance` times the expected value's size, plus `absolute`.
        nan equals nan, and infinities equal themselves.
    """
    if received.shape != expected.shape:
        return f"the shape is {received.shape}, where {expected.shape} was expected"
    if received.dtype.kind not in "fcV" and expected.dtype.kind not in "fcV":
        off = received != expected
    else:
        wide = numpy.complex128 if "c" in (received.dtype.kind, expected.dtype.kind) else numpy.float64
        with numpy.errstate(all="ignore"):
            one, other = received.astype(wide), expected.astype(wide)
            near = numpy.abs(one - other) <= tolerance * numpy.abs(other) + absolute
            same = (one == other) | (numpy.isnan(one) & numpy.isnan(other))
            off = ~(same | (near & numpy.isfinite(other)))
    if not off.any():
        return None
    place = tuple(int(i) for i in numpy.argwhere(off)[0]) if off.ndim else ()
    where = f" at {list(place)}" if place else ""
    return (
        f"{int(off.sum())} of {off.size} elements are wrong, the first{where}: "
        f"{received[place].item()!r}, where {expected[place].item()!r} was expected"
    )


def same_kind(received: str, expected: str) -> bool:
    """Whether two dtypes are of one kind."""
    return kind_of(received) == kind_of(expected)
