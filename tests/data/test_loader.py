"""`DataLoader`: PyTorch's batches, in PyTorch's order, from the same random numbers."""

from __future__ import annotations

import itertools

import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    SequentialSampler,
    Subset,
    TensorDataset,
)
from tests.optimizers.oracle import assert_same_state, torch


class Squares(Dataset):
    """Samples made one by one: (tensor, int, text)."""

    def __init__(self, library, size=10):
        self.library, self.size = library, size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self.library.tensor([index, index**2]), index, str(index)


class Stream(IterableDataset):
    def __init__(self, size, announced=None):
        self.size, self.announced = size, size if announced is None else announced

    def __iter__(self):
        return iter(range(self.size))

    def __len__(self):
        return self.announced


class TheirStream(torch.utils.data.IterableDataset):
    def __iter__(self):
        return iter(range(10))


def tensors(library, size=10):
    return library.utils.data.TensorDataset(
        library.arange(2.0 * size).reshape(size, 2), library.arange(size), library.arange(size) % 2 == 0
    )


def epochs(library, dataset, seed, count=3, **options):
    """Batches of some epochs after a seed, and the random number that comes next."""
    library.manual_seed(seed)
    loader = library.utils.data.DataLoader(dataset, **options)
    return [list(loader) for _ in range(count)], library.rand(()).item()


@pytest.mark.parametrize("make", [tensors, Squares], ids=["at once", "one by one"])
@pytest.mark.parametrize("seed", [0, 1, 12345])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 3},
        {"batch_size": 3, "shuffle": True},
        {"batch_size": 5, "shuffle": True},
        {"batch_size": 4, "shuffle": True, "drop_last": True},
        {"batch_size": 100, "shuffle": True},
        {"batch_size": None},
        {"batch_size": None, "shuffle": True},
    ],
    ids=str,
)
def test_epochs_are_those_of_pytorch(make, seed, options):
    theirs, their_next = epochs(torch, make(torch), seed, **options)
    ours, our_next = epochs(dl, make(dl), seed, **options)
    assert_same_state(theirs, ours)
    assert our_next == their_next


def test_a_generator_of_its_own_gives_the_epochs_of_pytorch():
    results = []
    for library in (torch, dl):
        generator = library.Generator().manual_seed(3)
        results.append(epochs(library, tensors(library), 0, batch_size=4, shuffle=True, generator=generator))
    assert_same_state(*results)


def test_leaving_an_epoch_early_uses_the_random_numbers_of_pytorch():
    results = []
    for library in (torch, dl):
        library.manual_seed(0)
        loader = library.utils.data.DataLoader(tensors(library), batch_size=3, shuffle=True)
        iter(loader)  # takes a number at once
        next(iter(loader))
        results.append([list(loader), library.rand(()).item()])
    assert_same_state(*results)


@pytest.mark.parametrize("size", [9, 10, 11])
def test_batches_made_at_once_equal_collated_ones(size):
    dataset = Subset(Subset(tensors(dl, 20), range(19, 19 - size, -1)), range(size))
    fast, _ = epochs(dl, dataset, 5, batch_size=4, shuffle=True)
    slow, _ = epochs(
        dl,
        dataset,
        5,
        batch_size=4,
        shuffle=True,
        collate_fn=lambda samples: dl.utils.data.default_collate(samples),
    )
    for ours, expected in zip(itertools.chain(*fast), itertools.chain(*slow), strict=True):
        assert type(ours) is type(expected) is list
        for first, second in zip(ours, expected, strict=True):
            assert first.dtype == second.dtype
            assert first.tolist() == second.tolist()


def test_a_subset_in_a_loader_gives_the_epochs_of_pytorch():
    results = []
    for library in (torch, dl):
        subset = library.utils.data.Subset(tensors(library), [8, 6, 4, 2, 0])
        results.append(epochs(library, subset, 1, batch_size=2, shuffle=True))
    assert_same_state(*results)


def test_gradients_flow_through_batches():
    source = dl.arange(4.0, requires_grad=True)
    ((batch,),) = DataLoader(TensorDataset(source), batch_sampler=[[3, 1, 3]])
    batch.sum().backward()
    assert source.grad.tolist() == [0.0, 1.0, 0.0, 2.0]


