"""Medians, quantiles and the mode. NaN counts as the greatest, and shows in what does not say `nan`.

https://pytorch.org/docs/stable/generated/torch.median.html, .../torch.quantile.html, .../torch.mode.html
"""

from __future__ import annotations

import math
from typing import Literal

from ..typing import Array, Namespace, Scalar, Shape
from ._arrays import as_array, at_least_1d, is_inexact, slice_along
from ._reducing import reduced_axes, require_elements
from .dims import wrap_dim
from .operation import op
from .results import ValuesIndices
from .sorting import order, pick
from .values import has_values

Interpolation = Literal["linear", "lower", "higher", "midpoint", "nearest"]


def _present(xp: Namespace, lanes: Array, axis: int) -> Array:
    """How many elements along `axis` are not NaN, dimension kept: int64."""
    numbers = xp.astype(lanes == lanes, xp.int64)  # only NaN differs from itself
    return xp.sum(numbers, axis=axis, keepdims=True)


def _median(xp: Namespace, input: Array, dim: int, keepdim: bool, skip_nan: bool) -> ValuesIndices:
    require_elements(input.shape, dim)
    axis = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, input)
    count = _present(xp, lanes, axis)
    rank = xp.maximum(count - 1, xp.zeros_like(count)) // 2
    if not skip_nan:
        # NaNs stand behind all numbers in the order; the first of them is at `count`.
        rank = xp.where(count < lanes.shape[axis], count, rank)
    return pick(xp, input, lanes, xp.take_along_axis(order(xp, lanes, axis), rank, axis=axis), axis, keepdim)


def _whole_median(xp: Namespace, input: Array, skip_nan: bool) -> Array:
    if 0 in input.shape:
        return xp.sum(input) * math.nan if is_inexact(input) else xp.sum(input, dtype=input.dtype)
    return _median(xp, xp.reshape(input, (-1,)), 0, False, skip_nan).values


@op(refuses="bool complex")
def median(
    xp: Namespace, input: Array, dim: int | None = None, keepdim: bool = False
) -> Array | ValuesIndices:
    """Median of all elements, or along `dim` with where it stood; of an even number, the lower of the middle
    two.

    NaN if there is one. Values as `input`, indices int64. The gradient goes to the chosen element. Raises
    IndexError if the dimension has no elements or does not exist.
    """
    return _whole_median(xp, input, False) if dim is None else _median(xp, input, dim, keepdim, False)


@op(refuses="bool complex")
def nanmedian(
    xp: Namespace, input: Array, dim: int | None = None, keepdim: bool = False
) -> Array | ValuesIndices:
    """Median as `median`, of the elements that are not NaN; NaN only where all are.

    Shapes, dtypes and errors as in `median`.
    """
    return _whole_median(xp, input, True) if dim is None else _median(xp, input, dim, keepdim, True)


@op(refuses="complex")
def mode(xp: Namespace, input: Array, dim: int = -1, keepdim: bool = False) -> ValuesIndices:
    """The most frequent element along `dim` and the last place it stood; of equally frequent ones, the least.

    Values as `input`, indices int64. The gradient goes to that place. Raises IndexError if the dimension has
    no elements or does not exist.
    """
    require_elements(input.shape, dim)
    axis = wrap_dim(dim, input.ndim)
    lanes = at_least_1d(xp, input)
    places = order(xp, lanes, axis)
    ordered = xp.take_along_axis(lanes, places, axis=axis)
    # The length of the run of equals that reaches each place; the first longest ends at its last member.
    position = xp.cumulative_sum(xp.ones_like(places), axis=axis)
    starts = slice_along(ordered, axis, 1, None) != slice_along(ordered, axis, None, -1)
    before = xp.where(
        starts, slice_along(position, axis, None, -1), xp.zeros_like(slice_along(position, axis, 1, None))
    )
    before = xp.concat([xp.zeros_like(slice_along(position, axis, 0, 1)), before], axis=axis)
    length = position - xp.cummax(before, axis)[0]
    longest = xp.argmax(length, axis=axis, keepdims=True)
    return pick(xp, input, lanes, xp.take_along_axis(places, longest, axis=axis), axis, keepdim)


