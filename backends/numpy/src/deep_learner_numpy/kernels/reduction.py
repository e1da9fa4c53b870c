"""Sums without the Python frames around NumPy's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner.dtypes import as_dtype
from deep_learner.ops.dims import wrap_dim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deep_learner.typing import Array, DTypeLike


def sum(
    input: Array, dim: int | Sequence[int] | None = None, keepdim: bool = False, *, dtype: DTypeLike = None
) -> Array:
    if dtype is not None:
        input = input.astype(as_dtype(dtype).name, copy=False)
    elif input.dtype.kind in "bui":
        input = input.astype(np.int64, copy=False)
    elif input.dtype.kind == "V":  # bfloat16, whose eight bits of precision are too few to add in
        return sum(input.astype(np.float32), dim, keepdim).astype(input.dtype)
    if dim is not None:
        dims = (dim,) if isinstance(dim, int) else dim
        dim = tuple([wrap_dim(one, input.ndim) for one in dims])
    axes = dim or None if input.ndim else None
    return np.asarray(np.add.reduce(input, axis=axes, dtype=input.dtype, keepdims=keepdim))


def sum_backward(
    grad_output: Array, shape: tuple[int, ...], dim: int | Sequence[int] | None, keepdim: bool
) -> Array:
    grad_output = np.asarray(grad_output)
    if grad_output.ndim == 0 and len(shape):  # a view with strides 0, in a fifth of broadcast_to's time
        out = np.ndarray(shape, grad_output.dtype, grad_output, 0, (0,) * len(shape))
        out.flags.writeable = False
        return out
    if not keepdim and dim is not None and grad_output.ndim:
        dims = (dim,) if isinstance(dim, int) else dim
        grad_output = np.expand_dims(grad_output, tuple([wrap_dim(one, len(shape)) for one in dims]))
    return np.broadcast_to(grad_output, shape)


KERNELS: Mapping[str, Callable[..., Any]] = {"sum": sum, "sum_backward": sum_backward}
