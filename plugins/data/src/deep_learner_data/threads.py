"""Workers in threads: they start at once and share the data set's memory, while Python itself runs one at a time."""

from __future__ import annotations

import contextvars
import random
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import deep_learner as dl
from deep_learner_data.workers import Failure, Job, Task, WorkerInfo, WorkerRandom, set_worker_info, work

__all__ = ["Threads"]

PATIENCE = 5.0  # seconds that workers have to end


class Threads:
    """The threads of a loader's iterator; they see the settings in force where it was made.

    Parameters
    ----------
    job : Job
    """

    def __init__(self, job: Job) -> None:
        self._desk = _Desk(job.num_workers)
        self._threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(_main, job, number, self._desk),
                name=f"deep-learner-data-{number}",
                daemon=True,
            )
            for number in range(job.num_workers)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, worker: int, task: Task) -> None:
        """Give a worker a task."""
        with self._desk.changed:
            self._desk.tasks[worker].append(task)
            self._desk.changed.notify_all()

    def receive(self, workers: Sequence[int], timeout: float) -> tuple[int, int, Any]:
        """The next result of one of the workers: its number, the number of the pass, and the result.

        Raises
        ------
        TimeoutError
            None came in so many seconds (0: wait without end).
        """
        results = self._desk.results
        with self._desk.changed:
            if not self._desk.changed.wait_for(lambda: any(results[one] for one in workers), timeout or None):
                raise TimeoutError
            worker = next(one for one in workers if results[one])
            return worker, *results[worker].popleft()

    def close(self) -> None:
        """End the threads after the batch they are at; one that takes longer than some seconds is not waited for."""
        with self._desk.changed:
            self._desk.closed = True
            self._desk.changed.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(PATIENCE)


@dataclass(frozen=True)
class _LocalFailure(Failure):
    """An exception that can be raised as it is."""

    error: Exception

    def restored(self) -> Exception:
        return self.error


class _Desk:
    """Where threads find their tasks and leave their results."""

    def __init__(self, count: int) -> None:
        self.changed = threading.Condition()
        self.closed = False
        self.tasks: list[deque[Task]] = [deque() for _ in range(count)]
        self.results: list[deque[tuple[int, Any]]] = [deque() for _ in range(count)]

    def inbox(self, worker: int) -> Iterator[Task]:
        """The tasks of a worker until the desk is closed; those of a former pass are left out."""
        tasks = self.tasks[worker]
        while True:
            with self.changed:
                self.changed.wait_for(lambda: tasks or self.closed)
                if self.closed:
                    return
                task = tasks.popleft()
                if tasks and tasks[-1].turn != task.turn:
                    continue
            yield task

    def deliver(self, worker: int, task: Task, result: Any) -> None:
        """Take in a result."""
        with self.changed:
            self.results[worker].append((task.turn, result))
            self.changed.notify_all()


def _main(job: Job, number: int, desk: _Desk) -> None:
    """What a thread does from its start to its end."""
    seed = job.seed + number
    sources = WorkerRandom(
        random.Random(seed), dl.Generator().manual_seed(seed), np.random.default_rng([job.seed, number])
    )
    set_worker_info(WorkerInfo(number, job.num_workers, seed, job.fetching.dataset, sources, "thread"))
    work(
        job,
        number,
        desk.inbox(number),
        lambda task, result: desk.deliver(number, task, result),
        _LocalFailure,
    )
