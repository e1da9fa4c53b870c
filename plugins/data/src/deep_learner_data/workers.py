"""Making batches ahead, in threads: NumPy works in several at once, and the order of the batches stays."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

__all__ = ["WorkerInfo", "get_worker_info", "prefetched"]


@dataclass(frozen=True)
class WorkerInfo:
    """What a worker knows of itself.

    Attributes
    ----------
    id : int
        From 0 to ``num_workers - 1``.
    num_workers : int
    seed : int
        The loader's seed plus the id.
    dataset : Dataset
        The one data set that all workers share.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


class _Local(threading.local):
    info: WorkerInfo | None = None


_local = _Local()


def get_worker_info() -> WorkerInfo | None:
    """Which worker of a `DataLoader` this is, None outside of them."""
    return _local.info


def prefetched(
    make: Callable[[Any], Any],
    tasks: Iterable[Any],
    workers: list[WorkerInfo],
    ahead: int,
    timeout: float = 0,
    start: Callable[[int], None] | None = None,
) -> Iterator[Any]:
    """Results of ``make(task)`` in the order of the tasks, up to `ahead` of them made before they are asked
    for.

    Parameters
    ----------
    make
        Called in a worker's thread.
    tasks
        Gone through in the calling thread.
    workers
        One for each thread.
    ahead
        How many tasks to have under way.
    timeout
        Seconds to wait for a result, without end if 0.
    start
        Called first in each thread, with the worker's number.

    Raises
    ------
    RuntimeError
        A result took longer. An exception of `make` is raised where its result would have come.
    """
    waiting = iter(workers)

    def begin() -> None:
        _local.info = next(waiting)
        if start is not None:
            start(_local.info.id)

    pool = ThreadPoolExecutor(len(workers), "deep-learner-data", begin)
    wait = True
    try:
        remaining = iter(tasks)
        pending = deque(pool.submit(make, task) for task in itertools.islice(remaining, ahead))
        while pending:
            future = pending.popleft()
            try:
                result = future.result(timeout or None)
            except TimeoutError:
                if future.done():  # its own error
                    raise
                wait = False
                raise RuntimeError(f"DataLoader timed out after {timeout} seconds: a worker hangs") from None
            pending.extend(pool.submit(make, task) for task in itertools.islice(remaining, 1))
            yield result
    finally:
        pool.shutdown(wait=wait, cancel_futures=True)
