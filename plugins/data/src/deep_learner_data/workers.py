"""What every worker of a loader does, be it a process or a thread, and what it knows of itself."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

import deep_learner as dl
from deep_learner_data.fetching import Fetching

__all__ = [
    "END",
    "Failure",
    "Job",
    "Task",
    "WorkerInfo",
    "WorkerRandom",
    "get_worker_info",
    "set_worker_info",
    "work",
]


@dataclass(frozen=True, slots=True)
class WorkerRandom:
    """Sources of random numbers of a worker that is a thread: it shares the global ones with all others.

    Attributes
    ----------
    random_generator : random.Random
    torch_generator : Generator
    numpy_generator : numpy.random.Generator
    """

    random_generator: random.Random
    torch_generator: dl.Generator
    numpy_generator: np.random.Generator


@dataclass(frozen=True, slots=True)
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
        The worker's copy of it; the one data set that all share if workers are threads.
    rng : WorkerRandom, optional
        The worker's sources of random numbers if it is a thread; a process has the global ones for itself.
    worker_method : str
        ``"multiprocessing"`` or ``"thread"``.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: WorkerRandom | None = None
    worker_method: str | None = "multiprocessing"


class _Local(threading.local):
    info: WorkerInfo | None = None


_local = _Local()
_of_process: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """Which worker of a `DataLoader` this is, None outside of them."""
    return _local.info or _of_process


def set_worker_info(info: WorkerInfo) -> None:
    """Make this thread, or for ``"multiprocessing"`` this process, the worker that `info` tells of."""
    global _of_process
    if info.worker_method == "multiprocessing":
        _of_process = info
    else:
        _local.info = info


@dataclass(frozen=True)
class Job:
    """What the workers of a pass have in common: how batches are made, the seed, and what to call first."""

    fetching: Fetching
    num_workers: int
    seed: int
    start: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A batch to make: of which pass, and of what numbers the sampler gave."""

    turn: int
    numbers: Any


class Failure(ABC):
    """An exception in a worker, to be raised where the batch would have come."""

    @abstractmethod
    def restored(self) -> Exception:
        """The exception to raise."""


class _End:
    """The result of a worker whose stream has ended."""

    def __reduce__(self) -> str:
        return "END"


END = _End()


def work(
    job: Job,
    number: int,
    tasks: Iterable[Task],
    deliver: Callable[[Task, Any], None],
    failure: Callable[[Exception], Failure],
) -> None:
    """Do the tasks.

    Parameters
    ----------
    job
    number
        Which worker this is.
    tasks
        Gone through to their end.
    deliver
        Called with a task and its batch, or `END`, or what `failure` made of an exception.
    failure
        What to deliver for an exception.
    """
    started = False
    make: Callable[[Any], Any] | None = None
    turn, ended = -1, False
    for task in tasks:
        if task.turn != turn:
            turn, make, ended = task.turn, None, False
        if ended:
            continue
        try:
            if not started:
                job.start(number)
                started = True
            if make is None:
                make = job.fetching.start()
            result = make(task.numbers)
        except Exception as error:
            ended = isinstance(error, StopIteration) and job.fetching.streaming
            result = END if ended else failure(error)
        deliver(task, result)
        del result  # or it would take memory while the next is made
