"""Interpolation, sampling at places, and shuffles, by functions and by layers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import deep_learner as dl
from tests.layers.oracle import assert_refused, assert_same, random, torch

MODES = {
    3: [("nearest", {}), ("nearest-exact", {}), ("area", {}), ("linear", {"align_corners": True}), ("linear", {})],
    4: [
        ("nearest", {}), ("nearest-exact", {}), ("area", {}), ("bilinear", {}), ("bilinear", {"align_corners": True}),
        ("bilinear", {"antialias": True}), ("bicubic", {}), ("bicubic", {"align_corners": True}),
        ("bicubic", {"antialias": True}), ("lanczos", {"antialias": True}),
    ],
    5: [
        ("nearest", {}), ("nearest-exact", {}), ("area", {}), ("trilinear", {}), ("trilinear", {"align_corners": True}),
    ],
}  # fmt: skip
CASES = [(ndim, mode, options) for ndim, modes in MODES.items() for mode, options in modes]
SIZES = (7, 6, 5)
TARGETS = [
    {"size": 9},
    {"size": 4},
    {"scale_factor": 2},
    {"scale_factor": 0.7},
    {"scale_factor": 1.7, "recompute_scale_factor": True},
]


def image(ndim, dtype="float32"):
    return random(2, 2, *SIZES[: ndim - 2], dtype=dtype)


@pytest.mark.parametrize(("ndim", "mode", "options"), CASES)
def test_interpolation_agrees(ndim, mode, options):
    for target in TARGETS:
        for dtype in ("float32", "float64"):
            assert_same(
                lambda lib, x, target=target: lib.nn.functional.interpolate(
                    x, mode=mode, **target, **options
                ),
                image(ndim, dtype),
                rtol=1e-4,
                atol=1e-5,
            )


@pytest.mark.parametrize(("mode", "options"), [case for case in MODES[4] if case[0] != "area"])
def test_images_of_bytes_are_resized_to_the_same_bytes(mode, options):
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 7, 9)).astype("uint8")
    for size in ((13, 5), (7, 20), (3, 4)):
        assert_same(lambda lib, x, size=size: lib.nn.functional.interpolate(x, size, mode=mode, **options), x)


def test_nearest_elements_of_a_tie_are_pytorchs():
    for count in range(1, 90):
        for mode in ("nearest", "nearest-exact"):
            for dtype in ("float32", "float64"):
                for x in (
                    np.arange(12.0).reshape(1, 1, 12),
                    np.arange(12.0).reshape(1, 1, 12, 1) + np.zeros(2),
                ):
                    size = (count, *x.shape[3:])
                    assert_same(
                        lambda lib, x, size=size, mode=mode: lib.nn.functional.interpolate(
                            x.detach(), size, mode=mode
                        ),
                        x.astype(dtype),
                    )


def test_infinity_stays_where_it_is_seen():
    x = image(4)
    x[0, 0, 3, 3] = np.inf
    assert_same(lambda lib, x: lib.nn.functional.interpolate(x, (9, 8), mode="bilinear"), x, rtol=1e-4)


@pytest.mark.parametrize("name", ["upsample", "upsample_nearest", "upsample_bilinear"])
def test_older_names_warn_and_agree(name):
    def old(lib, x):
        with pytest.warns(UserWarning, match="deprecated"):
            return getattr(lib.nn.functional, name)(x, scale_factor=2)

    assert_same(old, image(4))


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [True, False])
def test_sampling_agrees(mode, padding, corners):
    def sample(lib, x, grid):
        return lib.nn.functional.grid_sample(x, grid, mode, padding, corners)

    assert_same(sample, image(4, "float64"), random(2, 3, 4, 2, dtype="float64", seed=3))
    if mode != "bicubic":
        assert_same(sample, image(5, "float64"), random(2, 3, 2, 4, 3, dtype="float64", seed=3))


@pytest.mark.parametrize("place", [np.nan, np.inf, -np.inf, 1e20, 1.0, -1.0])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_places_beyond_everything_give_what_they_give_in_pytorch(place, padding):
    grid = random(2, 3, 4, 2, dtype="float64", seed=3)
    grid[0, 0, 0], grid[1, 2, 1, 0] = place, place
    for mode in ("bilinear", "nearest", "bicubic"):
        for corners in (True, False):

            def sample(lib, x, grid, mode=mode, corners=corners):  # PyTorch's gradients read beyond the image
                return lib.nn.functional.grid_sample(x.detach(), grid.detach(), mode, padding, corners)

            assert_same(sample, image(4, "float64"), grid)


@pytest.mark.parametrize("size", [(2, 1, 3, 4), (2, 1, 2, 3, 4), (2, 1, 1, 4)])
@pytest.mark.parametrize("corners", [True, False])
def test_places_of_affine_maps_agree(size, corners):
    ndim = len(size) - 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_same(
            lambda lib, theta: lib.nn.functional.affine_grid(theta, size, corners), random(2, ndim, ndim + 1)
        )


def test_that_corners_are_not_aligned_by_default_is_said():
    with pytest.warns(UserWarning, match="align_corners"):
        dl.nn.functional.grid_sample(dl.ones(1, 1, 2, 2), dl.zeros(1, 1, 1, 2))
    with pytest.warns(UserWarning, match="align_corners"):
        dl.nn.functional.affine_grid(dl.ones(1, 2, 3), (1, 1, 2, 2))


@pytest.mark.parametrize(
    ("name", "number"), [("pixel_shuffle", 2), ("pixel_unshuffle", 2), ("channel_shuffle", 4)]
)
def test_shuffles_agree_and_copy(name, number):
    assert_same(lambda lib, x: getattr(lib.nn.functional, name)(x, number), random(2, 8, 4, 6))
    x = dl.ones(1, 4, 3, 3)
    getattr(dl.nn.functional, name)(x, 1).zero_()
    assert x.sum().item() == 36


@pytest.mark.parametrize(
    ("arguments", "layer"),
    [
        (((5, 4),), "Upsample"),
        ((None, 2, "bilinear", True), "Upsample"),
        ((None, (2, 1.5), "bicubic"), "Upsample"),
        ((None, 2), "UpsamplingNearest2d"),
        ((7,), "UpsamplingBilinear2d"),
        ((2,), "PixelUnshuffle"),
        ((2,), "ChannelShuffle"),
    ],
)
def test_layers_agree_and_show_themselves_alike(arguments, layer):
    theirs, ours = getattr(torch.nn, layer)(*arguments), getattr(dl.nn, layer)(*arguments)
    assert repr(ours) == repr(theirs)
    assert_same(
        lambda lib, x: (theirs if lib is torch else ours)(x), random(2, 4, 6, 8), rtol=1e-4, atol=1e-5
    )


def test_pixels_are_put_back():
    x = dl.tensor(random(2, 8, 4, 6))
    assert dl.equal(dl.nn.PixelUnshuffle(2)(dl.nn.PixelShuffle(2)(x)), x)
    assert repr(dl.nn.PixelShuffle(2)) == repr(torch.nn.PixelShuffle(2))


def resized(**options):
    return lambda lib, x: lib.nn.functional.interpolate(x, **options)


REFUSED = {
    "neither size nor factor": resized(),
    "both": resized(size=3, scale_factor=2),
    "a factor to be computed for a size": resized(size=3, recompute_scale_factor=True),
    "corners of nearest elements": resized(size=3, align_corners=True),
    "an unknown mode": resized(size=3, mode="cubic"),
    "a mode for other dimensions": resized(size=3, mode="trilinear"),
    "three sizes": resized(size=(3, 3, 3)),
    "no size": resized(size=0),
    "smooth nearest elements": resized(size=3, antialias=True),
    "lanczos that is not smooth": resized(size=3, mode="lanczos"),
    "an unknown mode of sampling": lambda lib, x: lib.nn.functional.grid_sample(
        x, x, "linear", align_corners=False
    ),
    "an unknown padding": lambda lib, x: lib.nn.functional.grid_sample(
        x, x, padding_mode="edge", align_corners=False
    ),
    "places of three numbers": lambda lib, x: lib.nn.functional.grid_sample(
        x, lib.zeros(2, 1, 1, 3), align_corners=False
    ),
    "places for another number of samples": lambda lib, x: lib.nn.functional.grid_sample(
        x, lib.zeros(3, 1, 1, 2), align_corners=False
    ),
    "maps of another shape": lambda lib, x: lib.nn.functional.affine_grid(
        x[0], (2, 1, 3, 3), align_corners=False
    ),
    "an empty image": lambda lib, x: lib.nn.functional.affine_grid(
        lib.ones(1, 2, 3), (1, 1, 0, 3), align_corners=False
    ),
    "channels that do not divide": lambda lib, x: lib.nn.functional.pixel_shuffle(x, 2),
    "no factor": lambda lib, x: lib.nn.functional.pixel_shuffle(x, 0),
    "heights that do not divide": lambda lib, x: lib.nn.functional.pixel_unshuffle(x, 4),
    "groups that do not divide": lambda lib, x: lib.nn.functional.channel_shuffle(x, 3),
}


@pytest.mark.parametrize("misuse", REFUSED.values(), ids=REFUSED.keys())
def test_misuse_is_refused_as_in_pytorch(misuse):
    assert_refused(misuse, image(4))
