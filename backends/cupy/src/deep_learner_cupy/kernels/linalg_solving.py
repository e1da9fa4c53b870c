"""Solutions of equations by cuSOLVER, whose failures CuPy passes over unless it is told not to; PyTorch raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupyx

from deep_learner_cupy.kernels.fallback import generic

if TYPE_CHECKING:
    from collections.abc import Callable


def _checked(name: str) -> Callable[..., Any]:
    """An operation's generic form, to which a singular matrix is told."""

    def kernel(*args: Any, **kwargs: Any) -> Any:
        with cupyx.errstate(linalg="raise"):
            return generic(name, *args, **kwargs)

    kernel.__name__ = name
    return kernel


KERNELS: dict[str, Callable[..., Any]] = {name: _checked(name) for name in ("linalg_solve", "linalg_inv")}
