"""The Wishart distribution."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

from ..functions import arange, broadcast_shapes, cholesky_solve, digamma, mvlgamma, slogdet, tensor, where
from ..namespaces.tensor import finfo
from ..tensor import Tensor
from . import constraints
from .chi2 import Chi2
from .distribution import checked
from .exp_family import ExponentialFamily
from .multivariate_normal import Scaled, log_diagonal, the_one
from .utils import is_number, normal_noise, vec_to_tril_matrix

__all__ = ["Wishart"]


class Wishart(Scaled, ExponentialFamily):
    """The sum of the squares ``x x^T`` of `df` normally distributed vectors of mean 0: a positive definite matrix.

    Parameters
    ----------
    df : float or Tensor
        The degrees of freedom, above the number of rows less 1.
    covariance_matrix, precision_matrix, scale_tril : Tensor of shape (*batch, n, n)
        One of them: the vectors' covariance matrix, its inverse, or its lower Cholesky factor.
    validate_args : bool, optional
    """

    support: Any = constraints.positive_definite
    has_rsample: Any = True
    _mean_carrier_measure: ClassVar[float] = 0

    def __init__(
        self,
        df: Tensor | float,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        values = (covariance_matrix, precision_matrix, scale_tril)
        name, matrix = the_one(AssertionError, dict(zip(self._MATRICES, values, strict=True)))
        given: Any = tensor(df, dtype=matrix.dtype, device=matrix.device) if is_number(df) else df
        batch_shape = broadcast_shapes(matrix.shape[:-2], given.shape)
        self.df: Tensor = given.expand(batch_shape)
        rows = matrix.shape[-1]
        if (self.df <= rows - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {rows - 1}.")
        if (self.df < rows).any():
            warnings.warn("with df below the number of rows, samples are likely to be singular", stacklevel=2)
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        super().__init__(batch_shape, matrix.shape[-2:], validate_args=validate_args)
        self._find_scale(name, matrix)
        self._dist_chi2 = Chi2(
            self.df.unsqueeze(-1) - arange(rows, dtype=self.df.dtype, device=self.df.device)
        )

    @property
    def arg_constraints(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        return {
            "covariance_matrix": constraints.positive_definite, "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky, "df": constraints.greater_than(self._event_shape[-1] - 1),
        }  # fmt: skip

    @property
    def _df(self) -> Tensor:
        return self.df.reshape((*self._batch_shape, 1, 1))

    @property
    def mean(self) -> Tensor:
        return self._df * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        factor = self._df - self._event_shape[-1] - 1
        return where(factor <= 0, math.nan, factor) * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        diagonal = self.covariance_matrix.diagonal(dim1=-2, dim2=-1)
        return self._df * (self.covariance_matrix.square() + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _bartlett(self, sample_shape: Sequence[int]) -> Tensor:
        """Samples by Bartlett's decomposition: chi numbers on the diagonal, normal ones below."""
        n = self._event_shape[-1]
        chi = self._dist_chi2.rsample(sample_shape).sqrt()
        diagonal = chi.clamp(min=finfo(chi.dtype).eps).diag_embed()
        below = normal_noise(chi, (*chi.shape[:-1], n * (n - 1) // 2))
        factor = self._unbroadcasted_scale_tril @ (
            diagonal + vec_to_tril_matrix(below, -1) if n > 1 else diagonal
        )
        return factor @ factor.mT

    def rsample(self, sample_shape: Sequence[int] = (), max_try_correction: int = 10) -> Tensor:
        """Samples through which gradients flow; singular ones are drawn again, `max_try_correction` times at most."""
        self._bartlett(sample_shape)  # PyTorch draws twice: thus the numbers are its own
        sample = self._bartlett(sample_shape)
        for _ in range(max_try_correction):
            good = self.support.check(sample)
            if good.all():
                break
            sample = where(good.unsqueeze(-1).unsqueeze(-1), sample, self._bartlett(sample_shape))
        return sample

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        nu, p = self.df, self._event_shape[-1]
        inverse = cholesky_solve(value, self._unbroadcasted_scale_tril)
        return (
            -nu * (p * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril))
            - mvlgamma(nu / 2, p)
            + (nu - p - 1) / 2 * slogdet(value)[1]
            - inverse.diagonal(dim1=-2, dim2=-1).sum(-1) / 2
        )

    def entropy(self) -> Tensor:
        nu, p = self.df, self._event_shape[-1]
        steps = arange(p, dtype=nu.dtype, device=nu.device) / 2
        slope = digamma((nu / 2).unsqueeze(-1) - steps).sum(-1)
        return (
            (p + 1) * (p * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril))
            + mvlgamma(nu / 2, p)
            - (nu - p - 1) / 2 * slope
            + nu * p / 2
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, *natural_params: Any) -> Tensor:
        x, y = natural_params
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (math.log(2) * p - slogdet(-2 * x)[1]) + mvlgamma(half, p)
