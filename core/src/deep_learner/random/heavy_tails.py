"""The Cauchy, geometric and log-normal distributions, from 53-bit uniforms whatever the dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..typing import Array
from .host import through
from .normal import pairs
from .rounding import fma_scalar
from .uniform import unit_doubles

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["cauchy", "geometric", "log_normal"]


def cauchy(host: Backend, generator: Generator, size: int, median: float, sigma: float) -> Array:
    """`size` numbers of the Cauchy distribution by inversion, float64."""
    units = unit_doubles(host, generator, size)
    return through(host, lambda unit: median + sigma * math.tan(math.pi * (unit - 0.5)), units)


def geometric(host: Backend, generator: Generator, size: int, p: float) -> Array:
    """`size` numbers of trials until the first success, float64, by inversion."""
    units = unit_doubles(host, generator, size)
    scale = math.log1p(-p)
    return through(host, lambda unit: float(math.ceil(math.log(unit) / scale)) if unit else math.inf, units)


def log_normal(host: Backend, generator: Generator, size: int, mean: float, std: float) -> Array:
    """`size` exponentials of normally distributed numbers, float64, two at a time."""
    values = [_exponential(fma_scalar(z, std, mean)) for z in pairs(generator, size)]
    return host.asarray(values, dtype=host.namespace.float64)


def _exponential(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf
