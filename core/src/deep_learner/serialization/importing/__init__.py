"""States of models from elsewhere: other names, other layouts, and what does not fit."""

from __future__ import annotations

from .importing import import_state
from .mapping import KeyMapping, remap

__all__ = ["KeyMapping", "import_state", "remap"]
