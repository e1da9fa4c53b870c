"""What a backend is, and which one serves.

A backend brings an array library: its namespace and the few things the Python Array API standard does not say.
"""

from __future__ import annotations

from .base import Backend
from .choice import (
    available,
    backend,
    current,
    default_device,
    for_array,
    for_device,
    for_type,
    get,
    made,
)

__all__ = [
    "Backend",
    "available",
    "backend",
    "current",
    "default_device",
    "for_array",
    "for_device",
    "for_type",
    "get",
    "made",
]
