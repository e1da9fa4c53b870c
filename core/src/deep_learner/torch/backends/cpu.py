"""``torch.backends.cpu``."""

from __future__ import annotations

__all__ = ["get_cpu_capability"]


def get_cpu_capability() -> str:
    """Which vector instructions PyTorch's own kernels would use: there are none of them here."""
    return "DEFAULT"
