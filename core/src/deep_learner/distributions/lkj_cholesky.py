"""The LKJ distribution of correlation matrices, by their Cholesky factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..autograd.modes import no_grad
from ..functions import arange, concat, diag_embed, lgamma, mvlgamma
from ..linalg import vector_norm
from ..namespaces.tensor import finfo
from ..tensor import Tensor
from . import constraints
from .beta import Beta
from .distribution import Distribution, checked
from .utils import broadcast_all, normal_noise

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Cholesky factors L of correlation matrices, with a density of M = L L^T proportional to ``det(M)^(c - 1)``.

    Samples are drawn by the onion method: Lewandowski, Kurowicka, Joe, Journal of Multivariate Analysis 100 (2009).

    Parameters
    ----------
    dim : int
        The number of rows, 2 or more.
    concentration : float or Tensor, default 1
        The c of the formula, positive: 1 is uniform, more is closer to the identity.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive}
    support: Any = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: Tensor | float = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                f"Expected dim to be an integer greater than or equal to 2. Received: dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        offset = arange(dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        offset = concat([offset[:1], offset])
        rest = (self.concentration + 0.5 * (dim - 2)).unsqueeze(-1)
        self._beta = Beta(offset + 0.5, rest - 0.5 * offset)
        super().__init__(self.concentration.shape, (dim, dim), validate_args)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            radius = self._beta.sample(sample_shape).unsqueeze(-1).sqrt()
            noise = normal_noise(radius, self._extended_shape(sample_shape)).tril(-1)
            length = vector_norm(noise, dim=-1, keepdim=True)
            below = radius * noise / length.masked_fill(length == 0, 1.0)
            tiny = finfo(below.dtype).tiny
            return below + diag_embed((1 - below.square().sum(-1)).clamp(min=tiny).sqrt())

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        row = arange(2, self.dim + 1, device=self.concentration.device)
        power = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - row
        last = self.dim - 1
        alpha = self.concentration + 0.5 * last
        normalizer = 0.5 * last * math.log(math.pi) + mvlgamma(alpha - 0.5, last) - lgamma(alpha) * last
        return (power * diagonal.log()).sum(-1) - normalizer
