"""Losses for choosing one of several classes: negative log-likelihood and cross entropy."""

from __future__ import annotations

import math

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

from ._reduction import chosen
from .softmax_cross_entropy import checked_targets, class_dim, softmax_cross_entropy, weights_of_classes

__all__ = ["cross_entropy", "nll_loss"]


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of the target classes, from log-probabilities.

    Parameters
    ----------
    input
        (C,), (N, C) or (N, C, d1, ...), log-probabilities.
    target
        (), (N,) or (N, d1, ...), integers in [0, C).
    weight
        (C,), a factor for each class.
    ignore_index
        Targets with this value count for nothing.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, which divides by the sum of the targets' weights.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `target`.

    Raises
    ------
    ValueError
        If the batch sizes differ or `reduction` is not known.
    RuntimeError
        If the other sizes differ, the targets are no integers or `weight` does not fit.
    IndexError
        If a target is no class.
    NotImplementedError
        If `input` is not floating-point.
    """
    reduction = chosen(size_average, reduce, reduction)
    check_indices(input, target, weight)
    return nll_of_targets(input, target, weight, ignore_index, reduction)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The cross entropy between the softmax of `input` and the targets.

    Parameters
    ----------
    input
        (C,), (N, C) or (N, C, d1, ...), unnormalised log-probabilities.
    target
        Classes, (), (N,) or (N, d1, ...), integers in [0, C); or probabilities, floating, of the shape of
        `input`.
    weight
        (C,), a factor for each class.
    ignore_index
        Target classes with this value count for nothing; not for probabilities.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, which divides by the sum of the target classes' weights, and for
        probabilities by their number.
    label_smoothing
        How much of the target is replaced by the uniform distribution, from 0 to 1.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of the target without the classes.

    Raises
    ------
    ValueError
        If the batch sizes differ or `reduction` is not known.
    RuntimeError
        If the other sizes differ, the targets' dtype is wrong, `weight` does not fit, `label_smoothing` is not
        from 0 to 1, or an `ignore_index` that is a class meets probabilities.
    IndexError
        If a target is no class.
    NotImplementedError
        If `input` is not floating-point.

    References
    ----------
    Szegedy et al., "Rethinking the Inception architecture" (2015), https://arxiv.org/abs/1512.00567, for the
    smoothing.
    """
    if size_average is not None or reduce is not None or reduction not in ("mean", "sum", "none"):
        reduction = chosen(size_average, reduce, reduction)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if target.shape == input.shape:
        if not target.is_floating_point():
            raise RuntimeError(
                f"Expected floating point type for target with class probabilities, got {target.dtype}"
            )
        if ignore_index >= 0:
            raise RuntimeError(
                "ignore_index is not supported for floating point target: probabilities name no class. Received: "
                f"{ignore_index}"
            )
        check_scores(input, weight)
        return cross_entropy_with_probabilities(input, target, weight, reduction, label_smoothing)
    check_indices(input, target, weight)
    if label_smoothing or (weight is not None and weight.requires_grad):
        return smoothed_cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing)
    return softmax_cross_entropy(input, target, weight, ignore_index, reduction)[0]


def check_indices(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Refuse target classes that do not fit the input."""
    sizes, targets = tuple(input.shape), tuple(target.shape)
    if not sizes:
        raise RuntimeError("expected an input with a dimension for the classes; received shape ()")
    if len(sizes) > 1 and targets[:1] != sizes[:1]:
        raise ValueError(
            f"Expected input batch_size ({sizes[0]}) to match target batch_size "
            f"({targets[0] if targets else 'none'}). Received: input {sizes}, target {targets}"
        )
    if target.is_floating_point() or target.is_complex():
        raise RuntimeError(
            f"expected target classes to be integers, of the dtype int64; received {target.dtype}"
        )
    expected = sizes[:1] + sizes[2:] if len(sizes) > 1 else ()
    if targets != expected and not (len(sizes) == 1 and targets == (1,)):
        raise RuntimeError(
            f"Expected target size {list(expected)}, got {list(targets)} for an input of shape {sizes}"
        )
    check_scores(input, weight)


def check_scores(input: Tensor, weight: Tensor | None) -> None:
    """Refuse scores that are not floating-point, and weights that are not one for each class, in the scores' dtype."""
    if not input.is_floating_point():
        raise NotImplementedError(f"losses of classes take floating-point scores. Received: {input.dtype}")
    if weight is None:
        return
    classes = input.shape[class_dim(input)]
    if tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(f"expected weight of the input's dtype {input.dtype} but found {weight.dtype}")


@op(name="nll_loss", autocast="float32")
def nll_of_targets(
    xp: Namespace, input: Array, target: Array, weight: Array | None, ignore_index: int, reduction: str
) -> Array:
    """:func:`nll_loss` for arguments that have been checked."""
    dim = class_dim(input)
    valid, classes = checked_targets(xp, input, target, ignore_index)
    picked = xp.squeeze(xp.take_along_axis(input, xp.expand_dims(classes, axis=dim), axis=dim), axis=dim)
    weights = weights_of_classes(xp, input, valid, classes, weight)
    losses = xp.where(valid, -picked * weights, 0.0)
    if reduction == "none":
        return losses
    total = xp.sum(losses)
    return total / xp.sum(weights) if reduction == "mean" else total


@op(autocast="float32")
def smoothed_cross_entropy(
    xp: Namespace,
    input: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> Array:
    """:func:`cross_entropy` for classes mixed with the uniform distribution."""
    dim = class_dim(input)
    valid, classes = checked_targets(xp, input, target, ignore_index)
    logs = xp.log_softmax(input, dim)
    each = logs if weight is None else logs * along_classes(xp, weight, input)
    weights = weights_of_classes(xp, input, valid, classes, weight)
    even = xp.where(valid, -xp.sum(each, axis=dim), 0.0)
    if reduction != "none":
        even = xp.sum(even)
    if reduction == "mean":
        even = even / xp.sum(weights)
    share = label_smoothing / input.shape[dim]
    return xp.nll_loss(logs, target, weight, ignore_index, reduction) * (1.0 - label_smoothing) + even * share


@op(autocast="float32")
def cross_entropy_with_probabilities(
    xp: Namespace, input: Array, target: Array, weight: Array | None, reduction: str, label_smoothing: float
) -> Array:
    """:func:`cross_entropy` for targets that are themselves distributions."""
    dim = class_dim(input)
    target = xp.astype(target, input.dtype)
    if label_smoothing:
        target = target * (1.0 - label_smoothing) + label_smoothing / input.shape[dim]
    terms = xp.log_softmax(input, dim) * target
    if weight is not None:
        terms = terms * along_classes(xp, weight, input)
    losses = -xp.sum(terms, axis=dim)
    if reduction == "none":
        return losses
    total = xp.sum(losses)
    return total / (math.prod(input.shape) / input.shape[dim]) if reduction == "mean" else total


def along_classes(xp: Namespace, weight: Array, input: Array) -> Array:
    """One weight for each class, shaped to multiply `input`."""
    return weight if input.ndim == 1 else xp.reshape(weight, (-1, *([1] * (input.ndim - 2))))
