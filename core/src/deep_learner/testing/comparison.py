"""`assert_close`: equal in shape, dtype and device, and as near in value as the dtype allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..tensor import Tensor

__all__ = ["assert_close"]

# PyTorch's: relative, absolute.
TOLERANCES: Final = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}


def assert_close(
    actual: Tensor,
    expected: Tensor,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    msg: str = "",
) -> None:
    """Refuses tensors that differ in shape, dtype or device, or by more than rounding.

    Parameters
    ----------
    actual, expected : Tensor
        Accepted: ``|actual - expected| <= atol + rtol * |expected|``, or both infinite and equal.
    rtol, atol : float, optional
        Tolerances; those of the dtype (exact for integers) unless given.
    equal_nan : bool
        Whether nan equals nan.
    msg : str
        What is compared, for the message.

    Raises
    ------
    AssertionError
        Saying how they differ, and where most.
    """
    prefix = f"{msg}: " if msg else ""
    for what in ("shape", "dtype", "device"):
        received, wanted = getattr(actual, what), getattr(expected, what)
        if received != wanted:
            raise AssertionError(f"{prefix}the {what} is {received}, where {wanted} was expected")
    default = TOLERANCES.get(expected.dtype.name, (0.0, 0.0))
    relative = default[0] if rtol is None else rtol
    absolute = default[1] if atol is None else atol
    off = [
        (abs(received - wanted), place, received, wanted)
        for place, received, wanted in _pairs(actual.detach().tolist(), expected.detach().tolist())
        if not _near(received, wanted, relative, absolute, equal_nan)
    ]
    if off:
        _, place, received, wanted = max(off, key=lambda one: (one[0] != one[0], one[0]))
        raise AssertionError(
            f"{prefix}{len(off)} of {expected.numel()} elements differ (rtol={relative}, atol={absolute}), "
            f"most at {list(place)}: {received!r}, where {wanted!r} was expected"
        )


def _near(received: Any, wanted: Any, relative: float, absolute: float, equal_nan: bool) -> bool:
    if received == wanted or (equal_nan and received != received and wanted != wanted):
        return True
    return abs(received - wanted) <= absolute + relative * abs(wanted) < float("inf")


def _pairs(
    received: Any, wanted: Any, place: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], Any, Any]]:
    if not isinstance(received, list):
        yield place, received, wanted
        return
    for index, (one, other) in enumerate(zip(received, wanted, strict=True)):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        yield from _pairs(one, other, (*place, index))
