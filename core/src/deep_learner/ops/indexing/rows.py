"""Rows written to the positions along a dimension that a 1-d index names: add, copy, fill, reduce.

In all of them `input` and `source` agree in every size but that of `dim`, where `source` has one row for
each entry of `index`. Positions are int32 or int64 from 0 up; out of bounds raises IndexError, shapes or
dtypes that do not fit raise RuntimeError. The result is new. For a 0-d input the only position is 0.
"""

from __future__ import annotations

from ...typing import Array, Namespace, Scalar, Shape
from .._arrays import as_array, at_least_1d
from ..dims import wrap_dim
from ..operation import op
from ._segments import Combine, combine_rows, last


def _checked(
    xp: Namespace, name: str, input: Array, dim: int, index: Array, source: Array
) -> tuple[Array, int, Array, Array]:
    """Input, dim, index and source in their simplest form, once shapes and dtypes have been found to fit."""
    dim = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise RuntimeError(f"{name}: index is supposed to be a vector, but has shape {list(index.shape)}")
    row, rows, index = at_least_1d(xp, input), at_least_1d(xp, source), at_least_1d(xp, index)
    needed = (*row.shape[:dim], index.shape[0], *row.shape[dim + 1 :])
    if rows.shape != needed:
        raise RuntimeError(
            f"{name}: {index.shape[0]} positions in dimension {dim} of an input of shape {list(input.shape)} "
            f"need a source of shape {list(needed)}, but it has {list(source.shape)}"
        )
    if source.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: input and source must have the same dtype, not {input.dtype}, {source.dtype}"
        )
    return row, dim, xp.wrap_index(index, row.shape[dim], dim, negative=False), rows


def _combined(
    xp: Namespace, combine: Combine, row: Array, dim: int, index: Array, rows: Array, empty: Array
) -> Array:
    """For each position along `dim` what the `rows` come to, in the shape of `row`."""
    background = xp.moveaxis(empty, dim, 0) if empty.ndim else empty
    found = combine_rows(xp, combine, xp.moveaxis(rows, dim, 0), index, row.shape[dim], background)
    return xp.moveaxis(found, 0, dim)


@op
def index_add(
    xp: Namespace, input: Array, dim: int, index: Array, source: Array, *, alpha: Scalar = 1
) -> Array:
    """`input` plus `alpha` times each row of `source` at its position; repeated positions add up."""
    row, dim, index, rows = _checked(xp, "index_add", input, dim, index, source)
    add: Combine = xp.logical_or if xp.isdtype(input.dtype, "bool") else xp.add
    zero = xp.zeros((), dtype=input.dtype, device=input.device)
    total = _combined(xp, add, row, dim, index, rows, zero)
    if alpha != 1:
        total = total * xp.astype(xp.asarray(alpha, device=input.device), input.dtype)
    return xp.reshape(add(row, total), input.shape)


@index_add.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@index_add.vjp("source")
def _(xp: Namespace, g: Array, dim: int, index: Array, alpha: Scalar, source_shape: Shape) -> Array:
    picked = xp.reshape(xp.index_select(g, dim, index), source_shape)
    return picked if alpha == 1 else picked * alpha


@op(autocast={"cpu": "promote"})
def index_copy(xp: Namespace, input: Array, dim: int, index: Array, source: Array) -> Array:
    """`input` with each row of `source` in place of the one at its position.

    Of repeated positions the last stays.
    """
    row, dim, index, rows = _checked(xp, "index_copy", input, dim, index, source)
    return xp.reshape(_combined(xp, last, row, dim, index, rows, row), input.shape)


@index_copy.vjp("input")
def _(xp: Namespace, g: Array, dim: int, index: Array) -> Array:
    return xp.index_fill(g, dim, index, 0)


@index_copy.vjp("source")
def _(xp: Namespace, g: Array, dim: int, index: Array, source_shape: Shape) -> Array:
    row, index = at_least_1d(xp, g), at_least_1d(xp, index)
    dim = wrap_dim(dim, row.ndim)
    kept = xp.reshape(xp.last_writes(index, row.shape[dim]), (-1, *((1,) * (row.ndim - 1 - dim))))
    return xp.reshape(xp.where(kept, xp.index_select(row, dim, index), 0), source_shape)


