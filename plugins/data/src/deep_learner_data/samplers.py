"""The order in which samples are taken; the same as PyTorch's for the same seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import deep_learner as dl

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
    "draw_seed",
]

Index_co = TypeVar("Index_co", covariant=True)


class Sampler(Generic[Index_co]):
    """Base class of samplers: a subclass defines ``__iter__`` (sample numbers, or lists of them) and
    ``__len__``.
    """

    def __iter__(self) -> Iterator[Index_co]:
        """The numbers, anew for each pass."""
        raise NotImplementedError(f"{type(self).__name__} must define __iter__()")


class SequentialSampler(Sampler[int]):
    """The samples in their order.

    Parameters
    ----------
    data_source : Sized
        The data set.
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The samples in random order.

    Parameters
    ----------
    data_source : Sized
        The data set.
    replacement : bool
        Whether each draw is from all samples, so that one may come several times.
    num_samples : int, optional
        How many to draw, as many as there are samples if not given.
    generator : Generator, optional
        Source of the order. Without it each pass takes a seed from the default generator.

    Raises
    ------
    TypeError
        `replacement` is no bool.
    ValueError
        `num_samples`, or the number of samples, is not positive.
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: dl.Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        _check_count("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many numbers a pass gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        size, count = len(self.data_source), self.num_samples
        generator = self.generator
        if generator is None:
            generator = dl.Generator().manual_seed(draw_seed(None))
        if self.replacement:
            for start in range(0, count, 32):  # in blocks, as PyTorch draws them
                yield from dl.randint(size, (min(count - start, 32),), generator=generator).tolist()
            return
        for _ in range(count // size):
            yield from dl.randperm(size, generator=generator).tolist()
        # PyTorch draws this one even if nothing is left over, and its generator moves on.
        yield from dl.randperm(size, generator=generator).tolist()[: count % size]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given samples in random order.

    Parameters
    ----------
    indices : sequence of int
    generator : Generator, optional
        Source of the order; the default generator without it.
    """

    def __init__(self, indices: Sequence[int], generator: dl.Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for position in dl.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[position]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Samples with given probabilities.

    Parameters
    ----------
    weights : sequence of float
        One for each sample; they need not add up to one.
    num_samples : int
        How many to draw.
    replacement : bool
        Whether a sample may come several times.
    generator : Generator, optional
        Source of the draws; the default generator without it.

    Raises
    ------
    ValueError
        `num_samples` is not positive, `replacement` is no bool, or the weights are not one-dimensional.
    RuntimeError
        When drawing: a weight is negative or not finite, or there are too few samples to draw different ones.
    """

    def __init__(
        self,
        weights: Any,
        num_samples: int,
        replacement: bool = True,
        generator: dl.Generator | None = None,
    ) -> None:
        _check_count("num_samples", num_samples)
        if not isinstance(replacement, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = dl.as_tensor(weights, dtype=dl.float64)
        if self.weights.ndim != 1:
            raise ValueError(f"weights should be a 1d sequence but has shape {tuple(self.weights.shape)}")
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        # A generator, as all that draw: nothing is drawn before the first number is asked for.
        yield from dl.multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        ).tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of the numbers that another sampler gives.

    Parameters
    ----------
    sampler : iterable of int
    batch_size : int
        Length of the lists.
    drop_last : bool
        Whether a shorter last list is left out.

    Raises
    ------
    ValueError
        `batch_size` is not positive, or `drop_last` is no bool.
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        _check_count("batch_size", batch_size)
        if not isinstance(drop_last, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(itertools.islice(numbers, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return whole + (rest > 0 and not self.drop_last)


def draw_seed(generator: dl.Generator | None) -> int:
    """A seed from a generator (None: the default one), drawn as PyTorch's loader draws it."""
    return dl.empty((), dtype=dl.int64).random_(generator=generator).item()


def _check_count(name: str, count: Any) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={count!r}")