def test_a_sampler_gives_the_order():
    batches = list(DataLoader(Squares(dl), batch_size=2, sampler=[5, 1, 9]))
    assert [batch[2] for batch in batches] == [("5", "1"), ("9",)]


def test_a_batch_sampler_gives_the_batches():
    loader = DataLoader(Squares(dl), batch_sampler=[[1, 2, 3], [9]])
    assert [batch[1].tolist() for batch in loader] == [[1, 2, 3], [9]]
    assert len(loader) == 2


def test_a_collate_function_gets_the_samples():
    loader = DataLoader("abcde", batch_size=2, collate_fn="".join)
    assert list(loader) == ["ab", "cd", "e"]


def test_samples_made_together_are_collated():
    class Several(Squares):
        def __getitems__(self, indices):
            return [index * 10 for index in indices]

    assert [batch.tolist() for batch in DataLoader(Several(dl, 3), batch_size=2)] == [[0, 10], [20]]


def test_lengths_count_batches():
    assert len(DataLoader(range(10), batch_size=3)) == 4
    assert len(DataLoader(range(10), batch_size=3, drop_last=True)) == 3
    assert len(DataLoader(range(10), batch_size=None)) == 10
    assert len(DataLoader(Stream(10), batch_size=4)) == 3
    assert len(DataLoader(Stream(10), batch_size=4, drop_last=True)) == 2
    assert len(DataLoader(Stream(10), batch_size=None)) == 10


@pytest.mark.parametrize(
    "options", [{}, {"batch_size": 4}, {"batch_size": 4, "drop_last": True}, {"batch_size": None}]
)
def test_a_stream_is_batched_as_in_pytorch(options):
    assert_same_state(epochs(torch, TheirStream(), 0, **options), epochs(dl, Stream(10), 0, **options))


def test_a_stream_longer_than_its_length_is_warned_of_once_that_was_asked_for():
    results = []
    for library in (torch, dl):

        class Longer(library.utils.data.IterableDataset):
            def __iter__(self):
                return iter(range(5))

            def __len__(self):
                return 3

            def __str__(self):
                return "numbers"

        loader = library.utils.data.DataLoader(Longer(), batch_size=None)
        assert list(loader) == list(range(5))
        assert len(loader) == 3
        with pytest.warns(UserWarning, match="Length of IterableDataset numbers was reported") as caught:
            assert list(loader) == list(range(5))
        results.append([str(one.message).strip().replace("be 3(", "be 3 (") for one in caught])
    assert results[0] == results[1]


def test_two_passes_may_run_at_the_same_time():
    loader = DataLoader(range(4), batch_size=2)
    pairs = [(a.tolist(), b.tolist()) for a, b in itertools.product(loader, loader)]
    assert len(pairs) == 4
    assert pairs[1] == ([0, 1], [2, 3])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")
@pytest.mark.parametrize("kind", ["fork", "thread"])
@pytest.mark.parametrize("make", [tensors, Squares], ids=["at once", "one by one"])
def test_workers_give_the_same_epochs(kind, make):
    options = {"batch_size": 3, "shuffle": True}
    expected, expected_next = epochs(torch, make(torch), 2, **options)
    options |= {"num_workers": 2, "prefetch_factor": 1, "multiprocessing_context": kind}
    ours, our_next = epochs(dl, make(dl), 2, **options)
    assert_same_state(expected, ours)
    assert our_next == expected_next


def test_an_error_in_a_data_set_comes_where_its_batch_would_have():
    class Broken(Squares):
        def __getitem__(self, index):
            if index == 5:
                raise ZeroDivisionError("sample 5")
            return index

    batches = iter(DataLoader(Broken(dl), batch_size=2))
    assert [next(batches).tolist(), next(batches).tolist()] == [[0, 1], [2, 3]]
    with pytest.raises(ZeroDivisionError, match="sample 5"):
        next(batches)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_workers": -1}, "must not be negative"),
        ({"timeout": -1}, "must not be negative"),
        ({"prefetch_factor": 2}, "need num_workers > 0"),
        ({"persistent_workers": True}, "need num_workers > 0"),
        ({"num_workers": 1, "prefetch_factor": 0}, "prefetch_factor must be positive"),
        ({"shuffle": True, "sampler": [1]}, "mutually exclusive with shuffle"),
        ({"batch_sampler": [[1]], "batch_size": 2}, "mutually exclusive"),
        ({"batch_sampler": [[1]], "drop_last": True}, "mutually exclusive"),
        ({"batch_size": None, "drop_last": True}, "nothing to drop"),
        ({"batch_size": 0}, "batch_size=0"),
    ],
)
def test_arguments_that_exclude_each_other_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        DataLoader(range(10), **options)


