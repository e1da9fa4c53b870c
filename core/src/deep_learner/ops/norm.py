"""Norms of vectors and matrices. Where a norm is 0 its gradient is 0, as in PyTorch.

https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html, .../torch.linalg.matrix_norm.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..dtypes import as_dtype, from_native, promote_types
from ..typing import Array, DTypeLike, Namespace
from ._arrays import require_inexact
from ._reducing import Dims, kept_shape, reduced_axes, require_elements, restore
from .dims import wrap_dims
from .operation import op


@op(holomorphic=False, autocast={"accelerator": "float32"})
def vector_norm(
    xp: Namespace,
    input: Array,
    ord: float = 2,
    dim: Dims = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike = None,
) -> Array:
    """(sum |x|^ord)^(1/ord) over `dim`: (*) -> (*) without `dim`, floating-point or complex -> real.

    `ord` inf is the greatest |x|, -inf the least, 0 counts what is not 0. `dtype` is the dtype to compute in, which
    may be wider. Raises RuntimeError for integers and booleans, for a narrower dtype, and for inf or a negative `ord`
    over nothing.
    """
    input = _widened(xp, input, dtype)
    axes = reduced_axes(dim, input.ndim)
    size = input if ord == 2 and xp.isdtype(input.dtype, "real floating") else xp.abs(input)
    if ord < 0 or math.isinf(ord):
        _require_identity(input, ord, dim)
    if math.isinf(ord):
        return (xp.max if ord > 0 else xp.min)(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return xp.sum(xp.astype(size != 0, size.dtype), axis=axes, keepdims=keepdim)
    if ord == 1:
        return xp.sum(size, axis=axes, keepdims=keepdim)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axes, keepdims=keepdim))
    return xp.sum(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


def _widened(xp: Namespace, input: Array, dtype: DTypeLike) -> Array:
    """The input in the dtype to compute in.

    Raises
    ------
    RuntimeError
        If it holds no floating-point or complex numbers, or the dtype does not hold all of theirs, or only one of both
        is complex.
    """
    require_inexact(input)
    if dtype is None:
        return input
    own, target = from_native(input.dtype), as_dtype(dtype)
    if own.is_complex != target.is_complex:
        kind = "complex" if own.is_complex else "real"
        raise RuntimeError(f"dtype should be {kind} for {kind} inputs, but got {target.name}")
    if promote_types(own, target) is not target:
        raise RuntimeError(
            f"the dtype of the input ({own.name}) should be convertible without narrowing to the specified dtype "
            f"({target.name}); convert the input first, as in x.to({target.name})"
        )
    return xp.astype(input, getattr(xp, target.name))


def _require_identity(input: Array, ord: float, dim: Dims) -> None:
    """Refuse a norm of nothing that is neither 0 nor anything else."""
    try:
        require_elements(input.shape, dim)
    except IndexError as error:
        raise RuntimeError(f"there is no norm of order {ord} of nothing: {error}") from error


@vector_norm.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, ord: float, dim: Dims, keepdim: bool) -> Array:
    if ord == 0:
        return xp.zeros_like(input)
    shape = input.shape
    g, norm = restore(xp, g, shape, dim, keepdim), restore(xp, out, shape, dim, keepdim)
    zero = norm == 0
    if ord == 2:
        return g * xp.where(zero, 0.0, 1.0 / norm) * input
    direction = xp.sign(input)
    if ord == 1:
        return g * direction
    size = xp.abs(input)
    if math.isinf(ord):
        weight = xp.astype(size == norm, size.dtype)
        count = xp.sum(weight, axis=reduced_axes(dim, len(shape)), keepdims=True)
        return g / count * weight * direction
    # |x| / norm is at most 1 for positive ord, so its power cannot overflow; where x is 0 the direction is 0.
    ratio = xp.where(size == 0, 1.0, size / xp.where(zero, 1.0, norm))
    return g * xp.where(zero, 0.0, ratio ** (ord - 1)) * direction


@op(autocast={"accelerator": "float32"})
def matrix_norm(
    xp: Namespace, input: Array, ord: float | str = "fro", dim: Sequence[int] = (-2, -1),
    keepdim: bool = False, *, dtype: DTypeLike = None,
) -> Array:  # fmt: skip
    """Norm of the matrices in two dimensions: (*, m, n) -> (*), floating-point or complex -> real.

    "fro" is the root of the sum of squares, "nuc" the sum of the singular values, 2 (-2) the greatest (least) of them,
    1 (-1) the greatest (least) sum of a column, inf (-inf) of a row. `dtype` is the dtype to compute in, which may be
    wider. Raises RuntimeError for other orders, for integers and booleans, and for dimensions that are not two;
    IndexError for the least of nothing.
    """
    if len(dim) != 2:
        raise RuntimeError(f"dim must be a 2-tuple. Got: {tuple(dim)}")
    if input.ndim < 2:
        raise RuntimeError(f"the input must have at least 2 dimensions, but its shape is {list(input.shape)}")
    rows, columns = wrap_dims(tuple(dim), input.ndim)
    if ord == "fro":
        return xp.vector_norm(input, 2, (rows, columns), keepdim, dtype=dtype)
    if ord in (1, -1, math.inf, -math.inf):
        summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = xp.vector_norm(input, 1, summed, True, dtype=dtype)
        extreme = _extreme(xp, sums, ord, compared)
        return extreme if keepdim else xp.squeeze(extreme, axis=(rows, columns))
    if ord not in (2, -2, "nuc"):
        raise RuntimeError(
            f"order {ord!r} is not supported; 'fro', 'nuc', 1, 2, inf, and their negatives are"
        )
    matrices = xp.moveaxis(_widened(xp, input, dtype), (rows, columns), (-2, -1))
    values = xp.linalg_svdvals(matrices)
    of_matrices = xp.sum(values, axis=-1) if ord == "nuc" else _extreme(xp, values, ord, -1)[..., 0]
    return xp.reshape(of_matrices, kept_shape(input.shape, (rows, columns))) if keepdim else of_matrices


def _extreme(xp: Namespace, sizes: Array, ord: float, dim: int) -> Array:
    """The greatest along a dimension, 0 of none, or with a negative order the least; the dimension stays."""
    if ord < 0:
        return xp.amin(sizes, dim, True)
    return xp.amax(sizes, dim, True) if sizes.shape[dim] else xp.sum(sizes, axis=dim, keepdims=True)


@op(autocast={"accelerator": "float32"})
def norm(
    xp: Namespace, input: Array, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False,
    dtype: DTypeLike = None,
) -> Array:  # fmt: skip
    """PyTorch's older norm: of all elements over `dim`, whether one, two or more: (*) -> (*) without `dim`.

    "fro" and None are 2, a number is the order of `vector_norm`. "nuc" is the sum of singular values of matrices: two
    dimensions in `dim`, by default both. Raises RuntimeError for integers, booleans and other strings, and for "fro"
    over more than two of the dimensions.
    """
    if p == "nuc" or (isinstance(p, str) and isinstance(dim, Sequence) and len(dim) > 2):
        dims = tuple(range(input.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
        return xp.matrix_norm(input, p, dims, keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"p must be a number, 'fro', 'nuc' or None. Got: {p!r}")
    return xp.vector_norm(input, 2 if p is None or isinstance(p, str) else p, dim, keepdim, dtype=dtype)
