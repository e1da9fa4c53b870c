"""Finding places: of values in a sorted sequence, of what is not 0, of elements of a set.

https://pytorch.org/docs/stable/generated/torch.searchsorted.html, .../torch.nonzero.html, .../torch.isin.html
"""

from __future__ import annotations

from typing import Literal

from ..dtypes import from_native, promote_types, scalar_dtype
from ..typing import Array, Namespace, Scalar
from ._arrays import as_array, at_least_1d, orderable
from .operation import op


@op(refuses="bool complex", differentiable=False)
def searchsorted(
    xp: Namespace, sorted_sequence: Array, input: Array | Scalar, *, out_int32: bool = False,
    right: bool = False, side: Literal["left", "right"] | None = None, sorter: Array | None = None,
) -> Array:  # fmt: skip
    """Where each element of `input` would be inserted into an ascending sequence: shape of `input`, int64.

    `sorted_sequence` is (n,), or (*, n) with one sequence for each lane of `input` (*, m). Equal elements
    stay to the right of the place, with `right` (or `side="right"`) to the left of it; NaN goes behind
    everything. `sorter` holds the order of a sequence that is not sorted. Values of two dtypes are compared in
    their common one. Raises RuntimeError if leading dimensions differ.
    """
    return _search(xp, sorted_sequence, input, out_int32, right or side == "right", sorter)


def _search(
    xp: Namespace,
    sorted_sequence: Array,
    input: Array | Scalar,
    out_int32: bool,
    right: bool,
    sorter: Array | None,
) -> Array:
    given = scalar_dtype(input) if isinstance(input, Scalar) else from_native(input.dtype)
    common = getattr(xp, promote_types(from_native(sorted_sequence.dtype), given).name)
    sequence = xp.astype(sorted_sequence, common, copy=False)
    values = (
        as_array(xp, input, sequence) if isinstance(input, Scalar) else xp.astype(input, common, copy=False)
    )
    sequence, values = orderable(xp, sequence), orderable(xp, values)
    if sequence.ndim == 1:
        places = xp.searchsorted(sequence, values, side="right" if right else "left", sorter=sorter)
    else:
        if sequence.shape[:-1] != values.shape[:-1] or not values.ndim:
            raise RuntimeError(
                "boundaries tensor should be 1 dimension, or all its dimensions but the last "
                f"must be those of input. Received: {list(sequence.shape)} and {list(values.shape)}"
            )
        if sorter is not None:
            sequence = xp.take_along_axis(sequence, sorter, axis=-1)
        places = _bisect(xp, sequence, values, right)
    return xp.astype(places, xp.int32 if out_int32 else xp.int64)


def _bisect(xp: Namespace, sequences: Array, values: Array, right: bool) -> Array:
    """Binary search in every lane at once: log2(n) rounds."""
    size = sequences.shape[-1]
    low = xp.zeros(values.shape, dtype=xp.int64, device=values.device)
    high = xp.full_like(low, size)
    for _ in range(size.bit_length()):
        middle = (low + high) // 2
        pivot = xp.take_along_axis(sequences, xp.minimum(middle, xp.full_like(middle, size - 1)), axis=-1)
        behind = xp.logical_not(pivot > values if right else pivot >= values)
        open_ = low < high
        low = xp.where(xp.logical_and(open_, behind), middle + 1, low)
        high = xp.where(xp.logical_and(open_, xp.logical_not(behind)), middle, high)
    return low


@op(refuses="bool complex", differentiable=False)
def bucketize(
    xp: Namespace, input: Array | Scalar, boundaries: Array, *, out_int32: bool = False, right: bool = False
) -> Array:
    """The bucket of each element of `input` between ascending `boundaries` (n,): shape of `input`, int64, 0
    to n.

    A boundary belongs to the bucket below it, with `right` to the one above. Raises RuntimeError for boundaries
    of other dimensions.
    """
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return _search(xp, boundaries, input, out_int32, right, None)


@op(promote="arithmetic", differentiable=False)
def isin(
    xp: Namespace, elements: Array | Scalar, test_elements: Array | Scalar,
    *, assume_unique: bool = False, invert: bool = False,
) -> Array:  # fmt: skip
    """Whether each of `elements` is among `test_elements`, or with `invert` is not: shape of `elements`,
    bool.

    NaN is in no set. `assume_unique` changes nothing.
    """
    if isinstance(test_elements, Scalar):
        found = elements == test_elements
    else:
        found = _found(xp, orderable(xp, as_array(xp, elements, test_elements)), orderable(xp, test_elements))
    return xp.logical_not(found) if invert else found


def _found(xp: Namespace, elements: Array, members: Array) -> Array:
    """Whether each of `elements` is the member at its place in their order."""
    if 0 in members.shape:
        return xp.zeros(elements.shape, dtype=xp.bool, device=members.device)
    ordered = xp.sort(xp.reshape(members, (-1,)))
    places = xp.searchsorted(ordered, xp.reshape(elements, (-1,)))
    places = xp.where(places < ordered.shape[0], places, xp.zeros_like(places))
    return xp.reshape(xp.take(ordered, places, axis=0), elements.shape) == elements


@op(differentiable=False)
def nonzero(xp: Namespace, input: Array, *, as_tuple: bool = False) -> Array | tuple[Array, ...]:
    """Places of the elements that are not 0, in row-major order: (n, ndim) int64, or a tuple with (n,) for
    each dim.

    The tuple indexes `input`. A 0-d tensor counts as 1-d in the tuple.
    """
    return tuple(xp.nonzero(at_least_1d(xp, input))) if as_tuple else _rows(xp, input)


def _rows(xp: Namespace, input: Array) -> Array:
    places = xp.nonzero(at_least_1d(xp, input))
    if not input.ndim:
        return xp.zeros((places[0].shape[0], 0), dtype=xp.int64, device=input.device)
    return xp.stack(places, axis=-1)


@op(differentiable=False)
def argwhere(xp: Namespace, input: Array) -> Array:
    """Places of the elements that are not 0, in row-major order: (n, ndim) int64."""
    return _rows(xp, input)
