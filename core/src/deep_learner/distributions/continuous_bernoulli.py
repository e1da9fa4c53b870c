"""The continuous Bernoulli distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..functions import where
from ..tensor import Tensor
from . import constraints
from .binary import Binary
from .distribution import checked
from .exp_family import ExponentialFamily
from .utils import (
    binary_cross_entropy,
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
    uniform_noise,
)

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Binary, ExponentialFamily):
    """A number from [0, 1] with a density proportional to ``probs^x (1 - probs)^(1 - x)``.

    Source: Loaiza-Ganem and Cunningham, "The continuous Bernoulli", NeurIPS 2019.

    Parameters
    ----------
    probs, logits : float or Tensor
        The parameter, from (0, 1), or the logarithm of its odds. It is not the mean.
    lims : tuple of float
        Between which `probs` are so close to 1/2 that Taylor's series are used.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
    support: Any = constraints.unit_interval
    has_rsample: Any = True
    _mean_carrier_measure: ClassVar[float] = 0

    def __init__(
        self,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._lims = lims
        self._start_binary(validate_args, probs, logits)
        if probs is not None:
            self._param = self.probs = clamp_probs(self.probs)

    @lazy_property
    def probs(self) -> Tensor:
        """The parameter."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _off_half(self) -> tuple[Tensor, Tensor]:
        """Where the parameter is far enough from 1/2, and one that is so everywhere."""
        far = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return far, where(far, self.probs, self._lims[0])

    def _cont_bern_log_norm(self) -> Tensor:
        far, p = self._off_half()
        below, above = where(p <= 0.5, p, 0.0), where(p >= 0.5, p, 1.0)
        log_norm = ((-p).log1p() - p.log()).abs().log() - where(
            p <= 0.5, (-2.0 * below).log1p(), (2.0 * above - 1.0).log()
        )
        x = (self.probs - 0.5).square()
        return where(far, log_norm, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Tensor:
        far, p = self._off_half()
        x = self.probs - 0.5
        return where(
            far,
            p / (2.0 * p - 1.0) + 1.0 / ((-p).log1p() - p.log()),
            0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.square()) * x,
        )

    @property
    def variance(self) -> Tensor:
        far, p = self._off_half()
        x = (self.probs - 0.5).square()
        return where(
            far,
            p * (p - 1.0) / (1.0 - 2.0 * p).square() + 1.0 / ((-p).log1p() - p.log()).square(),
            1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x,
        )

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self.icdf(uniform_noise(self.probs, self._extended_shape(sample_shape)))

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        return -binary_cross_entropy(*broadcast_all(self.logits, value)) + self._cont_bern_log_norm()

    @checked
    def cdf(self, value: Tensor) -> Tensor:
        far, p = self._off_half()
        inside = where(far, (p**value * (1.0 - p) ** (1.0 - value) + p - 1.0) / (2.0 * p - 1.0), value)
        return where(value <= 0.0, 0.0, where(value >= 1.0, 1.0, inside))

    def icdf(self, value: Tensor) -> Tensor:
        far, p = self._off_half()
        steep = ((-p + value * (2.0 * p - 1.0)).log1p() - (-p).log1p()) / (p.log() - (-p).log1p())
        return where(far, steep, value)

    def entropy(self) -> Tensor:
        log_rest = (-self.probs).log1p()
        return self.mean * (log_rest - self.probs.log()) - self._cont_bern_log_norm() - log_rest

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, *natural_params: Any) -> Tensor:
        (x,) = natural_params
        far = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = where(far, x, self._lims[0] - 0.5)
        return where(
            far, cut.expm1().abs().log() - cut.abs().log(), 0.5 * x + x.square() / 24.0 - x.pow(4) / 2880.0
        )
