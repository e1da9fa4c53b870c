"""The error function of many float32 numbers, ten times faster than SciPy's: GELU lives on it.

``erf(x) = tanh(x p(x^2))`` with a polynomial ``p``, fitted so that the relative error stays below 1e-7 before
rounding, and NumPy's ``tanh``, which uses the processor's vector units. From |x| = 4.2 the result is 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels import special
from deep_learner_numpy.kernels.by_element import by_element

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_FALLING = (
    1.4185378007110613e-07, -5.668502979845266e-06, 8.763749421631993e-05, -0.0006197850893900471,
    -0.00019183034759195363, 0.10276905563605153, 1.1283792743191707,
)  # fmt: skip
_SATURATED = 4.2
_PYTHONS = np.frompyfunc(math.erf, 1, 1)
_SMALL = 512  # fewer elements are not worth twenty calls


def erf(input: Array) -> Array:
    """2 / sqrt(pi) times the integral of ``exp(-t^2)`` from 0 to `input`, to 3 units of the last place."""
    if input.dtype != np.float32 or input.size < _SMALL:
        return _exact(input)
    return by_element(_write, input)


def write_erf(x: Array, out: Array) -> None:
    """Write :func:`erf` of `x`, which may be `out` itself."""
    if x.dtype != np.float32 or x.size < _SMALL:
        out[...] = _exact(x)
    else:
        _write(x, out)


def _write(x: Array, out: Array) -> None:
    x = np.maximum(x, -_SATURATED)
    np.minimum(x, _SATURATED, out=x)
    square = x * x
    np.multiply(square, _FALLING[0], out=out)
    for coefficient in _FALLING[1:-1]:
        out += coefficient
        out *= square
    out += _FALLING[-1]
    out *= x
    np.tanh(out, out=out)


def _exact(input: Array) -> Array:
    """By SciPy, or by Python's own function, which costs about as much as the generic form."""
    if "erf" in special.KERNELS:
        return special.KERNELS["erf"](input)
    return np.asarray(_PYTHONS(input), dtype=input.dtype)


KERNELS: dict[str, Callable[..., Any]] = {"erf": erf}
