"""PyTorch's ``torch.signal``: window functions, in :mod:`.windows`."""

from __future__ import annotations

from . import windows

__all__ = ["windows"]
