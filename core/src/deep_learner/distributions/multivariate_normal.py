"""The normal distribution of several variables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..functions import broadcast_shapes, cholesky_inverse, flip
from ..linalg import cholesky, solve_triangular
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, checked
from .utils import identity_like, lazy_property, normal_noise

__all__ = ["MultivariateNormal", "Scaled"]


def times_vector(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Products of matrices (*, m, n) and vectors (*, n), which broadcast."""
    return (matrices @ vectors.unsqueeze(-1)).squeeze(-1)


def log_diagonal(factors: Tensor) -> Tensor:
    """The sums of the logarithms of the diagonals."""
    return factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def mahalanobis(factors: Tensor, vectors: Tensor) -> Tensor:
    """The squared lengths of ``L^-1 x``, for lower triangular L; both broadcast."""
    return solve_triangular(factors, vectors.unsqueeze(-1), upper=False).square().sum((-2, -1))


def scale_of_precision(precision: Tensor) -> Tensor:
    """The Cholesky factors of the inverses of matrices: that of the mirrored matrix, mirrored and inverted."""
    factor = flip(cholesky(flip(precision, (-2, -1))), (-2, -1)).mT
    return solve_triangular(factor, identity_like(precision), upper=False)


class Scaled(Distribution):
    """A distribution given by a covariance matrix, its inverse or its Cholesky factor."""

    _kept: ClassVar[frozenset[str]] = frozenset({"_unbroadcasted_scale_tril"})
    _unbroadcasted_scale_tril: Tensor
    _MATRICES = ("covariance_matrix", "precision_matrix", "scale_tril")

    def _find_scale(self, name: str, matrix: Tensor) -> None:
        find = {"covariance_matrix": cholesky, "precision_matrix": scale_of_precision}.get(name)
        self._unbroadcasted_scale_tril = matrix if find is None else find(matrix)

    def _square(self, matrices: Tensor) -> Tensor:
        return matrices.expand((*self._batch_shape, *matrices.shape[-2:]))

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The Cholesky factor of the covariance matrix."""
        return self._square(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance matrix."""
        return self._square(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance matrix."""
        return self._square(cholesky_inverse(self._unbroadcasted_scale_tril))


def the_one(error: type[Exception], given: dict[str, Tensor | None]) -> tuple[str, Tensor]:
    """The name and value of the only parameter that is given.

    Raises
    ------
    error
        If none is, or more than one.
    ValueError
        If it is no matrix.
    """
    found = [(name, value) for name, value in given.items() if value is not None]
    if len(found) != 1:
        raise error("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
    name, matrix = found[0]
    if matrix.ndim < 2:
        raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
    return name, matrix


class MultivariateNormal(Scaled):
    """The normal distribution of vectors, given by their mean and one of three matrices.

    Parameters
    ----------
    loc : Tensor of shape (*batch, n)
        The mean.
    covariance_matrix, precision_matrix, scale_tril : Tensor of shape (*batch, n, n)
        One of them: the covariance matrix, its inverse, or its lower Cholesky factor, which is the fastest.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky,
    }  # fmt: skip
    support: Any = constraints.real_vector
    has_rsample: Any = True

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.ndim < 1:
            raise ValueError("loc must be at least one-dimensional.")
        values = (covariance_matrix, precision_matrix, scale_tril)
        name, matrix = the_one(ValueError, dict(zip(self._MATRICES, values, strict=True)))
        batch_shape = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc: Tensor = loc.expand((*batch_shape, -1))
        super().__init__(batch_shape, loc.shape[-1:], validate_args=validate_args)
        self._find_scale(name, matrix)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        return self._unbroadcasted_scale_tril.square().sum(-1).expand(self.loc.shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        noise = normal_noise(self.loc, self._extended_shape(sample_shape))
        return self.loc + times_vector(self._unbroadcasted_scale_tril, noise)

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        distance = mahalanobis(self._unbroadcasted_scale_tril, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (constant + distance) - log_diagonal(self._unbroadcasted_scale_tril)

    def entropy(self) -> Tensor:
        constant: Any = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        return (constant + log_diagonal(self._unbroadcasted_scale_tril)).expand(self._batch_shape)
