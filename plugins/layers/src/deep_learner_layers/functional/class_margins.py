"""Losses that ask for a margin between the scores of right and wrong classes."""

from __future__ import annotations

from deep_learner import Tensor, int64, op
from deep_learner.ops.values import has_values
from deep_learner.typing import Array, Namespace

from ._reduction import chosen, reduced

__all__ = ["multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss"]


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the classes of ``w max(0, margin - input[target] + input[i])**p``, for i not the target.

    Parameters
    ----------
    input
        (N, C) or (C,), scores.
    target
        (N,) or (), int64 in [0, C).
    p
        1 or 2.
    margin
        By how much the target's score should exceed the others.
    weight
        (C,), w, a factor for each target class.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `target`.

    Raises
    ------
    ValueError
        If `p`, `reduction` or the dimensions of `weight` are others.
    RuntimeError
        If the shapes or dtypes do not fit, or a target is no class.
    """
    reduction = chosen(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported. Received: {p}")
    if weight is not None and weight.ndim != 1:
        raise ValueError(f"weight must be one-dimensional. Received: shape {tuple(weight.shape)}")
    rows = as_rows(input)
    targets = target.reshape(-1)
    classes = rows.shape[1]
    if target.ndim > 1 or targets.shape[0] != rows.shape[0]:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{rows.shape[0]}], but got {list(target.shape)}. Input has shape "
            f"{list(input.shape)}."
        )
    if weight is not None and weight.shape[0] != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    check_classes(targets, 0, classes)
    losses = margins_of_classes(rows, targets, p, margin, weight)
    return reduced(losses.__array_namespace__(), losses.reshape(target.shape), reduction)


def as_rows(input: Tensor) -> Tensor:
    """The scores as (N, C)."""
    if input.ndim > 2 or (input.ndim > 0 and input.shape[-1] == 0):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(input.shape)}"
        )
    return input if input.ndim == 2 else input.reshape(1, -1)


def check_classes(target: Tensor, lowest: int, classes: int) -> None:
    """Refuse targets that are no classes."""
    if target.dtype is not int64:
        raise RuntimeError(f"expected target classes of the dtype int64. Received: {target.dtype}")
    if (
        target.numel()
        and has_values(target)
        and (int(target.min().item()) < lowest or int(target.max().item()) >= classes)
    ):
        raise RuntimeError(
            f"target out of range: classes are {lowest} to {classes - 1}. Received: {int(target.min().item())} to "
            f"{int(target.max().item())}"
        )


def _positive(xp: Namespace, x: Array) -> Array:
    """What is above 0, else 0, for NaN too: PyTorch adds nothing for a difference that it cannot tell."""
    return xp.where(x > 0, x, 0.0)


@op(name="multi_margin_loss", refuses="bool integer complex", autocast="float32")
def margins_of_classes(
    xp: Namespace, input: Array, target: Array, p: int, margin: float, weight: Array | None
) -> Array:
    """:func:`multi_margin_loss` of each row: (N, C), (N,) -> (N,)."""
    column = xp.expand_dims(target, axis=1)
    missing = _positive(xp, margin - xp.take_along_axis(input, column, axis=1) + input)
    if p == 2:
        missing = missing * missing
    if weight is not None:
        missing = missing * xp.expand_dims(xp.take(weight, target, axis=0), axis=1)
    classes = input.shape[1]
    right = xp.arange(classes, dtype=target.dtype, device=input.device) == column
    return xp.sum(xp.where(right, 0, missing), axis=1) / classes


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The sum of ``max(0, 1 - input[t] + input[i]) / C`` over all classes t of the target and i not of it.

    Parameters
    ----------
    input
        (N, C) or (C,), scores.
    target
        The shape of `input`, int64: the classes, filled up with -1.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` (N,) or ().

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not fit, or a target is no class.
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    rows = as_rows(input)
    if target.shape != input.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    targets = target.reshape(rows.shape)
    check_classes(targets, -1, rows.shape[1])
    given = (targets < 0).to(int64).cumsum(1) == 0
    width = rows.shape[1]
    if has_values(given):  # what comes behind the last label of all rows is left out
        width = int(given.sum(1).max().item()) if rows.shape[0] else 0
    losses = margins_of_labels(rows, targets[:, :width], given[:, :width])
    return reduced(losses.__array_namespace__(), losses.reshape(input.shape[:-1]), reduction)


@op(name="multilabel_margin_loss", refuses="bool integer complex", autocast="float32")
def margins_of_labels(xp: Namespace, input: Array, target: Array, given: Array) -> Array:
    """:func:`multilabel_margin_loss` of each row: (N, C) and (N, K) labels, of which some are `given` -> (N,)."""
    classes = input.shape[1]
    labels = xp.where(given, target, 0)
    given = xp.expand_dims(given, axis=2)
    named = xp.expand_dims(labels, axis=2) == xp.arange(classes, dtype=target.dtype, device=input.device)
    others = xp.logical_not(xp.any(xp.logical_and(named, given), axis=1, keepdims=True))
    scores = xp.expand_dims(xp.take_along_axis(input, labels, axis=1), axis=2)
    missing = _positive(xp, 1.0 - scores + xp.expand_dims(input, axis=1))
    return xp.sum(xp.where(xp.logical_and(others, given), missing, 0), axis=(1, 2)) / classes


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over the classes of the cross entropy -w (t log σ(x) + (1 - t) log(1 - σ(x))).

    Parameters
    ----------
    input
        (*, C), logits x.
    target
        t, of a shape that broadcasts.
    weight
        (C,), w.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` (*).

    Raises
    ------
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    return entropies_of_labels(input, target, weight, reduction)


@op(
    name="multilabel_soft_margin_loss",
    promote="float",
    refuses="bool integer complex",
    autocast={"accelerator": "float32"},
)
def entropies_of_labels(
    xp: Namespace, input: Array, target: Array, weight: Array | None, reduction: str
) -> Array:
    """:func:`multilabel_soft_margin_loss` for a known reduction."""
    if input.ndim == 0:
        raise IndexError("multilabel_soft_margin_loss takes (*, C). Received an input of shape ()")
    losses = -(target * xp.logsigmoid(input) + (1.0 - target) * xp.logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return reduced(xp, xp.sum(losses, axis=-1) / input.shape[-1], reduction)
