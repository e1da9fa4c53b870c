"""Data sets made of others: parts, chains and random splits."""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import deep_learner as dl
from deep_learner_data.dataset import Dataset, IterableDataset, batch_taker

__all__ = ["ConcatDataset", "Subset", "random_split"]


class Subset(Dataset[Any]):
    """Some of the samples of a data set.

    Parameters
    ----------
    dataset : Dataset
    indices : sequence of int
        Numbers of its samples, in the order in which they are to be numbered here.
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> Any:
        """The sample of a number here; a list of numbers is handed on as a list."""
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """The samples of several numbers, made together where the data set below can."""
        below = [self.indices[index] for index in indices]
        several = getattr(self.dataset, "__getitems__", None)
        return several(below) if several else [self.dataset[index] for index in below]

    def __len__(self) -> int:
        return len(self.indices)

    def take_batch(self, indices: Sequence[int]) -> Any:
        """The batch of these samples, None if the data set below cannot make one at once."""
        take = batch_taker(self.dataset)
        return None if take is None else take([self.indices[index] for index in indices])


class ConcatDataset(Dataset[Any]):
    """The samples of several data sets, one after the other.

    Parameters
    ----------
    datasets : iterable of Dataset

    Raises
    ------
    AssertionError
        There are none, or one is iterable only.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets or any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ConcatDataset takes one or more data sets whose samples have numbers")
        self.cumulative_sizes = list(itertools.accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index: int) -> Any:
        """The sample of a number, counted through all data sets; negative ones from the end."""
        size = len(self)
        if not -size <= index < size:
            error = ValueError if index < 0 else IndexError
            raise error(f"index {index} is out of range for data sets of {size} samples together")
        index %= size
        which = bisect.bisect_right(self.cumulative_sizes, index)
        first = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][index - first]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


def random_split(
    dataset: Any, lengths: Sequence[int | float], generator: dl.Generator | None = None
) -> list[Subset]:
    """Split a data set at random into parts that do not overlap, as PyTorch does for the same seed.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int or float
        Sizes that add up to the data set's, or fractions that add up to 1 (each rounded down, what is left
        over handed out one by one from the first).
    generator : Generator, optional
        Source of the permutation; the default generator without it.

    Returns
    -------
    list of Subset

    Raises
    ------
    ValueError
        The lengths do not add up.
    """
    total = len(dataset)
    sizes = list(lengths)
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        sizes = _sizes_of_fractions(sizes, total)
    if sum(sizes) != total:
        raise ValueError(
            f"the lengths {list(lengths)} add up to {sum(sizes)}, but the data set has {total} samples; "
            "fractions must add up to 1"
        )
    order = dl.randperm(total, generator=generator).tolist()
    ends = itertools.accumulate(sizes)
    return [Subset(dataset, order[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _sizes_of_fractions(fractions: list[float], total: int) -> list[int]:
    for index, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {index} is not between 0 and 1. Received: {fraction}")
    sizes = [math.floor(total * fraction) for fraction in fractions]
    for index in range(total - sum(sizes)):
        sizes[index % len(sizes)] += 1
    for index, size in enumerate(sizes):
        if size == 0:
            warnings.warn(f"part {index} of the split is empty", stacklevel=3)
    return sizes
