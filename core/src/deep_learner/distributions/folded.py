"""What distributions share that are the absolute value of one symmetric about 0."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..functions import where, zeros_like
from ..tensor import Tensor
from . import constraints
from .distribution import checked
from .transformed_distribution import TransformedDistribution

__all__ = ["Folded"]


class Folded(TransformedDistribution):
    """The absolute value of a number whose distribution is symmetric about 0, and given by its scale."""

    arg_constraints: ClassVar[Any] = {"scale": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample: Any = True

    @property
    def scale(self) -> Tensor:
        """The scale of the symmetric distribution."""
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        return zeros_like(self.scale)

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        return where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    @checked
    def cdf(self, value: Tensor) -> Tensor:
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Tensor) -> Tensor:
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() - math.log(2)
