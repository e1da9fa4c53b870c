"""Parts, chains and random splits of data sets."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.utils.data import (
    ChainDataset,
    ConcatDataset,
    DataLoader,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)


def test_a_subset_has_the_samples_in_the_order_given():
    subset = Subset("abcdef", [4, 0, -1])
    assert [subset[i] for i in range(len(subset))] == ["e", "a", "f"]


def test_a_list_of_numbers_is_handed_on_as_a_list():
    assert Subset(TensorDataset(dl.arange(10)), [4, 5, 6])[[2, 0]][0].tolist() == [6, 4]


def test_a_subset_of_a_subset_makes_batches_at_once():
    inner = Subset(TensorDataset(dl.arange(10)), [9, 8, 7, 6])
    (batch,) = Subset(inner, [3, 0]).take_batch([0, 1])
    assert batch.tolist() == [6, 9]


def test_a_subset_uses_what_the_data_set_makes_several_samples_with():
    class Several(list):
        def __getitems__(self, indices):
            return [("several", self[index]) for index in indices]

    assert Subset(Several("abc"), [2, 1]).__getitems__([0, 1]) == [("several", "c"), ("several", "b")]
    assert Subset("abc", [2, 1]).__getitems__([1]) == ["b"]
    assert next(iter(DataLoader(Subset(Several("abc"), [2, 1]), 2))) == [("several", "several"), ("c", "b")]


def test_a_chain_has_all_samples_in_order():
    chain = ConcatDataset(["ab", "", "cde"])
    assert [chain[i] for i in range(len(chain))] == list("abcde")
    assert [chain[-1], chain[-5]] == ["e", "a"]
    assert list(chain) == list("abcde")


@pytest.mark.parametrize(("index", "error"), [(5, IndexError), (-6, ValueError)])
def test_a_number_beyond_a_chain_is_refused(index, error):
    with pytest.raises(error, match="5 samples together"):
        ConcatDataset(["ab", "cde"])[index]


@pytest.mark.parametrize("datasets", [[], [IterableDataset()]])
def test_a_chain_of_nothing_or_of_streams_is_refused(datasets):
    with pytest.raises(AssertionError, match="one or more data sets"):
        ConcatDataset(datasets)


@pytest.mark.parametrize("lengths", [[7, 3], [10], [0.5, 0.5], [0.3, 0.3, 0.4], [1 / 3, 1 / 3, 1 / 3]])
@pytest.mark.parametrize("seed", [0, 42])
def test_a_split_is_that_of_pytorch(lengths, seed):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    theirs = torch.utils.data.random_split(range(10), lengths, torch.Generator().manual_seed(seed))
    ours = random_split(range(10), lengths, dl.Generator().manual_seed(seed))
    assert [list(part.indices) for part in ours] == [list(part.indices) for part in theirs]
    dl.manual_seed(seed)
    assert [part.indices for part in random_split(range(10), lengths)] == [part.indices for part in ours]


def test_lengths_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match=r"\[3, 4\] add up to 7, but the data set has 10"):
        random_split(range(10), [3, 4])
    with pytest.raises(ValueError, match="Fraction at index 0 is not between 0 and 1"):
        random_split(range(10), [1.5, -0.5])


def test_an_empty_part_is_warned_of():
    with pytest.warns(UserWarning, match="part 1 of the split is empty"):
        random_split(range(2), [0.9, 0.1])


class Stream(IterableDataset):
    def __init__(self, *samples):
        self.samples = samples

    def __iter__(self):
        return iter(self.samples)

    def __len__(self):
        return len(self.samples)


def test_streams_follow_each_other():
    chain = Stream(1, 2) + Stream() + Stream(3)
    assert isinstance(chain, ChainDataset)
    assert (list(chain), len(chain)) == ([1, 2, 3], 3)
    assert [batch.tolist() for batch in DataLoader(chain, 2)] == [[1, 2], [3]]
    for use in (list, len):
        with pytest.raises(AssertionError, match="only supports IterableDataset"):
            use(ChainDataset([Stream(1), "ab"]))


def test_data_sets_side_by_side_give_tuples_or_dictionaries():
    class Several(list):
        def __getitems__(self, indices):
            return [self[index] * 10 for index in indices]

    pairs, named = StackDataset("abc", Several([1, 2, 3])), StackDataset(x="abc", y=Several([1, 2, 3]))
    assert [pairs[index] for index in range(len(pairs))] == [("a", 1), ("b", 2), ("c", 3)]
    assert named[1] == {"x": "b", "y": 2}
    assert pairs.__getitems__([2, 0]) == [("c", 30), ("a", 10)]
    assert named.__getitems__([2]) == [{"x": "c", "y": 30}]
    texts, numbers = next(iter(DataLoader(pairs, 2)))
    assert (texts, numbers.tolist()) == (("a", "b"), [10, 20])


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ([], {}, "At least one"),
        (["ab"], {"x": "ab"}, "by position, for tuples, or by name"),
        (["ab", "abc"], {}, r"Size mismatch between datasets\. Received lengths: \[2, 3\]"),
        ([], {"x": "a", "y": ""}, "Size mismatch"),
    ],
)
def test_data_sets_that_do_not_fit_side_by_side_are_refused(args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        StackDataset(*args, **kwargs)


def test_samples_made_together_must_be_as_many_as_asked_for():
    class Forgetful(list):
        def __getitems__(self, indices):
            return []

    with pytest.raises(ValueError, match="Expected 2, got 0"):
        StackDataset(Forgetful("ab")).__getitems__([0, 1])


def test_a_subset_with_other_samples_must_say_how_to_make_several():
    class Half(Subset):
        def __getitem__(self, index):
            return super().__getitem__(index) / 2

    with pytest.raises(NotImplementedError, match="Half overrides __getitem__ but not __getitems__"):
        Half(range(3), [0])
