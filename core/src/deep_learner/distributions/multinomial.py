"""The multinomial distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..functions import lgamma, where
from ..tensor import Tensor
from . import constraints
from .binomial import Binomial
from .categorical import Categorical, OfCategories
from .distribution import checked
from .utils import broadcast_all, one_hot

__all__ = ["Multinomial"]


class Multinomial(OfCategories):
    """How often each of K categories is drawn in `total_count` draws.

    Parameters
    ----------
    total_count : int
        The number of draws, for the whole batch.
    probs, logits : Tensor of shape (*batch, K)
        As those of `Categorical`.
    validate_args : bool, optional
    """

    total_count: int

    def __init__(
        self,
        total_count: int = 1,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise NotImplementedError("inhomogeneous total_count is not supported: it must be an int")
        self.total_count = total_count
        categorical = Categorical(probs, logits)
        self._binomial = Binomial(total_count, categorical.probs)
        self._start_categories(validate_args, categorical)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Vectors without negative elements, whose sum is `total_count` at most."""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        drawn = self._categorical.sample((self.total_count, *sample_shape))
        return one_hot(drawn, self.event_shape[0], self.probs).sum(0)

    def entropy(self) -> Tensor:
        counts = self._binomial.enumerate_support(expand=False)[1:]
        weights = self._binomial.log_prob(counts).exp() * lgamma(counts + 1)
        return (
            self.total_count * self._categorical.entropy()
            - math.lgamma(self.total_count + 1)
            + weights.sum((0, -1))
        )

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = broadcast_all(self.logits, value)
        logits = where((value == 0) & (logits == -math.inf), 0.0, logits)
        ways = lgamma(value.sum(-1) + 1) - lgamma(value + 1).sum(-1)
        return ways + (logits * value).sum(-1)
