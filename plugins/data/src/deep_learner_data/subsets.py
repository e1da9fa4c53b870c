"""Data sets that are parts of another: chosen samples, and random splits."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Sequence
from typing import Any

import deep_learner as dl
from deep_learner_data.dataset import Dataset, batch_taker

__all__ = ["Subset", "random_split"]


class Subset(Dataset[Any]):
    """Some of the samples of a data set.

    Parameters
    ----------
    dataset : Dataset
    indices : sequence of int
        Numbers of its samples, in the order in which they are to be numbered here.

    Raises
    ------
    NotImplementedError
        A subclass overrides ``__getitem__`` but not ``__getitems__``, which a `DataLoader` calls.
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        own = type(self)
        if own.__getitem__ is not Subset.__getitem__ and own.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{own.__name__} overrides __getitem__ but not __getitems__, which a DataLoader calls: define "
                "def __getitems__(self, indices): return [self[index] for index in indices]"
            )
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


def random_split(
    dataset: Any, lengths: Sequence[int | float], generator: dl.Generator | None = dl.default_generator
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
