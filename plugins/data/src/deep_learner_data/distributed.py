"""Parts of a data set for the processes of a distributed training; PyTorch's for the same seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sized

import deep_learner as dl
from deep_learner_data.samplers import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """The samples that one of several processes takes: every `num_replicas`-th of a common order.

    Parameters
    ----------
    dataset : Sized
        The data set, the same in all processes.
    num_replicas : int
        Number of processes.
    rank : int
        Number of this one, from 0.
    shuffle : bool
        Whether the order is random, another one in each epoch (see `set_epoch`).
    seed : int
        Of the order; the same in all processes.
    drop_last : bool
        Whether samples that cannot be shared out evenly are left out; otherwise the first come once more.

    Raises
    ------
    RuntimeError
        `num_replicas` or `rank` is missing: there is no process group that would know them.
    ValueError
        `rank` does not lie in [0, `num_replicas`).
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise RuntimeError(
                "Requires distributed package to be available: without a process group, pass num_replicas and rank"
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        self.num_samples = len(dataset) // num_replicas if drop_last else -(-len(dataset) // num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        size = len(self.dataset)
        if self.shuffle:
            generator = dl.Generator().manual_seed(self.seed + self.epoch)
            order = dl.randperm(size, generator=generator).tolist()
        else:
            order = range(size)
        return itertools.islice(itertools.cycle(order), self.rank, self.total_size, self.num_replicas)

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, and with it the random order; the same in all processes.

        Parameters
        ----------
        epoch : int
        """
        self.epoch = epoch
