"""What a backend is, and which one serves.

A backend brings an array library: its namespace and the few things the Python Array API standard does not say.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .accelerator import Accelerator, DeviceProperties
from .base import Backend
from .choice import (
    accelerated,
    available,
    backend,
    best_for_device,
    current,
    default_device,
    for_array,
    for_device,
    for_type,
    get,
    made,
    serving,
    set_default_device,
)

__all__ = [
    "Accelerator",
    "Backend",
    "DeviceProperties",
    "accelerated",
    "available",
    "backend",
    "best_for_device",
    "current",
    "default_device",
    "for_array",
    "for_device",
    "for_type",
    "get",
    "made",
    "serving",
    "set_default_device",
]


def __getattr__(name: str) -> Any:
    """PyTorch's switches, which few programs need."""
    if name == "cuda":
        return import_module(f"{__name__}.cuda")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
