"""Bringing together the rows that go to one place, in terms of the standard alone.

Rows are sorted by their place; a doubling scan then combines neighbours that share it. It takes log2(n)
whole-array steps, works for every associative combination, adds in a balanced order and never mixes places,
so that a NaN or an infinity stays where it belongs (as it would not in a product with a one-hot matrix, or
in differences of sums).
"""

from __future__ import annotations

from collections.abc import Callable

from ...typing import Array, Namespace

Combine = Callable[[Array, Array], Array]


def last(earlier: Array, later: Array) -> Array:
    """The combination in which the later row wins."""
    return later


def combine_rows(
    xp: Namespace, combine: Combine, rows: Array, index: Array, size: int, empty: Array
) -> Array:
    """For each of `size` places the combination of the `rows` that `index` sends there, in their order.

    Parameters
    ----------
    combine
        Takes two arrays, earlier and later rows.
    rows, index
        (n, *) and the place of each row, (n,), from 0 to `size - 1`.
    empty
        What stands at places that no row goes to; broadcasts to (size, *).
    """
    count = rows.shape[0]
    if count == 0 or size == 0:
        return xp.broadcast_to(empty, (size, *rows.shape[1:]))
    order = xp.argsort(index, stable=True)
    keys, rows = xp.take(index, order), xp.take(rows, order, axis=0)
    extra = (1,) * (rows.ndim - 1)
    step = count if combine is last else 1
    while step < count:
        same = xp.reshape(keys[step:] == keys[:-step], (count - step, *extra))
        joined = xp.where(same, combine(rows[:-step, ...], rows[step:, ...]), rows[step:, ...])
        rows = xp.concat([rows[:step, ...], joined], axis=0)
        step *= 2
    places = xp.arange(size, dtype=index.dtype, device=index.device)
    ends = xp.searchsorted(keys, places, side="right") - 1
    found = xp.take(rows, xp.clip(ends, 0, count - 1), axis=0)
    return xp.where(xp.reshape(xp.index_mask(index, size), (size, *extra)), found, empty)