@op(promote="first")
def index_fill(xp: Namespace, input: Array, dim: int, index: Array, value: Array | Scalar) -> Array:
    """`input` with `value` (a number or 0-d tensor) in the rows that `index` names.

    Negative positions count from the end. Raises RuntimeError if `value` has dimensions.
    """
    row = at_least_1d(xp, input)
    dim = wrap_dim(dim, row.ndim)
    filling = as_array(xp, value, input)
    if filling.ndim:
        raise RuntimeError(f"index_fill takes a 0-d value tensor, but it has shape {list(filling.shape)}")
    index = xp.wrap_index(at_least_1d(xp, index), row.shape[dim], dim)
    mask = xp.reshape(xp.index_mask(index, row.shape[dim]), (-1, *((1,) * (row.ndim - 1 - dim))))
    return xp.reshape(xp.where(mask, xp.astype(filling, input.dtype), row), input.shape)


@op
def index_prod(xp: Namespace, input: Array, dim: int, index: Array, source: Array) -> Array:
    """`input` times the rows of `source` at their positions.

    Composite: the scan's multiplications have exact derivatives of every order, also beside zeros.
    """
    row, dim, index, rows = _checked(xp, "index_reduce", input, dim, index, source)
    one = xp.ones((), dtype=input.dtype, device=input.device)
    return xp.reshape(row * _combined(xp, xp.multiply, row, dim, index, rows, one), input.shape)


@op
def index_extremum(
    xp: Namespace, input: Array, dim: int, index: Array, source: Array, largest: bool
) -> Array:
    """The largest (or smallest) of each element of `input` and those of `source` at its position.

    Derivative: shared evenly by all that reach the extremum, as in PyTorch.
    """
    row, dim, index, rows = _checked(xp, "index_reduce", input, dim, index, source)
    pick: Combine = xp.maximum if largest else xp.minimum
    if xp.isdtype(input.dtype, "bool"):
        pick = xp.logical_or if largest else xp.logical_and
    return xp.reshape(pick(row, _combined(xp, pick, row, dim, index, rows, row)), input.shape)


@index_extremum.vjp("input", "source")
def _(
    xp: Namespace, g: Array, input: Array, dim: int, index: Array, source: Array, out: Array
) -> tuple[Array, Array]:
    reached = xp.reshape(xp.index_select(out, dim, index), source.shape) == source
    kept = input == out
    count = xp.index_add(xp.astype(kept, g.dtype), dim, index, xp.astype(reached, g.dtype))
    share = g / xp.maximum(count, xp.ones_like(count))
    picked = xp.reshape(xp.index_select(share, dim, index), source.shape)
    return xp.where(kept, share, 0), xp.where(reached, picked, 0)


@op(refuses="bool complex")
def index_reduce(
    xp: Namespace,
    input: Array,
    dim: int,
    index: Array,
    source: Array,
    reduce: str,
    *,
    include_self: bool = True,
) -> Array:
    """The "sum", "prod", "mean", "amax" or "amin" of `input` and the rows of `source` at each position.

    Without `include_self` the old value counts only where no row goes. Raises RuntimeError for another
    `reduce`.
    """
    start = {"sum": 0, "mean": 0, "prod": 1, "amax": None, "amin": None}
    if reduce not in start:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce!r}")
    base = input
    if not include_self:
        identity = start[reduce]
        base = xp.index_fill(input, dim, index, _bound(xp, input, reduce) if identity is None else identity)
    if reduce == "prod":
        return xp.index_prod(base, dim, index, source)
    if reduce in ("amax", "amin"):
        return xp.index_extremum(base, dim, index, source, reduce == "amax")
    total = xp.index_add(base, dim, index, source)
    if reduce == "sum":
        return total
    ones = xp.ones(source.shape, dtype=input.dtype, device=input.device)
    own = xp.ones(input.shape, dtype=input.dtype, device=input.device)
    count = xp.index_add(own if include_self else xp.index_fill(own, dim, index, 0), dim, index, ones)
    return total // count if xp.isdtype(input.dtype, "integral") else total / count


def _bound(xp: Namespace, input: Array, reduce: str) -> Scalar:
    """What never is the extremum, unless it is the only one."""
    if xp.isdtype(input.dtype, "bool"):
        return reduce == "amin"
    if xp.isdtype(input.dtype, "integral"):
        info = xp.iinfo(input.dtype)
        return int(info.min if reduce == "amax" else info.max)
    return float("-inf") if reduce == "amax" else float("inf")
