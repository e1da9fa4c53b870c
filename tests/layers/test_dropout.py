"""Dropout drops what PyTorch drops."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(), (5,), (64, 128)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_drops_the_same_elements(p, shape, dtype):
    def dropped(lib, x):
        lib.manual_seed(17)
        return lib.nn.functional.dropout(x, p)

    assert_same(dropped, random(*shape, dtype=dtype), rtol=1e-6)


def test_the_stream_goes_on_as_in_pytorch():
    def after(library):
        library.manual_seed(17)
        library.nn.Dropout(0.3)(library.ones(7, 3))
        return library.rand(4).numpy()

    np.testing.assert_array_equal(after(dl), after(torch))


def test_evaluation_leaves_the_input_alone():
    layer, x = nn.Dropout(0.5).eval(), dl.ones(3)
    assert layer(x) is x
    assert dl.nn.functional.dropout(x, 0.5, training=False) is x


def test_the_result_may_be_written_into_the_input():
    dl.manual_seed(0)
    expected = nn.Dropout(0.5)(dl.ones(20)).tolist()
    dl.manual_seed(0)
    x = dl.ones(20)
    assert nn.Dropout(0.5, inplace=True)(x) is x
    assert x.tolist() == expected


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_probabilities_outside_zero_and_one_are_refused(p):
    assert_refused(lambda lib, x: lib.nn.functional.dropout(x, p), random(3))
    assert_refused(lambda lib, x: lib.nn.Dropout(p), random(3))
