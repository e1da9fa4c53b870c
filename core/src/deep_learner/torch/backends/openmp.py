"""``torch.backends.openmp``: threads by OpenMP."""

from __future__ import annotations

__all__ = ["is_available"]


def is_available() -> bool:
    """Whether PyTorch's own kernels would run in them: there are none of them here."""
    return False
