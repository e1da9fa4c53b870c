"""A data set that draws random numbers draws PyTorch's, in the same workers."""

from __future__ import annotations

import random

import numpy as np
import pytest

import deep_learner as dl
from deep_learner_data.processes import numpy_seed
from tests.optimizers.oracle import assert_same_state, torch

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"),
]


class Drawing:
    """Samples of three sources of random numbers."""

    def __init__(self, library):
        self.library = library

    def __len__(self):
        return 7

    def __getitem__(self, index):
        if index >= 7:
            raise IndexError
        return index, self.library.randn(2), random.random(), np.random.rand()


class Eager:
    """A sampler that draws when it begins, not when it is asked."""

    def __init__(self, library):
        self.library = library

    def __iter__(self):
        return iter(self.library.randperm(7).tolist())

    def __len__(self):
        return 7


def epochs(library, generator, persistent, sampler, batch_size):
    library.manual_seed(11)
    loader = library.utils.data.DataLoader(
        Drawing(library),
        batch_size,
        shuffle=sampler is None,
        sampler=sampler and sampler(library),
        num_workers=2,
        generator=library.Generator().manual_seed(5) if generator else None,
        persistent_workers=persistent,
        multiprocessing_context="fork",
    )
    batches = [list(loader) for _ in range(2)]
    return batches, library.rand(()).item()


def weighted(library):
    return library.utils.data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6, 1.0], 7)


@pytest.mark.parametrize(
    ("generator", "persistent", "sampler", "batch_size"),
    [
        (False, False, None, 2),
        (True, False, None, 3),
        (False, True, None, 2),
        (True, True, Eager, 2),
        (False, False, Eager, None),
        (False, False, weighted, None),
    ],
)
def test_random_samples_are_those_of_pytorch(generator, persistent, sampler, batch_size):
    theirs, their_next = epochs(torch, generator, persistent, sampler, batch_size)
    ours, our_next = epochs(dl, generator, persistent, sampler, batch_size)
    assert_same_state(theirs, ours, rtol=1e-6)
    assert our_next == their_next


@pytest.mark.parametrize("seed", [0, 5, 2**32, 2**62 + 12345])
@pytest.mark.parametrize("worker", [0, 3])
def test_numpys_seed_is_that_of_pytorch(seed, worker):
    theirs = torch.utils.data._utils.worker._generate_state(seed, worker)
    assert numpy_seed(seed, worker).tolist() == theirs
