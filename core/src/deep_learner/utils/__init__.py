"""Helpers around training: `data` holds data sets and loaders, `checkpoint` trades time for memory, and more."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import data

if TYPE_CHECKING:
    from . import benchmark, checkpoint, dlpack, model_zoo

__all__ = ["benchmark", "checkpoint", "data", "dlpack", "model_zoo"]


def __getattr__(name: str) -> Any:
    """The parts that not every program needs, imported when first used."""
    if name in __all__ or name == "_pytree":
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
