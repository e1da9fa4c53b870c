"""The threads that NumPy computes in: a pool that does parts of large kernels, and BLAS's own in products.

Both are as many as BLAS is set to have. While a kernel is shared BLAS has one, since each part has its own products.
Where BLAS's threads do not rest between products, kernels are not shared.
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

from deep_learner_numpy.blas import Blas

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

__all__ = ["assisted", "get_num_threads", "per_thread", "set_num_threads", "shared", "split"]

Part = TypeVar("Part")
Result = TypeVar("Result")


class _Pool:
    """Threads that do what they find in a queue; they start when they are first needed, and never end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._threads = 0

    def call(self, function: Callable[[], Any], times: int) -> None:
        """Have so many threads call a function, in the caller's context, or as many as there can be."""
        with self._lock:
            try:
                while self._threads < times:
                    Thread(target=self._serve, name="deep-learner-numpy", daemon=True).start()
                    self._threads += 1
            except RuntimeError:  # the interpreter is about to end, or the system has no more threads
                times = self._threads
        for _ in range(times):
            self._queue.put(partial(copy_context().run, function))

    def _serve(self) -> None:
        while True:
            self._queue.get()()


class _Job:
    """Work whose parts are done by whoever is free: the caller, and the threads of the pool that come in time."""

    def __init__(self, work: Callable[[Any], Any], parts: Sequence[Any], helpers: int) -> None:
        self._work: Any = work
        self._parts = deque(enumerate(parts))
        self._results: list[Any] = [None] * len(parts)
        self._helpers = helpers
        self._tickets = deque([None] * helpers)  # of the threads that may still begin
        self._ended: SimpleQueue[None] = SimpleQueue()  # an entry of each that has begun
        self._errors: deque[BaseException] = deque()
        _pool.call(self._help, helpers)

    def finish(self) -> list[Any]:
        """Do what nobody has begun, wait for those that have begun something, and return all results."""
        try:
            self._do()
        finally:
            self._parts.clear()
            while self._took_ticket():
                self._helpers -= 1
            for _ in range(self._helpers):
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


_blas = Blas()
_pool = _Pool()


def _after_fork() -> None:
    """The child has none of its parent's threads."""
    global _blas, _pool
    _blas, _pool = _blas.forked(), _Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def get_num_threads() -> int:
    """How many threads kernels and BLAS use at most."""
    return _blas.get()


def set_num_threads(count: int) -> None:
    """Give them so many threads."""
    _blas.set(count)


def _number() -> int:
    """How many threads share a kernel."""
    threads = _blas.get()
    return threads if threads == 1 or _blas.rests() else 1


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
        threads = _number()
        number = max(number, min(-(-number // threads) * threads, 2 * count // most, count))
    return _even(count, max(number, 1))


def per_thread(parts: Sequence[Part]) -> list[Sequence[Part]]:
    """The parts in as many runs as there are threads: for sums over parts, of which each thread keeps one."""
    return [parts[run] for run in _even(len(parts), max(min(_number(), len(parts)), 1))]


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
    threads = min(_number(), len(parts)) if len(parts) > 1 else 1
    if threads == 1:
        return [work(part) for part in parts]
    with _blas.single():
        return _Job(work, parts, threads - 1).finish()


@contextmanager
def assisted(worth: bool) -> Generator[Callable[[Callable[[], Any]], Callable[[], Any]]]:
    """A context whose function has other work done aside: it takes the work, and gives a function for its result.

    Parameters
    ----------
    worth
        Whether each such work is long enough: some 0.1 ms. If not, or if there is one thread, it is done when its
        result is asked for, as is all work that no other thread has begun by then.
    """
    if not worth or _number() == 1:
        yield lambda work: work
        return

    def aside(work: Callable[[], Any]) -> Callable[[], Any]:
        job = _Job(lambda _: work(), (None,), 1)
        return lambda: job.finish()[0]

    with _blas.single():
        yield aside
