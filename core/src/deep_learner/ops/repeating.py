"""Operations that repeat or reorder whole rows: repeat, tile, roll, flip, rot90."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from .dims import wrap_dim, wrap_dims
from .operation import op


@op
def tile(xp: Namespace, input: Array, dims: int | Sequence[int]) -> Array:
    """Repeat the whole tensor `dims[i]` times along each dimension: (a, b) by (2, 3) -> (2*a, 3*b).

    The shorter of shape and `dims` is filled with ones in front. Raises RuntimeError for a negative number.
    """
    times = (dims,) if isinstance(dims, int) else tuple(dims)
    if any(time < 0 for time in times):
        raise RuntimeError(
            f"tile: the numbers of repetitions must be non-negative, but received {list(times)}"
        )
    return xp.tile(input, times)


@tile.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dims: int | Sequence[int]) -> Array:
    times = (dims,) if isinstance(dims, int) else tuple(dims)
    ndim = max(len(times), len(input_shape))
    times = (1,) * (ndim - len(times)) + times
    shape = (1,) * (ndim - len(input_shape)) + input_shape
    blocks = tuple([size for pair in zip(times, shape, strict=True) for size in pair])
    summed = xp.sum(xp.reshape(g, blocks), axis=tuple(range(0, 2 * ndim, 2)), dtype=g.dtype)
    return xp.reshape(summed, input_shape)


@op
def repeat_tiles(xp: Namespace, input: Array, repeats: int | Sequence[int]) -> Array:
    """PyTorch's `repeat`: as `tile`, but `repeats` must name at least all dimensions, else RuntimeError."""
    times = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    if len(times) < input.ndim:
        raise RuntimeError(
            f"repeat: {list(times)} must have a number for each dimension of shape {list(input.shape)}"
        )
    return xp.tile(input, times)


@op
def repeat_interleave(
    xp: Namespace,
    input: Array,
    repeats: int | Array,
    dim: int | None = None,
    *,
    output_size: int | None = None,
) -> Array:
    """Repeat each element: [a, b] by 2 -> [a, a, b, b]; by [1, 2] -> [a, b, b].

    Without `dim`, of the flat tensor. `repeats` is a number or an integer tensor, 0-d or (size of `dim`,).
    Raises RuntimeError for another shape, for negative numbers or an `output_size` that is not the sum,
    IndexError for a dimension that does not exist.
    """
    if dim is None:
        input, dim = xp.reshape(input, (math.prod(input.shape),)), 0
    dim = wrap_dim(dim, input.ndim)
    input = xp.atleast_1d(input)
    before, size, after = input.shape[:dim], input.shape[dim], input.shape[dim + 1 :]
    if isinstance(repeats, int):
        if repeats < 0:
            raise RuntimeError(f"repeats must be non-negative, but received {repeats}")
        spread = xp.broadcast_to(xp.expand_dims(input, axis=dim + 1), (*before, size, repeats, *after))
        result = xp.clone(xp.reshape(spread, (*before, size * repeats, *after)))
    else:
        result = xp.index_select(input, dim, xp.repeat_positions(repeats, size))
    if output_size is not None and output_size != result.shape[dim]:
        raise RuntimeError(
            f"repeat_interleave: output_size is {output_size}, but the result has {result.shape[dim]}"
        )
    return result


@op(differentiable=False)
def repeat_positions(xp: Namespace, repeats: Array, size: int) -> Array:
    """The positions 0 to `size - 1`, each as often as `repeats` says: [1, 2] -> [0, 1, 1], int64."""
    if repeats.ndim > 1 or (repeats.ndim == 1 and repeats.shape[0] not in (1, size)):
        raise RuntimeError(
            f"repeats must be 0-d or have the size {size} of the dimension, not {list(repeats.shape)}"
        )
    if not xp.isdtype(repeats.dtype, "integral"):
        raise RuntimeError(f"repeats has to be of an integer dtype, but is {repeats.dtype}")
    if size and bool(xp.any(repeats < 0)):
        raise RuntimeError("repeats can not be negative")
    counts = xp.broadcast_to(xp.astype(repeats, xp.int64), (size,))
    return xp.repeat(xp.arange(size, dtype=xp.int64, device=repeats.device), counts)


