"""Functions that ``torch.linalg`` has with other defaults than ``torch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..tensor import Tensor
from ..typing import DTypeLike
from . import diagonal as diagonals
from . import products
from .norm import matrix_norm, vector_norm
from .out import with_out


@with_out
def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """Vector product along an axis of size 3, by default the last, broadcast: (*, 3, *) -> (*, 3, *).

    Raises RuntimeError for other sizes and for tensors of different ranks.
    """
    return products.cross(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices, a view: (*, m, n) -> (*, k). `offset` counts from the main one to the right.

    Raises IndexError for a dimension that does not exist, RuntimeError if both are the same.
    """
    return diagonals.diagonal(A, offset, dim1, dim2)


@with_out
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Sum over `dim` of conj(x) * y: (*, k, *), broadcast -> (*). Raises RuntimeError for unequal sizes."""
    return products.vecdot(x, y, dim)


@with_out
def norm(
    input: Tensor, ord: float | str | None = None, dim: int | Sequence[int] | None = None, keepdim: bool = False,
    *, dtype: DTypeLike = None,
) -> Tensor:  # fmt: skip
    """A vector's or a matrix's norm.

    Parameters
    ----------
    input
        Any shape, floating-point or complex.
    ord
        The order, of `vector_norm` or of `matrix_norm`; None for the 2-norm of all elements (or over `dim`).
    dim
        One dimension: norms of vectors; two: norms of matrices. By default, if an order is given, `input` itself is
        the vector or the matrix.
    keepdim
        Leave size 1 in place of `dim`.
    dtype
        The dtype to compute in.

    Returns
    -------
    Tensor
        The shape of `input` without `dim`, real.

    Raises
    ------
    RuntimeError
        If the order does not suit the dimensions, or there are not one or two of them.
    """
    dims = dim if dim is None or isinstance(dim, int) else tuple(dim)
    count = input.ndim if dims is None else 1 if isinstance(dims, int) else len(dims)
    whole = ord is None and dims is None
    if count not in (1, 2) and not whole:
        raise RuntimeError(
            "linalg.norm: dim must be one or two dimensions, and without dim but with an order the input 1D or 2D. "
            f"Got dim={dim} and shape {list(input.shape)}; write dim, or vector_norm() for others"
        )
    if ord is not None and (isinstance(ord, str) or count == 2):
        pair: Any = (-2, -1) if dims is None else (dims,) if isinstance(dims, int) else dims
        return matrix_norm(input, ord, pair, keepdim, dtype=dtype)
    return vector_norm(input, 2 if ord is None else ord, dims, keepdim, dtype=dtype)
