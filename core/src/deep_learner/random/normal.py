"""The normal distribution by the Box-Muller transform, to the last bit as PyTorch's x86 kernels compute it.

PyTorch works on blocks of 16 uniforms: the first eight give radii, the last eight angles. In float32 it uses
the polynomials of the Cephes library with fused multiply-adds, which are repeated here step by step; in
float64, and for fewer than 16 numbers, the C library's functions, which Python's :mod:`math` calls too. So
no array library's own logarithm has a say in the numbers.

Sources: Box and Muller, Annals of Mathematical Statistics 29 (1958); Moshier, Cephes Mathematical Library
(`logf`, `sinf`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ..typing import Array, Namespace
from .host import through
from .portions import in_portions
from .rounding import fma32, fma64, fma_scalar, single
from .uniform import MANTISSA, double, unit_doubles

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["BLOCK", "normal", "pairs"]

BLOCK: Final = 16

# ln(1 + x), lowest power last; ln 2 is the sum of a short and a small part.
_LOG = [single(c) for c in (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)]  # fmt: skip
_LN2_SHORT, _LN2_SMALL = 0.693359375, single(-2.12194440e-4)
_SINE = [single(c) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)]
_COSINE = [single(c) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)]
# pi / 4 in three parts, negated: multiples of the first two are exact.
_EIGHTH_TURN = [single(c) for c in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)]
_FOUR_OVER_PI = single(4.0 / math.pi)
_TWO_PI = single(2.0 * math.pi)
_ROOT_HALF = 11863283  # sqrt(1/2) in units of 2**-24, rounded


def normal(
    host: Backend,
    generator: Generator,
    size: int,
    dtype: str = "float32",
    mean: float = 0.0,
    std: float = 1.0,
) -> Array:
    """`size` normally distributed numbers.

    Parameters
    ----------
    host : Backend
        Where they are computed.
    generator : Generator
        Whose stream is used: one word for each float32, two for each float64, and a further block where
        `size` is no multiple of 16; two for each number where `size` is below 16.
    size : int
    dtype : {"float32", "float64"}
    mean, std : float

    Returns
    -------
    array of shape (size,)
    """
    xp = host.namespace
    if size < BLOCK:
        few = [fma_scalar(z, std, mean) for z in pairs(generator, size)]
        return host.asarray(few, dtype=getattr(xp, dtype))

    def sample(start: int, stop: int) -> Array:
        if dtype == "float64":
            return _doubles(host, unit_doubles(host, generator, stop - start), mean, std)
        return _singles(xp, generator.draw(host, stop - start) & MANTISSA, single(mean), single(std))

    rest = size % BLOCK
    with generator.lock:
        values = in_portions(host, generator, size - rest, sample)
        if not rest:
            return values
        # The uniforms of the rest are drawn in vain: the last 16 numbers are made afresh, from draws of their own.
        generator.words(rest * (2 if dtype == "float64" else 1))
        return xp.concat([values[: size - BLOCK], sample(0, BLOCK)])


def pairs(generator: Generator, size: int) -> list[float]:
    """Standard normal numbers, a pair at a time, of which the generator keeps what is not asked for."""
    found: list[float] = []
    with generator.lock:
        while len(found) < size:
            if generator.spare_normal is not None:
                found.append(generator.spare_normal)
                generator.spare_normal = None
                continue
            first, second, third, fourth = generator.words(4)
            radius = math.sqrt(-2.0 * math.log1p(-double(third, fourth)))
            angle = 2.0 * math.pi * double(first, second)
            generator.spare_normal = radius * math.sin(angle)
            found.append(radius * math.cos(angle))
    return found


def _doubles(host: Backend, units: Array, mean: float, std: float) -> Array:
    """Box-Muller over blocks of 16 float64 uniforms."""
    xp = host.namespace
    halves = xp.reshape(units, (-1, 2, BLOCK // 2))
    radius = xp.sqrt(-2.0 * through(host, math.log, 1.0 - halves[:, 0, :]))
    angle = 2.0 * math.pi * halves[:, 1, :]
    both = xp.stack(
        [radius * through(host, math.cos, angle), radius * through(host, math.sin, angle)], axis=1
    )
    if (mean, std) != (0.0, 1.0):
        both = fma64(xp, both, std, mean)
    return xp.reshape(both, (-1,))


def _singles(xp: Namespace, words: Array, mean: float, std: float) -> Array:
    """Box-Muller over blocks of 16 uniforms, each given as its 24 bits."""
    halves = xp.reshape(words, (-1, 2, BLOCK // 2))
    radius = xp.sqrt(-2.0 * _log_of_rest(xp, halves[:, 0, :]))
    sine, cosine = _sine_and_cosine(xp, xp.astype(halves[:, 1, :], xp.float32) * (2.0**-24 * _TWO_PI))
    both = xp.stack([radius * cosine, radius * sine], axis=1)
    # Adding zero turns -0 into 0, as the multiply-add by 1 and 0 does.
    both = both + 0.0 if (mean, std) == (0.0, 1.0) else fma32(xp, xp.astype(both, xp.float64), std, mean)
    return xp.reshape(both, (-1,))


def _log_of_rest(xp: Namespace, words: Array) -> Array:
    """`ln(1 - words / 2**24)`: Cephes' `logf`, the exponent found without looking at bits."""
    rest = xp.astype(2**24 - words, xp.float64)
    # The quarter keeps every count off the borders between exponents, so any decent log2 will do.
    exponent = xp.floor(xp.log2((rest + 0.25) * (1.0 / _ROOT_HALF)))
    scales = xp.asarray([2.0 ** (power - 24) for power in range(25)], dtype=xp.float64)
    scale = xp.take(scales, xp.reshape(xp.astype(-exponent, xp.int64), (-1,)))
    wide = rest * xp.reshape(scale, rest.shape) - 1.0  # in [sqrt(1/2) - 1, sqrt(2) - 1)
    x = xp.astype(wide, xp.float32)
    square = x * x
    y = xp.full_like(x, _LOG[0])
    for coefficient in _LOG[1:]:
        y = fma32(xp, wide, y, coefficient)
    y = y * x
    small = xp.astype(exponent * _LN2_SMALL, xp.float32)
    y = fma32(xp, xp.astype(y, xp.float64), square, small)
    y = fma32(xp, xp.astype(square, xp.float64), -0.5, y)
    return fma32(xp, exponent, _LN2_SHORT, x + y)


