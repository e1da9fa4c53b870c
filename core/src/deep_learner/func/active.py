"""Which ``vmap`` calls each thread is in. On its own, so that asking costs no import."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .levels import Level


class _Active(threading.local):
    """The calls under way, the outermost first."""

    def __init__(self) -> None:
        self.levels: list[Level] = []


active = _Active()
