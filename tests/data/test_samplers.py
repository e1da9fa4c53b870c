"""Orders of samples: PyTorch's for the same seed."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.utils import data

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def both(seed, make, passes=3):
    """What `make` gives in some passes after the same seed, there and here, and the next random number after
    it.
    """
    results = []
    for library in (torch, dl):
        library.manual_seed(seed)
        sampler = make(library)
        results.append(([list(sampler) for _ in range(passes)], library.rand(()).item()))
    return results


@pytest.mark.parametrize("seed", [0, 1, 2**40])
@pytest.mark.parametrize("count", [None, 3, 25, 64])
@pytest.mark.parametrize("replacement", [True, False])
def test_random_orders_are_those_of_pytorch(seed, replacement, count):
    theirs, ours = both(
        seed, lambda library: library.utils.data.RandomSampler(range(10), replacement, num_samples=count)
    )
    assert ours == theirs


@pytest.mark.parametrize("options", [{}, {"num_samples": 25}, {"replacement": True, "num_samples": 40}])
def test_a_generator_goes_on_as_in_pytorch(options):
    def make(library):
        generator = library.Generator().manual_seed(7)
        return library.utils.data.RandomSampler(range(10), generator=generator, **options)

    theirs, ours = both(0, make)
    assert ours == theirs
    assert ours[0][0] != ours[0][1]


def test_random_orders_of_a_subset_are_those_of_pytorch():
    theirs, ours = both(3, lambda library: library.utils.data.SubsetRandomSampler([5, 7, 11, 13, 17]))
    assert ours == theirs


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("count", [1, 4])
def test_weighted_orders_are_those_of_pytorch(replacement, count):
    weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]
    theirs, ours = both(
        5, lambda library: library.utils.data.WeightedRandomSampler(weights, count, replacement=replacement)
    )
    assert ours == theirs


def test_the_sequential_order_is_the_order():
    assert list(data.SequentialSampler("abcd")) == [0, 1, 2, 3]
    assert len(data.SequentialSampler("abcd")) == 4


@pytest.mark.parametrize(
    ("drop_last", "batches"), [(False, [[0, 1, 2], [3, 4, 5], [6]]), (True, [[0, 1, 2], [3, 4, 5]])]
)
def test_batches_are_lists_of_numbers(drop_last, batches):
    sampler = data.BatchSampler(range(7), 3, drop_last)
    assert list(sampler) == batches
    assert len(sampler) == len(batches)


def test_a_random_order_has_a_length():
    assert len(data.RandomSampler(range(5))) == 5
    assert len(data.RandomSampler(range(5), num_samples=12)) == 12
    assert len(data.SubsetRandomSampler([1, 2])) == 2
    assert len(data.WeightedRandomSampler([1.0, 2.0], 9)) == 9


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: data.RandomSampler([]), ValueError, "num_samples=0"),
        (lambda: data.RandomSampler(range(3), num_samples=-1), ValueError, "num_samples=-1"),
        (lambda: data.RandomSampler(range(3), replacement=1), TypeError, "replacement=1"),
        (lambda: data.WeightedRandomSampler([1.0], 0), ValueError, "num_samples=0"),
        (lambda: data.WeightedRandomSampler([1.0], True), ValueError, "num_samples=True"),
        (lambda: data.WeightedRandomSampler([1.0], 1, replacement=None), ValueError, "replacement=None"),
        (lambda: data.WeightedRandomSampler([[1.0]], 1), ValueError, r"shape \(1, 1\)"),
        (lambda: data.BatchSampler(range(3), 0, False), ValueError, "batch_size=0"),
        (lambda: data.BatchSampler(range(3), 2.0, False), ValueError, r"batch_size=2\.0"),
        (lambda: data.BatchSampler(range(3), 2, None), ValueError, "drop_last=None"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_sampler_without_an_order_says_so():
    with pytest.raises(NotImplementedError, match="must define __iter__"):
        iter(data.Sampler())


@pytest.mark.parametrize("size", [0, 1, 3, 10, 11])
@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("shuffle", [True, False])
def test_parts_for_processes_are_those_of_pytorch(size, drop_last, shuffle):
    for rank in range(4):
        ours, theirs = (
            library.utils.data.DistributedSampler(
                range(size), 4, rank, shuffle=shuffle, seed=3, drop_last=drop_last
            )
            for library in (dl, torch)
        )
        for epoch in range(2):
            ours.set_epoch(epoch)
            theirs.set_epoch(epoch)
            assert size == 0 or list(ours) == list(theirs)
        assert (len(ours), ours.total_size) == (len(theirs), theirs.total_size)


def test_a_part_needs_to_know_of_which_processes():
    with pytest.raises(RuntimeError, match="Requires distributed package"):
        data.DistributedSampler(range(3))
    with pytest.raises(ValueError, match=r"Invalid rank 2, rank should be in the interval \[0, 1\]"):
        data.DistributedSampler(range(3), 2, 2)
