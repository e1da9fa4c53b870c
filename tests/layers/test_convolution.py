"""Convolutions, their layers, and patches give what PyTorch gives, and refuse what it refuses."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import deep_learner as dl

pytest.importorskip("deep_learner_layers", reason="the layers are not installed")

from tests.layers import oracle
from tests.layers.oracle import assert_refused, assert_same, torch


def random(*shape, seed=0):
    return oracle.random(*shape, seed=seed, dtype="float64")


def image(dims, channels, batch=2):
    """(batch, channels, *size) with a size of its own in each dimension; without `batch` for None."""
    return random(*([] if batch is None else [batch]), channels, *(7, 6, 5)[:dims])


PLAIN = [
    {},
    {"stride": 2, "padding": 1},
    {"padding": "same", "dilation": 2},
    {"padding": "valid", "stride": 3},
    {"groups": 2, "dilation": 2},
]
ENLARGING = [
    {},
    {"stride": 2, "padding": 1, "output_padding": 1},
    {"dilation": 2, "output_padding": 1, "groups": 2},
    {"stride": 3, "padding": 2, "dilation": 2, "output_padding": 2},
]


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", PLAIN)
def test_convolutions_agree(dims, options):
    weight = random(6, 4 // options.get("groups", 1), *[2] * dims, seed=1)
    name = f"conv{dims}d"
    for batch in (2, None):
        assert_same(
            lambda lib, *tensors: getattr(lib.nn.functional, name)(*tensors, **options),
            image(dims, 4, batch),
            weight,
            random(6, seed=2),
        )
    for lib in (torch, dl):
        assert getattr(lib, name) is getattr(lib.nn.functional, name)


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("options", ENLARGING)
def test_transposed_convolutions_agree(dims, options):
    weight = random(4, 3, *[3] * dims, seed=1)
    bias = random(3 * options.get("groups", 1), seed=2)
    for batch in (2, None):
        assert_same(
            lambda lib, *tensors: getattr(lib.nn.functional, f"conv_transpose{dims}d")(*tensors, **options),
            image(dims, 4, batch),
            weight,
            bias,
        )


@pytest.mark.parametrize("transposed", [False, True])
def test_second_derivatives_and_complex_numbers_agree(transposed):
    def penalty(lib, x, weight):
        x, weight = (one + 1j * one.flip(0) for one in (x, weight))
        convolve = lib.conv_transpose1d if transposed else lib.conv1d
        out = convolve(x, weight, stride=2, padding=1, groups=2)
        size = (out * out.conj()).real.sum()
        grads = lib.autograd.grad(size, [x, weight], create_graph=True)
        return sum((grad.real**3).sum() + grad.imag.sum() for grad in grads)

    assert_same(penalty, random(2, 4, 6), random(4, 2, 3, seed=1), rtol=1e-9)


def test_the_other_forms_agree():
    assert_same(lambda lib, *tensors: lib.conv_tbc(*tensors, 1), random(5, 2, 3), random(3, 3, 4), random(4))
    for transposed, weight in ((False, random(6, 2, 3, 3)), (True, random(4, 3, 3, 3))):
        settings = [2, 2], [1, 1], [1, 1], transposed, [int(transposed)] * 2, 2
        assert_same(lambda lib, x, w, s=settings: lib.convolution(x, w, None, *s), image(2, 4), weight)
    window = {"kernel_size": (2, 3), "dilation": (2, 1), "padding": (0, 1), "stride": (1, 2)}
    assert_same(lambda lib, x: lib.nn.functional.unfold(x, **window), image(2, 3))
    assert_same(lambda lib, x: lib.nn.functional.fold(x, (7, 6), **window), random(2, 12, 15))
    assert_same(lambda lib, x: lib.nn.functional.fold(x, 4, 2), random(4, 9))


@pytest.mark.parametrize("dtype", ["int64", "int32", "bool"])
@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d", "unfold"])
def test_integers_are_convolved_where_pytorch_does(name, dtype):
    def made(lib):
        x = lib.ones(1, 2, 3, 3, dtype=getattr(lib, dtype))
        arguments = (2,) if name == "unfold" else (lib.ones(2, 2, 2, 2, dtype=x.dtype),)
        try:
            out = getattr(lib.nn.functional, name)(x, *arguments)
        except NotImplementedError:
            return None
        return out.tolist(), str(out.dtype).split(".")[-1]

    assert made(dl) == made(torch)


REFUSED = {
    "dimensions": lambda lib, x, w: lib.conv2d(x[0, 0], w),
    "dimensions of the weight": lambda lib, x, w: lib.conv2d(x, w[0]),
    "channels": lambda lib, x, w: lib.conv2d(x, w[:, :3]),
    "channels of groups": lambda lib, x, w: lib.conv2d(x, w, groups=3),
    "groups of the weight": lambda lib, x, w: lib.conv2d(x, w[:5, :2], groups=2),
    "no groups": lambda lib, x, w: lib.conv2d(x, w, groups=0),
    "the bias's size": lambda lib, x, w: lib.conv2d(x, w, lib.zeros(5)),
    "a bias that is a number": lambda lib, x, w: lib.conv2d(x, w, 1.0),
    "the weight's dtype": lambda lib, x, w: lib.conv2d(x, w.float()),
    "the bias's dtype": lambda lib, x, w: lib.conv2d(x, w, lib.zeros(6).half()),
    "no stride": lambda lib, x, w: lib.conv2d(x, w, stride=0),
    "a broken stride": lambda lib, x, w: lib.conv2d(x, w, stride=1.5),
    "three strides": lambda lib, x, w: lib.conv2d(x, w, stride=(1, 2, 3)),
    "negative padding": lambda lib, x, w: lib.conv2d(x, w, padding=-1),
    "no dilation": lambda lib, x, w: lib.conv2d(x, w, dilation=0),
    "a window that is too large": lambda lib, x, w: lib.conv2d(x, w, dilation=4),
    "an unknown padding": lambda lib, x, w: lib.conv2d(x, w, padding="full"),
    "the same size with strides": lambda lib, x, w: lib.conv2d(x, w, padding="same", stride=2),
    "no outputs": lambda lib, x, w: lib.conv2d(x, w[:0]),
    "transposed channels": lambda lib, x, w: lib.conv_transpose2d(x, w),
    "much output padding": lambda lib, x, w: lib.conv_transpose2d(x, w[:4], output_padding=1),
    "a transposed padding by name": lambda lib, x, w: lib.conv_transpose2d(x, w[:4], padding="same"),
    "nothing to enlarge": lambda lib, x, w: lib.conv_transpose2d(x[:, :, :0], w[:4]),
    "a convolution of no dimensions": lambda lib, x, w: lib.convolution(
        x[..., 0, 0], w[..., 0, 0], None, [], [], [], False, [], 1
    ),
    "another number of channels in time": lambda lib, x, w: lib.conv_tbc(x[0], w[0], lib.zeros(3)),
    "no window": lambda lib, x, w: lib.nn.functional.unfold(x, 9),
    "three sizes of a window": lambda lib, x, w: lib.nn.functional.unfold(x, (1, 1, 1)),
    "an empty window": lambda lib, x, w: lib.nn.functional.unfold(x, 0),
    "an empty image": lambda lib, x, w: lib.nn.functional.unfold(x[:, :, :0], 3),
    "columns that do not divide": lambda lib, x, w: lib.nn.functional.fold(x[0, 0, None], 8, 3),
    "the number of columns": lambda lib, x, w: lib.nn.functional.fold(lib.ones(1, 36, 35), 8, 3),
    "a layer's groups": lambda lib, x, w: lib.nn.Conv2d(4, 6, 3, groups=0),
    "a layer's channels": lambda lib, x, w: lib.nn.Conv2d(4, 5, 3, groups=2),
    "a layer's padding": lambda lib, x, w: lib.nn.Conv2d(4, 6, 3, padding="full"),
    "a layer's stride": lambda lib, x, w: lib.nn.Conv2d(4, 6, 3, padding="same", stride=2),
    "a layer's mode": lambda lib, x, w: lib.nn.Conv2d(4, 6, 3, padding_mode="mirror"),
    "a transposed layer's mode": lambda lib, x, w: lib.nn.ConvTranspose2d(4, 6, 3, padding_mode="reflect"),
    "a size that cannot be": lambda lib, x, w: lib.nn.ConvTranspose2d(4, 6, 3, stride=2)(x, [17, 19]),
    "three sizes that are wanted": lambda lib, x, w: lib.nn.ConvTranspose2d(4, 6, 3)(x, [1, 2, 3]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", REFUSED)
def test_what_pytorch_refuses_is_refused(case):
    assert_refused(REFUSED[case], random(2, 4, 8, 8), random(6, 4, 3, 3))


LAYERS = [
    lambda nn, dims: getattr(nn, f"Conv{dims}d")(4, 6, 3),
    lambda nn, dims: getattr(nn, f"Conv{dims}d")(4, 6, 2, padding="same", padding_mode="replicate"),
    lambda nn, dims: getattr(nn, f"Conv{dims}d")(4, 6, 3, 2, 2, 1, 2, False, "reflect"),
    lambda nn, dims: getattr(nn, f"Conv{dims}d")(
        4, 2, (3,) * dims, dilation=2, padding=2, padding_mode="circular"
    ),
    lambda nn, dims: getattr(nn, f"ConvTranspose{dims}d")(4, 6, 3, 2, 1, 1, 2, True, 2),
    lambda nn, dims: getattr(nn, f"ConvTranspose{dims}d")(4, 6, 2, bias=False),
    lambda nn, dims: getattr(nn, f"LazyConv{dims}d")(6, 3, groups=2, padding=1),
    lambda nn, dims: getattr(nn, f"LazyConvTranspose{dims}d")(6, 3, stride=2),
]


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("make", LAYERS)
def test_layers_are_drawn_printed_and_computed_as_pytorch_does(make, dims):
    outcomes = []
    for lib in (torch, dl):
        lib.manual_seed(3)
        layer = make(lib.nn, dims)
        out = layer(lib.tensor(image(dims, 4)).float())
        state = {name: value.numpy() for name, value in layer.state_dict().items()}
        outcomes.append((repr(layer), state, out.detach().numpy()))
    (text, expected, values), (our_text, state, ours) = outcomes
    assert our_text == text
    assert list(state) == list(expected)
    for name in state:
        np.testing.assert_array_equal(state[name], expected[name])
    np.testing.assert_allclose(ours, values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("wanted", [[16, 14], [2, 6, 15, 13]])
def test_a_transposed_layer_gives_the_size_that_is_wanted(wanted):
    def enlarge(lib, x):
        lib.manual_seed(0)
        return lib.nn.ConvTranspose2d(4, 6, 3, stride=2).to(x.dtype)(x, wanted)

    assert_same(enlarge, image(2, 4))


def test_autocast_lowers_convolutions():
    with dl.autocast("cpu", dtype=dl.float16):
        out = dl.conv2d(dl.ones(1, 2, 3, 3), dl.ones(1, 2, 2, 2), dl.ones(1))
    assert out.dtype is dl.float16
    assert out.tolist() == [[[[9.0, 9.0], [9.0, 9.0]]]]


def test_results_look_alike_to_whatever_follows_though_their_memory_differs():
    x = dl.tensor(image(2, 4), requires_grad=True)
    out = dl.conv2d(x, dl.ones(3, 4, 2, 2, dtype=dl.float64))
    assert out.view(2, -1).shape == (2, 90)
    (out.flatten() ** 2).sum().backward()
    assert x.grad.shape == x.shape


def test_a_convolution_leaves_nothing_behind():
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(3):
            x = dl.ones(1, 8, 6, 6, requires_grad=True)
            dl.conv2d(x, dl.ones(2, 8, 3, 3, requires_grad=True), padding=1).sum().backward()
            del x
        assert len(gc.get_objects()) <= before + 50
    finally:
        gc.enable()
