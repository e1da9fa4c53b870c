"""Elements written to positions along a dimension: the counterparts of `gather`.

`out[index[i, j], j] = src[i, j]` for dimension 0. `index` has the dimensions of `input`, is no larger than
it apart from `dim`, and no larger than `src`. Positions are int32 or int64 from 0 up; out of bounds raises
IndexError, shapes or dtypes that do not fit raise RuntimeError. The result is new.

Generic form: all elements lie in one flat row, and rows are what :mod:`.rows` writes.
"""

from __future__ import annotations

import math

from ...dtypes import BOOL, COMPLEX, from_native
from ...typing import Array, Namespace, Scalar, Shape
from .._arrays import at_least_1d, kind_of
from ..dims import wrap_dim
from ..numbers import as_element
from ..operation import op
from .positions import along_dim
from .select import check_gather, crop


def _flat(
    xp: Namespace, name: str, input: Array, dim: int, index: Array, src: Array
) -> tuple[Array, Array, Array]:
    """Input, positions and source, each as one row."""
    dim = check_gather(name, input.shape, dim, index.shape)
    if src.dtype != input.dtype:
        raise RuntimeError(
            f"{name}: expected input.dtype to be equal to src.dtype, not {input.dtype}, {src.dtype}"
        )
    row, places, source = at_least_1d(xp, input), at_least_1d(xp, index), at_least_1d(xp, src)
    row_shape, row = row.shape, xp.reshape(row, (math.prod(row.shape),))
    if 0 in places.shape:
        return row, xp.zeros((0,), dtype=xp.int64, device=index.device), row[:0]
    if len(places.shape) != len(source.shape) or any(
        used > whole for used, whole in zip(places.shape, source.shape, strict=True)
    ):
        raise RuntimeError(
            f"{name}: expected index {list(index.shape)} to be no larger than src {list(src.shape)}"
        )
    places = xp.wrap_index(places, row_shape[dim], dim, negative=False)
    source = crop(source, places.shape)
    return row, along_dim(xp, places, dim, row_shape), xp.reshape(source, (math.prod(places.shape),))


def _uncropped(xp: Namespace, picked: Array, shape: Shape) -> Array:
    """`picked` as the corner of zeros of `shape`: a source may be larger than the index that uses it."""
    if 0 in picked.shape:
        return xp.zeros(shape, dtype=picked.dtype, device=picked.device)
    if picked.ndim != len(shape):
        return xp.reshape(picked, shape)  # One is 0-d, the other (1,).
    room = [amount for used, whole in zip(picked.shape, shape, strict=True) for amount in (whole - used, 0)]
    return xp.constant_pad_nd(picked, room[::-1]) if any(room) else picked


@op(autocast={"accelerator": "promote"})
def scatter_add(xp: Namespace, input: Array, dim: int, index: Array, src: Array) -> Array:
    """`input` plus the elements of `src` at their positions; repeated positions add up."""
    row, flat, source = _flat(xp, "scatter_add", input, dim, index, src)
    return xp.reshape(xp.index_add(row, 0, flat, source), input.shape)


@scatter_add.vjp("input")
def _(xp: Namespace, g: Array) -> Array:
    return g


@scatter_add.vjp("src")
def _(xp: Namespace, g: Array, dim: int, index: Array, src_shape: Shape) -> Array:
    return _uncropped(xp, xp.gather(g, dim, index), src_shape)


@op
def scatter_set(xp: Namespace, input: Array, dim: int, index: Array, src: Array) -> Array:
    """`input` with the elements of `src` at their positions; of repeated positions the last one stays."""
    row, flat, source = _flat(xp, "scatter", input, dim, index, src)
    return xp.reshape(xp.index_copy(row, 0, flat, source), input.shape)


@scatter_set.vjp("input")
def _(xp: Namespace, g: Array, dim: int, index: Array) -> Array:
    return xp.scatter_set(g, dim, index, xp.zeros(index.shape, dtype=g.dtype, device=g.device))


@scatter_set.vjp("src")
def _(xp: Namespace, g: Array, dim: int, index: Array, src_shape: Shape) -> Array:
    picked = xp.gather(g, dim, index)
    if 0 not in index.shape:
        row, places = at_least_1d(xp, g), xp.astype(at_least_1d(xp, index), xp.int64)
        flat = along_dim(xp, places, wrap_dim(dim, row.ndim), row.shape)
        picked = xp.where(xp.reshape(xp.last_writes(flat, math.prod(row.shape)), index.shape), picked, 0)
    return _uncropped(xp, picked, src_shape)


@op
def scatter(
    xp: Namespace,
    input: Array,
    dim: int,
    index: Array,
    src: Array | Scalar | None = None,
    *,
    value: Scalar | None = None,
    reduce: str | None = None,
) -> Array:
    """`input` with `src` (a tensor or a number, which may be called `value`) at the positions.

    Of repeated positions the last one stays; with `reduce` "add" or "multiply" all count. Raises
    RuntimeError for another `reduce`, TypeError unless exactly one of `src` and `value` is given.
    """
    if (src is None) == (value is None):
        raise TypeError("scatter() takes either src or value")
    given = value if src is None else src
    if isinstance(given, Scalar):
        number = as_element(given, from_native(input.dtype))
        given = xp.full(index.shape, number, dtype=input.dtype, device=input.device)
    if reduce is None:
        return xp.scatter_set(input, dim, index, given)
    if reduce not in ("add", "multiply"):
        raise RuntimeError(f"reduce argument must be either add or multiply, got {reduce!r}")
    return xp.scatter_reduce(input, dim, index, given, "sum" if reduce == "add" else "prod")


@op
def scatter_reduce(
    xp: Namespace, input: Array, dim: int, index: Array, src: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """The "sum", "prod", "mean", "amax" or "amin" of `input` and the elements of `src` at each position.

    Without `include_self` the old value counts only where no element goes. Raises RuntimeError for another
    `reduce`, NotImplementedError for the extremes of complex numbers and the mean of booleans.
    """
    kind = kind_of(input)
    if (kind == COMPLEX and reduce in ("amax", "amin")) or (kind == BOOL and reduce == "mean"):
        raise NotImplementedError(
            f"{reduce} is not implemented for {from_native(input.dtype).name}; convert the tensors"
        )
    if reduce == "sum" and include_self:
        return xp.scatter_add(input, dim, index, src)
    row, flat, source = _flat(xp, "scatter_reduce", input, dim, index, src)
    return xp.reshape(xp.index_reduce(row, 0, flat, source, reduce, include_self=include_self), input.shape)
