"""Special functions by SciPy, where it is installed; it is imported when the first of them is called."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

# Our names, and SciPy's.
_FUNCTIONS = {
    "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "digamma": "psi", "i0": "i0", "special_i0e": "i0e",
    "special_i1": "i1", "special_i1e": "i1e", "special_bessel_j0": "j0", "special_bessel_j1": "j1",
    "special_bessel_y0": "y0", "special_bessel_y1": "y1", "special_modified_bessel_k0": "k0",
    "special_modified_bessel_k1": "k1", "special_scaled_modified_bessel_k0": "k0e",
    "special_scaled_modified_bessel_k1": "k1e", "special_erfcx": "erfcx", "special_ndtr": "ndtr",
    "special_ndtri": "ndtri", "special_log_ndtr": "log_ndtr",
}  # fmt: skip
_VANISHED = 110.0  # the Airy function is below the smallest number from here on
_BINARY = {"igamma": "gammainc", "igammac": "gammaincc", "special_zeta": "zeta"}


@cache
def _scipy() -> Any:
    import scipy.special

    return scipy.special


def _wide(value: Any) -> Any:
    """Half precision as float32, which SciPy knows; others as they are."""
    return value.astype(np.float32) if getattr(value, "itemsize", 8) < 4 else value


def _unary(name: str) -> Callable[[Any], Any]:
    def kernel(input: Any) -> Any:
        return getattr(_scipy(), name)(_wide(input)).astype(input.dtype, copy=False)

    kernel.__name__ = name
    return kernel


def _binary(name: str) -> Callable[[Any, Any], Any]:
    def kernel(input: Any, other: Any) -> Any:
        dtype = getattr(input, "dtype", None) or other.dtype
        return getattr(_scipy(), name)(_wide(input), _wide(other)).astype(dtype, copy=False)

    kernel.__name__ = name
    return kernel


def lgamma(input: Any) -> Any:
    """Infinite at minus infinity, as in C and PyTorch; SciPy's has minus infinity there."""
    return np.where(np.isneginf(input), np.inf, _scipy().gammaln(_wide(input))).astype(
        input.dtype, copy=False
    )


def _airy(input: Any, which: int) -> Any:
    """Ai or its derivative, 0 where SciPy no longer computes them; NaN at infinity, as in PyTorch."""
    found = _scipy().airy(_wide(input))[which]
    found = np.where(input > _VANISHED, 0.0, found)
    return np.where(np.isinf(input), np.nan, found).astype(input.dtype, copy=False)


def special_airy_ai(input: Any) -> Any:
    return _airy(input, 0)


def airy_ai_slope(input: Any) -> Any:
    return _airy(input, 1)


KERNELS: dict[str, Callable[..., Any]] = (
    {
        "lgamma": lgamma,
        "special_airy_ai": special_airy_ai,
        "airy_ai_slope": airy_ai_slope,
        **{ours: _unary(theirs) for ours, theirs in _FUNCTIONS.items()},
        **{ours: _binary(theirs) for ours, theirs in _BINARY.items()},
    }
    if find_spec("scipy")
    else {}
)
