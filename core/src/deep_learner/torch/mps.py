"""``torch.mps``: Apple's devices, which no backend serves."""

from __future__ import annotations

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """Whether there is such a device that a backend serves: never."""
    return False


def device_count() -> int:
    """How many there are."""
    return 0
