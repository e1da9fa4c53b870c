"""The three discrete Fourier transforms that all others are made of, each the other's adjoint.

For one dimension of size n, ``X[k] = c * sum_m x[m] exp(-2 pi i k m / n)``; the inverse has the other sign. The
factor c is by `norm`: "backward" 1 forwards and 1/n back, "forward" the reverse, "ortho" 1/sqrt(n) both ways.
https://data-apis.org/array-api/2024.12/extensions/fourier_transform_functions.html
"""

from __future__ import annotations

from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from .operation import op

# The normalization with which the transform in the other direction has this one's factor.
OPPOSITE = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


@op
def fft_c2c(
    xp: Namespace, input: Array, dim: Sequence[int], norm: str = "backward", inverse: bool = False
) -> Array:
    """The transform of complex numbers over one or more dimensions: (*) -> (*), complex, same dtype."""
    transform = xp.fft.ifftn if inverse else xp.fft.fftn
    return transform(input, axes=tuple(dim), norm=norm)


@fft_c2c.vjp("input")
def _(xp: Namespace, g: Array, dim: Sequence[int], norm: str, inverse: bool) -> Array:
    return xp.fft_c2c(g, dim, norm, inverse)  # the transform's matrix is symmetric


@op(holomorphic=False)
def fft_r2c(xp: Namespace, input: Array, dim: Sequence[int], norm: str = "backward") -> Array:
    """The transform of real numbers: (*, n, *) -> (*, n // 2 + 1, *) where n is the size of the last of `dim`.

    The rest follows from conjugate symmetry. Real -> complex, same precision.
    """
    return xp.fft.rfftn(input, axes=tuple(dim), norm=norm)


@fft_r2c.vjp("input")
def _(xp: Namespace, g: Array, dim: Sequence[int], norm: str, input_shape: Shape) -> Array:
    size = input_shape[dim[-1]]
    return xp.fft_c2r(g / _occurrences(xp, g, dim[-1], size), dim, OPPOSITE[norm], size)


@op(holomorphic=False)
def fft_c2r(xp: Namespace, input: Array, dim: Sequence[int], norm: str, last_dim_size: int) -> Array:
    """The inverse of :func:`fft_r2c`: (*, n // 2 + 1, *) -> (*, n, *) where n is `last_dim_size`.

    Of what a conjugate-symmetric input cannot have, such as an imaginary part of element 0, nothing is seen. Complex
    -> real, same precision.
    """
    *others, last = dim
    if others:  # apart from the last, for some libraries assume the symmetry between dimensions, too
        input = xp.fft.ifftn(input, axes=tuple(others), norm=norm)
    return xp.fft.irfft(input, n=last_dim_size, axis=last, norm=norm)


@fft_c2r.vjp("input")
def _(xp: Namespace, g: Array, dim: Sequence[int], norm: str, last_dim_size: int) -> Array:
    half = xp.fft_r2c(g, dim, OPPOSITE[norm])
    return half * _occurrences(xp, half, dim[-1], last_dim_size)


def _occurrences(xp: Namespace, half: Array, dim: int, size: int) -> Array:
    """How often each element of a half transform stands in the whole one: 1 at the ends, 2 between."""
    place = xp.arange(half.shape[dim], dtype=xp.int64, device=half.device)
    inside = xp.logical_and(place > 0, 2 * place < size)
    shape = [1] * half.ndim
    shape[dim] = -1
    return xp.reshape(1 + xp.astype(inside, half.dtype), tuple(shape))
