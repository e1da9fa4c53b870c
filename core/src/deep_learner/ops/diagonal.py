"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

from ..dtypes import as_dtype, int64
from ..tensor import Tensor
from ..typing import Array, DeviceLike, DTypeLike, Namespace, Shape
from ._placement import native_dtype, new_tensor, place_of
from .dims import inverse_permutation, wrap_dim
from .operation import op


def _two_dims(name: str, dim1: int, dim2: int, ndim: int) -> tuple[int, int]:
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"{name}: diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


def _places(rows: int, columns: int, offset: int) -> slice:
    """Where a diagonal lies among the elements of a matrix in row-major order."""
    count = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    start = offset if offset >= 0 else -offset * columns
    return slice(start, start + (count - 1) * (columns + 1) + 1, columns + 1) if count else slice(0, 0, 1)


def _last(first: int, second: int, ndim: int) -> tuple[int, ...]:
    """The order of dimensions that puts two at the end."""
    return (*[dim for dim in range(ndim) if dim not in (first, second)], first, second)


@op(view=True)
def diagonal(xp: Namespace, input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    """The elements whose position in `dim2` is `offset` more than in `dim1`: (m, n, *) -> (*, min(m, n)).

    A view. Raises IndexError for a dimension that does not exist, RuntimeError if both are the same.
    """
    first, second = _two_dims("diagonal", dim1, dim2, input.ndim)
    matrices = xp.permute_dims(input, _last(first, second, input.ndim))
    *others, rows, columns = matrices.shape
    flat = xp.reshape(matrices, (*others, rows * columns))
    return flat[..., _places(rows, columns, offset)]


@diagonal.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape, offset: int, dim1: int, dim2: int) -> Array:
    return xp.diagonal_embed(g, input_shape, offset, dim1, dim2)


@op
def diagonal_embed(xp: Namespace, input: Array, shape: Shape, offset: int, dim1: int, dim2: int) -> Array:
    """Zeros of `shape` with `input` on a diagonal: the adjoint of `diagonal`."""
    first, second = _two_dims("diagonal", dim1, dim2, len(shape))
    order = _last(first, second, len(shape))
    *others, rows, columns = [shape[dim] for dim in order]
    key = (Ellipsis, _places(rows, columns, offset))
    flat = xp.slice_embed(input, key, (*others, rows * columns))
    return xp.permute_dims(xp.reshape(flat, (*others, rows, columns)), inverse_permutation(order))


@diagonal_embed.vjp("input")
def _(xp: Namespace, g: Array, offset: int, dim1: int, dim2: int) -> Array:
    return xp.diagonal(g, offset, dim1, dim2)


@op
def diag_embed(xp: Namespace, input: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Matrices with the last dimension of `input` on a diagonal: (*, n) -> (*, n + |offset|, n + |offset|).

    Raises IndexError for a dimension that does not exist, RuntimeError if both are the same.
    """
    ndim = input.ndim + 1
    first, second = _two_dims("diag_embed", dim1, dim2, ndim)
    size = input.shape[-1] + abs(offset)
    sizes = iter(input.shape[:-1])
    shape = tuple([size if dim in (first, second) else next(sizes) for dim in range(ndim)])
    return xp.diagonal_embed(input, shape, offset, first, second)


@op
def diag(xp: Namespace, input: Array, diagonal: int = 0) -> Array:
    """A vector as the diagonal of a matrix, or that of a matrix as a vector: (n,) -> (n, n), (m, n) -> (k,).

    A copy. Raises RuntimeError for another number of dimensions.
    """
    if input.ndim == 1:
        return xp.diag_embed(input, diagonal)
    if input.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    return xp.clone(xp.diagonal(input, diagonal))


@op
def diagflat(xp: Namespace, input: Array, offset: int = 0) -> Array:
    """All elements as the diagonal of a matrix: (*) of n elements -> (n + |offset|, n + |offset|)."""
    return xp.diag_embed(xp.reshape(input, (-1,)), offset)


@op
def diagonal_scatter(
    xp: Namespace, input: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Array:
    """`input` with `src` in place of `diagonal(input, offset, dim1, dim2)`.

    Raises RuntimeError for another shape.
    """
    shape = xp.diagonal(input, offset, dim1, dim2).shape
    if src.shape != shape:
        raise RuntimeError(f"diagonal_scatter: src has shape {list(src.shape)}, the diagonal {list(shape)}")
    mask = xp.diagonal_embed(
        xp.ones(shape, dtype=xp.bool, device=input.device), input.shape, offset, dim1, dim2
    )
    placed = xp.diagonal_embed(xp.astype(src, input.dtype, copy=False), input.shape, offset, dim1, dim2)
    return xp.where(mask, placed, input)


@op
def tril(xp: Namespace, input: Array, diagonal: int = 0) -> Array:
    """Matrices with zeros above a diagonal: (*, m, n). Raises RuntimeError with fewer than two dimensions."""
    if input.ndim < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    return xp.tril(input, k=diagonal)


@tril.vjp("input")
def _(xp: Namespace, g: Array, diagonal: int) -> Array:
    return xp.tril(g, k=diagonal)


@op
def triu(xp: Namespace, input: Array, diagonal: int = 0) -> Array:
    """Matrices with zeros below a diagonal: (*, m, n). Raises RuntimeError with fewer than two dimensions."""
    if input.ndim < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    return xp.triu(input, k=diagonal)


@triu.vjp("input")
def _(xp: Namespace, g: Array, diagonal: int) -> Array:
    return xp.triu(g, k=diagonal)


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: DTypeLike = int64, device: DeviceLike = None
) -> Tensor:
    """Where a (row, col) matrix may differ from zero under `tril`: (2, n), rows above columns."""
    return _triangle("tril", row, col, offset, dtype, device)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: DTypeLike = int64, device: DeviceLike = None
) -> Tensor:
    """Where a (row, col) matrix may differ from zero under `triu`: (2, n), rows above columns."""
    return _triangle("triu", row, col, offset, dtype, device)


def _triangle(name: str, row: int, col: int, offset: int, dtype: DTypeLike, device: DeviceLike) -> Tensor:
    if row < 0 or col < 0:
        raise RuntimeError(f"{name}_indices: row and col must be non-negative, not {row}, {col}")
    place = place_of(device)
    xp: Any = place.backend.namespace
    whole = xp.ones((row, col), dtype=xp.bool, device=place.native)
    places = xp.stack(xp.nonzero(getattr(xp, name)(whole, k=offset)))
    return new_tensor(xp.astype(places, native_dtype(place.backend, as_dtype(dtype))))
