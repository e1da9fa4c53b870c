"""Mixtures of distributions of one family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..autograd.modes import no_grad
from ..functions import log_softmax, logsumexp
from ..tensor import Tensor
from . import constraints
from .categorical import Categorical
from .constraints import MixtureSameFamilyConstraint
from .distribution import Distribution, checked

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A mixture whose components are one batch of distributions.

    Parameters
    ----------
    mixture_distribution : Categorical
        Which component an outcome is drawn from.
    component_distribution : Distribution
        The components, along the last batch dimension.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {}
    has_rsample: Any = False

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        for name, kind, given in (
            ("mixture", Categorical, mixture_distribution), ("component", Distribution, component_distribution),
        ):  # fmt: skip
            if not isinstance(given, kind):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise ValueError(
                    f"the {name} distribution must be a {kind.__name__}. Received: {type(given).__name__}"
                )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        batch, (*_, count) = component_distribution.batch_shape[:-1], component_distribution.batch_shape
        wanted = mixture_distribution.batch_shape
        if any(a != b and 1 not in (a, b) for a, b in zip(reversed(wanted), reversed(batch), strict=False)):
            raise ValueError(
                f"`mixture_distribution.batch_shape` ({wanted}) is not compatible with "
                f"`component_distribution.batch_shape` ({component_distribution.batch_shape})"
            )
        self._num_component = mixture_distribution.logits.shape[-1]
        if self._num_component != count:
            raise ValueError(
                f"the mixture has {self._num_component} components, but `component_distribution.batch_shape[-1]` "
                f"is {count}"
            )
        self._event_ndims = len(component_distribution.event_shape)
        super().__init__(batch, component_distribution.event_shape, validate_args=validate_args)

    @constraints.dependent_property
    def support(self) -> Any:
        """That of all components."""
        return MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """Which component an outcome is drawn from."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        """The components."""
        return self._component_distribution

    def _averaged(self, values: Tensor) -> Tensor:
        """The components' values, weighted with their probabilities."""
        probs = self.mixture_distribution.probs
        probs = probs.reshape((*probs.shape, *[1] * self._event_ndims))
        return (probs * values).sum(-1 - self._event_ndims)

    def _pad(self, value: Tensor) -> Tensor:
        return value.unsqueeze(-1 - self._event_ndims)

    @property
    def mean(self) -> Tensor:
        return self._averaged(self.component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        deviation = self.component_distribution.mean - self._pad(self.mean)
        return self._averaged(self.component_distribution.variance) + self._averaged(deviation.square())

    def cdf(self, value: Tensor) -> Tensor:
        return (self.component_distribution.cdf(self._pad(value)) * self.mixture_distribution.probs).sum(-1)

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        weights = log_softmax(self.mixture_distribution.logits, -1)
        return logsumexp(self.component_distribution.log_prob(self._pad(value)) + weights, -1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            chosen = self.mixture_distribution.sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            dim = len(sample_shape) + len(self.batch_shape)
            chosen = chosen.reshape((*chosen.shape, *[1] * (drawn.ndim - chosen.ndim)))
            chosen = chosen.expand((*drawn.shape[:dim], 1, *self.event_shape))
            return drawn.gather(dim, chosen).squeeze(dim)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
