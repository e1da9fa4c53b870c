"""Elements written where a mask holds, or at positions of the flat tensor."""

from __future__ import annotations

import math

from ...typing import Array, Namespace
from ..broadcasting import broadcast_shapes
from ..operation import op


@op
def masked_scatter(xp: Namespace, input: Array, mask: Array, source: Array) -> Array:
    """`input` with the first elements of `source`, in order, where a boolean mask holds.

    Input and mask broadcast. Raises RuntimeError for a mask or a source of another dtype, or a source with
    too few elements.
    """
    if not xp.isdtype(mask.dtype, "bool"):
        raise RuntimeError(f"masked_scatter: expected a bool mask, but it has dtype {mask.dtype}")
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"masked_scatter: input and source must have one dtype, not {input.dtype}, {source.dtype}"
        )
    shape = broadcast_shapes(input.shape, mask.shape)
    count = math.prod(shape)
    row = xp.reshape(xp.broadcast_to(input, shape), (count,))
    places = xp.mask_positions(xp.reshape(xp.broadcast_to(mask, shape), (count,)))[0]
    wanted, offered = places.shape[0], math.prod(source.shape)
    if wanted > offered:
        raise RuntimeError(
            f"masked_scatter: the mask holds at {wanted} elements, but source has only {offered}"
        )
    first = xp.reshape(source, (offered,))[:wanted]
    return xp.reshape(xp.index_copy(row, 0, places, first), shape)


@op
def put(xp: Namespace, input: Array, index: Array, source: Array, accumulate: bool = False) -> Array:
    """`input` with `source` at positions of the flat tensor, or with `accumulate` added there; a new tensor.

    Negative ones count from the end. Of repeated positions the last one stays. Raises IndexError for a
    position out of bounds, RuntimeError unless `index` and `source` have equally many elements and `source`
    the dtype of `input`.
    """
    count, size = math.prod(index.shape), math.prod(input.shape)
    if math.prod(source.shape) != count:
        raise IndexError(
            f"put: {count} positions need as many elements, but source has {math.prod(source.shape)}"
        )
    flat = xp.reshape(xp.wrap_index(index, size), (count,))
    write = xp.index_add if accumulate else xp.index_copy
    row = write(xp.reshape(input, (size,)), 0, flat, xp.reshape(source, (count,)))
    return xp.reshape(row, input.shape)
