"""Weighted sums of what windows see, dimension by dimension, and the adjoint: what averages and interpolation share."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import op
from deep_learner.typing import Array, Namespace, Shape

from ._windows import Taps, along


@op
def resample(xp: Namespace, input: Array, tables: Sequence[Taps]) -> Array:
    """Along each of the last dimensions the weighted sums of a table's taps: (*, *sizes) -> (*, *counts).

    Linear in the input. The last dimension comes first.
    """
    for axis in reversed(range(input.ndim - len(tables), input.ndim)):
        table = tables[axis - input.ndim]
        total = None
        for k, index in enumerate(table.indices(xp, input)):
            term = _scaled(xp, xp.take(input, index, axis=axis), table, k, axis)
            total = term if total is None else total + term
        input = total
    return input


@resample.vjp("input")
def _(xp: Namespace, g: Array, tables: Sequence[Taps], input_shape: Shape) -> Array:
    return xp.resample_adjoint(g, tables, input_shape[len(input_shape) - len(tables) :])


@op
def resample_adjoint(xp: Namespace, input: Array, tables: Sequence[Taps], sizes: Shape) -> Array:
    """The adjoint of :func:`resample`: (*, *counts) -> (*, *sizes), each element sent to its window's taps."""
    for axis in range(input.ndim - len(tables), input.ndim):
        table = tables[axis - input.ndim]
        shape = (*input.shape[:axis], sizes[axis - input.ndim], *input.shape[axis + 1 :])
        total = xp.zeros(shape, dtype=input.dtype, device=input.device)
        for k, index in enumerate(table.indices(xp, input)):
            total = xp.index_add(total, axis, index, _scaled(xp, input, table, k, axis))
        input = total
    return input


@resample_adjoint.vjp("input")
def _(xp: Namespace, g: Array, tables: Sequence[Taps]) -> Array:
    return xp.resample(g, tables)


def _scaled(xp: Namespace, values: Array, table: Taps, k: int, axis: int) -> Array:
    """Values for a table's tap number `k`, times its weights; nothing where a window has fewer taps."""
    shape = along(values.shape[axis], axis, values.ndim)
    if table.weights is not None:
        weights = xp.asarray(table.weights[k], dtype=values.dtype, device=values.device)
        values = values * xp.reshape(weights, shape)
    if k >= table.shortest:
        there = xp.asarray([k < count for count in table.counts], dtype=xp.bool, device=values.device)
        values = xp.where(xp.reshape(there, shape), values, xp.zeros_like(values))
    return values
