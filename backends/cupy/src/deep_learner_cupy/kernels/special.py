"""Special functions of `cupyx.scipy.special`, in the dtype of their argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupyx.scipy.special

from deep_learner_cupy.kernels.fallback import LOW, floating

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_FUNCTIONS = ("erfinv", "digamma")


def _kernel(name: str) -> Callable[..., Any]:
    function: Any = getattr(cupyx.scipy.special, name)

    def kernel(input: Array) -> Array:
        if input.dtype in LOW:
            return function(input.astype("float32")).astype(input.dtype)
        return function(input)

    kernel.__name__ = name
    return floating(kernel)


KERNELS: dict[str, Callable[..., Any]] = {name: _kernel(name) for name in _FUNCTIONS}
