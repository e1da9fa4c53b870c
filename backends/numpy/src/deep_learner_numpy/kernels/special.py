"""Special functions by SciPy, where it is installed; it is imported when the first of them is called."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

# Our names, and SciPy's.
_FUNCTIONS = {"erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "digamma": "psi"}


@cache
def _scipy() -> Any:
    import scipy.special

    return scipy.special


def _kernel(name: str) -> Callable[[Any], Any]:
    def kernel(input: Any) -> Any:
        return getattr(_scipy(), name)(input).astype(input.dtype, copy=False)  # float16 comes back as float64

    kernel.__name__ = name
    return kernel


def lgamma(input: Any) -> Any:
    """Infinite at minus infinity, as in C and PyTorch; SciPy's has minus infinity there."""
    return np.where(np.isneginf(input), np.inf, _scipy().gammaln(input)).astype(input.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = (
    {"lgamma": lgamma, **{ours: _kernel(theirs) for ours, theirs in _FUNCTIONS.items()}}
    if find_spec("scipy")
    else {}
)
