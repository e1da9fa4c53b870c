"""Cross entropy between a softmax and classes, and its gradient, in blocks of samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.indexing import wrap_index
from deep_learner_numpy.kernels.precision import in_single, is_half, widened
from deep_learner_numpy.kernels.softmax import blocks, sum_of
from deep_learner_numpy.threads import shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array, Shape


def batch_shape(input: Array) -> Shape:
    """(C,), (N, C) or (N, C, d1, ...) seen as (1, C), (N, C) or (N, C, D): the classes are dimension 1."""
    if input.ndim == 2:
        return input.shape
    return (1, *input.shape) if input.ndim == 1 else (*input.shape[:2], math.prod(input.shape[2:]))


def places(classes: Array) -> tuple[Array, ...]:
    """Where the target classes (N,) or (N, D) stand in (N, C) or (N, C, D)."""
    first = np.arange(classes.shape[0])
    return (first, classes) if classes.ndim == 1 else (first[:, None], classes, np.arange(classes.shape[1]))


@in_single
def softmax_cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """The loss and the logarithm of the softmax's denominator."""
    batch = input.reshape(batch_shape(input))
    shape = input.shape[:-1] if input.ndim < 3 else (input.shape[0], *input.shape[2:])
    classes = target.reshape(batch.shape[:1] + batch.shape[2:])
    ignored = classes == ignore_index
    some = bool(ignored.any())
    if some:
        classes = np.where(ignored, 0, classes)
    classes = wrap_index(classes.astype(np.int64, copy=False), batch.shape[1], dim=1, negative=False)

    losses, logs = np.empty(classes.shape, batch.dtype), np.empty(classes.shape, batch.dtype)

    def compare(part: slice) -> None:
        top = batch[part].max(axis=1)
        shifted = batch[part] - top[:, None]
        own = shifted[places(classes[part])]
        np.exp(shifted, out=shifted)
        found = np.log(sum_of(shifted)[:, 0])
        np.subtract(found, own, out=losses[part])
        np.add(found, top, out=logs[part])

    shared(compare, blocks(batch))

    weights = None if weight is None else weight[classes]
    if weights is not None:
        losses *= weights
    if some:
        losses[ignored] = 0.0
    if reduction == "none":
        return losses.reshape(shape), logs.reshape(shape)
    loss = losses.sum()
    if reduction == "mean":
        if weights is not None:
            loss = loss / weights.sum(where=~ignored)
        else:
            loss = loss / loss.dtype.type(classes.size - np.count_nonzero(ignored))
    return loss, logs.reshape(shape)


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
    batch = widened(input).reshape(batch_shape(input))
    rows = batch.shape[:1] + batch.shape[2:]
    classes = target.reshape(rows)
    ignored = classes == ignore_index
    if ignored.any():
        classes = np.where(ignored, 0, classes)
    weights = (~ignored).astype(batch.dtype) if weight is None else np.where(ignored, 0, weight[classes])
    share = grad_loss / (weights.sum() or 1) if reduction == "mean" else grad_loss
    scale = weights * (share.reshape(rows) if share.ndim else share)

    normaliser, factors = normaliser.reshape(rows), scale + grad_normaliser.reshape(rows)
    grad = np.empty_like(batch)

    def send_back(part: slice) -> None:
        made = grad[part]
        np.subtract(batch[part], normaliser[part, None], out=made)
        np.exp(made, out=made)
        if is_half(input.dtype):  # in which the normaliser has lost digits
            made /= sum_of(made)
        made *= factors[part, None]
        made[places(classes[part])] -= scale[part]

    shared(send_back, blocks(batch))
    return grad.reshape(input.shape).astype(input.dtype, copy=False)


KERNELS: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
}
