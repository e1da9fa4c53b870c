"""Data sets of tensors, and which of them make batches at once."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.utils.data import ConcatDataset, Dataset, IterableDataset, TensorDataset
from deep_learner_data.dataset import batch_taker, rows


@pytest.fixture
def dataset():
    return TensorDataset(dl.arange(6.0).reshape(3, 2), dl.tensor([10, 11, 12]))


def test_a_sample_is_a_row_of_each_tensor(dataset):
    first, second = dataset[1]
    assert (first.tolist(), second.item()) == ([2.0, 3.0], 11)
    assert len(dataset) == 3


def test_a_batch_is_the_rows_of_each_tensor(dataset):
    first, second = dataset.take_batch([2, -3])
    assert first.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert second.tolist() == [12, 10]
    assert (first.dtype, second.dtype) == (dl.float32, dl.int64)


@pytest.mark.parametrize("indices", [[3], [0, -4]])
def test_rows_beyond_the_data_are_refused(indices):
    with pytest.raises(IndexError, match="beyond a data set of 3 samples"):
        rows([dl.zeros(3, 2)], indices)


@pytest.mark.parametrize("shapes", [[(2, 3), (3, 2)], [()], []])
def test_tensors_of_different_lengths_are_refused(shapes):
    with pytest.raises(AssertionError, match="Size mismatch between tensors"):
        TensorDataset(*(dl.zeros(*shape) if shape else dl.tensor(1.0) for shape in shapes))


def test_data_sets_can_be_added(dataset):
    both = dataset + dataset
    assert isinstance(both, ConcatDataset)
    assert len(both) == 6


def test_a_data_set_without_samples_says_what_to_define():
    with pytest.raises(NotImplementedError, match=r"must define __getitem__\(index\)"):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match=r"must define __iter__\(\)"):
        iter(IterableDataset())


def test_batches_are_made_at_once_unless_a_subclass_changes_the_samples(dataset):
    class Renamed(TensorDataset):
        """Still the same samples."""

    class Doubled(TensorDataset):
        def __getitem__(self, index):
            return tuple(2 * tensor for tensor in super().__getitem__(index))

    class Several(TensorDataset):
        def __getitems__(self, indices):
            return [self[index] for index in indices]

    class Own(Doubled):
        def __getitem__(self, index):
            return super().__getitem__(index)

        def take_batch(self, indices):
            return "batch"

    assert batch_taker(Renamed(*dataset.tensors)) is not None
    assert batch_taker(Doubled(*dataset.tensors)) is None
    assert batch_taker(Several(*dataset.tensors)) is None
    assert batch_taker(Own(*dataset.tensors))([0]) == "batch"
    assert batch_taker([1, 2]) is None