@op
def roll(
    xp: Namespace, input: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None
) -> Array:
    """Shift elements to higher positions; those past the end reappear in front.

    Without `dims`, of the flat tensor. Raises RuntimeError if the numbers of shifts and dims differ,
    IndexError for a dimension that does not exist.
    """
    shift, axis = _shifts(shifts, dims, input.ndim)
    return xp.roll(input, shift, axis=axis)


@roll.vjp("input")
def _(xp: Namespace, g: Array, shifts: int | Sequence[int], dims: int | Sequence[int] | None) -> Array:
    shift, axis = _shifts(shifts, dims, g.ndim)
    return xp.roll(g, -shift if isinstance(shift, int) else tuple([-each for each in shift]), axis=axis)


def _shifts(
    shifts: int | Sequence[int], dims: int | Sequence[int] | None, ndim: int
) -> tuple[int | tuple[int, ...], tuple[int, ...] | None]:
    """Shifts and axes as the standard's `roll` takes them: as many of each, or one shift and no axis."""
    amounts = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    places = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    if len(amounts) != max(len(places), 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(amounts)}, dims: {len(places)}")
    if not places:
        return amounts[0], None
    if ndim == 0:
        raise IndexError(f"Dimension specified as {places[0]} but tensor has no dimensions")
    return amounts, tuple([wrap_dim(place, ndim) for place in places])


@op
def flip(xp: Namespace, input: Array, dims: int | Sequence[int] | None = None) -> Array:
    """Reverse the order of elements along `dims` (of all dimensions without it). A copy.

    Raises IndexError for a dimension that does not exist, RuntimeError if one is named twice.
    """
    axes = tuple(range(input.ndim)) if dims is None else wrap_dims(dims, input.ndim)
    return xp.clone(xp.flip(input, axis=axes if input.ndim else ()))  # Some libraries' flip is a view.


@flip.vjp("input")
def _(xp: Namespace, g: Array, dims: int | Sequence[int] | None) -> Array:
    return xp.flip(
        g, axis=tuple(range(g.ndim)) if dims is None else wrap_dims(dims, g.ndim) if g.ndim else ()
    )


@op
def fliplr(xp: Namespace, input: Array) -> Array:
    """Reverse dimension 1. Raises RuntimeError with fewer than two dimensions."""
    if input.ndim < 2:
        raise RuntimeError(f"fliplr: input must be >= 2-d, but is {input.ndim}-d")
    return xp.clone(xp.flip(input, axis=(1,)))


@op
def flipud(xp: Namespace, input: Array) -> Array:
    """Reverse dimension 0. Raises RuntimeError for a 0-d tensor."""
    if input.ndim < 1:
        raise RuntimeError("flipud: input must be >= 1-d, but is 0-d")
    return xp.clone(xp.flip(input, axis=(0,)))


@op
def rot90(xp: Namespace, input: Array, k: int = 1, dims: Sequence[int] = (0, 1)) -> Array:
    """Turn by `k` quarters, from the first of `dims` towards the second: (m, n) -> (n, m) for odd `k`.

    Raises RuntimeError unless `dims` are two different ones, IndexError for a dimension that does not exist.
    """
    if len(dims) != 2 or input.ndim < 2:
        raise RuntimeError(
            f"rot90 needs two dims of a tensor of at least two, received {dims} for {input.ndim}-d"
        )
    first, second = wrap_dims(dims, input.ndim)
    turns = k % 4
    if turns == 0:
        return xp.clone(input)
    if turns == 2:
        return xp.clone(xp.flip(input, axis=(first, second)))
    order = list(range(input.ndim))
    order[first], order[second] = second, first
    if turns == 1:
        return xp.clone(xp.permute_dims(xp.flip(input, axis=(second,)), tuple(order)))
    return xp.clone(xp.flip(xp.permute_dims(input, tuple(order)), axis=(second,)))
