"""Gamma-distributed numbers by Marsaglia and Tsang's squeeze, from 53-bit uniforms and pairs of normal numbers.

Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software
26 (2000); below a concentration of 1 with their remark in section 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from .normal import pairs
from .rejection import uniforms
from .rounding import single

if TYPE_CHECKING:
    from .generator import Generator

__all__ = ["gamma_numbers"]

_THIRD = single(1.0 / 3.0)
_SQUEEZE = single(0.0331)


def gamma_numbers(
    generator: Generator, concentrations: list[float], rounded: Callable[[float], float]
) -> list[float]:
    """One number for each concentration, of rate 1.

    Parameters
    ----------
    generator : Generator
    concentrations : list of float
    rounded : callable
        What rounds to the dtype that PyTorch computes with the concentrations in: `single` or `float`.
    """
    with generator.lock:
        uniform = uniforms(generator)
        return [_number(generator, uniform, concentration, rounded) for concentration in concentrations]


def _number(
    generator: Generator,
    uniform: Callable[[], float],
    concentration: float,
    rounded: Callable[[float], float],
) -> float:
    if math.isnan(concentration):
        return concentration
    scale = 1.0
    if concentration < 1.0:
        if concentration == 0.0:
            return 0.0
        scale = (1.0 - uniform()) ** rounded(1.0 / concentration)
        concentration = rounded(concentration + 1.0)
    d = rounded(concentration - _THIRD)
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = pairs(generator, 1)[0]
        y = 1.0 + c * x
        if y <= 0.0:
            continue
        v = y * y * y
        u = 1.0 - uniform()
        square = x * x
        if u < 1.0 - _SQUEEZE * square * square:
            return scale * d * v
        if math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v
