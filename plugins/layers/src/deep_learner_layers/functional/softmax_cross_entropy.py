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


@op(autocast="float32")
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
    out1: Array,
    ignore_index: int,
    reduction: str,
) -> Array:
    return xp.softmax_cross_entropy_backward(g[0], g[1], input, target, weight, out1, ignore_index, reduction)


@op
def softmax_cross_entropy_backward(
    xp: Namespace,
    grad_loss: Array,
    grad_normaliser: Array,
    input: Array,
    target: Array,
    weight: Array | None,
    normaliser: Array,
    ignore_index: int,
    reduction: str,
) -> Array:
    """The gradient of :func:`softmax_cross_entropy` from its outputs: ``w (p - onehot(target))`` times the loss's
    gradient, and the softmax p times the normaliser's.

    Parameters
    ----------
    grad_loss, grad_normaliser
        The gradients of both outputs.
    normaliser
        The second output: the shape of `input` without the classes.
    input, target, weight, ignore_index, reduction
        As for :func:`softmax_cross_entropy`.

    Returns
    -------
    Tensor
        The shape of `input`.
    """
    valid, target = split_targets(xp, input, target, ignore_index)
    scale = weights_of_classes(xp, input, valid, target, weight)
    if reduction == "mean":
        total_weight = xp.sum(scale)  # 0 where all targets are ignored: then no element has a gradient
        grad_loss = grad_loss / xp.where(total_weight == 0, xp.ones_like(total_weight), total_weight)
    scale = scale * grad_loss
    dim = class_dim(input)
    shape = [1] * input.ndim
    shape[dim] = input.shape[dim]
    classes = xp.reshape(xp.arange(input.shape[dim], dtype=target.dtype, device=input.device), tuple(shape))
    total, scale, target, normaliser = (
        xp.expand_dims(x, axis=dim) for x in (scale + grad_normaliser, scale, target, normaliser)
    )
    softmax = xp.exp(input - normaliser) * total
    return xp.where(classes == target, softmax - scale, softmax)
