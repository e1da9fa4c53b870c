"""From what a sampler gives to a batch: the same here and in every worker."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deep_learner_data.collate import default_collate
from deep_learner_data.dataset import IterableDataset, batch_taker
from deep_learner_data.pinning import pin_memory

__all__ = ["Fetching"]


@dataclass(frozen=True)
class Fetching:
    """How a loader makes its batches.

    Attributes
    ----------
    dataset : Dataset
    batched : bool
        Whether a sampler gives lists of sample numbers, or single ones.
    collate : callable
        From a list of samples, or from a sample, to what the loader gives.
    drop_last : bool
        Whether the last batch of a stream is left out if it is smaller.
    pinned : bool
        Whether batches are put into page-locked memory.
    """

    dataset: Any
    batched: bool
    collate: Callable[[Any], Any]
    drop_last: bool
    pinned: bool

    @property
    def streaming(self) -> bool:
        """Whether the data set gives its samples one after the other."""
        return isinstance(self.dataset, IterableDataset)

    def start(self) -> Callable[[Any], Any]:
        """A function from sample numbers to a batch; for a stream it raises StopIteration when that ends."""
        make = self._from_stream(iter(self.dataset)) if self.streaming else self._from_numbers()
        return (lambda numbers: pin_memory(make(numbers))) if self.pinned else make

    def _from_numbers(self) -> Callable[[Any], Any]:
        dataset, collate = self.dataset, self.collate
        if not self.batched:
            return lambda number: collate(dataset[number])
        several = getattr(dataset, "__getitems__", None)
        take = batch_taker(dataset) if collate is default_collate else None

        def make(numbers: list[Any]) -> Any:
            batch = take(numbers) if take is not None else None
            if batch is not None:
                return batch
            return collate(several(numbers) if several else [dataset[number] for number in numbers])

        return make

    def _from_stream(self, samples: Iterator[Any]) -> Callable[[Any], Any]:
        if not self.batched:
            return lambda _: self.collate(next(samples))

        def make(tickets: list[Any]) -> Any:
            nonlocal samples
            chunk = list(itertools.islice(samples, len(tickets)))
            if len(chunk) < len(tickets):
                samples = iter(())  # a stream that has ended is not asked again
                if not chunk or self.drop_last:
                    raise StopIteration
            return self.collate(chunk)

        return make