def _sine_and_cosine(xp: Namespace, angle: Array) -> tuple[Array, Array]:
    """Sine and cosine of angles in [0, 2 pi]: Cephes' `sinf` and `cosf`."""
    octant = (xp.astype(angle * _FOUR_OVER_PI, xp.int32) + 1) & -2
    wide_octant = xp.astype(octant, xp.float64)
    x = angle
    for part in _EIGHTH_TURN:
        x = fma32(xp, wide_octant, part, x)
    square = x * x
    wide = xp.astype(square, xp.float64)
    cosine = fma32(xp, wide, _COSINE[0], _COSINE[1])
    cosine = fma32(xp, wide, cosine, _COSINE[2]) * square
    cosine = fma32(xp, wide, cosine, square * -0.5) + 1.0
    sine = fma32(xp, wide, _SINE[0], _SINE[1])
    sine = fma32(xp, wide, sine, _SINE[2]) * square
    sine = fma32(xp, xp.astype(sine, xp.float64), x, x)
    straight = (octant & 2) == 0
    sine, cosine = xp.where(straight, sine, cosine), xp.where(straight, cosine, sine)
    sine = xp.where((octant & 4) == 0, sine, -sine)
    return sine, xp.where(((octant + 2) & 4) == 0, cosine, -cosine)
