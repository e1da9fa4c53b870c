"""Divisors, exponents and counts by NumPy's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.counting import check_bincount
from deep_learner.ops.divisors import require_integers
from deep_learner.ops.exponents import require_floating
from deep_learner.ops.results import MantissaExponent

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def gcd(input: Array, other: Array) -> Array:
    require_integers("gcd", input, other)
    return np.gcd(input, other)


def lcm(input: Array, other: Array) -> Array:
    require_integers("lcm", input, other)
    return np.lcm(input, other)


def frexp(input: Array) -> MantissaExponent:
    require_floating(input)
    mantissa, exponent = np.frexp(input)
    return MantissaExponent(mantissa, np.where(np.isfinite(input), exponent, 0).astype(np.int32))


def bincount(input: Array, weights: Array | None = None, minlength: int = 0) -> Array:
    check_bincount(input, weights, minlength)
    if not input.size:
        return np.zeros(minlength, np.int64)
    if input.min() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs. Received negative ones")
    counts = np.bincount(input.astype(np.int64, copy=False), weights, minlength)
    kind = np.int64 if weights is None else np.float32 if weights.dtype == np.float32 else np.float64
    return counts.astype(kind, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {"gcd": gcd, "lcm": lcm, "frexp": frexp, "bincount": bincount}
