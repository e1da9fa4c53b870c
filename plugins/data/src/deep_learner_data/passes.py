"""Going through a loader with workers that make batches ahead."""

from __future__ import annotations

import itertools
import os
import warnings
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from deep_learner_data.workers import END, Failure, Task

__all__ = ["Crew", "WorkerPass", "counted"]


class Crew(Protocol):
    """Workers of some kind: `Processes` or `Threads`."""

    def send(self, worker: int, task: Task) -> None:
        """Give a worker a task."""
        ...

    def receive(self, workers: Sequence[int], timeout: float) -> tuple[int, int, Any]:
        """The next result of one of the workers: its number, the number of the pass, and the result."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


class WorkerPass:
    """The batches that workers make. Batch i is made by worker i modulo their number, as long as all go on.

    Parameters
    ----------
    crew : Crew
        Ended with the batches unless `persistent`; with this object at the latest.
    count : int
        Number of workers.
    ahead : int
        How many batches to have under way.
    timeout : float
        Seconds to wait for a batch, without end if 0.
    in_order : bool
        Whether the batches come in the sampler's order; otherwise each comes once it is there.
    persistent : bool
        Whether `restart` is to be called again.

    Attributes
    ----------
    closed : bool
        Whether the workers have been ended.
    """

    def __init__(
        self, crew: Crew, count: int, ahead: int, timeout: float, in_order: bool, persistent: bool
    ) -> None:
        self._crew = crew
        self._count = count
        self._ahead = ahead
        self._timeout = timeout
        self._in_order = in_order
        self._persistent = persistent
        self._turn = -1
        self._numbers: Iterator[Any] = iter(())
        self._active: set[int] = set()
        self._owners: deque[int] = deque()
        self._close = weakref.finalize(self, _end, crew, os.getpid())

    @property
    def closed(self) -> bool:
        """Whether the workers have been ended."""
        return not self._close.alive

    def restart(self, numbers: Iterator[Any]) -> None:
        """Begin a pass.

        Parameters
        ----------
        numbers : iterator
            What the sampler gives; as much of it is taken at once as batches may be under way.
        """
        self._turn += 1
        self._numbers = numbers
        self._active = set(range(self._count))
        self._owners = deque()  # which worker makes each of the batches under way
        self._cycle = itertools.cycle(range(self._count))
        self._fill()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        """The next batch.

        Raises
        ------
        RuntimeError
            A worker takes too long or has died. An exception in a worker is raised where its batch would have come.
        """
        while self._owners:
            worker, turn, result = self._receive()
            if turn != self._turn:
                continue
            if result is END:
                self._active.remove(worker)
                self._owners = deque(owner for owner in self._owners if owner != worker)
                self._fill()
                continue
            self._owners.remove(worker)
            self._give_out()
            if not isinstance(result, Failure):
                return result
            try:
                raise result.restored()
            finally:
                del result  # it may hold the exception, whose traceback holds this frame
        if not self._persistent:
            self._close()
        raise StopIteration

    def _receive(self) -> tuple[int, int, Any]:
        workers = [self._owners[0]] if self._in_order else sorted(set(self._owners))
        try:
            return self._crew.receive(workers, self._timeout)
        except TimeoutError:
            raise RuntimeError(f"DataLoader timed out after {self._timeout} seconds") from None
        except BaseException:
            self._close()
            raise

    def _fill(self) -> None:
        while len(self._owners) < self._ahead and self._give_out():
            continue

    def _give_out(self) -> bool:
        """Have one more batch made, if there is one and a worker for it."""
        numbers = next(self._numbers, END) if self._active else END
        if numbers is END:
            return False
        if self._in_order:
            worker = next(worker for worker in self._cycle if worker in self._active)
        else:
            worker = min(self._active, key=self._owners.count)
        self._owners.append(worker)
        self._crew.send(worker, Task(self._turn, numbers))
        return True


def _end(crew: Crew, owner: int) -> None:
    """End the workers of this process; those of the one that this was forked from are not ours."""
    if os.getpid() == owner:
        crew.close()


def counted(batches: Iterable[Any], dataset: Any, announced: int, workers: int) -> Iterator[Any]:
    """The batches of a stream; warns once there are more of them than it has said to have samples."""
    for count, batch in enumerate(batches, 1):
        if count > announced:
            advice = (
                " With workers, each has to give a part of the stream: see get_worker_info."
                if workers
                else ""
            )
            warnings.warn(
                f"Length of IterableDataset {dataset} was reported to be {announced} (when accessing "
                f"len(dataloader)), but {count} samples have been fetched.{advice}",
                stacklevel=2,
            )
        yield batch
