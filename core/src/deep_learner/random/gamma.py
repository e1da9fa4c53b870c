"""Numbers of the gamma and Dirichlet distributions, with the gradients of their concentrations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..autograd.function import Function, once_differentiable
from ..dtypes import DType, float64
from ..namespaces.tensor import finfo
from ..ops._placement import place_of_tensor
from ..tensor import Tensor
from ..typing import Array
from .defaults import chosen
from .delivery import deliver, host_array
from .gamma_variates import gamma_numbers
from .generator import Generator
from .host import find_host, flat_list
from .implicit import dirichlet_gradient, standard_gamma_gradient
from .rounding import single

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["sample_dirichlet", "standard_gamma"]


def standard_gamma(concentration: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma-distributed numbers of rate 1, whose gradient is that of the quantile that each of them is.

    Parameters
    ----------
    concentration : Tensor
        Of any shape, float32 or float64.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        Of the shape and dtype of `concentration`, not below the dtype's smallest normal number.

    Raises
    ------
    NotImplementedError
        If the dtype is another.
    """
    return _StandardGamma.apply(concentration, generator)


def sample_dirichlet(concentration: Tensor, generator: Generator | None = None) -> Tensor:
    """Vectors of the Dirichlet distribution: gamma-distributed numbers divided by their sum.

    Parameters, errors and shapes are those of `standard_gamma`; the last dimension is that of the vectors.
    """
    return _Dirichlet.apply(concentration, generator)


def _numbers(host: Backend, concentration: Tensor, generator: Generator | None, dtype: DType) -> Array:
    """float64 numbers on the host, in the shape of the concentrations, as PyTorch computes them in a dtype."""
    if concentration.dtype.name not in ("float32", "float64"):
        raise NotImplementedError(
            f"gamma-distributed numbers are not implemented for {concentration.dtype.name}; use x.float()"
        )
    concentrations = flat_list(host, host_array(host, concentration))
    drawn = gamma_numbers(chosen(generator), concentrations, float if dtype is float64 else single)
    xp = host.namespace
    values = xp.reshape(host.asarray(drawn, dtype=xp.float64), tuple(concentration.shape))
    return xp.clip(values, finfo(dtype).tiny, math.inf)


def _kept(ctx: Any, host: Backend, values: Array, concentration: Tensor) -> Tensor:
    """A tensor of the values, like the concentrations, which backward finds with them."""
    place = place_of_tensor(concentration, None)
    out = deliver(host, values, tuple(concentration.shape), concentration.dtype, place)
    ctx.save_for_backward(concentration, out)
    return out


class _StandardGamma(Function):
    @staticmethod
    def forward(ctx: Any, concentration: Tensor, generator: Generator | None) -> Tensor:
        host = find_host()
        return _kept(ctx, host, _numbers(host, concentration, generator, concentration.dtype), concentration)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Any) -> tuple[Tensor, None]:
        return grads[0] * standard_gamma_gradient(*ctx.saved_tensors), None


class _Dirichlet(Function):
    @staticmethod
    def forward(ctx: Any, concentration: Tensor, generator: Generator | None) -> Tensor:
        host = find_host()
        xp = host.namespace
        numbers = _numbers(host, concentration, generator, float64)  # those of small ones would underflow
        shares = numbers / xp.sum(numbers, axis=-1, keepdims=True)
        limits = finfo(concentration.dtype)
        return _kept(ctx, host, xp.clip(shares, limits.tiny, 1.0 - 0.5 * limits.eps), concentration)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Any) -> tuple[Tensor, None]:
        concentration, out = ctx.saved_tensors
        (grad,) = grads
        total = concentration.sum(-1, True).expand_as(concentration)
        slope = dirichlet_gradient(out, concentration, total)
        return slope * (grad - (out * grad).sum(-1, True)), None
