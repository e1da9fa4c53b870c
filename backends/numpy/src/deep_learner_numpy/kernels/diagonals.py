"""Diagonals as NumPy's own views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def diagonal(input: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    ndim = input.ndim
    for dim in (dim1, dim2):
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {dim})"
            )
    if dim1 % ndim == dim2 % ndim:
        raise RuntimeError(f"diagonal: diagonal dimensions cannot be identical {dim1}, {dim2}")
    view = np.diagonal(input, offset, dim1, dim2)
    if input.flags.writeable:
        view.flags.writeable = True  # NumPy hands out diagonals read-only; PyTorch's are written through.
    return view


KERNELS: dict[str, Callable[..., Any]] = {"diagonal": diagonal}
