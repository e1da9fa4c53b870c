"""The threads that NumPy computes in: those of the BLAS library behind its products, and a pool that kernels share.

Both are as many as BLAS is set to have. While a kernel is shared out BLAS has one, as each part has its own products.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["get_num_threads", "per_thread", "set_num_threads", "shared", "split"]

Part = TypeVar("Part")
Result = TypeVar("Result")


def _processors() -> int:
    """How many processors the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Blas:
    """How many threads the process's BLAS libraries have, or have again when no kernel is shared out any more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._libraries: list[Any] | None = None
        self._kernels = 0  # that are being shared out
        self._counts: list[int] = []
        self._otherwise = _processors()  # where there is no library that could be asked

    def get(self) -> int:
        with self._lock:
            return max(self._counts if self._kernels else self._read(), default=self._otherwise)

    def set(self, count: int) -> None:
        with self._lock:
            self._otherwise = count
            self._libraries = None  # there may be more by now
            self._counts = [count] * len(self._found())
            self._write([1] * len(self._counts) if self._kernels else self._counts)

    @contextmanager
    def single(self) -> Iterator[None]:
        """A context in which each has one thread; several kernels may be in it, and the last one puts back the rest."""
        with self._lock:
            if not self._kernels:
                self._counts = self._read()
                self._write([1] * len(self._counts))
            self._kernels += 1
        try:
            yield
        finally:
            with self._lock:
                self._kernels -= 1
                if not self._kernels:
                    self._write(self._counts)

    def put_back(self) -> None:
        """Put back the threads in a process that forked while a kernel was being shared out."""
        if self._kernels:
            self._write(self._counts)

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


class _Pool:
    """Threads that do what they find in a queue; they start when they are first needed, and never end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._threads = 0

    def call(self, function: Callable[[], Any], times: int) -> int:
        """Have several threads call a function, in the caller's context; how many will."""
        with self._lock:
            try:
                while self._threads < times:
                    Thread(target=self._serve, name="deep-learner-numpy", daemon=True).start()
                    self._threads += 1
            except RuntimeError:  # the interpreter is about to end, or the system has no more threads
                times = self._threads
        for _ in range(times):
            self._queue.put(partial(copy_context().run, function))
        return times

    def _serve(self) -> None:
        while True:
            self._queue.get()()


class _Shared:
    """Work whose parts are done by whoever is free: the caller, and the threads of the pool that come in time."""

    def __init__(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> None:
        self._work: Any = work
        self._parts = deque(enumerate(parts))
        self._results: list[Any] = [None] * len(parts)
        self._tickets: deque[None] = deque()  # of the threads that may still begin
        self._ended: SimpleQueue[None] = SimpleQueue()  # an entry of each that has begun
        self._errors: deque[BaseException] = deque()

    def run(self, helpers: int) -> list[Any]:
        """Do all parts with the help of so many threads, and wait for those that have begun, not for the others."""
        self._tickets.extend([None] * helpers)
        try:
            _pool.call(self._help, helpers)
            self._do()
        finally:
            self._parts.clear()
            while self._took_ticket():
                helpers -= 1
            for _ in range(helpers):
                self._ended.get()
            self._work = None  # whoever comes late keeps no array alive
        if self._errors:
            raise self._errors.pop()
        return self._results

    def _help(self) -> None:
        if not self._took_ticket():
            return
        try:
            self._do()
        except BaseException as error:  # it is the caller's, to whom it is raised
            self._parts.clear()
            self._errors.append(error)
        finally:
            self._ended.put(None)

    def _do(self) -> None:
        while True:
            try:
                number, part = self._parts.popleft()
            except IndexError:
                return
            self._results[number] = self._work(part)

    def _took_ticket(self) -> bool:
        try:
            self._tickets.pop()
        except IndexError:
            return False
        return True


_blas = _Blas()
_pool = _Pool()


def _after_fork() -> None:
    """The child has none of its parent's threads: no kernel is being shared out, and the pool is empty."""
    global _blas, _pool
    parent, _blas, _pool = _blas, _Blas(), _Pool()
    parent.put_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def get_num_threads() -> int:
    """How many threads kernels and BLAS use at most."""
    return _blas.get()


def set_num_threads(count: int) -> None:
    """Give them so many threads."""
    _blas.set(count)


def split(count: int, most: int) -> list[slice]:
    """Slices of about one size that make up ``range(count)``, the same number for each thread where that can be.

    Parameters
    ----------
    count
        How many rows, samples or the like there are.
    most
        How many of them a slice has at most, and at least half as many where it is not the only one. Calls of NumPy
        should take some 50 microseconds in each: between two of them Python's lock goes from thread to thread, and
        a thread that meets it taken sleeps about as long.
    """
    most = max(most, 1)
    number = -(-count // most)
    if number > 1:
        threads = get_num_threads()
        number = max(number, min(-(-number // threads) * threads, 2 * count // most, count))
    return _even(count, max(number, 1))


def per_thread(parts: Sequence[Part]) -> list[Sequence[Part]]:
    """The parts in as many runs as there are threads: for sums over parts, of which each thread keeps one."""
    return [parts[run] for run in _even(len(parts), max(min(get_num_threads(), len(parts)), 1))]


def _even(count: int, number: int) -> list[slice]:
    return [slice(count * part // number, count * (part + 1) // number) for part in range(number)]


def shared(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Call `work` with each of the parts, in several threads if there are, and return what the calls did, in order.

    Parameters
    ----------
    work
        Is called in any thread and order; two calls must not write to the same memory.
    parts
        What it is called with; a single one is done by the caller, with all of BLAS's threads.
    """
    threads = min(get_num_threads(), len(parts)) if len(parts) > 1 else 1
    if threads == 1:
        return [work(part) for part in parts]
    with _blas.single():
        return _Shared(work, parts).run(threads - 1)
