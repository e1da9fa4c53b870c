"""Cases of interpolation, of sampling at places and of shuffles."""

from __future__ import annotations

import itertools
import math

import numpy as np
import scipy.ndimage

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from deep_learner_layers.functional._windows import Taps
from tests.ops.case import Case, S, arr


def matrix(table, size):
    """The weights of a table as a matrix."""
    made = np.zeros((len(table.counts), size))
    for k, row in enumerate(table.positions):
        for window, position in enumerate(row):
            if k < table.counts[window]:
                made[window, position] += 1 if table.weights is None else table.weights[k][window]
    return made


def multiplied(array, matrices):
    """Each matrix applied to one of the last dimensions."""
    for dim, each in zip(range(array.ndim - len(matrices), array.ndim), matrices, strict=True):
        array = np.moveaxis(np.tensordot(array, each, axes=(dim, 1)), -1, dim)
    return array


def resample(input, tables):
    sizes = input.shape[input.ndim - len(tables) :]
    return multiplied(input, [matrix(*each) for each in zip(tables, sizes, strict=True)])


def resample_adjoint(input, tables, sizes):
    return multiplied(input, [matrix(*each).T for each in zip(tables, sizes, strict=True)])


# As SciPy names what lies outside, for places between the centres of pixels.
OUTSIDE = {"zeros": "grid-constant", "border": "nearest", "reflection": {True: "mirror", False: "reflect"}}


def interpolate_to(input, counts, factors, mode, align_corners, antialias):
    """Of Keys' kernel by its definition, of the others by SciPy."""
    if antialias or mode == "bicubic":
        tables = [
            weights(*each, mode, align_corners, antialias)
            for each in zip(input.shape[2:], counts, factors, strict=True)
        ]
        return multiplied(input, tables)
    places = []
    for size, count, factor in zip(input.shape[2:], counts, factors, strict=True):
        i, scale = np.arange(count), 1 / factor if factor else size / count
        if mode == "nearest":
            places.append(np.floor(i * scale))
        elif mode == "nearest-exact":
            places.append(np.round((i + 0.5) * scale - 0.5))
        elif align_corners:
            places.append(i * (size - 1) / max(count - 1, 1))
        else:
            places.append(np.maximum((i + 0.5) * scale - 0.5, 0))
    grid = np.meshgrid(*places, indexing="ij")
    return each_plane(
        input, lambda plane: scipy.ndimage.map_coordinates(plane, grid, order=1, mode="nearest")
    )


def each_plane(input, function):
    planes = [function(plane) for plane in input.reshape(-1, *input.shape[2:])]
    return np.stack(planes).reshape(*input.shape[:2], *planes[0].shape)


def kernel(x, a):
    x = np.abs(x)
    inner = (a + 2) * x**3 - (a + 3) * x**2 + 1
    return np.where(x < 1, inner, np.where(x < 2, a * (x**3 - 5 * x**2 + 8 * x - 4), 0))


def weights(size, count, factor, mode, align_corners, antialias):
    """One row of weights for each output element."""
    scale = 1 / factor if factor else size / count
    if align_corners:
        scale = (size - 1) / max(count - 1, 1)
    made = np.zeros((count, size))
    for i in range(count):
        if antialias:
            stretch = max(scale, 1)
            x = (np.arange(size) + 0.5 - scale * (i + 0.5)) / stretch
            shares = {"bilinear": lambda x: np.maximum(1 - abs(x), 0), "bicubic": lambda x: kernel(x, -0.5),
                      "lanczos": lambda x: np.sinc(x) * np.sinc(x / 3) * (abs(x) < 3)}[mode](x)  # fmt: skip
            made[i] = shares / shares.sum()
        else:
            place = scale * i if align_corners else scale * (i + 0.5) - 0.5
            for corner in math.floor(place) + np.arange(-1, 3):
                made[i, min(max(corner, 0), size - 1)] += kernel(corner - place, -0.75)
    return made


def grid_sampler(input, grid, mode, padding, align_corners):
    """By SciPy's splines of order 0 and 1; Keys' kernel by its definition."""
    sizes = input.shape[2:]
    outside = ("zeros", "border", "reflection")[padding]
    out = np.zeros((*input.shape[:2], *grid.shape[1:-1]))
    for sample in np.ndindex(len(input)):
        places = [
            (grid[sample][..., -1 - dim] + 1) * (size - 1 if align_corners else size) / 2
            - (0 if align_corners else 0.5)
            for dim, size in enumerate(sizes)
        ]
        for channel, plane in enumerate(input[sample]):
            if mode == 2:
                out[sample][channel] = bicubic(plane, places, outside, align_corners)
                continue
            chosen = OUTSIDE[outside]
            chosen = chosen if isinstance(chosen, str) else chosen[align_corners]
            out[sample][channel] = scipy.ndimage.map_coordinates(plane, places, order=1 - mode, mode=chosen)
    return out


