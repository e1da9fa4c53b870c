"""``torch.backends.mkl``: Intel's library, if the backend of main memory multiplies matrices by it."""

from __future__ import annotations

from ...backends.choice import for_device

__all__ = ["is_available"]


def is_available() -> bool:
    """Whether it is the library behind matrix products."""
    return "mkl" in for_device("cpu").details().get("BLAS", "").lower()
