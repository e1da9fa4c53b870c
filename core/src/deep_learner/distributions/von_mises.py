"""The von Mises distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from ..autograd.modes import no_grad
from ..dtypes import float64
from ..functions import acos, cos, where, zeros
from ..special import i0e, i1e
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution, checked
from .utils import lazy_property, uniform_noise

__all__ = ["VonMises"]


class VonMises(Distribution):
    """An angle with a density proportional to ``exp(concentration cos(x - loc))``.

    Samples are drawn by the algorithm of Best and Fisher, Applied Statistics 28 (1979).

    Parameters
    ----------
    loc : float or Tensor
        The mean angle, in radians.
    concentration : float or Tensor
        Positive.
    validate_args : bool, optional
    """

    arg_constraints: ClassVar[Any] = {"loc": constraints.real, "concentration": constraints.positive}
    support: Any = constraints.real
    has_rsample: Any = False
    loc: Tensor
    concentration: Tensor

    def __init__(
        self, loc: Tensor | float, concentration: Tensor | float, validate_args: bool | None = None
    ) -> None:
        self._start(validate_args, loc=loc, concentration=concentration)

    @checked
    def log_prob(self, value: Tensor) -> Tensor:
        a = self.concentration
        return a * (cos(value - self.loc) - 1.0) - math.log(2 * math.pi) - i0e(a).log()

    @lazy_property
    def _proposal_r(self) -> Tensor:
        """The parameter of the wrapped Cauchy distribution that angles are proposed from, in float64."""
        a = self.concentration.to(float64)
        tau = 1 + (1 + 4 * a.square()).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * a)
        return where(a < 1e-5, 1 / a + a, (1 + rho.square()) / (2 * rho))

    @no_grad()
    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        loc, a, r = self.loc.to(float64), self.concentration.to(float64), self._proposal_r
        x = loc.new_empty(shape)
        done = zeros(shape, dtype=bool, device=loc.device)
        while not done.all():
            u1, u2, u3 = uniform_noise(loc, (3, *shape)).unbind()
            z = cos(math.pi * u1)
            f = (1 + r * z) / (r + z)
            c = a * (r - f)
            accepted = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
            x = where(accepted, (u3 - 0.5).sign() * acos(f), x)
            done = done | accepted
        return ((x + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The circular variance, from 0 to 1."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)
