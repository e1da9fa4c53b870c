"""Elements picked out by position or by mask. All are copies."""

from __future__ import annotations

import math

from ...typing import Array, Namespace, Shape
from .._arrays import at_least_1d
from ..broadcasting import broadcast_shapes
from ..dims import wrap_dim
from ..operation import op


@op
def index_select(xp: Namespace, input: Array, dim: int, index: Array) -> Array:
    """The rows along `dim` that a 1-d `index` names: (a, b), (n,) -> (n, b) for 0.

    Raises IndexError for a position out of bounds or an index of several dimensions, RuntimeError unless it
    is int32 or int64.
    """
    dim = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError(
            f"index_select(): Index is supposed to be a vector, but has shape {list(index.shape)}"
        )
    row, index = at_least_1d(xp, input), at_least_1d(xp, index)
    if input.ndim == 0 and index.shape[0] != 1:
        raise IndexError(f"index_select(): a 0-d input takes one index, but received {index.shape[0]}")
    picked = xp.take(row, xp.wrap_index(index, row.shape[dim], dim, negative=False), axis=dim)
    return picked if input.ndim else xp.reshape(picked, ())


@index_select.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dim: int, index: Array) -> Array:
    return xp.index_add(xp.zeros(input_shape, dtype=g.dtype, device=g.device), dim, index, g)


def crop(input: Array, shape: Shape, dim: int | None = None) -> Array:
    """The corner of `input` that has `shape`, except along `dim`."""
    key = tuple(
        [
            slice(None) if place == dim or size == input.shape[place] else slice(0, size)
            for place, size in enumerate(shape)
        ]
    )
    return input if all(part == slice(None) for part in key) else input[key]


def check_gather(name: str, shape: Shape, dim: int, index_shape: Shape) -> int:
    """The wrapped `dim`, once `index` has been found to fit into `shape` but for `dim`.

    Raises
    ------
    RuntimeError
        If it does not.
    """
    dim = wrap_dim(dim, len(shape))
    if 0 in index_shape:
        return dim
    if max(len(shape), 1) != max(len(index_shape), 1):
        raise RuntimeError(f"{name}: index {list(index_shape)} must have as many dimensions as {list(shape)}")
    if any(size > shape[place] for place, size in enumerate(index_shape) if shape and place != dim):
        raise RuntimeError(
            f"{name}: expected index {list(index_shape)} to be no larger than {list(shape)} "
            f"apart from dimension {dim}"
        )
    return dim


@op
def gather(xp: Namespace, input: Array, dim: int, index: Array, *, sparse_grad: bool = False) -> Array:
    """Elements picked along `dim`: out[i, j] = input[index[i, j], j] for 0.

    The result has the shape of `index`. `index` has the dimensions of `input` and is no larger apart from
    `dim`. `sparse_grad` is accepted; gradients are dense. Raises IndexError for a position out of bounds,
    RuntimeError for other shapes or dtypes of `index`.
    """
    dim = check_gather("gather", input.shape, dim, index.shape)
    row, places = at_least_1d(xp, input), at_least_1d(xp, index)
    places = xp.wrap_index(places, row.shape[dim], dim, negative=False)
    if 0 in index.shape:
        return xp.zeros(index.shape, dtype=input.dtype, device=input.device)
    picked = xp.take_along_axis(crop(row, places.shape, dim), places, axis=dim)
    return xp.reshape(picked, index.shape)


@gather.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, dim: int, index: Array) -> Array:
    return xp.scatter_add(xp.zeros(input_shape, dtype=g.dtype, device=g.device), dim, index, g)


@op
def take_along_dim(xp: Namespace, input: Array, indices: Array, dim: int | None = None) -> Array:
    """`gather` whose operands broadcast apart from `dim`; negative positions count from the end.

    Without `dim`, of the flat tensor. Raises IndexError for a position out of bounds, RuntimeError for other
    shapes or dtypes.
    """
    if dim is None:
        return xp.gather(
            xp.reshape(input, (-1,)), 0, _wrapped(xp, indices, math.prod(input.shape), flat=True)
        )
    if input.ndim != indices.ndim:
        raise RuntimeError(
            f"take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} and {indices.ndim}"
        )
    dim = wrap_dim(dim, input.ndim)
    row, places = at_least_1d(xp, input), at_least_1d(xp, indices)
    places = _wrapped(xp, places, row.shape[dim], dim)
    common = list(broadcast_shapes(_without(row.shape, dim), _without(places.shape, dim)))
    common.insert(dim, row.shape[dim])
    row = xp.broadcast_to(row, tuple(common))
    common[dim] = places.shape[dim]
    picked = xp.gather(row, dim, xp.broadcast_to(places, tuple(common)))
    return picked if input.ndim else xp.reshape(picked, ())


def _without(shape: Shape, dim: int) -> Shape:
    return shape[:dim] + shape[dim + 1 :]


def _wrapped(xp: Namespace, indices: Array, size: int, dim: int = 0, flat: bool = False) -> Array:
    wrapped = xp.wrap_index(indices, size, dim)
    return xp.reshape(wrapped, (math.prod(indices.shape),)) if flat else wrapped


@op
def take_flat(xp: Namespace, input: Array, index: Array) -> Array:
    """PyTorch's `take`: the elements at positions of the flat tensor, in the shape of `index`.

    Negative ones count from the end. Raises IndexError for a position out of bounds, RuntimeError unless
    `index` is int32 or int64.
    """
    count = math.prod(input.shape)
    picked = xp.index_select(xp.reshape(input, (count,)), 0, _wrapped(xp, index, count, flat=True))
    return xp.reshape(picked, index.shape)


@op
def masked_select(xp: Namespace, input: Array, mask: Array) -> Array:
    """The elements where a boolean mask holds, in row-major order: (*), (*) -> (n,); the two broadcast.

    Raises RuntimeError for a mask of another dtype or shapes that do not broadcast.
    """
    if not xp.isdtype(mask.dtype, "bool"):
        raise RuntimeError(f"masked_select: expected a bool mask, but it has dtype {mask.dtype}")
    shape = broadcast_shapes(input.shape, mask.shape)
    count = math.prod(shape)
    chosen = xp.mask_positions(xp.reshape(xp.broadcast_to(mask, shape), (count,)))
    return xp.index_select(xp.reshape(xp.broadcast_to(input, shape), (count,)), 0, chosen[0])
