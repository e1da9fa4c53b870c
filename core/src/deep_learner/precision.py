"""How exactly float32 matrices are multiplied: PyTorch's switch, which backends follow where they can."""

from __future__ import annotations

from typing import Final

__all__ = ["get_float32_matmul_precision", "set_float32_matmul_precision"]

PRECISIONS: Final = ("highest", "high", "medium")
_precision = "highest"


def get_float32_matmul_precision() -> str:
    """How exactly float32 matrices are multiplied: ``"highest"``, ``"high"`` or ``"medium"``."""
    return _precision


def set_float32_matmul_precision(precision: str) -> None:
    """Choose how exactly float32 matrices are multiplied, on devices that can be faster.

    Parameters
    ----------
    precision : str
        ``"highest"``: in float32. ``"high"``: with factors of 10 bits of mantissa (TF32) where the device has such.
        ``"medium"``: with fewer still, where the device has such.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    global _precision
    if precision not in PRECISIONS:
        raise ValueError(
            f"float32 matmul precision must be one of {', '.join(PRECISIONS)}. Received: {precision!r}"
        )
    _precision = precision
    from .plugins.host import host

    for entry in host().catalogue.entries("backends"):
        if entry.instance is not None:
            entry.instance.set_float32_matmul_precision(precision)
