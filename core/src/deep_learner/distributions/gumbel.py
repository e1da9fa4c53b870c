"""The Gumbel distribution."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..functions import full_like, ones_like
from ..namespaces.tensor import finfo
from ..tensor import Tensor
from . import constraints
from .distribution import checked
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform
from .uniform import Uniform
from .utils import broadcast_all, euler_constant

__all__ = ["Gumbel"]


class Gumbel(TransformedDistribution):
    """The Gumbel distribution with the density ``exp(y - exp(y)) / scale`` where ``y = (loc - x) / scale``.

    Parameters
    ----------
    loc : float or Tensor
        The mode.
    scale : float or Tensor
        Positive.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "scale": constraints.positive}
    support: Any = constraints.real

    def __init__(self, loc: Tensor | float, scale: Tensor | float, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = finfo(self.loc.dtype)
        base = Uniform(
            full_like(self.loc, limits.tiny), full_like(self.loc, 1 - limits.eps), validate_args=validate_args
        )
        super().__init__(
            base,
            [
                ExpTransform().inv,
                AffineTransform(0, -ones_like(self.scale)),
                ExpTransform().inv,
                AffineTransform(self.loc, -self.scale),
            ],
            validate_args=validate_args,
        )

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        y = (self.loc - value) / self.scale
        return y - y.exp() - self.scale.log()

    @property
    def mean(self) -> Tensor:
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Tensor:
        return self.stddev.square()

    def entropy(self) -> Tensor:
        return self.scale.log() + (1 + euler_constant)
