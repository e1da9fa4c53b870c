"""Positions, whose general form looks at them to refuse those out of bounds: here the one who runs the graph does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import cast_to, emit

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace


def wrap_index(index: Any, size: int, dim: int = 0, negative: bool = True) -> Any:
    """Positions as int64, counted from the front."""
    index = cast_to(index, np.int64)
    return xp.where(xp.less(index, 0), index + size, index) if negative else index


def advanced_index(input: Any, indices: Any, dims: Any) -> Any:
    """The elements at the positions: a Gather where they are those of one dimension."""
    if len(dims) != 1 or indices[0].dtype.kind == "b":
        return NotImplemented
    return xp.take(input, indices[0], axis=dims[0])


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """`src` added to `input` at the positions along a dimension."""
    return _scattered(input, dim, index, src, "add")


def scatter_set(input: Any, dim: int, index: Any, src: Any) -> Any:
    """`src` in place of what `input` has at the positions along a dimension."""
    return _scattered(input, dim, index, src, None)


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """`input` plus `alpha` times the rows of `source` at their positions."""
    if not input.ndim or not source.ndim or input.dtype.kind == "b":
        return NotImplemented
    return _scattered(input, dim, _along(index, dim, source), source if alpha == 1 else source * alpha, "add")


def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """`input` with the rows of `source` in place of its own at their positions."""
    if not input.ndim or not source.ndim:
        return NotImplemented
    return _scattered(input, dim, _along(index, dim, source), source, None)


def _along(index: Any, dim: int, source: Any) -> Any:
    """A position for each element of rows."""
    dim %= source.ndim
    rows = xp.reshape(index, tuple(-1 if axis == dim else 1 for axis in range(source.ndim)))
    return xp.broadcast_to(rows, source.shape)


def _scattered(input: Any, dim: int, index: Any, src: Any, reduction: str | None) -> Any:
    if not input.ndim or (input.dtype.kind == "b" and reduction):
        return NotImplemented
    if 0 in index.shape:
        return input
    if index.shape != src.shape:
        src = src[tuple(slice(0, size) for size in index.shape)]
    operands: list[SymbolicArray] = [input, cast_to(index, np.int64), cast_to(src, input.dtype)]
    return emit(
        "ScatterElements", operands, input.shape, input.dtype, axis=dim % input.ndim, reduction=reduction
    )


KERNELS: dict[str, Callable[..., Any]] = {
    "wrap_index": wrap_index, "advanced_index": advanced_index, "scatter_add": scatter_add,
    "scatter_set": scatter_set, "index_add": index_add, "index_copy": index_copy,
}  # fmt: skip
