"""Pooling and unpooling, by functions and by layers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

SIZES = {1: (11,), 2: (9, 8), 3: (5, 6, 4)}
SLIDING = {
    "plain": {"kernel_size": 2},
    "steps": {"kernel_size": 3, "stride": 2, "padding": 1},
    "one more": {"kernel_size": 3, "stride": 2, "ceil_mode": True},
    "overlapping": {"kernel_size": (3,), "stride": (1,), "padding": (1,)},
}
MAXIMA = {**SLIDING, "spread": {"kernel_size": 2, "stride": 1, "dilation": 2, "padding": 1}}
MEANS = {
    **SLIDING,
    "without padding": {
        "kernel_size": 3,
        "stride": 2,
        "padding": 1,
        "ceil_mode": True,
        "count_include_pad": False,
    },
}


def planes(dims, *, batch=(2, 3), dtype="float32", levels=None):
    """Random planes; of a few levels each appears often."""
    x = random(*batch, *SIZES[dims], dtype=dtype)
    return np.round(x * levels).astype(dtype) if levels else x


def call(name, dims, **options):
    """The function for a number of dimensions, in either library."""
    return lambda lib, x: getattr(lib.nn.functional, f"{name}{dims}d")(x, **options)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", MAXIMA.values(), ids=MAXIMA.keys())
def test_maxima_agree_and_of_equal_ones_the_first_has_the_gradient(dims, options):
    assert_same(call("max_pool", dims, **options), planes(dims, levels=2))
    assert_same(
        lambda lib, x: call("max_pool", dims, return_indices=True, **options)(lib, x)[0], planes(dims)
    )


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", MAXIMA.values(), ids=MAXIMA.keys())
def test_places_of_maxima_agree(dims, options):
    for x in (planes(dims, levels=1), planes(dims, batch=(2,))):
        assert_same(lambda lib, x: call("max_pool", dims, return_indices=True, **options)(lib, x)[1], x)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("options", MAXIMA.values(), ids=MAXIMA.keys())
def test_what_is_not_finite_is_chosen_as_in_pytorch(options, value):
    x = planes(2)
    x[:, :, 2:6, 1:4] = value
    assert_same(call("max_pool", 2, **options), x)
    assert_same(lambda lib, x: call("max_pool", 2, return_indices=True, **options)(lib, x)[1], x)


def test_maxima_of_whole_numbers_stay_whole():
    for dtype in ("int32", "int64", "uint8"):
        x = np.random.default_rng(0).integers(0, 200, (2, 3, 6, 6)).astype(dtype)
        assert_same(call("max_pool", 2, kernel_size=3, stride=2, padding=1), x)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", MEANS.values(), ids=MEANS.keys())
def test_means_agree(dims, options):
    assert_same(call("avg_pool", dims, **options), planes(dims))
    assert_same(call("avg_pool", dims, **options), planes(dims, batch=(2,), dtype="float64"))
    assert_same(call("avg_pool", dims, **options), (planes(dims) * 9).astype("int64"))


def test_means_by_another_divisor_agree():
    assert_same(call("avg_pool", 2, kernel_size=3, stride=2, divisor_override=4), planes(2))
    assert_same(call("avg_pool", 3, kernel_size=2, divisor_override=-3), planes(3))


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, float("inf"), -float("inf")])
def test_norms_agree(dims, norm_type):
    assert_same(call("lp_pool", dims, norm_type=norm_type, kernel_size=2, ceil_mode=True), planes(dims) + 3)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 3, 7, (None, 2, 4)])
def test_pooling_to_a_size_agrees(dims, size):
    if isinstance(size, tuple):
        size = size[:dims]
        if dims == 1:
            size = 2
    assert_same(call("adaptive_avg_pool", dims, output_size=size), planes(dims))
    assert_same(call("adaptive_max_pool", dims, output_size=size), planes(dims, levels=2))
    assert_same(
        lambda lib, x: call("adaptive_max_pool", dims, output_size=size, return_indices=True)(lib, x)[1],
        planes(dims, levels=2),
    )


def test_means_to_a_size_keep_infinity_in_its_windows():
    x = planes(2)
    x[0, 0, 3, 3] = np.inf
    assert_same(call("adaptive_avg_pool", 2, output_size=(4, 3)), x)


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("options", [{"output_size": 2}, {"output_ratio": (0.6, 0.5, 0.4)}])
def test_random_windows_are_pytorchs(dims, options):
    options = {name: value[:dims] if isinstance(value, tuple) else value for name, value in options.items()}
    for x in (planes(dims), planes(dims, batch=(2,), dtype="float64")):

        def draw(lib, x):
            lib.manual_seed(7)
            return call("fractional_max_pool", dims, kernel_size=2, return_indices=True, **options)(lib, x)

        assert_same(lambda lib, x: draw(lib, x)[0], x)
        assert_same(lambda lib, x: draw(lib, x)[1], x)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("size", [None, "given", "with samples and channels"])
def test_unpooling_agrees(dims, size):
    x = planes(dims)
    shape = {"given": x.shape[2:], "with samples and channels": x.shape}.get(size)

    def undone(lib, x):
        kernel = 2 if shape is not None else 3 if dims == 1 else 1
        out, places = call("max_pool", dims, kernel_size=kernel, return_indices=True)(lib, x)
        return getattr(lib.nn.functional, f"max_unpool{dims}d")(out, places, kernel, output_size=shape)

    assert_same(undone, x)


REFUSED = {
    "kernel of three": call("max_pool", 2, kernel_size=(2, 2, 2)),
    "kernel of zero": call("max_pool", 2, kernel_size=0),
    "stride of zero": call("max_pool", 2, kernel_size=2, stride=0),
    "too much padding": call("max_pool", 2, kernel_size=2, padding=2),
    "negative padding": call("avg_pool", 2, kernel_size=2, padding=-1),
    "kernel too large": call("avg_pool", 2, kernel_size=20),
    "no divisor": call("avg_pool", 2, kernel_size=2, divisor_override=0),
    "too many dimensions": call("max_pool", 1, kernel_size=2),
    "no size for each": call("adaptive_avg_pool", 2, output_size=(2,)),
    "negative size": call("adaptive_max_pool", 2, output_size=-1),
    "no size": call("fractional_max_pool", 2, kernel_size=2),
    "too many windows": call("fractional_max_pool", 2, kernel_size=3, output_size=9),
    "one random number": lambda lib, x: lib.nn.functional.fractional_max_pool2d(
        x, 2, 3, _random_samples=lib.ones(2, 3, 1)
    ),
    "places of another shape": lambda lib, x: lib.nn.functional.max_unpool2d(
        x, lib.ones(2, 3, 1, 1, dtype=lib.int64), 2
    ),
    "places that are fractions": lambda lib, x: lib.nn.functional.max_unpool2d(x, x, 2),
    "a place outside": lambda lib, x: lib.nn.functional.max_unpool2d(
        x, lib.full((2, 3, 9, 8), 1000, dtype=lib.int64), 2
    ),
    "a size that cannot be": lambda lib, x: lib.nn.functional.max_unpool2d(
        x, lib.zeros(2, 3, 9, 8, dtype=lib.int64), 2, output_size=(9, 9)
    ),
    "a layer without size": lambda lib, x: lib.nn.FractionalMaxPool2d(2),
    "a layer with size and ratio": lambda lib, x: lib.nn.FractionalMaxPool2d(2, 3, 0.5),
    "a ratio above one": lambda lib, x: lib.nn.FractionalMaxPool3d(2, output_ratio=1.5),
}


@pytest.mark.parametrize("misuse", REFUSED.values(), ids=REFUSED.keys())
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, planes(2))


@pytest.mark.parametrize("dilation", [(1, 4), (5, 1)])
def test_a_window_that_lies_in_the_padding_alone_finds_minus_infinity_and_has_no_gradient(dilation):
    x = dl.arange(12.0).reshape(1, 1, 4, 3).requires_grad_()
    found, places = dl.nn.functional.max_pool2d(x, 2, 1, 1, dilation, return_indices=True)
    assert bool((found == -math.inf).all()) and bool(((places >= 0) & (places < 12)).all())
    found = dl.nn.functional.max_pool2d(x, 2, 1, 1, dilation)
    theirs = torch.nn.functional.max_pool2d(torch.arange(12.0).reshape(1, 1, 4, 3), 2, 1, 1, dilation)
    assert found.tolist() == theirs.tolist()
    found.exp().sum().backward()
    assert not bool(x.grad.any())


LAYERS = {
    "MaxPool1d": [(3, 2, 1), (2, None, 0, 1, False, True)],
    "MaxPool2d": [((2, 3), 2), (2,)],
    "MaxPool3d": [(2, 1, 1, 2)],
    "AvgPool1d": [(3, 2, 1), (2, None, 0, True, False)],
    "AvgPool2d": [((2, 3), 2), (3, 2, 1, False, False, 5)],
    "AvgPool3d": [(2,)],
    "LPPool1d": [(2, 3)],
    "LPPool2d": [(1.5, (2, 3), 1, True)],
    "LPPool3d": [(2, 2)],
    "AdaptiveAvgPool1d": [(3,)],
    "AdaptiveAvgPool2d": [((2, None),)],
    "AdaptiveAvgPool3d": [(2,)],
    "AdaptiveMaxPool1d": [(3,)],
    "AdaptiveMaxPool2d": [((3, 2),)],
    "AdaptiveMaxPool3d": [((2, None, 1),)],
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_agree_and_show_themselves_alike(name):
    for arguments in LAYERS[name]:
        theirs, ours = getattr(torch.nn, name)(*arguments), getattr(dl.nn, name)(*arguments)
        assert repr(ours) == repr(theirs)
        assert_same(lambda lib, x, pair=(theirs, ours): pair[lib is dl](x), planes(int(name[-2])) + 3)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_layers_undo_each_other(dims):
    def undone(lib, x):
        pool = getattr(lib.nn, f"MaxPool{dims}d")(2, return_indices=True)
        layer = getattr(lib.nn, f"MaxUnpool{dims}d")(2)
        assert repr(layer) == repr(getattr(torch.nn, f"MaxUnpool{dims}d")(2))
        return layer(*pool(x), output_size=x.shape)

    assert_same(undone, planes(dims))


def test_random_windows_of_a_layer_may_be_given():
    samples = random(2, 3, 2, low=0.0, high=1.0)
    assert_same(
        lambda lib, x: lib.nn.FractionalMaxPool2d(2, output_ratio=0.5, _random_samples=lib.tensor(samples))(
            x
        ),
        planes(2),
    )
    assert repr(dl.nn.FractionalMaxPool2d(2, 3)) == repr(torch.nn.FractionalMaxPool2d(2, 3))