def bicubic(plane, places, outside, align_corners):
    out = np.zeros(places[0].shape)
    for window in np.ndindex(out.shape):
        at = [place[window] for place in places]
        for corner in itertools.product(*(math.floor(x) + np.arange(-1, 3) for x in at)):
            share = math.prod(float(kernel(c - x, -0.75)) for c, x in zip(corner, at, strict=True))
            pad = {"zeros": "constant", "border": "edge"}.get(
                outside, "reflect" if align_corners else "symmetric"
            )
            wide = np.pad(plane, 20, mode=pad)
            out[window] += share * wide[tuple(20 + c for c in corner)]
    return out


def affine_grid_generator(theta, size, align_corners):
    lines = [np.linspace(-1, 1, n) if align_corners else (2 * np.arange(n) + 1) / n - 1 for n in size[2:]]
    base = np.stack([*np.meshgrid(*lines, indexing="ij")[::-1], np.ones(size[2:])], axis=-1)
    return np.einsum("...j,nij->n...i", base, theta)


def pixel_shuffle(input, r):
    *lead, channels, height, width = input.shape
    out = np.zeros((*lead, channels // r**2, height * r, width * r))
    for c, i, j in np.ndindex(out.shape[-3:]):
        out[..., c, i, j] = input[..., (c * r + i % r) * r + j % r, i // r, j // r]
    return out


def pixel_unshuffle(input, r):
    *lead, channels, height, width = input.shape
    out = np.zeros((*lead, channels * r**2, height // r, width // r))
    for c, i, j in np.ndindex(out.shape[-3:]):
        out[..., c, i, j] = input[..., c // r**2, i * r + c // r % r, j * r + c % r]
    return out


def channel_shuffle(input, groups):
    order = [
        group * (input.shape[1] // groups) + c
        for c in range(input.shape[1] // groups)
        for group in range(groups)
    ]
    return input[:, order]


WEIGHTED = Taps(((0, 1, 3), (2, 1, 0)), (2, 1, 2), ((0.5, 2.0, -1.0), (0.25, 9.0, 1.5)))
SUMS = Taps(((1, 0), (1, 1)), (1, 2))
NO_FACTORS = (None, None)

CASES = [
    Case(
        "resample",
        reference=resample,
        samples=[
            S(arr(2, 4), (WEIGHTED,)),
            S(arr(3, 4, 2), (WEIGHTED, SUMS)),
            S(arr(2, 2), (SUMS, SUMS)),
            S(arr(0, 4), (WEIGHTED,)),
        ],
    ),
    Case(
        "resample_adjoint",
        reference=resample_adjoint,
        samples=[
            S(arr(2, 3), (WEIGHTED,), (4,)),
            S(arr(3, 3, 2), (WEIGHTED, SUMS), (4, 2)),
            S(arr(0, 2), (SUMS,), (3,)),
        ],
    ),
    Case(
        "interpolate_to",
        reference=interpolate_to,
        samples=[
            *(
                S(arr(1, 2, 4, 5), counts, factors, mode, align_corners, antialias)
                for counts, factors in (((7, 3), NO_FACTORS), ((6, 7), (1.6, 1.45)))
                for mode, align_corners, antialias in (
                    ("nearest", False, False), ("nearest-exact", False, False), ("bilinear", False, False),
                    ("bilinear", True, False), ("bilinear", False, True), ("bicubic", False, False),
                    ("bicubic", True, False), ("bicubic", False, True), ("lanczos", False, True),
                )
            ),
            S(arr(1, 2, 5), (8,), (None,), "linear", False, False),
            S(arr(1, 1, 2, 3, 4), (3, 5, 2), (None, None, None), "trilinear", True, False),
            S(arr(1, 1, 1, 1), (3, 1), NO_FACTORS, "bilinear", True, False),
        ],
        dtypes=("float64",),
    ),
    Case(
        "grid_sampler",
        reference=grid_sampler,
        samples=[
            *(
                S(arr(2, 2, 4, 5), arr(2, 3, 2, 2, low=-1.4, high=1.4), mode, padding, align_corners)
                for mode in (0, 1, 2)
                for padding in (0, 1, 2)
                for align_corners in (False, True)
            ),
            S(arr(1, 2, 3, 4, 2), arr(1, 2, 1, 3, 3, low=-1.4, high=1.4), 0, 0, False),
            S(arr(1, 1, 3, 4, 2), arr(1, 2, 1, 3, 3, low=-1.4, high=1.4), 1, 1, True),
        ],
        dtypes=("float64",),
    ),
    Case(
        "affine_grid_generator",
        reference=affine_grid_generator,
        samples=[
            S(arr(2, 2, 3), (2, 1, 3, 4), False),
            S(arr(2, 2, 3), (2, 1, 3, 4), True),
            S(arr(1, 3, 4), (1, 1, 2, 3, 4), False),
        ],
    ),
    Case(
        "pixel_shuffle",
        reference=pixel_shuffle,
        samples=[S(arr(2, 8, 2, 3), 2), S(arr(9, 1, 2), 3), S(arr(1, 2, 3, 4), 1)],
    ),
    Case("pixel_unshuffle", reference=pixel_unshuffle, samples=[S(arr(2, 2, 4, 6), 2), S(arr(1, 3, 6), 3)]),
    Case("channel_shuffle", reference=channel_shuffle, samples=[S(arr(2, 6, 2, 3), 3), S(arr(1, 4, 3), 2)]),
]  # fmt: skip
