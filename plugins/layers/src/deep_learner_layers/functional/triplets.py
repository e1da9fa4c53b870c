"""Losses of an anchor, what is to be near it and what is to be far from it."""

from __future__ import annotations

from collections.abc import Callable

from deep_learner import Tensor, minimum, op, pairwise_distance
from deep_learner.typing import Array, Namespace

from ._reduction import REDUCTIONS, chosen, reduced

__all__ = ["triplet_margin_loss", "triplet_margin_with_distance_loss"]


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, margin + d(anchor, positive) - d(anchor, negative))`` with the p-norm as the distance d.

    Parameters
    ----------
    anchor, positive, negative
        (N, D) or (D,), floating; sizes may broadcast.
    margin
        By how much the negative should be farther away than the positive; positive.
    p, eps
        The order of the norm, and what is added to each difference.
    swap
        Whether to take the distance of positive and negative where it is the smaller one.
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
    ValueError
        If `margin` is not positive or `reduction` is not known.
    RuntimeError
        If the numbers of dimensions differ.

    References
    ----------
    Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional neural
    networks" (2016).
    """
    reduction = chosen(size_average, reduce, reduction)
    _check(anchor, positive, negative, margin)
    return excess_of_distances(anchor, positive, negative, margin, p, eps, swap, reduction)


@op(name="triplet_margin_loss", promote="float", refuses="bool", autocast="float32")
def excess_of_distances(
    xp: Namespace,
    anchor: Array,
    positive: Array,
    negative: Array,
    margin: float,
    p: float,
    eps: float,
    swap: bool,
    reduction: str,
) -> Array:
    """:func:`triplet_margin_loss` for a known reduction."""
    near, far = xp.pairwise_distance(anchor, positive, p, eps), xp.pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = xp.minimum(far, xp.pairwise_distance(positive, negative, p, eps))
    return reduced(xp, xp.clip(margin + near - far, 0, None), reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """:func:`triplet_margin_loss` with any function of two tensors as the distance, by default the 2-norm."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction; write one of {REDUCTIONS}")
    _check(anchor, positive, negative, margin)
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    losses = (margin + near - far).clip(0)
    return reduced(losses.__array_namespace__(), losses, reduction)


def _check(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float) -> None:
    """Refuse a margin that asks for nothing, and tensors with different numbers of dimensions."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but "
            f"got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
