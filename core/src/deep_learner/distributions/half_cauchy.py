"""The half-Cauchy distribution."""

from __future__ import annotations

import math

from ..tensor import Tensor
from .cauchy import Cauchy
from .folded import Folded
from .transforms import AbsTransform

__all__ = ["HalfCauchy"]


class HalfCauchy(Folded):
    """The absolute value of a number of the Cauchy distribution about 0.

    Parameters
    ----------
    scale : float or Tensor
        The scale of the Cauchy distribution, positive.
    validate_args : bool, optional
    """

    def __init__(self, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self._constant(self.scale, math.inf)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance
