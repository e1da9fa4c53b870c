"""Linear, Bilinear, Identity and their functions."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.layers.oracle import assert_refused, assert_same, random, torch


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [(784, 128), (3, 1), (1, 5)])
def test_initial_values_are_pytorchs_to_the_bit(sizes, bias):
    torch.manual_seed(5)
    dl.manual_seed(5)
    theirs, ours = torch.nn.Linear(*sizes, bias=bias), nn.Linear(*sizes, bias=bias)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for name, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name].numpy(), value.numpy())


def test_the_shape_and_dtype_are_chosen():
    layer = nn.Linear(2, 3, dtype=dl.float64, device="strict:1")
    assert layer.weight.dtype is dl.float64
    assert str(layer.bias.device) == str(dl.Device("strict:1"))
    assert layer.bias.shape == (3,)
    assert nn.Linear(2, 3, bias=False).bias is None


@pytest.mark.parametrize("leading", [(), (1,), (4,), (2, 3), (0,), (2, 0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_rows_are_mapped_whatever_leads(leading, bias):
    arrays = [random(*leading, 5), random(2, 5, seed=1)] + ([random(2, seed=2)] if bias else [])
    assert_same(lambda lib, *args: lib.nn.functional.linear(*args), *arrays)


def test_a_vector_of_weights_gives_numbers():
    assert_same(lambda lib, *args: lib.nn.functional.linear(*args), random(4, 5), random(5, seed=1))


@pytest.mark.parametrize("wanted", [(0,), (1,), (2,), (0, 1)])
def test_only_wanted_gradients_are_made(wanted):
    constants = [position for position in range(3) if position not in wanted]
    assert_same(
        lambda lib, *args: lib.nn.functional.linear(*args),
        random(4, 5),
        random(2, 5, seed=1),
        random(2, seed=2),
        constants=constants,
    )


@pytest.mark.parametrize(
    "shapes",
    [((4, 5), (2, 4), (2,)), ((4, 5), (2, 5), (3,)), ((), (2, 5), (2,))],
    ids=["features", "bias", "0-d"],
)
def test_shapes_that_do_not_fit_are_refused(shapes):
    assert_refused(lambda lib, *args: lib.nn.functional.linear(*args), *(random(*shape) for shape in shapes))


def test_dtypes_that_differ_are_refused():
    assert_refused(
        lambda lib, *args: lib.nn.functional.linear(*args), random(4, 5), random(2, 5, dtype="float64")
    )


@pytest.mark.parametrize("leading", [(), (4,), (2, 3)])
def test_bilinear_maps_agree(leading):
    arrays = [random(*leading, 3), random(*leading, 4, seed=1), random(2, 3, 4, seed=2), random(2, seed=3)]
    assert_same(lambda lib, *args: lib.nn.functional.bilinear(*args), *arrays)
    assert_same(lambda lib, *args: lib.nn.functional.bilinear(*args), *arrays[:3])


def test_bilinear_layers_begin_as_pytorchs():
    torch.manual_seed(5)
    dl.manual_seed(5)
    theirs, ours = torch.nn.Bilinear(3, 4, 2), nn.Bilinear(3, 4, 2)
    for name, value in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name].numpy(), value.numpy())
    assert_same(
        lambda lib, a, b: (theirs if lib is torch else ours)(a, b), random(5, 3), random(5, 4, seed=1)
    )


def test_bilinear_shapes_that_do_not_fit_are_refused():
    assert_refused(
        lambda lib, *args: lib.nn.functional.bilinear(*args), random(5, 3), random(4, 4), random(2, 3, 4)
    )


def test_identity_returns_its_input():
    x = dl.ones(2)
    assert nn.Identity(54, unused=1)(x) is x


@pytest.mark.parametrize("shape", [(2, 5), (4, 2, 5), (5,), ()])
def test_features_that_do_not_fit_are_told_with_both_shapes(shape):
    with pytest.raises(RuntimeError, match=r"cannot multiply input of shape .* by weight of shape \(4, 3\)"):
        dl.nn.Linear(3, 4)(dl.ones(shape))
