"""`DataLoader`: batches of a data set, in PyTorch's order."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import deep_learner as dl
from deep_learner.backends import accelerated
from deep_learner_data.collate import default_collate, default_convert
from deep_learner_data.dataset import IterableDataset, batch_taker
from deep_learner_data.pinning import pin_memory
from deep_learner_data.samplers import BatchSampler, RandomSampler, SequentialSampler, draw_seed
from deep_learner_data.workers import WorkerInfo, prefetched

__all__ = ["DataLoader"]


class DataLoader:
    """Batches of a data set, anew for each ``for`` loop.

    For the same seed the samples come in PyTorch's order, and as many random numbers are drawn: each pass
    takes one from `generator` (or from the default one), and with ``shuffle=True`` one more, or a
    permutation.

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
        Threads that make batches ahead; 0 makes each when it is asked for. A data set that draws random
        numbers gets them in an order that depends on the threads. PyTorch has processes here.
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
    generator : Generator, optional
        Source of the seed and of the order.
    prefetch_factor : int, optional
        Batches under way for each worker, 2 if not given.
    multiprocessing_context, persistent_workers, pin_memory_device, in_order
        Accepted and without effect: threads start at once, and batches always come in order.

    Raises
    ------
    ValueError
        Arguments exclude each other, or a number is out of its range.
    """

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
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable and (shuffle or sampler is not None or batch_sampler is not None or num_workers):
            raise ValueError(
                "an IterableDataset comes in its own order and is read in the calling thread: shuffle, "
                "sampler, batch_sampler and num_workers cannot be given for it"
            )
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and "
                    "drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None gives single samples, so drop_last has nothing to drop")
        if sampler is None:
            sampler = self._default_sampler(dataset, bool(shuffle), generator)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.generator = generator
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)

    def _default_sampler(self, dataset: Any, shuffle: bool, generator: dl.Generator | None) -> Iterable[Any]:
        if self._iterable:
            return _Endless()
        return RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)

    def __len__(self) -> int:
        """Batches in a pass, or samples without batches.

        Raises
        ------
        TypeError
            The data set or the sampler has no length.
        """
        if not self._iterable:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]
        size = len(self.dataset)
        if self.batch_size is None:
            return size
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        """One pass; its seed is drawn now, the order when the first batch is asked for."""
        numbers = iter(self.sampler if self.batch_sampler is None else self.batch_sampler)
        seed = draw_seed(self.generator)
        if self._iterable:
            return self._from_iterable(numbers)
        make = self._maker()
        if self.pin_memory and self._can_pin():
            make = _pinning(make)
        if self.num_workers == 0:
            return map(make, numbers)
        count = self.num_workers
        workers = [WorkerInfo(number, count, seed + number, self.dataset) for number in range(count)]
        ahead = count * (self.prefetch_factor or 1)
        return prefetched(make, numbers, workers, ahead, self.timeout, self.worker_init_fn)

    def _can_pin(self) -> bool:
        """Whether there is a device to pin for; warns if not."""
        if accelerated() is not None:
            return True
        warnings.warn(
            "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory "
            "won't be used",
            stacklevel=3,
        )
        return False

    def _maker(self) -> Callable[[Any], Any]:
        """From a list of sample numbers to a batch, or from one number to a sample."""
        dataset, collate = self.dataset, self.collate_fn
        if self.batch_sampler is None:
            return lambda number: collate(dataset[number])
        several = getattr(dataset, "__getitems__", None)
        take = batch_taker(dataset) if collate is default_collate else None

        def make(numbers: list[Any]) -> Any:
            batch = take(numbers) if take is not None else None
            if batch is not None:
                return batch
            return collate(several(numbers) if several else [dataset[number] for number in numbers])

        return make

    def _from_iterable(self, tickets: Iterator[Any]) -> Iterator[Any]:
        """Batches of as many samples as there are tickets; warns if there are more than the data set said."""
        expected = len(self) if hasattr(self.dataset, "__len__") else None
        samples = iter(self.dataset)
        pinning = self.pin_memory and self._can_pin()
        for number in itertools.count(1):
            if self.batch_sampler is None:
                chunk = list(itertools.islice(samples, 1))
            else:
                wanted = next(tickets)
                chunk = list(itertools.islice(samples, len(wanted)))
                if self.drop_last and len(chunk) < len(wanted):
                    return
            if not chunk:
                return
            if expected is not None and number > expected:
                warnings.warn(
                    f"the IterableDataset gives more than the {expected} batches it announced", stacklevel=2
                )
                expected = None
            batch = self.collate_fn(chunk[0] if self.batch_sampler is None else chunk)
            yield pin_memory(batch) if pinning else batch


def _pinning(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda numbers: pin_memory(make(numbers))


class _Endless:
    """The sampler of a data set whose samples have no numbers."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)
