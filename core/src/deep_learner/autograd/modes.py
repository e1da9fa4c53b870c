"""Grad modes: whether operations are recorded, per thread.

Almost always no thread has changed its mode, so the fast path reads one flag, ``modes.default``; only when some
thread has is the thread's own setting looked up.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from .profiler import Recorder

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
    profiler
        What times operations and gradients now, if anything does.
    """

    __slots__ = ("_changed", "_lock", "anomaly", "default", "profiler")

    def __init__(self) -> None:
        self.default = True
        self.anomaly = False
        self.profiler: Recorder | None = None
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
    """A grad mode as a context manager and as a decorator, of generators too; re-entrant.

    ``inference`` None leaves that mode as it is; while it is on, nothing is recorded.
    """

    def __init__(self, enabled: bool, inference: bool | None = None) -> None:
        self._enabled = enabled
        self._inference = inference
        self._previous: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._previous.append((local.enabled, local.inference))
        inference = local.inference if self._inference is None else self._inference
        modes.set(self._enabled and not inference, inference)

    def __exit__(self, *_: object) -> None:
        modes.set(*self._previous.pop())

    def __call__(self, function: F) -> F:
        enabled, inference = self._enabled, self._inference
        if inspect.isgeneratorfunction(function):
            return _generator_inside(function, enabled, inference)

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with _Mode(enabled, inference):
                return function(*args, **kwargs)

        return inside  # type: ignore[return-value]


def _generator_inside(function: Any, enabled: bool, inference: bool | None) -> Any:
    """A generator function whose steps run in a mode, and whose caller's mode holds in between."""

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator: Any = function(*args, **kwargs)
        value: Any = None
        step = generator.send
        try:
            while True:
                try:
                    with _Mode(enabled, inference):
                        result = step(value)
                except StopIteration as end:
                    return end.value
                try:
                    step, value = generator.send, (yield result)
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step, value = generator.throw, error
        finally:
            with _Mode(enabled, inference):
                generator.close()

    return inside


class _BareMode(_Mode):
    """A mode without arguments, which may decorate without parentheses, too: ``@no_grad``."""

    records: ClassVar[bool]

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(self.records)

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)


class no_grad(_BareMode):
    """Record nothing inside: ``with no_grad(): ...`` or ``@no_grad()``. Per thread, as in PyTorch."""

    records = False


class enable_grad(_BareMode):
    """Record inside, even within :class:`no_grad`."""

    records = True


class inference_mode(_Mode):
    """Like :class:`no_grad`, and views made inside are not tracked at all.

    Parameters
    ----------
    mode
        False switches inference mode off, and recording on.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode, mode)

    def __new__(cls, mode: Any = True) -> Any:
        """Also accept ``@inference_mode`` without parentheses."""
        return cls()(mode) if callable(mode) else super().__new__(cls)


class set_grad_enabled(_Mode):
    """Switch recording on or off, at once and until the end of the ``with`` block if there is one."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self._before = (local.enabled, local.inference)
        modes.set(mode and not local.inference, local.inference)

    def __enter__(self) -> None:
        modes.set(*self._before)
        super().__enter__()

    def __call__(self, function: F) -> F:
        modes.set(*self._before)
        return super().__call__(function)
