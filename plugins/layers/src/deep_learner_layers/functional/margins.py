"""Losses that ask for a margin between numbers."""

from __future__ import annotations

import math

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

from ._reduction import chosen, reduced

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "soft_margin_loss",
]


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`input` where the target is 1, ``max(0, margin - input)`` where it is -1.

    Parameters
    ----------
    input, target
        Of shapes that broadcast; the targets 1 and -1.
    margin
        Beyond which other distances cost nothing.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    return hinged_distance(input, as_signs(target, input), margin, reduction)


def as_signs(target: Tensor, like: Tensor) -> Tensor:
    """Targets of 1 and -1 in the dtype of floating inputs, which they do not widen."""
    return target.to(like.dtype) if like.is_floating_point() else target


@op(name="hinge_embedding_loss", promote="float", refuses="bool complex", autocast="float32")
def hinged_distance(xp: Namespace, input: Array, target: Array, margin: float, reduction: str) -> Array:
    """:func:`hinge_embedding_loss` for a known reduction; another target than 1 and -1 costs both."""
    apart = xp.where(target != 1, xp.clip(margin - input, 0, None), 0)
    together = xp.where(target != -1, input, 0)
    return reduced(xp, apart + together, reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``1 - cos(input1, input2)`` where the target is 1, ``max(0, cos(input1, input2) - margin)`` where it is -1.

    Parameters
    ----------
    input1, input2
        (N, D) or (D,).
    target
        (N,) or (), 1 and -1.
    margin
        Up to which the cosine of what is apart costs nothing.
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
    RuntimeError
        If the dimensions do not fit.
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    shapes = f"input1 {tuple(input1.shape)}, input2 {tuple(input2.shape)}, target {tuple(target.shape)}"
    if target.ndim > 1:
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported. Received: {shapes}")
    if input1.ndim != target.ndim + 1 or input2.ndim != target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes "
            f"{shapes}"
        )
    return angular_distance(input1, input2, as_signs(target, input1), margin, reduction)


@op(name="cosine_embedding_loss", promote="float", refuses="complex", autocast="float32")
def angular_distance(
    xp: Namespace, input1: Array, input2: Array, target: Array, margin: float, reduction: str
) -> Array:
    """:func:`cosine_embedding_loss` for a known reduction; another target than 1 and -1 costs nothing."""

    def along(x: Array, y: Array) -> Array:
        return xp.sum(x * y, axis=-1)

    lengths = (along(input1, input1) + 1e-12) * (along(input2, input2) + 1e-12)
    cosine = along(input1, input2) / xp.sqrt(lengths)
    together = xp.where(target == 1, 1.0 - cosine, 0)
    apart = xp.where(target == -1, xp.clip(cosine - margin, 0, None), 0)
    return reduced(xp, together + apart, reduction)


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, margin - target (input1 - input2))``: with target 1 the first, with -1 the second should be greater.

    Parameters
    ----------
    input1, input2, target
        With as many dimensions, of shapes that broadcast.
    margin
        By how much one should be greater.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of the inputs.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {tuple(input1.shape)}, input2: {tuple(input2.shape)}, target: {tuple(target.shape)}"
        )
    return misranking(input1, input2, target, margin, reduction)


@op(name="margin_ranking_loss", promote="float", refuses="bool complex", autocast="float32")
def misranking(
    xp: Namespace, input1: Array, input2: Array, target: Array, margin: float, reduction: str
) -> Array:
    """:func:`margin_ranking_loss` for a known reduction."""
    return reduced(xp, xp.clip(margin - target * (input1 - input2), 0, None), reduction)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``log(1 + exp(-target input))``, without overflow.

    Parameters
    ----------
    input, target
        Of shapes that broadcast; the targets 1 and -1.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    return logistic_distance(input, target, reduction)


@op(name="soft_margin_loss", promote="float", refuses="bool integer", autocast="float32")
def logistic_distance(xp: Namespace, input: Array, target: Array, reduction: str) -> Array:
    """:func:`soft_margin_loss` for a known reduction."""
    return reduced(xp, xp.softplus(-target * input, 1.0, math.inf), reduction)
