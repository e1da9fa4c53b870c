"""From samples to batches, as PyTorch does it."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList, namedtuple
from types import MappingProxyType

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.utils.data import default_collate, default_convert
from tests.optimizers.oracle import assert_same_state, torch

Point = namedtuple("Point", "x y")
NUMBERS = [np.float32(1.5), np.int16(3), np.float64(2.0)]

SAMPLES = {
    "floats": lambda _: [1.0, 2.5],
    "ints": lambda _: [1, -2],
    "bools": lambda _: [True, False],
    "texts": lambda _: ["a", "b"],
    "bytes": lambda _: [b"a", b"b"],
    "tensors": lambda library: [library.ones(2, 3), library.zeros(2, 3)],
    "scalars": lambda library: [library.tensor(1), library.tensor(2)],
    "arrays": lambda _: [np.arange(3), np.arange(3, 6)],
    "numbers": lambda _: [np.float32(1.5), np.float32(2.5)],
    "mixed arrays": lambda _: [np.arange(3), np.arange(3, dtype="float32")],
    "doubles": lambda _: [np.float64(1.5), np.float64(2.5)],
    "numpy's texts": lambda _: [np.str_("a"), np.str_("b")],
    "tuples": lambda library: [(library.ones(2), 1, "a"), (library.zeros(2), 2, "b")],
    "lists": lambda _: [[1, 2.0], [3, 4.0]],
    "dicts": lambda library: [{"x": library.ones(1), "y": [1]}, {"x": library.zeros(1), "y": [2]}],
    "nested": lambda _: [((1, {"a": 2.0}), [3]), ((4, {"a": 5.0}), [6])],
    "one": lambda _: [(1, 2)],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_batches_are_those_of_pytorch(name):
    theirs = torch.utils.data.default_collate(SAMPLES[name](torch))
    assert_same_state(theirs, default_collate(SAMPLES[name](dl)))


@pytest.mark.parametrize("name", SAMPLES)
def test_converted_samples_are_those_of_pytorch(name):
    theirs = torch.utils.data.default_convert(SAMPLES[name](torch))
    assert_same_state(theirs, default_convert(SAMPLES[name](dl)))


def test_containers_keep_their_type():
    points = default_collate([Point(1, 2), Point(3, 4)])
    assert isinstance(points, Point)
    assert points.y.tolist() == [2, 4]
    assert isinstance(default_convert(Point(np.ones(2), 1)), Point)
    for make in (OrderedDict, UserDict):
        batch = default_collate([make(a=1), make(a=2)])
        assert type(batch) is make
        assert batch["a"].tolist() == [1, 2]
    batch = default_collate([UserList([1]), UserList([2])])
    assert type(batch) is UserList
    assert batch[0].tolist() == [1, 2]


def test_containers_that_cannot_be_made_anew_become_plain_ones():
    assert type(default_collate([MappingProxyType({"a": 1})])) in (MappingProxyType, dict)
    assert default_convert(range(3)) == [0, 1, 2]


def test_what_has_no_batch_is_refused():
    with pytest.raises(TypeError, match="found <class 'set'>; pass a collate_fn"):
        default_collate([{1}, {2}])
    with pytest.raises(TypeError, match="have no tensor"):
        default_collate([np.array(["a"]), np.array(["b"])])


def test_arrays_of_text_are_not_converted():
    array = np.array(["a", "b"])
    assert default_convert(array) is array


def test_sequences_of_different_lengths_are_refused():
    with pytest.raises(RuntimeError, match="equal size"):
        default_collate([[1, 2], [3]])
