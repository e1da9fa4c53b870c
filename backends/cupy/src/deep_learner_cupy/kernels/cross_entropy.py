"""Cross entropy between a softmax and classes, and its gradient: two launches each, and no waiting for the GPU.

A target that is no class is noted by the kernel: see `notes`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cupy

from deep_learner_cupy import notes
from deep_learner_cupy.kernels.compiled import Rows, kernel, packed, packed_or_null, wide_empty
from deep_learner_cupy.kernels.fallback import floating, generic, wide
from deep_learner_cupy.namespace import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_ONE_BLOCK = 1 << 16  # more rows than that are summed by CuPy, with all of the GPU


def _rows(input: Array) -> Rows:
    """The slices along the classes, dimension 1 of (N, C, d1, ...) and 0 of (C,)."""
    dim = 0 if input.ndim == 1 else 1
    size = input.shape[dim]
    return Rows(input.size // size, size, math.prod(input.shape[dim + 1 :]))


@floating
def softmax_cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """The loss and the logarithm of the softmax's denominator."""
    if input.size == 0:
        return generic("softmax_cross_entropy", input, target, weight, ignore_index, reduction)
    dtype, rows = input.dtype, _rows(input)
    count = rows.arguments[0]
    shape = input.shape[:-1] if input.ndim < 3 else (input.shape[0], *input.shape[2:])
    losses, weights = wide_empty(shape, dtype), wide_empty(shape, dtype)
    normaliser = cupy.empty(shape, dtype)
    kernel("cross_entropy", "cross_entropy", dtype)(
        rows.grid,
        rows.block,
        (
            packed(input), packed(target, "int64"), packed_or_null(weight), losses, normaliser, weights,
            *rows.arguments, int(ignore_index), notes.record(),
        ),
    )  # fmt: skip
    if reduction == "none":
        return losses.astype(dtype, copy=False), normaliser
    if count > _ONE_BLOCK:
        loss = losses.sum() / weights.sum() if reduction == "mean" else losses.sum()
        return loss.astype(dtype, copy=False), normaliser
    loss = cupy.empty((), dtype)
    kernel("cross_entropy", "cross_entropy_total", dtype)(
        (1,), (512,), (losses, weights, loss, count, int(reduction == "mean"))
    )
    return loss, normaliser


@floating
def softmax_cross_entropy_backward(
    grad_loss: Array,
    grad_normaliser: Array,
    input: Array,
    target: Array,
    weight: Array | None,
    normaliser: Array,
    ignore_index: int,
    reduction: str,
) -> Array:
    if input.size == 0 or input.dtype != grad_loss.dtype:
        return generic(
            "softmax_cross_entropy_backward", grad_loss, grad_normaliser, input, target, weight, normaliser,
            ignore_index, reduction,
        )  # fmt: skip
    dtype, rows = input.dtype, _rows(input)
    share, target = packed(grad_loss, wide(dtype)), packed(target, "int64")
    weights = packed_or_null(weight)
    count, size, _ = rows.arguments
    if reduction == "mean" and count > _ONE_BLOCK:
        total = _total_weight(target, weight, ignore_index, share.dtype)
        share = share / where(total == 0, cupy.ones_like(total), total)
    elif reduction == "mean":
        given, share = share, wide_empty((), dtype)
        kernel("cross_entropy", "cross_entropy_share", dtype)(
            (1,), (512,), (given, target, weights, share, count, size, int(ignore_index))
        )
    grad = cupy.empty(input.shape, dtype)
    kernel("cross_entropy", "cross_entropy_backward", dtype)(
        rows.grid,
        rows.block,
        (
            share, int(reduction == "none"), packed(grad_normaliser), packed(input), target, weights,
            packed(normaliser), grad, *rows.arguments, int(ignore_index),
        ),
    )  # fmt: skip
    return grad


def _total_weight(target: Array, weight: Array | None, ignored: int, dtype: Any) -> Array:
    counted = target != ignored
    if weight is None:
        return counted.sum(dtype=dtype)
    return (weight[cupy.where(counted, target, 0)] * counted).sum(dtype=dtype)


KERNELS: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
}
