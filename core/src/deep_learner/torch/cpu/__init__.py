"""``torch.cpu``: main memory asked as if it were an accelerator."""

from __future__ import annotations

from ...amp import autocast  # noqa: F401 # pyright: ignore[reportUnusedImport]

__all__ = ["current_device", "device_count", "is_available", "is_initialized", "synchronize"]


def is_available() -> bool:
    """Whether there is main memory."""
    return True


is_initialized = is_available


def device_count() -> int:
    """It is one device."""
    return 1


def current_device() -> str:
    """Its name."""
    return "cpu"


def synchronize(device: object = None) -> None:
    """Nothing is computed in the background there."""
