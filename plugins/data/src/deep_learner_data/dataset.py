"""What a data set is: samples by number, or samples one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import deep_learner as dl

__all__ = ["Dataset", "IterableDataset", "TensorDataset", "batch_taker", "rows"]

Sample_co = TypeVar("Sample_co", covariant=True)


class Dataset(Generic[Sample_co]):
    """Samples by number: a subclass defines ``__getitem__`` and, for most samplers, ``__len__``.

    It may also define ``__getitems__(indices)``, which returns a list of samples, and, where it can make a
    whole batch at once, ``take_batch(indices)``: what `default_collate` would make of those samples, or None
    if it cannot now. A `DataLoader` without a ``collate_fn`` of its own calls it, unless a subclass overrides
    ``__getitem__`` alone.
    """

    def __getitem__(self, index: Any) -> Sample_co:
        """The sample of a number."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index)")

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        """The samples of both, one after the other."""
        from deep_learner_data.combine import ConcatDataset

        return ConcatDataset([self, other])


class IterableDataset(Dataset[Sample_co]):
    """Samples one after the other: a subclass defines ``__iter__``; nothing is shuffled.

    Each worker of a `DataLoader` goes through the whole; `get_worker_info` tells a subclass which part to give.
    """

    def __iter__(self) -> Iterator[Sample_co]:
        """The samples."""
        raise NotImplementedError(f"{type(self).__name__} must define __iter__()")

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        """The samples of both, one after the other."""
        from deep_learner_data.combine import ChainDataset

        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Any, ...]]):
    """Tensors with the same size of their first dimension: sample i is a tuple of their rows i.

    Parameters
    ----------
    *tensors : Tensor
        Of shapes (N, ...).

    Raises
    ------
    AssertionError
        There are none, or their first sizes differ.
    """

    def __init__(self, *tensors: Any) -> None:
        if not tensors or len({tensor.shape[:1] for tensor in tensors} | {()}) != 2:
            raise AssertionError(
                "Size mismatch between tensors: TensorDataset takes tensors with the same size of their "
                f"first dimension. Received shapes: {[tuple(tensor.shape) for tensor in tensors]}"
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        """Row `index` of each tensor; slices and lists give several rows."""
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0]

    def take_batch(self, indices: Sequence[Any]) -> list[Any] | None:
        """Rows of each tensor, of shapes (len(indices), ...); None if the indices are no integers."""
        if {*map(type, indices)} != {int}:
            return None
        return rows(self.tensors, indices)


def rows(tensors: Sequence[dl.Tensor], indices: Sequence[int]) -> list[dl.Tensor]:
    """The rows of tensors of one length that have these numbers, negative ones counted from the end."""
    size = tensors[0].shape[0]
    lowest = min(indices)
    if lowest < -size or max(indices) >= size:
        raise IndexError(f"{list(indices)} go beyond a data set of {size} samples")
    if lowest < 0:
        indices = [index % size for index in indices]
    places = {tensor.device for tensor in tensors}
    numbers = {place: dl.tensor(indices, dtype=dl.int64, device=place) for place in places}
    return [tensor.index_select(0, numbers[tensor.device]) for tensor in tensors]


def batch_taker(dataset: Any) -> Any:
    """``dataset.take_batch``, or None if there is none or a subclass has overridden how samples are made."""
    names = {"__getitem__", "__getitems__"}
    owner = next((cls for cls in type(dataset).__mro__ if names & vars(cls).keys()), None)
    return dataset.take_batch if owner is not None and "take_batch" in vars(owner) else None
