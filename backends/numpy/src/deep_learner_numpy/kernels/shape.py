"""Shapes and orders of dimensions by the array's own methods, which check what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner.ops.dims import wrap_dim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deep_learner.typing import Array


def reshape(input: Array, shape: int | Sequence[int]) -> Array:
    try:
        made = input.reshape(shape)
    except ValueError:
        raise RuntimeError(f"shape {shape} is invalid for input of size {input.size}") from None
    if made.shape != shape and min((shape,) if isinstance(shape, int) else shape, default=0) < -1:
        raise RuntimeError(f"invalid shape dimension in {shape}: sizes are at least 0, or -1 to be inferred")
    return made


def transpose(input: Array, dim0: int, dim1: int) -> Array:
    if input.ndim == 0:
        wrap_dim(dim0, 0)
        wrap_dim(dim1, 0)
        return input[...]
    return input.swapaxes(wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim))


KERNELS: Mapping[str, Callable[..., Any]] = {"reshape": reshape, "transpose": transpose}
