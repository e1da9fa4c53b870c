"""Constraints of vectors and matrices."""

from __future__ import annotations

from typing import Any

from ...functions import isclose
from ...linalg import cholesky_ex, eigvalsh, vector_norm
from ...namespaces.tensor import finfo
from ...tensor import Tensor
from .base import Constraint
from .numbers import _Boolean

__all__ = [
    "_CorrCholesky",
    "_LowerCholesky",
    "_LowerTriangular",
    "_Multinomial",
    "_OneHot",
    "_PositiveDefinite",
    "_PositiveSemidefinite",
    "_Simplex",
    "_Square",
    "_Symmetric",
]


class _OneHot(Constraint):
    is_discrete = True
    event_dim = 1

    def check(self, value: Any) -> Tensor:
        """Whether each vector has a single one, and zeros."""
        return _Boolean().check(value).all(-1) & (value.sum(-1) == 1)


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value: Any) -> Tensor:
        """Whether no element of each vector is negative and their sum is 1, to a millionth."""
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Tensor:
        """Whether no element of each vector is negative and their sum stays within the bound."""
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Tensor:
        """Whether each matrix has zeros above its diagonal."""
        return (value.tril() == value).all(-1).all(-1)


class _LowerCholesky(_LowerTriangular):
    def check(self, value: Any) -> Tensor:
        """Whether each matrix is lower triangular with a positive diagonal."""
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(_LowerCholesky):
    def check(self, value: Any) -> Tensor:
        """Whether each matrix is a Cholesky factor whose rows have length 1."""
        tolerance = finfo(value.dtype).eps * value.shape[-1] * 10
        unit = (vector_norm(value.detach(), dim=-1) - 1.0).abs() <= tolerance
        return super().check(value) & unit.all(-1)


class _Square(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Tensor:
        """Whether the matrices have as many rows as columns."""
        return value.new_full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype="bool")


class _Symmetric(_Square):
    def check(self, value: Any) -> Tensor:
        """Whether each matrix is its own transpose, to a millionth."""
        square = super().check(value)
        return isclose(value, value.mT, atol=1e-6).all(-1).all(-1) if square.all() else square


class _PositiveSemidefinite(_Symmetric):
    def check(self, value: Any) -> Tensor:
        """Whether each matrix is symmetric and no eigenvalue is negative."""
        symmetric = super().check(value)
        return (eigvalsh(value) >= 0).all(-1) if symmetric.all() else symmetric


class _PositiveDefinite(_Symmetric):
    def check(self, value: Any) -> Tensor:
        """Whether each matrix is symmetric and has a Cholesky factor."""
        symmetric = super().check(value)
        return cholesky_ex(value).info == 0 if symmetric.all() else symmetric
