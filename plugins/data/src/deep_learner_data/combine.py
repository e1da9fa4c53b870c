"""Data sets made of several others: one after the other, or side by side."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deep_learner_data.dataset import Dataset, IterableDataset

__all__ = ["ChainDataset", "ConcatDataset", "StackDataset"]


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


class ChainDataset(IterableDataset[Any]):
    """The samples of several iterable data sets, one set after the other.

    Parameters
    ----------
    datasets : iterable of IterableDataset

    Raises
    ------
    AssertionError
        When gone through or counted: one is not iterable only.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def _checked(self) -> Iterator[Any]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield dataset

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self._checked())

    def __len__(self) -> int:
        return sum(map(len, self._checked()))


class StackDataset(Dataset[Any]):
    """The samples of several data sets side by side: sample i is made of all their samples i.

    Parameters
    ----------
    *args : Dataset
        Samples are tuples.
    **kwargs : Dataset
        Samples are dictionaries; in place of `args`.

    Raises
    ------
    ValueError
        There are none, both kinds are given, or the lengths differ.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueError(
                "StackDataset takes data sets by position, for tuples, or by name, for dictionaries"
            )
        self.datasets: tuple[Any, ...] | dict[str, Any] = args or kwargs
        if not self.datasets:
            raise ValueError("At least one dataset should be passed")
        lengths = [len(dataset) for dataset in self._all()]
        if len(set(lengths)) > 1:
            raise ValueError(f"Size mismatch between datasets. Received lengths: {lengths}")
        self._length = lengths[0]

    def _all(self) -> Iterable[Any]:
        return self.datasets.values() if isinstance(self.datasets, dict) else self.datasets

    def _sample(self, parts: Iterable[Any]) -> Any:
        return (
            dict(zip(self.datasets, parts, strict=True)) if isinstance(self.datasets, dict) else tuple(parts)
        )

    def __getitem__(self, index: Any) -> Any:
        """The samples of one number, together."""
        return self._sample(dataset[index] for dataset in self._all())

    def __getitems__(self, indices: Sequence[Any]) -> list[Any]:
        """The samples of several numbers, made together where a data set can.

        Raises
        ------
        ValueError
            A data set gives another number of samples than asked for.
        """
        columns: list[Any] = []
        for dataset in self._all():
            several = getattr(dataset, "__getitems__", None)
            column: list[Any] = several(indices) if several else [dataset[index] for index in indices]
            if len(column) != len(indices):
                raise ValueError(
                    f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(column)}"
                )
            columns.append(column)
        return [self._sample(parts) for parts in zip(*columns, strict=True)]

    def __len__(self) -> int:
        return self._length
