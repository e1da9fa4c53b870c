"""The half-normal distribution."""

from __future__ import annotations

import math

from ..tensor import Tensor
from .folded import Folded
from .normal import Normal
from .transforms import AbsTransform

__all__ = ["HalfNormal"]


class HalfNormal(Folded):
    """The absolute value of a normally distributed number of mean 0.

    Parameters
    ----------
    scale : float or Tensor
        The standard deviation of the normal distribution, positive.
    validate_args : bool, optional
    """

    def __init__(self, scale: Tensor | float, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.square() * (1 - 2 / math.pi)
