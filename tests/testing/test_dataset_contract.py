"""The contract of a data set accepts sound ones and catches planted faults."""

from __future__ import annotations

import pickle

import pytest

from deep_learner import Tensor, rand, stack
from deep_learner.plugins import hookimpl
from deep_learner.testing import DatasetContract
from deep_learner.testing.isolation import PluginDistribution, isolated


class Squares:
    """Numbers, and their squares."""

    def __init__(self, count):
        self.data = Tensor([[float(i), float(i * i)] for i in range(count)])

    def __len__(self):
        return self.data.shape[0]

    def __getitem__(self, index):
        return self.data[index].clone(), index * index

    def take_batch(self, indices):
        return [stack([self.data[i] for i in indices]), Tensor([i * i for i in indices])]


class Undocumented(Squares):
    __doc__ = None


class Overstating(Squares):
    """Says that it has more than it has."""

    def __len__(self):
        return super().__len__() + 1


class Uneven(Squares):
    """Has samples of several shapes."""

    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return (image[:1] if index == len(self) - 1 else image), label


class Random(Squares):
    """Gives something else each time."""

    def __getitem__(self, index):
        return rand(2), super().__getitem__(index)[1]


class Sharing(Squares):
    """Gives views of its data."""

    def __getitem__(self, index):
        return self.data[index], index * index


class Endless(Squares):
    """Begins again behind its end."""

    def __getitem__(self, index):
        return super().__getitem__(index % len(self))


class Skipping(Squares):
    """Leaves samples out on the way through."""

    def __iter__(self):
        return (self[i] for i in range(0, len(self), 2))


class Shuffled(Squares):
    """Makes batches of other samples."""

    def take_batch(self, indices):
        return super().take_batch([*indices[1:], indices[0]])


class Unpicklable(Squares):
    """Holds what cannot be pickled."""

    def __init__(self, count):
        super().__init__(count)
        self.function = lambda x: x


FAULTS = {
    Undocumented: "test_it_is_registered_as_a_documented_data_set",
    Overstating: "test_it_has_as_many_samples_as_stated",
    Uneven: "test_each_sample_has_the_stated_parts",
    Random: "test_a_sample_is_the_same_each_time",
    Sharing: "test_a_sample_that_is_changed_leaves_the_data_as_they_were",
    Endless: "test_there_is_nothing_behind_the_last_sample",
    Skipping: "test_going_through_it_gives_every_sample",
    Shuffled: "test_batches_made_at_once_are_the_samples",
    Unpicklable: "test_a_process_of_its_own_can_have_it",
}


class Datasets:
    @hookimpl
    def register_datasets(self, register):
        for dataset in (Squares, *FAULTS):
            register(dataset.__name__, dataset, kind="dataset")
        register("Unkind", Squares)


ACME = PluginDistribution("acme", {"acme": Datasets()})
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
DATA = PluginDistribution("deep-learner-data", {"data": "deep_learner_data.hooks"})


@pytest.fixture(autouse=True)
def acme():
    for package in ("deep_learner_numpy", "deep_learner_data"):
        pytest.importorskip(package, reason="core alone is being tested")
    with isolated(ACME, NUMPY, DATA):
        yield


class TestSquares(DatasetContract):
    dataset = "Squares"
    arguments = {"count": 7}  # noqa: RUF012
    length = 7
    shapes = ((2,), ())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault, tmp_path):
    planted = type("Planted", (TestSquares,), {"dataset": fault.__name__})()
    given = () if "documented" in FAULTS[fault] else (tmp_path,)
    with pytest.raises((AssertionError, AttributeError, pytest.fail.Exception, pickle.PicklingError)):
        getattr(planted, FAULTS[fault])(*given)


def test_one_that_training_files_do_not_find_is_caught():
    planted = type("Planted", (TestSquares,), {"dataset": "Unkind"})()
    with pytest.raises(AssertionError, match="kind=None"):
        planted.test_it_is_registered_as_a_documented_data_set()