def _quantile(
    xp: Namespace, input: Array, q: Array | Scalar, dim: int | None, keepdim: bool,
    interpolation: Interpolation, skip_nan: bool,
) -> Array:  # fmt: skip
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation!r}"
        )
    if isinstance(q, (int, float)) and not 0 <= q <= 1:
        raise RuntimeError(f"q must be in the range [0, 1] but got {q}")
    kept = _kept(input.shape, dim)
    lanes = xp.reshape(input, (-1,)) if dim is None else xp.moveaxis(at_least_1d(xp, input), dim, -1)
    size = lanes.shape[-1]
    if not size:
        raise RuntimeError("the input tensor must be non-empty")
    levels = as_array(xp, q, input)
    if has_values(levels) and not bool(xp.all(xp.logical_and(levels >= 0, levels <= 1))):
        raise RuntimeError("q values must be in the range [0, 1]")
    if levels.ndim > 1:
        raise RuntimeError(f"q must be a scalar or 1D tensor. Received: {levels.ndim} dimensions")
    ordered = xp.take_along_axis(lanes, order(xp, lanes, -1), axis=-1)
    count = xp.astype(_present(xp, lanes, -1), input.dtype)
    last = xp.maximum(count - 1, xp.zeros_like(count))
    rank = xp.reshape(levels, (-1,)) * last
    if not skip_nan:
        # The last element in order is NaN if any is.
        rank = xp.where(count < size, xp.full_like(rank, size - 1), rank)
    values = _between(xp, ordered, rank, interpolation)
    values = xp.moveaxis(values, -1, 0)
    return xp.reshape(values, levels.shape + (kept if keepdim else values.shape[1:]))


def _kept(shape: Shape, dim: int | None) -> Shape:
    """`shape` with size 1 in the place of `dim`, or of all."""
    axes = reduced_axes(dim, len(shape))
    return tuple([1 if axes is None or axis in axes else size for axis, size in enumerate(shape)])


def _between(xp: Namespace, ordered: Array, rank: Array, interpolation: Interpolation) -> Array:
    """The value at a fractional `rank` of the ordered last axis."""
    if interpolation in ("lower", "higher", "nearest"):
        rounded = {"lower": xp.floor, "higher": xp.ceil, "nearest": xp.round}[interpolation](rank)
        return xp.take_along_axis(ordered, xp.astype(rounded, xp.int64), axis=-1)
    below, above = xp.floor(rank), xp.ceil(rank)
    low = xp.take_along_axis(ordered, xp.astype(below, xp.int64), axis=-1)
    high = xp.take_along_axis(ordered, xp.astype(above, xp.int64), axis=-1)
    weight = xp.full_like(rank, 0.5) if interpolation == "midpoint" else rank - below
    return low + (high - low) * weight


@op(promote="float", refuses="bool integer", autocast={"cpu": "float32"})
def quantile(
    xp: Namespace, input: Array, q: Array | Scalar, dim: int | None = None, keepdim: bool = False,
    *, interpolation: Interpolation = "linear",
) -> Array:  # fmt: skip
    """The `q`-th quantiles of all elements or along `dim`: real floating-point, shape q.shape + (*) without
    `dim`.

    `q` in [0, 1] is a number or (Q,); between two elements `interpolation` decides. NaN if there is one.
    Raises RuntimeError for an empty input, for a number outside [0, 1] and for an unknown interpolation.
    """
    return _quantile(xp, input, q, dim, keepdim, interpolation, False)


@op(promote="float", refuses="bool integer", autocast={"cpu": "float32"})
def nanquantile(
    xp: Namespace, input: Array, q: Array | Scalar, dim: int | None = None, keepdim: bool = False,
    *, interpolation: Interpolation = "linear",
) -> Array:  # fmt: skip
    """Quantiles as `quantile`, of the elements that are not NaN; NaN only where all are.

    Shapes, dtypes and errors as in `quantile`.
    """
    return _quantile(xp, input, q, dim, keepdim, interpolation, True)
