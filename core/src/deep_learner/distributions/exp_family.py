"""`ExponentialFamily`: distributions whose entropy is a Bregman divergence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..autograd import grad
from ..tensor import Tensor
from .distribution import Distribution
from .utils import sum_rightmost

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """Densities of the form `exp(<t(x), theta> - F(theta) + k(x))`.

    `_natural_params` are theta, `_log_normalizer` is F and `_mean_carrier_measure` the mean of k(x). Source: Nielsen
    and Nock, "Entropies and cross-entropies of exponential families", ICIP 2010.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError(f"{type(self)} does not define _natural_params")

    def _log_normalizer(self, *natural_params: Any) -> Tensor:
        raise NotImplementedError(f"{type(self)} does not define _log_normalizer")

    if TYPE_CHECKING:
        _mean_carrier_measure: ClassVar[float]
    else:

        @property
        def _mean_carrier_measure(self) -> float:
            raise NotImplementedError(f"{type(self)} does not define _mean_carrier_measure")

    def _at_leaves(self) -> tuple[list[Tensor], Tensor, tuple[Tensor, ...]]:
        """The natural parameters as leaves, F there, and its gradient."""
        leaves = [parameter.detach().requires_grad_() for parameter in self._natural_params]
        normalizer = self._log_normalizer(*leaves)
        slopes: Any = grad(normalizer.sum(), leaves, create_graph=True)
        return leaves, normalizer, slopes

    def entropy(self) -> Tensor:
        """The entropy in nats: `F(theta) - <theta, dF / dtheta>` less the mean of the carrier measure."""
        leaves, normalizer, slopes = self._at_leaves()
        result = normalizer - self._mean_carrier_measure
        for leaf, slope in zip(leaves, slopes, strict=True):
            term = leaf * slope
            result = result - sum_rightmost(term, term.ndim - len(self._batch_shape))
        return result
