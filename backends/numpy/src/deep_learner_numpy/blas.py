"""How many threads the BLAS libraries behind NumPy's products have, and whether these rest.

OpenBLAS's turn after each product, by default for some twenty milliseconds, in which other threads hardly get to a
processor. For how long is a power of two of cycles, which it reads from the environment as NumPy is imported: for this
the package sets it. Where NumPy came first its threads are started anew, by what it does itself when a process forks.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from threading import Lock, active_count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Blas"]

_TIME, _SHORT = "OPENBLAS_THREAD_TIMEOUT", "21"
_RESTART = ("openblas_read_env", "blas_thread_shutdown_")


class Blas:
    """The threads of the process's BLAS libraries: those that were chosen, or one of each while kernels are shared."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._libraries: list[Any] | None = None
        self._kernels = 0  # that are being shared
        self._chosen: list[int] = []
        self._otherwise = _processors()  # where there is no library that could be asked
        self._rests: bool | None = None

    def get(self) -> int:
        """The largest number that was chosen."""
        with self._lock:
            return max(self._chosen if self._kernels else self._read(), default=self._otherwise)

    def set(self, count: int) -> None:
        """Choose a number for all."""
        with self._lock:
            self._otherwise = count
            self._libraries = None  # there may be more by now
            self._chosen = [count] * len(self._found())
            self._write([1] * len(self._chosen) if self._kernels else self._chosen)

    def rests(self) -> bool:
        """Whether its threads leave the processors to others soon after a product; it is made so if it can be."""
        with self._lock:
            if self._rests is None:
                self._rests = _TIME in os.environ or self._restart()
            return self._rests

    @contextmanager
    def single(self) -> Generator[None]:
        """A context in which each has one thread; several kernels may be in it, and the last one puts back the rest."""
        with self._lock:
            if not self._kernels:
                self._chosen = self._read()
                self._write([1] * len(self._chosen))
            self._kernels += 1
        try:
            yield
        finally:
            with self._lock:
                self._kernels -= 1
                if not self._kernels:
                    self._write(self._chosen)

    def forked(self) -> Blas:
        """The same for a child of the process, in which no kernel is being shared."""
        if self._kernels:
            self._write(self._chosen)
        child = Blas()
        child._rests = self._rests
        return child

    def _restart(self) -> bool:
        if active_count() > 1:  # another thread may be computing
            return False
        libraries, counts = self._found(), self._read()
        if not all(hasattr(library.dynlib, name) for library in libraries for name in _RESTART):
            return False
        os.environ[_TIME] = _SHORT
        for library in libraries:
            for name in _RESTART:
                getattr(library.dynlib, name)()
        self._write(counts)
        return True

    def _found(self) -> list[Any]:
        if self._libraries is None:
            from threadpoolctl import ThreadpoolController

            self._libraries = list(ThreadpoolController().select(user_api="blas").lib_controllers)
        return self._libraries

    def _read(self) -> list[int]:
        return [library.num_threads for library in self._found()]

    def _write(self, counts: list[int]) -> None:
        for library, count in zip(self._found(), counts, strict=True):
            library.set_num_threads(count)


def _processors() -> int:
    """How many processors the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
