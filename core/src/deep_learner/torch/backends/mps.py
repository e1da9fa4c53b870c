"""``torch.backends.mps``: Apple's devices."""

from __future__ import annotations

__all__ = ["is_available"]


def is_available() -> bool:
    """Whether such a device can be used: no backend serves them."""
    return False


def is_built() -> bool:
    """Whether an installed backend could serve such devices: none."""
    return False


def is_macos13_or_newer() -> bool:
    """Whether the system is one of those: asked for such devices alone."""
    return False


__all__ += ["is_built", "is_macos13_or_newer"]
