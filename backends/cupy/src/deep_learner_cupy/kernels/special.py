"""Special functions of `cupyx.scipy.special`, in the dtype of their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupy
import cupyx.scipy.special

from deep_learner_cupy.kernels.fallback import LOW, floating

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

# Our names, and CuPy's.
_FUNCTIONS = {
    "erfinv": "erfinv", "digamma": "digamma", "i0": "i0", "special_i0e": "i0e", "special_i1": "i1",
    "special_i1e": "i1e", "special_bessel_j0": "j0", "special_bessel_j1": "j1", "special_bessel_y0": "y0",
    "special_bessel_y1": "y1",
    "special_modified_bessel_k0": "k0", "special_modified_bessel_k1": "k1", "special_scaled_modified_bessel_k0": "k0e",
    "special_scaled_modified_bessel_k1": "k1e", "special_erfcx": "erfcx", "special_ndtr": "ndtr",
    "special_ndtri": "ndtri", "special_log_ndtr": "log_ndtr",
}  # fmt: skip
_BINARY = {"igamma": "gammainc", "igammac": "gammaincc", "special_zeta": "zeta"}


def _unary(ours: str, theirs: str) -> Callable[..., Any]:
    function: Any = getattr(cupyx.scipy.special, theirs)

    def kernel(input: Array) -> Array:
        if input.dtype in LOW:
            return function(input.astype("float32")).astype(input.dtype)
        return function(input)

    kernel.__name__ = ours
    return floating(kernel)


def _binary(theirs: str) -> Callable[..., Any]:
    function: Any = getattr(cupyx.scipy.special, theirs)

    def kernel(input: Any, other: Any) -> Array:
        arrays = [value for value in (input, other) if isinstance(value, cupy.ndarray)]
        dtype = arrays[0].dtype
        computing = "float32" if dtype in LOW else dtype
        first, second = (
            value.astype(computing, copy=False)
            if isinstance(value, cupy.ndarray)
            else cupy.asarray(value, computing)
            for value in (input, other)
        )
        return function(first, second).astype(dtype, copy=False)

    return kernel


KERNELS: dict[str, Callable[..., Any]] = {
    **{ours: _unary(ours, theirs) for ours, theirs in _FUNCTIONS.items()},
    **{ours: _binary(theirs) for ours, theirs in _BINARY.items()},
}
