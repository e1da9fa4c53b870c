"""Transforms of vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...functions import concat, ones_like
from ...linalg import cholesky
from ...namespaces.tensor import finfo
from ...size import Size
from ...tensor import Tensor
from .. import constraints
from ..utils import (
    identity_like,
    log_sigmoid,
    softplus,
    tril_matrix_to_vec,
    vec_to_tril_matrix,
)  # fmt: skip
from .base import Stateless, Transform, require_dims
from .elementwise import clipped_sigmoid

__all__ = [
    "CorrCholeskyTransform", "LowerCholeskyTransform", "PositiveDefiniteTransform", "ReshapeTransform",
    "SoftmaxTransform", "StickBreakingTransform",
]  # fmt: skip


class ReshapeTransform(Transform):
    """A new shape for the last dimensions.

    Parameters
    ----------
    in_shape, out_shape : sequence of int
        Of as many elements.
    cache_size : {0, 1}
    """

    bijective = True
    _arguments = ("in_shape", "out_shape")

    def __init__(self, in_shape: Sequence[int], out_shape: Sequence[int], cache_size: int = 0) -> None:
        self.in_shape = Size(in_shape)
        self.out_shape = Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError(
                "in_shape and out_shape have different numbers of elements. "
                f"Received: {self.in_shape} and {self.out_shape}"
            )
        super().__init__(cache_size=cache_size)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Where it is defined."""
        return constraints.independent(constraints.real, len(self.in_shape))

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Where its values lie."""
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Any) -> Any:
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y: Any) -> Any:
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Tensor:
        """It is 0."""
        return x.new_zeros(x.shape[: x.ndim - len(self.in_shape)])

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the result, for that of the argument."""
        return _replaced(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the argument, for that of the result."""
        return _replaced(shape, self.out_shape, self.in_shape)


def _replaced(shape: Any, old: Size, new: Size) -> Size:
    require_dims(shape, len(old))
    cut = len(shape) - len(old)
    if tuple(shape[cut:]) != old:
        raise ValueError(f"Shape mismatch: expected {old} at the end. Received: {tuple(shape)}")
    return Size(shape[:cut]) + new


class _OfVectors(Stateless):
    """A transform of vectors to vectors that may be longer."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    _longer = 0

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the result, for that of the argument."""
        require_dims(shape, 1)
        return Size((*shape[:-1], shape[-1] + self._longer))

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the argument, for that of the result."""
        require_dims(shape, 1)
        return Size((*shape[:-1], shape[-1] - self._longer))


class SoftmaxTransform(_OfVectors):
    """``y = exp(x) / sum(exp(x))``: not bijective, yet good for optimisation; its inverse is the logarithm."""

    def _call(self, x: Any) -> Any:
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()


class StickBreakingTransform(_OfVectors):
    """Vectors of n numbers to probabilities of n + 1: each takes a share of what is left of a stick."""

    bijective = True
    _longer = 1

    def _offset(self, x: Any) -> Any:
        count = x.shape[-1]
        return (count + 1 - x.new_ones((count,)).cumsum(-1)).log()

    def _call(self, x: Any) -> Any:
        share = clipped_sigmoid(x - self._offset(x))
        rest = (1 - share).cumprod(-1)
        one = ones_like(rest[..., :1])
        return concat([share, one], -1) * concat([one, rest], -1)

    def _inverse(self, y: Any) -> Any:
        first = y[..., :-1]
        rest = (1 - first.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return first.log() - rest.log() + self._offset(first)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Tensor:
        """The sum of the logarithms of the shares' slopes and of what was left of the stick."""
        x = x - self._offset(x)
        return (-x + log_sigmoid(x) + y[..., :-1].log()).sum(-1)


class LowerCholeskyTransform(Stateless):
    """Square matrices to lower triangular ones with a positive diagonal: the exponential of the diagonal."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(Stateless):
    """Square matrices to positive definite ones, by way of their Cholesky factors."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(cholesky(y))


class CorrCholeskyTransform(Transform):
    """Vectors of D (D - 1) / 2 numbers to Cholesky factors of D by D correlation matrices.

    Their hyperbolic tangents are partial correlations: row by row, each takes a share of what is left of the row's
    length 1 (Lewandowski, Kurowicka, Joe, Journal of Multivariate Analysis 100, 2009).
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        partial = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        rest = (1 - partial**2).sqrt().cumprod(-1)
        return (partial + identity_like(partial)) * _after_one(rest)

    def _inverse(self, y: Any) -> Any:
        rest = _after_one(1 - (y * y).cumsum(-1))
        partial = tril_matrix_to_vec(y, -1) / tril_matrix_to_vec(rest, -1).sqrt()
        return (partial.log1p() - (-partial).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Tensor:
        """The sum of the logarithms of what was left of the rows, and of the hyperbolic tangents' slopes."""
        rest = tril_matrix_to_vec(1 - (y * y).cumsum(-1), -2)
        slopes = -2 * (x + softplus(-2 * x) - math.log(2.0)).sum(-1)
        return 0.5 * rest.log().sum(-1) + slopes

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the result, for that of the argument."""
        require_dims(shape, 1)
        size = round((0.25 + 2 * shape[-1]) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != shape[-1]:
            raise ValueError(f"{shape[-1]} numbers do not fill a matrix below its diagonal")
        return Size((*shape[:-1], size, size))

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the argument, for that of the result."""
        require_dims(shape, 2)
        if shape[-2] != shape[-1]:
            raise ValueError(f"Input is not square: {tuple(shape)}")
        return Size((*shape[:-2], shape[-1] * (shape[-1] - 1) // 2))


def _after_one(rest: Any) -> Any:
    """What is left before each element: 1, and then what was left after the one before."""
    return concat([ones_like(rest[..., :1]), rest[..., :-1]], -1)
