"""The negative binomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..autograd.modes import no_grad
from ..functions import lgamma, sigmoid
from ..random import poisson
from ..tensor import Tensor
from . import constraints
from .binary import Binary
from .distribution import checked
from .gamma import Gamma
from .utils import lazy_property, log_sigmoid

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Binary):
    """The number of successes before `total_count` failures, where each trial succeeds with the probability `probs`.

    Parameters
    ----------
    total_count : float or Tensor
        The number of failures to stop at, not negative; it need not be an integer.
    probs, logits : float or Tensor
        The probability of success, below 1, or the logarithm of its odds.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {
        "total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }  # fmt: skip
    support: Any = constraints.nonnegative_integer
    total_count: Tensor

    def __init__(
        self,
        total_count: Tensor | float,
        probs: Tensor | float | None = None,
        logits: Tensor | float | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self._start_binary(validate_args, probs, logits, total_count=total_count)
        self.total_count = self.total_count.to(self._param.dtype)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Tensor:
        return self.mean / sigmoid(-self.logits)

    @lazy_property
    def _gamma(self) -> Gamma:
        return Gamma(self.total_count, (-self.logits).exp(), validate_args=False)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return poisson(self._gamma.sample(sample_shape))

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        n = self.total_count
        trials = n * log_sigmoid(-self.logits) + value * log_sigmoid(self.logits)
        ways = lgamma(n + value) - lgamma(1.0 + value) - lgamma(n)
        return trials + ways.masked_fill(n + value == 0.0, 0.0)
