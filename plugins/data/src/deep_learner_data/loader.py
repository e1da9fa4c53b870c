"""`DataLoader`: batches of a data set, in PyTorch's order."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import BaseContext
from typing import Any, Generic, TypeVar

import deep_learner as dl
from deep_learner.backends import accelerated
from deep_learner_data.collate import default_collate, default_convert
from deep_learner_data.dataset import IterableDataset
from deep_learner_data.fetching import Fetching
from deep_learner_data.passes import WorkerPass, counted
from deep_learner_data.pinning import pin_memory
from deep_learner_data.samplers import BatchSampler, RandomSampler, SequentialSampler, draw_seed
from deep_learner_data.workers import Job

__all__ = ["DataLoader"]

FIXED = frozenset({"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"})
THREAD = "thread"

Sample_co = TypeVar("Sample_co", covariant=True)


class DataLoader(Generic[Sample_co]):
    """Batches of a data set, anew for each ``for`` loop.

    For the same seed the samples come in PyTorch's order, and as many random numbers are drawn: each pass
    takes one from `generator` (or from the default one), and with ``shuffle=True`` one more, or a
    permutation. Worker i starts from the seed that the pass took, plus i, so a data set that draws random
    numbers (with Deep Learner, NumPy or `random`) draws those that it draws in PyTorch's workers.

    Parameters
    ----------
    dataset : Dataset
        With ``__getitem__`` and ``__len__``, or an :class:`IterableDataset`.
    batch_size : int, optional
        Samples in a batch; None gives them one by one.
    shuffle : bool, optional
        Whether each pass has another random order.
    sampler, batch_sampler : iterable, optional
        The order, or lists of sample numbers, in place of `shuffle` and, for the latter, of `batch_size` too.
    num_workers : int
        Processes that make batches ahead; 0 makes each when it is asked for.
    collate_fn : callable, optional
        From a list of samples to a batch.
    pin_memory : bool
        Whether each batch is put into page-locked memory, from where ``.to(device, non_blocking=True)`` copies it
        while the program goes on. Without a device that works in the background this is warned of, once a pass, and
        left out.
    drop_last : bool
        Whether a smaller last batch is left out.
    timeout : float
        Seconds to wait for a worker's batch, without end if 0.
    worker_init_fn : callable, optional
        Called first in each worker, with its number.
    multiprocessing_context : str or multiprocessing.context.BaseContext, optional
        How workers are started: ``"fork"``, ``"spawn"``, ``"forkserver"``, by default what `multiprocessing` says;
        or ``"thread"``: threads of this process, which start at once, share the data set and need nothing
        pickled. They suit data sets that spend their time in NumPy or in reading. Threads share the global
        sources of random numbers; each has its own in ``get_worker_info().rng``.
    generator : Generator, optional
        Source of the seed and of the order.
    prefetch_factor : int, optional
        Batches under way for each worker, 2 if not given.
    persistent_workers : bool
        Whether the workers wait for the next pass when one is over, and keep their copies of the data set.
    pin_memory_device : str
        Deprecated in PyTorch and without effect: batches are pinned for the device that is there.
    in_order : bool
        Whether batches come in the sampler's order; False gives each once it is made, whatever a slow worker is at.

    Raises
    ------
    ValueError
        Arguments exclude each other, or a number is out of its range.
    TypeError
        `multiprocessing_context` is none.
    RuntimeError
        When going through: a worker died or took too long. An exception in a process is raised again here, of the
        same type, with the traceback from there in its message.
    """

    _initialized = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: dl.Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        if num_workers < 0 or timeout < 0:
            raise ValueError("num_workers and timeout must not be negative")
        if num_workers == 0 and (prefetch_factor is not None or persistent_workers or timeout):
            raise ValueError("prefetch_factor, persistent_workers and timeout need num_workers > 0")
        if prefetch_factor is not None and prefetch_factor < 1:
            raise ValueError(f"prefetch_factor must be positive. Received: {prefetch_factor}")
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._streaming = isinstance(dataset, IterableDataset)
        if self._streaming and (shuffle or sampler is not None or batch_sampler is not None):
            raise ValueError(
                "DataLoader with IterableDataset: it comes in its own order; expected unspecified shuffle, sampler "
                f"and batch_sampler options, but got {shuffle=}, {sampler=}, {batch_sampler=}"
            )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
                    "drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with drop_last: "
                "single samples leave nothing to drop"
            )
        if sampler is None:
            sampler = self._default_sampler(dataset, bool(shuffle), generator)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.persistent_workers = persistent_workers
        self._announced: int | None = None
        self._kept: WorkerPass | None = None
        self._initialized = True
        self.check_worker_number_rationality()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and self._initialized:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        """How workers are started: a context of `multiprocessing`, ``"thread"``, or None for the default."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None and not self.num_workers:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
                f"num_workers={self.num_workers}"
            )
        if isinstance(context, str) and context != THREAD:
            methods = [*multiprocessing.get_all_start_methods(), THREAD]
            if context not in methods:
                raise ValueError(
                    f"multiprocessing_context option should specify a valid start method in {methods!r}, but got "
                    f"multiprocessing_context={context!r}"
                )
            context = multiprocessing.get_context(context)
        if not (context is None or context == THREAD or isinstance(context, BaseContext)):
            raise TypeError(
                "multiprocessing_context option should be a valid context object or a string specifying the start "
                f"method, but got multiprocessing_context={context}"
            )
        self._context = context

    def check_worker_number_rationality(self) -> None:
        """Warn if there are to be more processes than processors that this one may use."""
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if self._context != THREAD and self.num_workers > usable:
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. Our suggested max number "
                f"of worker in current system is {usable}, which is smaller than what this DataLoader is going to "
                "create. More workers than that may make loading slower; lower num_workers if it is slow.",
                stacklevel=3,
            )

    def _default_sampler(self, dataset: Any, shuffle: bool, generator: dl.Generator | None) -> Iterable[Any]:
        if self._streaming:
            return _Endless()
        return RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)

    def __len__(self) -> int:
        """Batches in a pass, or samples without batches; of a stream, what it says to have.

        Raises
        ------
        TypeError
            The data set or the sampler has no length.
        """
        if not self._streaming:
            return len(self._index_sampler)  # type: ignore[arg-type]
        size = self._announced = len(self.dataset)
        if self.batch_size is None:
            return size
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)

    @property
    def _index_sampler(self) -> Iterable[Any]:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self) -> Iterator[Any]:
        """One pass. Its seed is drawn now; the order when the first batch is asked for, with workers at once."""
        batches = self._batches()
        if self._announced is not None:
            return counted(batches, self.dataset, self._announced, self.num_workers)
        return batches

    def _batches(self) -> Iterator[Any]:
        kept = self._kept
        if kept is not None and not kept.closed:
            kept.restart(iter(self._index_sampler))
            return map(pin_memory, kept) if self._pins_kept else kept
        numbers = iter(self._index_sampler)
        seed = draw_seed(self.generator)
        pinning = self._can_pin()
        in_processes = self.num_workers > 0 and self._context != THREAD
        fetching = Fetching(
            self.dataset,
            self.batch_sampler is not None,
            self.collate_fn,
            self.drop_last,
            pinning and not in_processes,
        )
        if not self.num_workers:
            return map(fetching.start(), numbers)
        job = Job(fetching, self.num_workers, seed, self.worker_init_fn or _nothing)
        if in_processes:
            from deep_learner_data.processes import Processes

            crew = Processes(job, self._context)
        else:
            from deep_learner_data.threads import Threads

            crew = Threads(job)
        ahead = self.num_workers * (self.prefetch_factor or 1)
        batches = WorkerPass(
            crew, self.num_workers, ahead, self.timeout, self.in_order, self.persistent_workers
        )
        # PyTorch begins the order anew once the workers run, so a sampler that draws when it begins draws twice.
        batches.restart(iter(self._index_sampler))
        if self.persistent_workers:
            self._kept, self._pins_kept = batches, pinning and in_processes
        return map(pin_memory, batches) if pinning and in_processes else batches

    def _can_pin(self) -> bool:
        """Whether batches are to be pinned and there is a device to pin for; warns if there is none."""
        if not self.pin_memory:
            return False
        if self.pin_memory_device:
            warnings.warn(
                "pin_memory_device is deprecated, the current accelerator will be used as the device, ignore "
                f"pin_memory_device={self.pin_memory_device!r}.",
                stacklevel=4,
            )
        if accelerated() is not None:
            return True
        warnings.warn(
            "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory "
            "won't be used.",
            stacklevel=4,
        )
        return False


def _nothing(worker: int) -> None:
    """What a worker starts with unless told otherwise."""


class _Endless:
    """The sampler of a data set whose samples have no numbers."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)
