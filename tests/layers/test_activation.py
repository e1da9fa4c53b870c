"""Activation layers and functions."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

LAYERS = [
    ("ReLU", {}),
    ("ReLU6", {}),
    ("LeakyReLU", {}),
    ("LeakyReLU", {"negative_slope": 0.2}),
    ("ELU", {}),
    ("ELU", {"alpha": 0.7}),
    ("CELU", {"alpha": 0.7}),
    ("SELU", {}),
    ("Hardtanh", {}),
    ("Hardtanh", {"min_val": -0.5, "max_val": 1.5}),
    ("Threshold", {"threshold": 0.1, "value": 20}),
    ("Softshrink", {}),
    ("Hardshrink", {"lambd": 0.7}),
    ("PReLU", {}),
    ("PReLU", {"num_parameters": 3, "init": 0.1}),
    ("Sigmoid", {}),
    ("LogSigmoid", {}),
    ("Tanh", {}),
    ("Tanhshrink", {}),
    ("Softsign", {}),
    ("Softplus", {}),
    ("Softplus", {"beta": 2, "threshold": 3}),
    ("GELU", {}),
    ("GELU", {"approximate": "tanh"}),
    ("SiLU", {}),
    ("Mish", {}),
    ("Hardswish", {}),
    ("Hardsigmoid", {}),
    ("GLU", {}),
    ("GLU", {"dim": 0}),
    ("Softmax", {"dim": 1}),
    ("Softmax", {"dim": -1}),
    ("LogSoftmax", {"dim": 1}),
    ("Softmin", {"dim": 0}),
    ("Softmax2d", {}),
]
RECTIFIERS = ["ReLU", "ReLU6", "LeakyReLU", "ELU", "CELU", "SELU", "Hardtanh"]
IN_PLACE = [*RECTIFIERS, "SiLU", "Mish", "Hardswish", "Hardsigmoid"]


@pytest.mark.parametrize(("name", "options"), LAYERS)
def test_layers_agree(name, options):
    theirs, ours = getattr(torch.nn, name)(**options), getattr(dl.nn, name)(**options)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = random(2, 3, 4, 4, low=-8.0, high=8.0)
    assert_same(lambda lib, t: (theirs if lib is torch else ours)(t), x)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("name", IN_PLACE)
def test_results_may_be_written_into_the_input(name):
    theirs, ours = getattr(torch.nn, name)(inplace=True), getattr(dl.nn, name)(inplace=True)
    assert repr(ours) == repr(theirs)

    def written(lib, x):
        y = x * 1
        out = (theirs if lib is torch else ours)(y)
        assert out is y
        return out

    assert_same(written, random(3, 4, low=-8.0, high=8.0))


def test_a_leaf_is_not_overwritten():
    assert_refused(lambda lib, x: lib.nn.functional.relu(x, inplace=True), random(3))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("shape", [(3,), (3, 4), (2, 3, 4), (2, 3, 2, 2)])
def test_a_missing_dim_is_guessed_with_a_warning(name, shape):
    def guessed(lib, x):
        with pytest.warns(UserWarning, match="Implicit dimension choice"):
            return getattr(lib.nn.functional, name)(x)

    assert_same(guessed, random(*shape))


def test_softmax_takes_a_dtype():
    assert_same(
        lambda lib, x: lib.nn.functional.softmax(x, dim=1, dtype=lib.float64), random(2, 3), rtol=1e-6
    )


MISUSES = {
    "no such dim": lambda lib, x: lib.nn.Softmax(5)(x),
    "bounds out of order": lambda lib, x: lib.nn.functional.hardtanh(x, 2.0, 1.0),
    "softmax2d of a matrix": lambda lib, x: lib.nn.Softmax2d()(x),
    "half of an odd size": lambda lib, x: lib.nn.GLU()(x),
    "unknown approximation": lambda lib, x: lib.nn.GELU("fast")(x),
    "negative threshold": lambda lib, x: lib.nn.Softshrink(-1.0)(x),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, random(3, 5))


def test_older_names_of_bounds_warn():
    with pytest.warns(FutureWarning):
        layer = dl.nn.Hardtanh(min_value=-2.0)
    assert layer.min_val == -2.0
    with pytest.raises(ValueError, match="exceed"):
        dl.nn.Hardtanh(1.0, 1.0)


def test_the_extra_functions_of_core_are_there():
    x = random(2, 4)
    for name in ("sigmoid", "tanh", "tanhshrink", "softsign", "logsigmoid", "softplus", "gelu", "glu"):
        assert_same(lambda lib, t, name=name: getattr(lib.nn.functional, name)(t), x)
    assert_same(lambda lib, t: lib.nn.functional.pad(t, (1, 2), value=3.0), x)
