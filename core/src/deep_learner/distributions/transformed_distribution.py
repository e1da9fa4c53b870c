"""Distributions of transformed random variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..autograd.modes import no_grad
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, checked
from .independent import Independent
from .transforms import ComposeTransform, Transform
from .utils import sum_rightmost

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """The distribution of what transforms make of another one's outcomes.

    Parameters
    ----------
    base_distribution : Distribution
    transforms : Transform or list of Transform
        Applied in turn.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {}

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | list[Transform],
        validate_args: bool | None = None,
    ) -> None:
        parts: list[Any] = [transforms] if isinstance(transforms, Transform) else transforms
        wrong = not isinstance(parts, list)  # pyright: ignore[reportUnnecessaryIsInstance]
        if wrong or not all(isinstance(part, Transform) for part in parts):
            raise ValueError(
                f"transforms must be a Transform or a list of Transforms. Received: {transforms!r}"
            )
        self.transforms = parts
        whole = ComposeTransform(self.transforms)
        domain_dim, codomain_dim = whole.domain.event_dim, whole.codomain.event_dim
        shape = base_distribution.batch_shape + base_distribution.event_shape
        base_dim = len(base_distribution.event_shape)
        if len(shape) < domain_dim:
            raise ValueError(
                f"base_distribution needs to have shape with size at least {domain_dim}. Received: {shape}"
            )
        forward = whole.forward_shape(shape)
        broadcast = tuple(whole.inverse_shape(forward))
        if broadcast != shape:  # parameters of the transforms have a larger batch
            base_distribution = base_distribution.expand(broadcast[: len(broadcast) - base_dim])
        if domain_dim > base_dim:
            base_distribution = Independent(base_distribution, domain_dim - base_dim)
        self.base_dist: Any = base_distribution
        cut = len(forward) - max(codomain_dim, base_dim + codomain_dim - domain_dim)
        super().__init__(forward[:cut], forward[cut:], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        """The last transform's codomain."""
        if not self.transforms:
            return self.base_dist.support
        support = self.transforms[-1].codomain
        missing = len(self.event_shape) - support.event_dim
        return constraints.independent(support, missing) if missing > 0 else support

    @property
    def has_rsample(self) -> bool:
        """Whether gradients flow through samples."""
        return self.base_dist.has_rsample

    def _transformed(self, value: Any) -> Tensor:
        for transform in self.transforms:
            value = transform(value)
        return value

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        return self._transformed(self.base_dist.rsample(sample_shape))

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        event_dim = len(self.event_shape)
        total: Any = 0.0
        for transform in reversed(self.transforms):
            before = transform.inv(value)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            slope = transform.log_abs_det_jacobian(before, value)
            total = total - sum_rightmost(slope, event_dim - transform.domain.event_dim)
            value = before
        return total + sum_rightmost(
            self.base_dist.log_prob(value), event_dim - len(self.base_dist.event_shape)
        )

    def _monotonous(self, value: Tensor) -> Tensor:
        """A cumulative probability, counted from the other end where the transforms fall."""
        sign: Any = ComposeTransform(self.transforms).sign
        return value if isinstance(sign, int) and sign == 1 else sign * (value - 0.5) + 0.5

    def cdf(self, value: Tensor) -> Tensor:
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._monotonous(self.base_dist.cdf(value))

    def icdf(self, value: Tensor) -> Tensor:
        return self._transformed(self.base_dist.icdf(self._monotonous(value)))