@pytest.mark.parametrize("options", [{"shuffle": True}, {"sampler": [1]}, {"batch_sampler": [[1]]}])
def test_a_stream_has_its_own_order(options):
    with pytest.raises(ValueError, match="comes in its own order"):
        DataLoader(Stream(3), **options)


def test_an_empty_data_set_cannot_be_shuffled():
    with pytest.raises(ValueError, match="num_samples=0"):
        DataLoader([], shuffle=True)
    assert list(DataLoader([])) == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"multiprocessing_context": "fork"}, ValueError, "num_workers > 0"),
        (
            {"multiprocessing_context": "spoon", "num_workers": 1},
            ValueError,
            "a valid start method in .*'thread'",
        ),
        ({"multiprocessing_context": 3, "num_workers": 1}, TypeError, "a valid context object"),
    ],
)
def test_unknown_ways_to_start_workers_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        DataLoader(range(10), **options)


def test_more_processes_than_processors_are_warned_of():
    with pytest.warns(UserWarning, match="will create 999 worker processes in total"):
        DataLoader(range(10), num_workers=999)
    DataLoader(range(10), num_workers=999, multiprocessing_context="thread")


def test_what_the_order_was_made_of_cannot_be_changed():
    loader = DataLoader(range(10))
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        with pytest.raises(ValueError, match=f"{name} attribute should not be set after DataLoader is"):
            setattr(loader, name, None)
    loader.timeout = 0


@pytest.mark.skipif(backends.accelerated() is not None, reason="there is a device to pin for")
@pytest.mark.parametrize("data", [range(4), Stream(4)], ids=["numbered", "iterable"])
def test_pinning_without_a_device_to_pin_for_is_warned_of_and_left_out(data):
    with pytest.warns(UserWarning, match="no accelerator is found"):
        batches = list(DataLoader(data, pin_memory=True))
    assert [batch.item() for batch in batches] == [0, 1, 2, 3]
    with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is available"):
        batches[0].pin_memory()


def test_the_attributes_are_those_of_pytorch():
    loader = DataLoader(range(4), batch_size=2)
    assert isinstance(loader.sampler, SequentialSampler)
    assert isinstance(loader.batch_sampler, BatchSampler)
    theirs = vars(torch.utils.data.DataLoader(range(4), batch_size=2))
    for name in (
        "batch_size",
        "drop_last",
        "num_workers",
        "pin_memory",
        "timeout",
        "generator",
        "worker_init_fn",
    ):
        assert getattr(loader, name) == theirs[name]


@pytest.mark.parametrize("place", ["strict", "strict:1"])
def test_batches_stay_on_the_device_of_the_data(place):
    dataset = TensorDataset(dl.arange(6.0, device=place).reshape(3, 2), dl.tensor([7, 8, 9], device=place))
    for collate in (None, lambda samples: dl.utils.data.default_collate(samples)):
        first, second = next(iter(DataLoader(dataset, batch_sampler=[[2, 0]], collate_fn=collate)))
        assert first.device == second.device == place
        assert (first.tolist(), second.tolist()) == ([[4.0, 5.0], [0.0, 1.0]], [9, 7])


def test_the_order_does_not_depend_on_the_backend():
    expected, _ = epochs(dl, tensors(dl), 3, batch_size=4, shuffle=True)
    with dl.backend("strict"):
        ours, _ = epochs(dl, tensors(dl), 3, batch_size=4, shuffle=True)
    for batch, other in zip(itertools.chain(*ours), itertools.chain(*expected), strict=True):
        assert batch[0].device == "strict"
        assert [part.tolist() for part in batch] == [part.tolist() for part in other]
