"""The relaxed categorical distribution, and that of its logarithms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..tensor import Tensor
from . import constraints
from .categorical import Categorical, OfCategories
from .distribution import checked
from .transformed_distribution import TransformedDistribution
from .transforms import ExpTransform
from .utils import broadcast_all, clamp_probs, uniform_noise

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(OfCategories):
    """The logarithm of a relaxed one-hot vector.

    Source: Maddison, Mnih, Teh, "The concrete distribution", ICLR 2017.

    Parameters
    ----------
    temperature : Tensor
        Positive; the lower, the closer to a categorical distribution.
    probs, logits : Tensor of shape (*batch, K)
        As those of `Categorical`.
    validate_args : bool, optional
    """

    support: Any = constraints.real_vector
    has_rsample: Any = True
    _kept: ClassVar[frozenset[str]] = frozenset({"temperature"})

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._start_categories(validate_args, Categorical(probs, logits))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        noise = clamp_probs(uniform_noise(self.logits, self._extended_shape(sample_shape)))
        scores = (self.logits - (-noise.log()).log()) / self.temperature
        return scores - scores.logsumexp(-1, keepdim=True)

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        count = self.event_shape[0]
        logits, value = broadcast_all(self.logits, value)
        score = logits - value * self.temperature
        score = (score - score.logsumexp(-1, keepdim=True)).sum(-1)
        return score + math.lgamma(count) + (count - 1) * self.temperature.log()


class RelaxedOneHotCategorical(TransformedDistribution):
    """Probabilities that are close to a one-hot vector at low temperatures, and pass gradients on.

    Parameters are those of `ExpRelaxedCategorical`.
    """

    arg_constraints: ClassVar[Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support: Any = constraints.simplex
    has_rsample: Any = True

    def __init__(
        self,
        temperature: Tensor,
        probs: Tensor | None = None,
        logits: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Tensor:
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The logarithms of the probabilities."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self.base_dist.probs
