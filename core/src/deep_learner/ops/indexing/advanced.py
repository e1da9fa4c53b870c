"""Advanced indexing: integer arrays, broadcast together, at some of the dimensions.

Elements at `dims` (rising) become rows of a matrix, the positions one number each; rows are taken from it or
written to it. The dimensions of the positions stand where the first of `dims` was if `dims` are neighbours,
else in front, as in NumPy and PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...typing import Array, Namespace, Shape
from ..broadcasting import broadcast_shapes
from ..dims import inverse_permutation
from ..operation import op
from .positions import strides
from .slices import fitted


def order_of(dims: Sequence[int], ndim: int) -> tuple[int, ...]:
    """All dimensions, `dims` first."""
    return (*dims, *[dim for dim in range(ndim) if dim not in dims])


def placed(dims: Sequence[int]) -> int:
    """Where the dimensions of the positions stand in the result."""
    return dims[0] if dims[-1] - dims[0] + 1 == len(dims) else 0


def positions_shape(indices: Sequence[Array]) -> Shape:
    """The shape that the positions broadcast to.

    Raises
    ------
    IndexError
        If they do not.
    """
    shapes = [index.shape for index in indices]
    try:
        return shapes[0] if len(shapes) == 1 else broadcast_shapes(*shapes)
    except RuntimeError:
        listed = ", ".join(str(list(shape)) for shape in shapes)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
        ) from None


def flat_positions(xp: Namespace, indices: Sequence[Array], dims: Sequence[int], shape: Shape) -> Array:
    """The row of each position among the elements at `dims` of an array of `shape`: (n,)."""
    region = positions_shape(indices)
    if 0 in region:  # Nothing is picked: PyTorch then does not look at the positions.
        return xp.zeros((0,), dtype=xp.int64, device=indices[0].device)
    steps = strides([shape[dim] for dim in dims])
    flat = sum(
        xp.wrap_index(index, shape[dim], dim) * step
        for index, dim, step in zip(indices, dims, steps, strict=True)
    )
    return xp.reshape(xp.broadcast_to(flat, region), (math.prod(region),))


def _rows(xp: Namespace, input: Array, dims: Sequence[int]) -> Array:
    """The elements of `input` at `dims` as rows."""
    order = order_of(dims, input.ndim)
    shape = [input.shape[dim] for dim in order]
    count = len(dims)
    return xp.reshape(xp.permute_dims(input, order), (math.prod(shape[:count]), *shape[count:]))


@op
def advanced_index(xp: Namespace, input: Array, indices: Sequence[Array], dims: Sequence[int]) -> Array:
    """The elements at the positions `indices` of `dims`: a copy; negative positions count from the end.

    Raises IndexError for a position out of bounds or positions that do not broadcast together.
    """
    region = positions_shape(indices)
    picked = xp.take(_rows(xp, input, dims), flat_positions(xp, indices, dims, input.shape), axis=0)
    picked = xp.reshape(picked, (*region, *picked.shape[1:]))
    place, count = placed(dims), len(region)
    if place == 0:
        return picked
    return xp.permute_dims(
        picked, (*range(count, count + place), *range(count), *range(count + place, picked.ndim))
    )


@advanced_index.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, indices: Sequence[Array], dims: Sequence[int]) -> Array:
    zeros = xp.zeros(input_shape, dtype=g.dtype, device=g.device)
    return xp.advanced_put(zeros, indices, g, dims, accumulate=True)


@op(autocast={"accelerator": "promote"})
def advanced_put(
    xp: Namespace,
    input: Array,
    indices: Sequence[Array],
    values: Array,
    dims: Sequence[int],
    *,
    accumulate: bool = False,
) -> Array:
    """`input` with `values`, which broadcast, at the positions: added, or in place of what was there.

    Without `accumulate` the last of several values for one place stays. Raises IndexError as
    `advanced_index`, RuntimeError if the values do not fit.
    """
    positions = positions_shape(indices)
    others = [size for dim, size in enumerate(input.shape) if dim not in dims]
    place, count = placed(dims), len(positions)
    region = (*others[:place], *positions, *others[place:])
    values = xp.broadcast_to(fitted(xp, values, region), region)
    front = (*range(place, place + count), *range(place), *range(place + count, len(region)))
    source = xp.reshape(xp.permute_dims(values, front), (math.prod(positions), *others))
    flat = flat_positions(xp, indices, dims, input.shape)
    write = xp.index_add if accumulate else xp.index_copy
    rows = write(_rows(xp, input, dims), 0, flat, source)
    order = order_of(dims, input.ndim)
    whole = xp.reshape(rows, tuple([input.shape[dim] for dim in order]))
    return xp.permute_dims(whole, inverse_permutation(order))


@advanced_put.vjp("input")
def _(xp: Namespace, g: Array, indices: Sequence[Array], dims: Sequence[int], accumulate: bool) -> Array:
    if accumulate:
        return g
    return xp.advanced_put(g, indices, xp.zeros((), dtype=g.dtype, device=g.device), dims)


@advanced_put.vjp("values")
def _(
    xp: Namespace,
    g: Array,
    indices: Sequence[Array],
    dims: Sequence[int],
    accumulate: bool,
    values_shape: Shape,
) -> Array:
    gradient = xp.advanced_index(g, indices, dims)
    if not accumulate:
        flat = flat_positions(xp, indices, dims, g.shape)
        kept = xp.last_writes(flat, math.prod([g.shape[dim] for dim in dims]))
        behind = g.ndim - len(dims) - placed(dims)
        gradient = xp.where(xp.reshape(kept, positions_shape(indices) + (1,) * behind), gradient, 0)
    extra = len(values_shape) - gradient.ndim
    return xp.reshape(gradient, (1,) * extra + gradient.shape) if extra > 0 else gradient
