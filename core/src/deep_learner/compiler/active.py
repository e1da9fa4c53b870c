"""The trace under way in each thread. On its own, so that asking costs no import."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .trace import Trace


class _Tracing(threading.local):
    trace: Trace | None = None


tracing = _Tracing()


def is_compiling() -> bool:
    """Whether a step is being traced, so that what is done now will be done again without Python."""
    return tracing.trace is not None
