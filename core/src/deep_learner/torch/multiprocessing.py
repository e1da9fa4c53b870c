"""Python's `multiprocessing`, whose queues and pipes take tensors, and processes that are waited for together.

Tensors go to other processes by value. A `DataLoader` with workers hands large ones over in shared memory.
"""

from __future__ import annotations

import multiprocessing
import sys
from typing import Any, Final

from .processes import (
    ProcessContext,
    ProcessException,
    ProcessExitedException,
    ProcessRaisedException,
    spawn,
    start_processes,
)  # fmt: skip

__all__ = [
    "ProcessContext", "ProcessException", "ProcessExitedException", "ProcessRaisedException",
    "get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy", "spawn", "start_processes",
]  # fmt: skip
__all__ += multiprocessing.__all__  # pyright: ignore[reportUnsupportedDunderAll]

_STRATEGIES: Final = (
    frozenset({"file_system"})
    if sys.platform in ("darwin", "win32")
    else frozenset({"file_descriptor", "file_system"})
)
_strategy = min(_STRATEGIES)


def get_all_sharing_strategies() -> set[str]:
    """The names that `set_sharing_strategy` takes on this system."""
    return set(_STRATEGIES)


def get_sharing_strategy() -> str:
    """The name that was set last."""
    return _strategy


def set_sharing_strategy(new_strategy: str) -> None:
    """Accept one of PyTorch's ways of sharing memory; tensors are sent by value, so that it has no effect.

    Raises
    ------
    AssertionError
        The name is none of `get_all_sharing_strategies`.
    """
    global _strategy
    if new_strategy not in _STRATEGIES:
        raise AssertionError(
            f"invalid sharing strategy {new_strategy!r}, expected one of {sorted(_STRATEGIES)}"
        )
    _strategy = new_strategy


def __getattr__(name: str) -> Any:
    """All of `multiprocessing`."""
    if not name.startswith("__") and hasattr(multiprocessing, name):
        return getattr(multiprocessing, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
