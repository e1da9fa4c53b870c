"""Norms of vectors and matrices. Where a norm is 0 its gradient is 0, as in PyTorch.

https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html, .../torch.linalg.matrix_norm.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..dtypes import as_dtype
from ..typing import Array, DTypeLike, Namespace
from ._arrays import require_inexact
from ._reducing import Dims, reduced_axes, require_elements, restore
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

    `ord` inf is the greatest |x|, -inf the least, 0 counts what is not 0. `dtype` is the dtype to compute in.
    Raises RuntimeError for integers and booleans, and for ord -inf or inf over nothing.
    """
    if dtype is not None:
        input = xp.astype(input, getattr(xp, as_dtype(dtype).name))
    require_inexact(input)
    axes = reduced_axes(dim, input.ndim)
    size = xp.abs(input)
    if math.isinf(ord):
        require_elements(input.shape, dim)
        return (xp.max if ord > 0 else xp.min)(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return xp.sum(xp.astype(size != 0, size.dtype), axis=axes, keepdims=keepdim)
    if ord == 1:
        return xp.sum(size, axis=axes, keepdims=keepdim)
    if ord == 2:
        return xp.sqrt(xp.sum(size * size, axis=axes, keepdims=keepdim))
    return xp.sum(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


@vector_norm.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, ord: float, dim: Dims, keepdim: bool) -> Array:
    if ord == 0:
        return xp.zeros_like(input)
    shape = input.shape
    g, norm = restore(xp, g, shape, dim, keepdim), restore(xp, out, shape, dim, keepdim)
    divisor = xp.where(norm == 0, xp.ones_like(norm), norm)
    if ord == 2:
        return g / divisor * input
    direction = xp.sign(input)
    if ord == 1:
        return g * direction
    size = xp.abs(input)
    if math.isinf(ord):
        weight = xp.astype(size == norm, size.dtype)
        count = xp.sum(weight, axis=reduced_axes(dim, len(shape)), keepdims=True)
        return g / count * weight * direction
    # |x| / norm is at most 1 for positive ord, so its power cannot overflow; where x is 0 the direction is 0.
    ratio = xp.where(size == 0, xp.ones_like(size), size / divisor)
    return g * ratio ** (ord - 1) * direction


@op(autocast={"accelerator": "float32"})
def matrix_norm(
    xp: Namespace, input: Array, ord: float | str = "fro", dim: Sequence[int] = (-2, -1),
    keepdim: bool = False, *, dtype: DTypeLike = None,
) -> Array:  # fmt: skip
    """Norm of the matrices in two dimensions: (*, m, n) -> (*), floating-point or complex -> real.

    "fro" is the root of the sum of squares, 1 (-1) the greatest (least) sum of a column, inf (-inf) of a row.
    Raises RuntimeError for integers and booleans, and for "nuc", 2 and -2, which need singular values.
    """
    if len(dim) != 2:
        raise RuntimeError(f"dim must be a 2-tuple. Got: {tuple(dim)}")
    if ord == "fro":
        return xp.vector_norm(input, 2, tuple(dim), keepdim, dtype=dtype)
    if ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(
            f"order {ord!r} is not available: it needs singular values. Orders 'fro', 1, -1, inf and -inf are"
        )
    rows, columns = wrap_dims(tuple(dim), input.ndim)
    summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = xp.vector_norm(input, 1, summed, True, dtype=dtype)
    extreme = (xp.amax if ord > 0 else xp.amin)(sums, compared, True)
    return extreme if keepdim else xp.squeeze(extreme, axis=(rows, columns))


@op(autocast={"accelerator": "float32"})
def norm(
    xp: Namespace, input: Array, p: float | str | None = "fro", dim: Dims = None, keepdim: bool = False,
    dtype: DTypeLike = None,
) -> Array:  # fmt: skip
    """PyTorch's older norm: of all elements over `dim`, whether one, two or more: (*) -> (*) without `dim`.

    "fro" and None are 2, a number is the order of `vector_norm`. Raises RuntimeError for "nuc", which needs
    singular values, for integers and booleans.
    """
    if p == "nuc":
        raise RuntimeError("'nuc' is not available: it needs singular values. Write a number or 'fro'")
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"p must be a number, 'fro' or None. Got: {p!r}")
    return xp.vector_norm(input, 2 if p is None or isinstance(p, str) else p, dim, keepdim, dtype=dtype)
