"""Variance and standard deviation.

`correction` is what is taken off the number of elements: 1 by default (Bessel's), 0 for the population.
PyTorch's older `unbiased` says 1 or 0, and may stand second: `var(x, False)`. Two passes: the mean, then the
squares about it. https://pytorch.org/docs/stable/generated/torch.var.html
"""

from __future__ import annotations

import math

from ..typing import Array, Namespace, Shape
from ._arrays import is_complex, require_inexact
from ._reducing import Dims, reduced_axes, reduced_count, restore
from .operation import op


def _degrees(shape: Shape, dim: Dims, unbiased: bool, correction: float | None) -> float:
    """Degrees of freedom: the number of elements less the correction, and not below 0."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    taken = (1 if unbiased else 0) if correction is None else correction
    return max(reduced_count(shape, dim) - taken, 0)


def _axes(dim: Dims, ndim: int) -> tuple[int, ...] | None:
    return reduced_axes(None if isinstance(dim, bool) else dim, ndim)


def _centred(xp: Namespace, input: Array, dim: Dims) -> tuple[Array, Array]:
    """The mean over `dim`, dimensions kept, and `input` less that mean."""
    axes = _axes(dim, input.ndim)
    total = xp.sum(input, axis=axes, keepdims=True)
    count = reduced_count(input.shape, axes)
    mean = total / count if count else total * math.nan
    return mean, input - mean


def _moments(
    xp: Namespace, input: Array, dim: Dims, unbiased: bool, keepdim: bool, correction: float | None
) -> tuple[Array, Array]:
    """Variance and mean."""
    require_inexact(input)
    axes = _axes(dim, input.ndim)
    mean, centred = _centred(xp, input, dim)
    squares = xp.real(centred * xp.conj(centred)) if is_complex(input) else centred * centred
    total = xp.sum(squares, axis=axes, keepdims=keepdim)
    if not keepdim:
        mean = xp.reshape(mean, total.shape)
    return total / _degrees(input.shape, dim, unbiased, correction), mean


def _var_gradient(
    xp: Namespace, g: Array, input: Array, dim: Dims, unbiased: bool, keepdim: bool, correction: float | None
) -> Array:
    scale = restore(xp, 2 * g, input.shape, _axes(dim, input.ndim), keepdim)
    return scale / _degrees(input.shape, dim, unbiased, correction) * _centred(xp, input, dim)[1]


def _std_gradient(
    xp: Namespace, g: Array, std: Array, input: Array, dim: Dims, unbiased: bool, keepdim: bool,
    correction: float | None,
) -> Array:  # fmt: skip
    # Where all elements are equal the centred ones are 0, whatever stands below the line.
    through_root = g / (2 * xp.where(std == 0, xp.ones_like(std), std))
    return _var_gradient(xp, through_root, input, dim, unbiased, keepdim, correction)


def _mean_gradient(xp: Namespace, g: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    axes = _axes(dim, len(shape))
    return restore(xp, g, shape, axes, keepdim) / max(reduced_count(shape, axes), 1)


@op
def var(
    xp: Namespace, input: Array, dim: Dims = None, unbiased: bool = True, keepdim: bool = False,
    *, correction: float | None = None,
) -> Array:  # fmt: skip
    """Variance over `dim`: (*) -> (*) without `dim`, real floating-point, sum(|x - mean|^2) / (N -
    correction), also of complex numbers.

    Nan where N is at most `correction` (inf if the elements differ). Raises RuntimeError for integers and
    booleans.
    """
    return _moments(xp, input, dim, unbiased, keepdim, correction)[0]


@var.vjp("input")
def _(
    xp: Namespace, g: Array, input: Array, dim: Dims, unbiased: bool, keepdim: bool, correction: float | None
) -> Array:
    return _var_gradient(xp, g, input, dim, unbiased, keepdim, correction)


@op
def std(
    xp: Namespace, input: Array, dim: Dims = None, unbiased: bool = True, keepdim: bool = False,
    *, correction: float | None = None,
) -> Array:  # fmt: skip
    """Standard deviation over `dim`: the square root of `var`, with its arguments and errors.

    Where it is 0, so is the gradient, as in PyTorch.
    """
    return xp.sqrt(_moments(xp, input, dim, unbiased, keepdim, correction)[0])


@std.vjp("input")
def _(
    xp: Namespace, g: Array, input: Array, out: Array, dim: Dims, unbiased: bool, keepdim: bool,
    correction: float | None,
) -> Array:  # fmt: skip
    return _std_gradient(xp, g, out, input, dim, unbiased, keepdim, correction)


@op
def var_mean(
    xp: Namespace, input: Array, dim: Dims = None, unbiased: bool = True, keepdim: bool = False,
    *, correction: float | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Variance and mean over `dim`, with the arguments and errors of `var`."""
    return _moments(xp, input, dim, unbiased, keepdim, correction)


@var_mean.vjp("input")
def _(
    xp: Namespace, g: tuple[Array, Array], input: Array, dim: Dims, unbiased: bool, keepdim: bool,
    correction: float | None,
) -> Array:  # fmt: skip
    through_var = _var_gradient(xp, g[0], input, dim, unbiased, keepdim, correction)
    return through_var + _mean_gradient(xp, g[1], input.shape, dim, keepdim)


@op
def std_mean(
    xp: Namespace, input: Array, dim: Dims = None, unbiased: bool = True, keepdim: bool = False,
    *, correction: float | None = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Standard deviation and mean over `dim`, with the arguments and errors of `var`."""
    variance, mean = _moments(xp, input, dim, unbiased, keepdim, correction)
    return xp.sqrt(variance), mean


@std_mean.vjp("input")
def _(
    xp: Namespace, g: tuple[Array, Array], input: Array, out0: Array, dim: Dims, unbiased: bool,
    keepdim: bool, correction: float | None,
) -> Array:  # fmt: skip
    through_std = _std_gradient(xp, g[0], out0, input, dim, unbiased, keepdim, correction)
    return through_std + _mean_gradient(xp, g[1], input.shape, dim, keepdim)
