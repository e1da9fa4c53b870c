"""Diagonals as NumPy's own views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.ops.dims import wrap_dim

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def diagonal(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    first, second = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if first == second:
        raise RuntimeError(f"diagonal: diagonal dimensions cannot be identical {dim1}, {dim2}")
    view = np.diagonal(input, offset, first, second)
    if input.flags.writeable:
        view.flags.writeable = True  # NumPy hands out diagonals read-only; PyTorch's are written through.
    return view


KERNELS: dict[str, Callable[..., Any]] = {"diagonal": diagonal}
