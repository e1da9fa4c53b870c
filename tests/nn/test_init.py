"""Initial values are PyTorch's numbers after the same seed."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.nn import init
from tests.nn.oracle import both, message, torch, values

SHAPE = (7, 5)
INITIALISERS = {
    "uniform_": lambda init, w: init.uniform_(w, -2.0, 3.0),
    "normal_": lambda init, w: init.normal_(w, 1.0, 0.5),
    "constant_": lambda init, w: init.constant_(w, 0.3),
    "ones_": lambda init, w: init.ones_(w),
    "zeros_": lambda init, w: init.zeros_(w),
    "eye_": lambda init, w: init.eye_(w),
    "xavier_uniform_": lambda init, w: init.xavier_uniform_(w, gain=init.calculate_gain("relu")),
    "xavier_normal_": lambda init, w: init.xavier_normal_(w, gain=0.7),
    "kaiming_uniform_": lambda init, w: init.kaiming_uniform_(w, a=math.sqrt(5)),
    "kaiming_uniform_ by outputs": lambda init, w: init.kaiming_uniform_(
        w, mode="fan_out", nonlinearity="relu"
    ),
    "kaiming_normal_": lambda init, w: init.kaiming_normal_(w),
    "trunc_normal_": lambda init, w: init.trunc_normal_(w, 0.0, 1.0, -1.0, 1.0),
    "trunc_normal_ of a rare interval": lambda init, w: init.trunc_normal_(w, 0.0, 1.0, 0.5, 0.6),
    "trunc_normal_ of a tail": lambda init, w: init.trunc_normal_(w, 0.0, 1.0, 1.5, 2.0),
    "sparse_": lambda init, w: init.sparse_(w, 0.4),
}


def initialised(library, fill, shape=SHAPE):
    library.manual_seed(11)
    tensor = library.empty(shape)
    assert fill(library.nn.init, tensor) is tensor
    return values(tensor)


@pytest.mark.parametrize("fill", INITIALISERS.values(), ids=INITIALISERS.keys())
def test_numbers_are_pytorchs_to_the_bit(fill):
    theirs, ours = both(lambda library: initialised(library, fill))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", [(4, 3, 3), (6, 2, 3, 5), (4, 4, 2, 2, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_passes_channels_on_as_in_pytorch(shape, groups):
    theirs, ours = both(lambda library: initialised(library, lambda i, w: i.dirac_(w, groups), shape))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", [(4, 3, 3), (6, 2, 3, 5)])
def test_fans_of_kernels_count_their_field(shape):
    theirs, ours = both(lambda library: initialised(library, lambda i, w: i.xavier_uniform_(w), shape))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (4, 2, 3)])
def test_orthogonal_rows_or_columns_are_orthonormal_and_pytorchs(shape):
    theirs, ours = both(lambda library: initialised(library, lambda i, w: i.orthogonal_(w, gain=2.0), shape))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    matrix = ours.reshape(shape[0], -1) / 2.0
    smaller = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(smaller, np.eye(len(smaller)), atol=1e-5)


def test_a_generator_replaces_the_default_one():
    dl.manual_seed(0)
    generator = dl.Generator().manual_seed(11)
    expected = initialised(dl, lambda i, w: i.uniform_(w))
    np.testing.assert_array_equal(values(init.uniform_(dl.empty(SHAPE), generator=generator)), expected)


def test_parameters_are_filled_without_being_recorded():
    weight = dl.nn.Parameter(dl.empty(3, 2))
    assert init.kaiming_uniform_(weight) is weight
    assert weight.is_leaf
    assert weight.requires_grad


@pytest.mark.parametrize(
    "gain",
    ["linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"],
)
def test_gains_are_pytorchs(gain):
    assert init.calculate_gain(gain) == torch.nn.init.calculate_gain(gain)


def test_the_gain_of_a_leak_depends_on_its_slope():
    assert init.calculate_gain("leaky_relu", 0.2) == torch.nn.init.calculate_gain("leaky_relu", 0.2)


MISUSES = {
    "unknown nonlinearity": lambda lib: lib.nn.init.calculate_gain("swish"),
    "slope that is no number": lambda lib: lib.nn.init.calculate_gain("leaky_relu", True),
    "eye of a vector": lambda lib: lib.nn.init.eye_(lib.empty(3)),
    "dirac of a matrix": lambda lib: lib.nn.init.dirac_(lib.empty(3, 3)),
    "dirac of uneven groups": lambda lib: lib.nn.init.dirac_(lib.empty(3, 3, 3), groups=2),
    "fans of a vector": lambda lib: lib.nn.init.xavier_normal_(lib.empty(3)),
    "unknown mode": lambda lib: lib.nn.init.kaiming_normal_(lib.empty(3, 3), mode="fan"),
    "sparse vector": lambda lib: lib.nn.init.sparse_(lib.empty(3), 0.1),
    "orthogonal vector": lambda lib: lib.nn.init.orthogonal_(lib.empty(3)),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_misuse_raises_what_pytorch_raises(misuse):
    theirs, ours = both(lambda library: message(lambda: misuse(library)))
    assert ours[0] == theirs[0]


def test_doubtful_requests_warn():
    with pytest.warns(UserWarning, match="more than 2 std"):
        init.trunc_normal_(dl.empty(2), 0.0, 1.0, 4.0, 5.0)
    with pytest.warns(UserWarning, match="no-op"):
        init.kaiming_normal_(dl.empty(0, 2))


@pytest.mark.parametrize(
    "name", [name[:-1] for name in init.__all__ if name.endswith("_") and name[:-1] in init.__all__]
)
def test_former_names_warn_and_do_the_same(name):
    given = {"constant": (0.3,), "sparse": (0.4,)}.get(name, ())
    shape = (4, 3, 3) if name == "dirac" else SHAPE

    def former(i, w):
        with pytest.warns(FutureWarning, match=f"{name}_"):
            return getattr(i, name)(w, *given)

    newer = lambda i, w: getattr(i, f"{name}_")(w, *given)  # noqa: E731
    np.testing.assert_array_equal(initialised(dl, former, shape), initialised(dl, newer, shape))
    assert name in dir(torch.nn.init)
