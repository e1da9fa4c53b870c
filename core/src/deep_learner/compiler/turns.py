"""Who may run: any number of plans at once, or one trace alone, since tensors hold traced arrays meanwhile."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["Turns", "turns"]


class Turns:
    """The traces of this process.

    Attributes
    ----------
    tracing : bool
        Whether a trace is under way.
    """

    def __init__(self) -> None:
        self.tracing = False
        self._lock = threading.RLock()
        self._plans: weakref.WeakSet[threading.RLock] = weakref.WeakSet()  # pyright: ignore[reportGeneralTypeIssues]

    def new_lock(self) -> threading.RLock:  # pyright: ignore[reportGeneralTypeIssues]
        """A lock for plans that take turns; whoever has it runs one unless a trace is under way."""
        lock = threading.RLock()
        with self._lock:
            self._plans.add(lock)
        return lock

    @contextmanager
    def alone(self) -> Generator[None]:
        """Wait for all plans that are running, and keep others waiting."""
        with self._lock:
            before, self.tracing = self.tracing, True
            try:
                for lock in [*self._plans]:
                    with lock:
                        pass
                yield
            finally:
                self.tracing = before

    def waited(self) -> None:
        """Return once no trace is under way."""
        with self._lock:
            pass


turns = Turns()
