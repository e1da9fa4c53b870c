"""Images read at given places: `grid_sample`, in two and three dimensions, and the places of an affine map.

Places are given as (x, y) or (x, y, z), the last dimension first, from -1 to 1 across the image.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Sequence

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

from ._filters import keys_inner, keys_outer

__all__ = ["affine_grid", "grid_sample"]

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
_DEFAULT_CHANGED = (
    "{}: since align_corners is not given, it is False, so that -1 and 1 are the outer edges of the corner pixels; "
    "write align_corners=False, or True to make them their centres"
)


@op(refuses="bool integer complex", autocast={"cpu": "float32", "accelerator": "promote"})
def grid_sampler(
    xp: Namespace, input: Array, grid: Array, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Array:
    """:func:`grid_sample` with numbers for the modes.

    0 bilinear, 1 nearest, 2 bicubic; and 0 zeros, 1 border, 2 reflection. Each place is a weighted sum of the pixels at
    the corners around it: one, two or four along each dimension.
    """
    _check(input, grid, interpolation_mode, padding_mode)
    mode, padding = MODES[interpolation_mode], PADDINGS[padding_mode]
    batch, channels, *sizes = input.shape
    corners: list[list[tuple[Array, Array, Array]]] = []
    for dim, size in enumerate(sizes):
        place = (grid[..., len(sizes) - 1 - dim] + 1.0) * ((size - 1 if align_corners else size) / 2)
        place = place if align_corners else place - 0.5
        corners.append(_corners(xp, place, size, mode, padding, align_corners))
    # One row with all channels for each pixel, so that one lookup finds them; and a row of zeros for what lies outside.
    count = batch * math.prod(sizes)
    outside = xp.zeros((1, channels), dtype=input.dtype, device=input.device)
    rows = xp.concat([xp.reshape(xp.moveaxis(input, 1, -1), (count, channels)), outside], axis=0)
    sample = xp.arange(batch, dtype=xp.int64, device=input.device) * math.prod(sizes)
    sample = xp.reshape(sample, (batch, *([1] * len(sizes))))
    total = None
    for corner in itertools.product(*corners):
        flat, step, weight, inside = sample, 1, None, None
        for size, (index, share, there) in zip(sizes[::-1], corner[::-1], strict=True):
            flat, step = flat + index * step, step * size
            weight = share if weight is None else weight * share
            inside = there if inside is None else xp.logical_and(inside, there)
        flat = xp.where(inside, flat, xp.full_like(flat, count))
        term = xp.index_select(rows, 0, xp.reshape(flat, (-1,))) * xp.reshape(weight, (-1, 1))
        total = term if total is None else total + term
    return xp.moveaxis(xp.reshape(total, (*grid.shape[:-1], channels)), -1, 1)


def _corners(
    xp: Namespace, place: Array, size: int, mode: str, padding: str, align_corners: bool
) -> list[tuple[Array, Array, Array]]:
    """The pixels along a dimension that places are made of: their index, their weight, and whether they exist."""
    if mode != "bicubic":  # where the corners are padded, not the places
        place = _padded(xp, place, size, padding, align_corners)
    below = xp.floor(place)
    share = place - below
    if mode == "nearest":
        found = [(xp.round(place), xp.ones_like(place))]
    elif mode == "bilinear":
        found = [(below, 1.0 - share), (below + 1.0, share)]
    else:
        weights = (
            keys_outer(share + 1.0),
            keys_inner(share),
            keys_inner(1.0 - share),
            keys_outer(2.0 - share),
        )
        found = [
            (_padded(xp, below + float(k), size, padding, align_corners), weight)
            for k, weight in zip((-1, 0, 1, 2), weights, strict=True)
        ]
    existing: list[tuple[Array, Array, Array]] = []
    for corner, weight in found:
        there = xp.logical_and(corner >= 0, corner <= size - 1)
        index = xp.astype(xp.where(there, corner, xp.zeros_like(corner)), xp.int64)
        existing.append((index, weight, there))
    return existing


def _padded(xp: Namespace, place: Array, size: int, padding: str, align_corners: bool) -> Array:
    """Positions moved into the image: to its edge, or by reflections at its edges; NaN to the first pixel."""
    if padding == "zeros":
        return place
    if padding == "reflection":
        low, span = (0.0, float(size - 1)) if align_corners else (-0.5, float(size))
        distance = xp.abs(place - low)
        if span == 0:
            place = xp.zeros_like(place)
        else:
            extra = xp.remainder(distance, span)
            even = xp.remainder(xp.floor(distance / span), 2.0) == 0.0
            place = xp.where(even, extra, span - extra) + low
    last = float(size - 1)
    place = xp.where(place > 0, place, xp.zeros_like(place))
    return xp.where(place < last, place, xp.full_like(place, last))


def _check(input: Array, grid: Array, interpolation_mode: int, padding_mode: int) -> None:
    if input.ndim not in (4, 5) or grid.ndim != input.ndim:
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if input.dtype != grid.dtype:
        raise RuntimeError(
            f"grid_sampler(): expected input and grid to have same dtype, but input has {input.dtype} and grid has "
            f"{grid.dtype}"
        )
    if grid.shape[0] != input.shape[0] or grid.shape[-1] != input.ndim - 2:
        raise RuntimeError(
            f"grid_sampler(): an input of sizes {list(input.shape)} needs a grid with batch size {input.shape[0]} and "
            f"size {input.ndim - 2} in last dimension, but got grid with sizes {list(grid.shape)}"
        )
    if 0 in input.shape[2:]:
        raise RuntimeError(
            f"grid_sampler(): expected input to have non-empty spatial dimensions, but it has sizes {list(input.shape)}"
        )
    for name, value, known in (("mode", interpolation_mode, MODES), ("padding_mode", padding_mode, PADDINGS)):
        if not 0 <= value < len(known):
            raise ValueError(
                f"grid_sampler(): {name} is 0, 1 or 2, for {', '.join(known)}. Received: {value}"
            )
    if input.ndim == 5 and MODES[interpolation_mode] == "bicubic":
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Read an image at given places.

    Parameters
    ----------
    input
        (N, C, H, W) or (N, C, D, H, W), floating.
    grid
        (N, *, 2) or (N, *, 3) with as many dimensions as `input`: places (x, y) or (x, y, z), from -1 to 1 across
        the width, the height and the depth.
    mode
        ``"bilinear"`` (trilinear in three dimensions), ``"nearest"``, or ``"bicubic"`` in two.
    padding_mode
        What lies outside: ``"zeros"``, the nearest pixel at the ``"border"``, or the image's ``"reflection"``.
    align_corners
        Whether -1 and 1 are the centres of the first and last pixel, rather than their outer edges (the default).

    Returns
    -------
    Tensor
        (N, C, *).

    Raises
    ------
    ValueError
        If a mode is not known.
    RuntimeError
        If shapes or dtypes do not fit.

    References
    ----------
    Jaderberg et al., "Spatial transformer networks" (2015), https://arxiv.org/abs/1506.02025.
    """
    for name, value, known in (("mode", mode, MODES), ("padding_mode", padding_mode, PADDINGS)):
        if value not in known:
            raise ValueError(
                f"grid_sample(): expected {name} to be one of {', '.join(known)}, but got: {value!r}"
            )
    if align_corners is None:
        warnings.warn(_DEFAULT_CHANGED.format("grid_sample"), stacklevel=2)
    return grid_sampler(input, grid, MODES.index(mode), PADDINGS.index(padding_mode), bool(align_corners))


