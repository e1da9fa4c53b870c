"""Grad modes: whether operations are recorded, per thread.

Almost always no thread has changed its mode, so the fast path reads one flag, ``modes.default``; only when some
thread has is the thread's own setting looked up.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Local(threading.local):
    enabled = True
    inference = False


class Modes:
    """The process-wide part of the grad modes.

    Attributes
    ----------
    default : bool
        True while every thread records (no ``no_grad`` is open anywhere).
    anomaly : bool
        True while operations remember the user's line.
    """

    __slots__ = ("_changed", "_lock", "anomaly", "default")

    def __init__(self) -> None:
        self.default = True
        self.anomaly = False
        self._changed = 0
        self._lock = threading.Lock()

    def set(self, enabled: bool, inference: bool) -> None:
        """Change this thread's setting and keep count of the threads that differ from the default."""
        changed = not local.enabled
        local.enabled, local.inference = enabled, inference
        if changed != (not enabled):
            with self._lock:
                self._changed += 1 if not enabled else -1
                self.default = self._changed == 0


modes = Modes()
local = _Local()


def is_grad_enabled() -> bool:
    """Whether this thread records operations."""
    return modes.default or local.enabled


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside :class:`inference_mode`."""
    return local.inference


class _Mode:
    """A grad mode as a context manager and as a decorator; re-entrant."""

    def __init__(self, enabled: bool, inference: bool = False) -> None:
        self._target = (enabled, inference)
        self._previous: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._previous.append((local.enabled, local.inference))
        modes.set(*self._target)

    def __exit__(self, *_: object) -> None:
        modes.set(*self._previous.pop())

    def __call__(self, function: F) -> F:
        enabled, inference = self._target

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with _Mode(enabled, inference):
                return function(*args, **kwargs)

        return inside  # type: ignore[return-value]


class no_grad(_Mode):
    """Record nothing inside: ``with no_grad(): ...`` or ``@no_grad()``. Per thread, as in PyTorch."""

    def __init__(self) -> None:
        super().__init__(False)

    def __new__(cls, function: F | None = None) -> Any:
        """Also accept ``@no_grad`` without parentheses."""
        mode = super().__new__(cls)
        if function is None:
            return mode
        mode.__init__()
        return mode(function)


class enable_grad(_Mode):
    """Record inside, even within :class:`no_grad`."""

    def __init__(self) -> None:
        super().__init__(True)

    def __new__(cls, function: F | None = None) -> Any:
        """Also accept ``@enable_grad`` without parentheses."""
        mode = super().__new__(cls)
        if function is None:
            return mode
        mode.__init__()
        return mode(function)


class inference_mode(_Mode):
    """Like :class:`no_grad`, and views made inside are not tracked at all.

    Parameters
    ----------
    mode
        False leaves recording as it is by default (on).
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode, mode)


class set_grad_enabled(_Mode):
    """Switch recording on or off, at once and until the end of the ``with`` block if there is one."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._before = (local.enabled, local.inference)
        modes.set(mode, local.inference)

    def __enter__(self) -> None:
        modes.set(*self._before)
        super().__enter__()
