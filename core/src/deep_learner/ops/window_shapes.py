"""The shapes of window functions over k = 0, 1, ..., span, where the last point is left out if a window is periodic.

Computed in double precision and rounded once. https://en.wikipedia.org/wiki/Window_function
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from ..autograd.modes import no_grad
from ..dtypes import DType, float64
from ..tensor import Tensor
from ..typing import DeviceLike
from .arithmetic import abs
from .bessel import special_i0e
from .exponential import exp
from .filling import ones
from .power import sqrt
from .ranges import arange
from .trigonometric import cos, sin

WindowShape = Callable[[Tensor, int], Tensor]

HANN = (0.5, 0.5)
BLACKMAN = (0.42, 0.5, 0.08)
NUTTALL = (0.3635819, 0.4891775, 0.1365995, 0.0106411)


def window(
    shape: WindowShape, count: int, periodic: bool, dtype: DType, device: DeviceLike, requires_grad: bool,
    single: bool = True,
) -> Tensor:  # fmt: skip
    """A window of `count` points.

    Parameters
    ----------
    shape
        The window's value for each k, given as a float64 tensor, and the span.
    count, periodic
        The number of points; whether the point that would close the window is left out.
    dtype, device, requires_grad
        Of the result.
    single
        Whether a single point is 1, whatever the shape.
    """
    count = operator.index(count)
    if count == 0 or (count == 1 and single):
        return ones(count, dtype=dtype, device=device, requires_grad=requires_grad)
    span = count if periodic and count > 1 else count - 1
    with no_grad():
        made = shape(arange(count, dtype=float64, device=device), span).to(dtype)
    return made.requires_grad_(requires_grad)


def cosine_sum(coefficients: Sequence[float]) -> WindowShape:
    """``sum_i (-1)^i a_i cos(2 pi i k / span)``: Hann, Hamming, Blackman, Nuttall and others."""

    def shape(k: Tensor, span: int) -> Tensor:
        terms = (a * (-1) ** i * cos(k * (2 * math.pi * i / span)) for i, a in enumerate(coefficients))
        return sum(terms, k * 0)

    return shape


def triangle(k: Tensor, span: int) -> Tensor:
    """Bartlett's ``1 - |2 k / span - 1|``."""
    return 1 - abs(k * (2 / span) - 1)


def half_sine(k: Tensor, span: int) -> Tensor:
    """``sin(pi (k + 1/2) / (span + 1))``."""
    return sin((k + 0.5) * (math.pi / (span + 1)))


def decay(center: float | None, tau: float) -> WindowShape:
    """``exp(-|k - center| / tau)``; the center is the middle by default."""

    def shape(k: Tensor, span: int) -> Tensor:
        return exp(-abs(k - (span / 2 if center is None else center)) / tau)

    return shape


def bell(std: float) -> WindowShape:
    """Gauss's ``exp(-((k - span / 2) / std)^2 / 2)``."""

    def shape(k: Tensor, span: int) -> Tensor:
        return exp(-(((k - span / 2) / std) ** 2) / 2)

    return shape


def kaiser_shape(beta: float) -> WindowShape:
    """``I0(beta sqrt(1 - (2 k / span - 1)^2)) / I0(beta)``, where I0 may be too large for a float."""

    def shape(k: Tensor, span: int) -> Tensor:
        most = math.fabs(beta)
        argument = sqrt(1 - (k * 2 / span - 1) ** 2) * most
        return exp(argument - most) * special_i0e(argument) / special_i0e(k * 0 + most)

    return shape
