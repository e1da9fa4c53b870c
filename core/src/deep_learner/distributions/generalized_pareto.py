"""The generalized Pareto distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..functions import isclose, where, zeros_like
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, checked
from .utils import uniform_noise

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """Exceedances over a threshold: the probability to exceed x is ``(1 + c (x - loc) / scale)^(-1 / c)``.

    Parameters
    ----------
    loc : float or Tensor
        The threshold.
    scale : float or Tensor
        Positive.
    concentration : float or Tensor
        The c of the formula, which is the exponential distribution's for 0.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {
        "loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real,
    }  # fmt: skip
    has_rsample: Any = True
    loc: Tensor
    scale: Tensor
    concentration: Tensor

    def __init__(
        self,
        loc: Tensor | float,
        scale: Tensor | float,
        concentration: Tensor | float,
        validate_args: bool | None = None,
    ) -> None:
        self._start(validate_args, loc=loc, scale=scale, concentration=concentration)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From the threshold on, to an upper bound where the concentration is negative."""
        upper = where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, upper)

    def _concentrations(self) -> tuple[Tensor, Tensor]:
        """Where the concentration is 0, and one that may be divided by."""
        zero = isclose(self.concentration, zeros_like(self.concentration))
        return zero, where(zero, 1.0, self.concentration)

    def _z(self, value: Tensor) -> Tensor:
        return (value - self.loc) / self.scale

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.icdf(uniform_noise(self.loc, self._extended_shape(sample_shape)))

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        z = self._z(value)
        zero, c = self._concentrations()
        power = 1 / c + 1.0
        decay = where(power == 0, 0.0, power * (c * z).log1p())
        return -self.scale.log() - where(zero, z, decay)

    @checked
    def log_survival_function(self, value: Tensor) -> Tensor:
        """The logarithm of the probability to exceed a value."""
        z = self._z(value)
        zero, c = self._concentrations()
        return where(zero, -z, -(c * z).log1p() / c)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The logarithm of the cumulative distribution function."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        return self.log_cdf(value).exp()

    def icdf(self, value: Tensor) -> Tensor:
        zero, c = self._concentrations()
        log_rest = (-value).log1p()
        return where(
            zero, self.loc - self.scale * log_rest, self.loc + self.scale / c * (-c * log_rest).expm1()
        )

    @property
    def mean(self) -> Tensor:
        finite = self.concentration < 1
        return where(finite, self.loc + self.scale / (1 - where(finite, self.concentration, 0.5)), math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        finite = self.concentration < 0.5
        c = where(finite, self.concentration, 0.25)
        return where(finite, self.scale.square() / ((1 - c).square() * (1 - 2 * c)), math.nan)

    def entropy(self) -> Tensor:
        return self.scale.log() + self.concentration + 1
