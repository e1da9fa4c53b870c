"""PyTorch's ``torch.linalg``, as far as it is there: products and norms."""

from __future__ import annotations

from typing import Any

from .ops.linalg import matmul
from .ops.norm import matrix_norm, vector_norm
from .ops.products import cross, multi_dot, vecdot
from .tensor import Tensor
from .typing import DTypeLike

__all__ = ["cross", "matmul", "matrix_norm", "multi_dot", "norm", "vecdot", "vector_norm"]


def norm(
    A: Tensor,
    ord: int | float | str | None = None,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike = None,
) -> Tensor:
    """A vector's or a matrix's norm.

    Parameters
    ----------
    A
        Any shape, floating or complex.
    ord
        The order; None for the 2-norm of all elements (or over ``dim``).
    dim
        One dimension: norms of vectors; two: norms of matrices. By default vectors, or matrices where ``A`` is one and
        an order is given.
    keepdim
        Leave size 1 in place of ``dim``.
    dtype
        The dtype to compute in.

    Returns
    -------
    Tensor
        ``A``'s shape without ``dim``, real.

    Raises
    ------
    RuntimeError
        If the order does not suit the dimensions.
    """
    order: Any = 2 if ord is None else ord
    matrix = isinstance(ord, str) or (
        ord is not None and (len(dim) if isinstance(dim, tuple) else A.ndim) == 2
    )
    if matrix and not isinstance(dim, int):
        return matrix_norm(A, order, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm(A, order, dim, keepdim, dtype=dtype)
