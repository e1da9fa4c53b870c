"""Cross entropy between a softmax and classes, and its gradient, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.indexing import wrap_index

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array


def as_rows(input: Array) -> Array:
    """(C,), (N, C) or (N, C, d1, ...) as a matrix with one row of classes for each target."""
    if input.ndim <= 2:
        return input.reshape(-1, input.shape[-1])
    last = np.moveaxis(input, 1, -1)
    return last.reshape(-1, last.shape[-1])


def softmax_cross_entropy(
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """The loss and the logarithm of the softmax's denominator."""
    rows = as_rows(input)
    shape = input.shape[:-1] if input.ndim < 3 else (input.shape[0], *input.shape[2:])
    classes = target.reshape(-1)
    ignored = classes == ignore_index
    some = bool(ignored.any())
    if some:
        classes = np.where(ignored, 0, classes)
    classes = wrap_index(classes.astype(np.int64, copy=False), rows.shape[1], dim=1, negative=False)

    top = rows.max(axis=1, keepdims=True)
    shifted = rows - top
    losses = shifted[np.arange(classes.size), classes]
    np.exp(shifted, out=shifted)
    logs = np.log(shifted.sum(axis=1))
    np.subtract(logs, losses, out=losses)
    logs += top[:, 0]

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
            loss /= weights.sum(where=~ignored)
        else:
            loss = loss / input.dtype.type(classes.size - np.count_nonzero(ignored))
    return loss, logs.reshape(shape)


def softmax_cross_entropy_backward(
    scale: Array, target_scale: Array, input: Array, target: Array, normaliser: Array
) -> Array:
    """``scale * softmax(input) - target_scale * onehot(target)``, the latter written where it is not zero."""
    rows = as_rows(input)
    grad = rows - normaliser.reshape(-1, 1)
    np.exp(grad, out=grad)
    grad *= scale.reshape(-1, 1)
    grad[np.arange(rows.shape[0]), target.reshape(-1)] -= target_scale.reshape(-1)
    if input.ndim < 3:
        return grad.reshape(input.shape)
    return np.moveaxis(grad.reshape(input.shape[0], *input.shape[2:], input.shape[1]), -1, 1)


KERNELS: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_cross_entropy_backward": softmax_cross_entropy_backward,
}
