"""The array standard's extension ``linalg`` (2024.12), for Tensors: ``x.__array_namespace__().linalg``.

https://data-apis.org/array-api/2024.12/extensions/linear_algebra_functions.html
"""

from __future__ import annotations

from typing import Any

from ..dtypes import promote_types as _promote_types
from ..ops import diagonal as _diagonal
from ..ops import linalg as _products
from ..ops import matrix_function as _matrix_function
from ..ops import norm as _norm
from ..ops import shape as _shape
from ..ops.factorisation import cholesky as _cholesky
from ..ops.factorisation import eigen as _eigen
from ..ops.factorisation import qr as _qr
from ..ops.factorisation import svd as _svd
from ..ops.products import cross as _cross
from ..ops.products import outer
from ..ops.solving import determinant as _determinant
from ..ops.solving import equations as _equations
from ..ops.solving import inverse as _inverse
from ..ops.solving import pseudo_inverse as _pseudo_inverse
from .tensor import sum as _sum
from .tensor import tensordot, vecdot

__all__ = [
    "cholesky", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals",
    "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip

cholesky = _cholesky.linalg_cholesky
det, slogdet = _determinant.linalg_det, _determinant.linalg_slogdet
eigh, eigvalsh = _eigen.linalg_eigh, _eigen.linalg_eigvalsh
eig, eigvals = _eigen.linalg_eig, _eigen.linalg_eigvals  # of the standard of 2025.12
inv = _inverse.linalg_inv
matmul, matrix_transpose = _products.matmul, _shape.matrix_transpose
matrix_power = _matrix_function.linalg_matrix_power
qr = _qr.linalg_qr
svd, svdvals = _svd.linalg_svd, _svd.linalg_svdvals


def cross(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    ndim = max(x1.ndim, x2.ndim)
    return _cross(_of_rank(x1, ndim), _of_rank(x2, ndim), axis)


def diagonal(x: Any, /, *, offset: Any = 0) -> Any:
    return _diagonal.diagonal(x, offset, -2, -1)


def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    return _norm.matrix_norm(x, ord, (-2, -1), keepdims)


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    return _pseudo_inverse.linalg_matrix_rank(x, None, rtol)


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    return _pseudo_inverse.linalg_pinv(x, None, rtol)


def solve(x1: Any, x2: Any, /) -> Any:
    """As PyTorch's, but dtypes may differ, and what could be a batch of vectors is a matrix."""
    dtype = _promote_types(x1.dtype, x2.dtype)
    x1, x2 = x1.to(dtype), x2.to(dtype)
    if 1 < x2.ndim < x1.ndim:
        x2 = _of_rank(x2, x1.ndim)
    return _equations.linalg_solve(x1, x2)


def _of_rank(x: Any, ndim: int) -> Any:
    return _shape.reshape(x, (1,) * (ndim - x.ndim) + tuple(x.shape))


def trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Any:
    return _sum(diagonal(x, offset=offset), axis=-1, dtype=dtype)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    if axis == ():  # the norms of numbers, where PyTorch takes all dimensions
        x = _shape.expand_dims(x, -1)
        return _norm.vector_norm(x, ord, -1, False)
    return _norm.vector_norm(x, ord, axis, keepdims)
