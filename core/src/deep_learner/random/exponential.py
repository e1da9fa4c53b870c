"""The exponential distribution by inversion, from 53-bit uniforms whatever the dtype."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..typing import Array
from .host import through
from .uniform import unit_doubles

if TYPE_CHECKING:
    from ..backends import Backend
    from .generator import Generator

__all__ = ["exponential"]


def exponential(
    host: Backend, generator: Generator, size: int, dtype: str = "float32", rate: float = 1.0
) -> Array:
    """`size` numbers with the density `rate * exp(-rate * x)`, of dtype "float32" or "float64"."""
    xp = host.namespace
    units = unit_doubles(host, generator, size)
    return xp.astype(through(host, math.log1p, -units) * (-1.0 / rate), getattr(xp, dtype))
