"""The gamma distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..functions import digamma, igamma, lgamma, log, xlogy
from ..namespaces.tensor import finfo
from ..random.gamma import standard_gamma
from ..tensor import Tensor
from . import constraints
from .distribution import checked
from .exp_family import ExponentialFamily

__all__ = ["Gamma"]


class Gamma(ExponentialFamily):
    """The gamma distribution with a density proportional to ``x^(concentration - 1) exp(-rate x)`` for x >= 0.

    Parameters
    ----------
    concentration : float or Tensor
        The shape, often called alpha; positive.
    rate : float or Tensor
        One by the scale, often called beta; positive.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {"concentration": constraints.positive, "rate": constraints.positive}
    support: Any = constraints.nonnegative
    has_rsample: Any = True
    _mean_carrier_measure: ClassVar[float] = 0
    concentration: Tensor
    rate: Tensor

    def __init__(
        self, concentration: Tensor | float, rate: Tensor | float, validate_args: bool | None = None
    ) -> None:
        self._start(validate_args, concentration=concentration, rate=rate)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.rate

    @property
    def mode(self) -> Tensor:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Tensor:
        return self.concentration / self.rate.square()

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        raised = value.clamp(min=finfo(value.dtype).tiny) - value
        return value + raised.detach()  # the gradient is that of what was there before

    def log_prob(self, value: Tensor | float) -> Tensor:
        return self._log_density(value if isinstance(value, Tensor) else self.rate.new_tensor(value))

    @checked
    def _log_density(self, value: Tensor) -> Tensor:
        return (
            xlogy(self.concentration, self.rate)
            + xlogy(self.concentration - 1, value)
            - self.rate * value
            - lgamma(self.concentration)
        )

    @checked
    def cdf(self, value: Tensor) -> Tensor:
        return igamma(self.concentration, self.rate * value)

    def entropy(self) -> Tensor:
        a = self.concentration
        return a - log(self.rate) + lgamma(a) + (1.0 - a) * digamma(a)

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, *natural_params: Any) -> Tensor:
        x, y = natural_params
        return lgamma(x + 1) - (x + 1) * log(-y)
