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


IMAGE, SEQUENCE, ROWS = (3, 4, 5, 2), (3, 4, 6), (5, 4)
KINDS = {
    "dropout1d": (SEQUENCE, ROWS),
    "dropout2d": (IMAGE,),
    "dropout3d": ((2, 3, 2, 3, 2), IMAGE),
    "alpha_dropout": (ROWS, (), IMAGE),
    "feature_alpha_dropout": (IMAGE, ROWS),
}


@pytest.mark.parametrize(
    ("name", "shape"), [(name, shape) for name, shapes in KINDS.items() for shape in shapes]
)
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("inplace", [False, True])
def test_other_kinds_drop_the_same(name, shape, p, inplace):
    def dropped(lib, x):
        lib.manual_seed(17)
        return getattr(lib.nn.functional, name)(x.clone(), p, True, inplace)

    assert_same(dropped, random(*shape), rtol=1e-6)
    assert_same(lambda lib, x: getattr(lib.nn.functional, name)(x, p, False, False), random(*shape))


@pytest.mark.parametrize(
    "layer", ["Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"]
)
def test_their_layers_agree(layer):
    shape = {"Dropout1d": SEQUENCE, "Dropout3d": (2, 3, 2, 3, 2)}.get(layer, IMAGE)

    def dropped(lib, x):
        lib.manual_seed(17)
        return getattr(lib.nn, layer)(0.4)(x)

    assert_same(dropped, random(*shape), rtol=1e-6)
    assert repr(getattr(nn, layer)(0.4, True)) == repr(getattr(torch.nn, layer)(0.4, True))


@pytest.mark.parametrize(
    "name",
    ["dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"],
)
def test_top_level_functions_agree(name):
    for form in (name, f"{name}_"):

        def dropped(lib, x, form=form):
            lib.manual_seed(3)
            return getattr(lib, form)(x.clone(), 0.3, True)

        assert_same(dropped, random(*SEQUENCE), rtol=1e-6)
        assert_refused(lambda lib, x, form=form: getattr(lib, form)(x.detach(), 1.5, True), random(3, 2))


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("train", [True, False])
def test_the_native_form_tells_what_was_kept(p, train):
    for place in (0, 1):

        def dropped(lib, x, place=place):
            lib.manual_seed(3)
            return lib.native_dropout(x, p, train)[place]

        assert_same(dropped, random(*ROWS), rtol=1e-6)


def test_shapes_without_channels_are_refused_or_suspected():
    assert_refused(lambda lib, x: lib.nn.functional.dropout1d(x), random(3))
    assert_refused(lambda lib, x: lib.feature_dropout(x, 0.5, True), random(3))
    for name, shape in (("dropout2d", SEQUENCE), ("dropout2d", ROWS), ("dropout3d", SEQUENCE)):

        def suspected(lib, x, name=name):
            lib.manual_seed(3)
            with pytest.warns(UserWarning, match=f"{name}: Received a"):
                return getattr(lib.nn.functional, name)(x)

        assert_same(suspected, random(*shape), rtol=1e-6)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("form", ["rrelu", "rrelu_", "RReLU", "torch.rrelu"])
def test_random_slopes_agree(form, training):
    x = random(6, 7)
    x[0, 0], x[1, 1] = 0.0, np.inf

    def leaking(lib, x):
        lib.manual_seed(5)
        if form == "RReLU":
            return lib.nn.RReLU(0.1, 0.4).train(training)(x)
        if form == "torch.rrelu":
            return lib.rrelu(x, 0.1, 0.4, training)
        return getattr(lib.nn.functional, form)(x.clone(), 0.1, 0.4, training)

    assert_same(leaking, x, rtol=1e-6)
    assert_refused(lambda lib, x: lib.nn.functional.rrelu(x, 0.4, 0.1, training=True), x)
    assert repr(nn.RReLU(0.1, inplace=True)) == repr(torch.nn.RReLU(0.1, inplace=True))


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize("dim", [-1, 0])
def test_gumbel_samples_agree(hard, dim):
    def sampled(lib, x):
        lib.manual_seed(5)
        return lib.nn.functional.gumbel_softmax(x, 0.7, hard, dim=dim)

    assert_same(sampled, random(6, 7))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("relu_", ()), ("selu_", ()), ("elu_", (0.7,)), ("celu_", (0.7,)), ("hardtanh_", (-0.5, 0.3)),
        ("leaky_relu_", (0.2,)), ("threshold_", (0.1, 7.0)),
    ],
)  # fmt: skip
def test_activations_write_into_their_input(name, options):
    def written(lib, x):
        copy = x.clone()
        out = getattr(lib.nn.functional, name)(copy, *options)
        assert out is copy
        return out

    assert_same(written, random(4, 5))
