"""The different elements of a tensor. The size of the result depends on the values, so nothing here has a
gradient.

https://pytorch.org/docs/stable/generated/torch.unique.html and the array standard's set functions
"""

from __future__ import annotations

import math

from ..typing import Array, Namespace
from ._arrays import orderable, slice_along
from .operation import op
from .sorting import order


def _items(xp: Namespace, input: Array, dim: int | None) -> tuple[Array, Array]:
    """What is compared: the elements (n,), or the slices along `dim` moved in front and as rows (n, m)."""
    if dim is None:
        flat = xp.reshape(input, (-1,))
        return flat, flat
    slices = xp.moveaxis(input, dim, 0)
    return slices, xp.reshape(slices, (slices.shape[0], math.prod(slices.shape[1:])))


def _runs(xp: Namespace, items: Array, size: int) -> tuple[Array, Array, Array]:
    """Of neighbouring equals: where each run starts, which run each item belongs to, how long each run is."""
    differs = slice_along(items, 0, 1, None) != slice_along(items, 0, None, -1)
    if items.ndim > 1:
        differs = xp.any(differs, axis=1)
    opens = xp.concat([xp.ones((min(size, 1),), dtype=xp.bool, device=items.device), differs])
    starts = xp.nonzero(opens)[0]
    run = xp.cumulative_sum(xp.astype(opens, xp.int64)) - 1
    ends = xp.concat(
        [
            slice_along(starts, 0, 1, None),
            xp.full((min(size, 1),), size, dtype=starts.dtype, device=items.device),
        ]
    )
    return starts, run, ends - starts


def _lexicographic(xp: Namespace, rows: Array) -> Array:
    """The stable order of the rows, the first column deciding first."""
    places = xp.arange(rows.shape[0], dtype=xp.int64, device=rows.device)
    for column in range(rows.shape[1] - 1, -1, -1):
        places = xp.take(places, order(xp, xp.take(rows[:, column], places, axis=0), 0), axis=0)
    return places


@op(refuses="complex", differentiable=False)
def unique(
    xp: Namespace, input: Array, sorted: bool = True, return_inverse: bool = False,
    return_counts: bool = False, dim: int | None = None,
) -> Array | tuple[Array, ...]:  # fmt: skip
    """The different elements in ascending order (u,), or the different slices along `dim` in lexicographic
    order.

    On request with the place of each element in the result (shape of `input`; (n,) with `dim`) and how often
    each stands in `input` (u,), both int64. Always sorted; every NaN differs from all others. Real or bool.
    """
    slices, items = _items(xp, orderable(xp, input), dim)
    places = order(xp, items, 0) if items.ndim == 1 else _lexicographic(xp, items)
    starts, run, counts = _runs(xp, xp.take(items, places, axis=0), items.shape[0])
    values = xp.take(slices, xp.take(places, starts, axis=0), axis=0)
    inverse = xp.take(run, order(xp, places, 0), axis=0)
    return _finish(xp, input, values, inverse, counts, return_inverse, return_counts, dim)


@op(refuses="complex", differentiable=False)
def unique_consecutive(
    xp: Namespace,
    input: Array,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Array | tuple[Array, ...]:
    """The first of every run of equal neighbours (u,), or of equal slices along `dim`.

    On request with the run each element belongs to (shape of `input`; (n,) with `dim`) and the length of each
    run (u,), both int64.
    """
    slices, items = _items(xp, input, dim)
    starts, run, counts = _runs(xp, items, items.shape[0])
    values = xp.take(slices, starts, axis=0)
    return _finish(xp, input, values, run, counts, return_inverse, return_counts, dim)


def _finish(
    xp: Namespace, input: Array, values: Array, inverse: Array, counts: Array, return_inverse: bool,
    return_counts: bool, dim: int | None,
) -> Array | tuple[Array, ...]:  # fmt: skip
    """What was asked for, in the layout of `input`."""
    values = values if values.dtype == input.dtype else xp.astype(values, input.dtype)
    if dim is None:
        inverse = xp.reshape(inverse, input.shape)
    else:
        values = xp.moveaxis(values, 0, dim)
    chosen = (values, *((inverse,) if return_inverse else ()), *((counts,) if return_counts else ()))
    return chosen if len(chosen) > 1 else values


@op(differentiable=False)
def unique_all(xp: Namespace, input: Array) -> tuple[Array, Array, Array, Array]:
    """The array standard's: different elements, their first places, the place of each element in them,
    counts: (*) -> (n,), (n,), (*), (n,); but for the first int64.
    """
    return xp.unique_all(input)


@op(differentiable=False)
def unique_counts(xp: Namespace, input: Array) -> tuple[Array, Array]:
    """The array standard's: different elements and how often each stands in `input`: (*) -> (n,), (n,) int64."""
    return xp.unique_counts(input)


@op(differentiable=False)
def unique_inverse(xp: Namespace, input: Array) -> tuple[Array, Array]:
    """The array standard's: different elements and the place of each element in them: (*) -> (n,), (*) int64."""
    return xp.unique_inverse(input)


@op(differentiable=False)
def unique_values(xp: Namespace, input: Array) -> Array:
    """The array standard's: the different elements, here in ascending order: (*) -> (n,)."""
    return xp.unique(input)
