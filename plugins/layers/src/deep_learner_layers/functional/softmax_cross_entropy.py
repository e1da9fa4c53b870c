"""Cross entropy between a softmax and target classes in one operation."""

from __future__ import annotations

from deep_learner import op
from deep_learner.typing import Array, Namespace


def class_dim(input: Array) -> int:
    """Which dimension of (C,), (N, C) or (N, C, d1, ...) holds the classes."""
    return 0 if input.ndim == 1 else 1


def split_targets(xp: Namespace, input: Array, target: Array, ignore_index: int) -> tuple[Array, Array]:
    """Which targets count, and the classes with 0 where they do not: the shape of `input` without the classes."""
    dim = class_dim(input)
    target = xp.reshape(target, (*input.shape[:dim], *input.shape[dim + 1 :]))
    valid = target != ignore_index
    return valid, xp.where(valid, target, 0)


def checked_targets(xp: Namespace, input: Array, target: Array, ignore_index: int) -> tuple[Array, Array]:
    """:func:`split_targets` with the classes as int64; raises IndexError for a target that is no class."""
    dim = class_dim(input)
    valid, classes = split_targets(xp, input, target, ignore_index)
    return valid, xp.wrap_index(xp.astype(classes, xp.int64), input.shape[dim], dim, negative=False)


def weights_of_classes(
    xp: Namespace, input: Array, valid: Array, classes: Array, weight: Array | None
) -> Array:
    """The weight of each target's class, 0 where the target is to be ignored."""
    if weight is None:
        return xp.astype(valid, input.dtype)
    weights = xp.take(weight, xp.reshape(classes, (-1,)), axis=0)
    return xp.where(valid, xp.reshape(weights, classes.shape), 0.0)


@op
def softmax_cross_entropy(
    xp: Namespace,
    input: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Array, Array]:
    """The cross entropy between ``softmax(input)`` and target classes, and the softmax's ``logsumexp``.

    Parameters
    ----------
    input
        (C,), (N, C) or (N, C, d1, ...).
    target
        The shape of `input` without the classes, integers in [0, C).
    weight
        (C,), a factor for each class.
    ignore_index
        Targets with this value count for nothing.
    reduction
        ``"none"``, ``"sum"`` or ``"mean"``.

    Returns
    -------
    tuple of Tensor
        The loss, and ``logsumexp(input)`` over the classes. The latter is an output, not a saved by-product,
        so that second derivatives know how it depends on the input.

    Notes
    -----
    With p the softmax and w the targets' weights, divided by their sum for ``"mean"``, the loss is -sum(w log
    p[target]) and its gradient w (p - onehot(target)).
    """
    dim = class_dim(input)
    valid, classes = checked_targets(xp, input, target, ignore_index)
    top = xp.max(input, axis=dim, keepdims=True)
    shifted = input - top
    logs = xp.log(xp.sum(xp.exp(shifted), axis=dim, keepdims=True))
    losses = xp.squeeze(
        logs - xp.take_along_axis(shifted, xp.expand_dims(classes, axis=dim), axis=dim), axis=dim
    )
    weights = weights_of_classes(xp, input, valid, classes, weight)
    loss = xp.where(valid, losses * weights, 0.0)
    if reduction != "none":
        loss = xp.sum(loss)
    if reduction == "mean":
        loss = loss / xp.sum(weights)
    return loss, xp.squeeze(top + logs, axis=dim)


@softmax_cross_entropy.vjp("input")
def _(
    xp: Namespace,
    g: tuple[Array, Array],
    input: Array,
    target: Array,
    weight: Array | None,
    out: tuple[Array, Array],
    ignore_index: int,
    reduction: str,
) -> Array:
    valid, classes = split_targets(xp, input, target, ignore_index)
    scale = weights_of_classes(xp, input, valid, classes, weight)
    scale = scale * (g[0] / xp.sum(scale) if reduction == "mean" else g[0])
    return xp.softmax_cross_entropy_backward(scale + g[1], scale, input, classes, out[1])


@op
def softmax_cross_entropy_backward(
    xp: Namespace, scale: Array, target_scale: Array, input: Array, target: Array, normaliser: Array
) -> Array:
    """``scale * softmax(input) - target_scale * onehot(target)``, each scale given once for all classes.

    Parameters
    ----------
    scale, target_scale, target, normaliser
        The shape of `input` without the classes; `normaliser` is its ``logsumexp`` over them.
    input
        (C,), (N, C) or (N, C, d1, ...).
    """
    dim = class_dim(input)
    shape = [1] * input.ndim
    shape[dim] = input.shape[dim]
    classes = xp.reshape(xp.arange(input.shape[dim], dtype=target.dtype, device=input.device), tuple(shape))
    scale, target_scale, target, normaliser = (
        xp.expand_dims(x, axis=dim) for x in (scale, target_scale, target, normaliser)
    )
    softmax = xp.exp(input - normaliser) * scale
    return xp.where(classes == target, softmax - target_scale, softmax)