@op(autocast={"cpu": "lower"})
def affine_grid_generator(xp: Namespace, theta: Array, size: Sequence[int], align_corners: bool) -> Array:
    """:func:`affine_grid` without its checks: (N, n, n + 1) -> (N, *size[2:], n)."""
    sizes = tuple(size[2:])
    grid = None
    for dim, count in enumerate(sizes):
        line = _line(xp, count, align_corners, theta)
        shape = [count if each == dim else 1 for each in range(len(sizes))]
        # Column len(sizes) - 1 - dim of the matrix, for the coordinate that comes last for the first dimension.
        column = xp.reshape(
            theta[:, :, len(sizes) - 1 - dim], (theta.shape[0], *([1] * len(sizes)), len(sizes))
        )
        term = xp.reshape(line, (1, *shape, 1)) * column
        grid = term if grid is None else grid + term
    return grid + xp.reshape(theta[:, :, len(sizes)], (theta.shape[0], *([1] * len(sizes)), len(sizes)))


def _line(xp: Namespace, count: int, align_corners: bool, like: Array) -> Array:
    """The centres of a row of pixels, from -1 to 1."""
    if count <= 1:
        return xp.zeros((count,), dtype=like.dtype, device=like.device)
    end = 1.0 if align_corners else (count - 1) / count
    return xp.linspace(-end, end, count, dtype=like.dtype, device=like.device)


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places that affine maps send the pixels of an image to, for :func:`grid_sample`.

    Parameters
    ----------
    theta
        (N, 2, 3) or (N, 3, 4), floating: a matrix and, in the last column, a shift.
    size
        (N, C, H, W) or (N, C, D, H, W): the size of the image that is to be read.
    align_corners
        As in :func:`grid_sample`.

    Returns
    -------
    Tensor
        (N, H, W, 2) or (N, D, H, W, 3).

    Raises
    ------
    ValueError
        If `theta` is not floating or does not fit the size, or a size is not positive.
    NotImplementedError
        If `size` has neither four nor five entries.
    """
    if align_corners is None:
        warnings.warn(_DEFAULT_CHANGED.format("affine_grid"), stacklevel=2)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    ndim = len(size) - 2
    if ndim not in (2, 3):
        raise NotImplementedError(f"affine_grid only supports 4D and 5D sizes. Got size {tuple(size)}.")
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (ndim, ndim + 1):
        raise ValueError(
            f"Expected a batch of affine matrices of shape Nx{ndim}x{ndim + 1} for size {tuple(size)}. "
            f"Got {tuple(theta.shape)}."
        )
    if align_corners and min(size[2:]) == 1:
        warnings.warn(
            "affine_grid(): in a dimension of size 1 the only pixel is at 0, also where align_corners=True",
            stacklevel=2,
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {tuple(size)}")
    if theta.shape[0] != size[0]:
        raise RuntimeError(
            f"affine_grid(): {size[0]} samples need as many matrices, but theta has {theta.shape[0]}"
        )
    return affine_grid_generator(theta, tuple(size), bool(align_corners))


grid_sampler_2d = grid_sampler_3d = grid_sampler
