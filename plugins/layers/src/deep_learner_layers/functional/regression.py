"""Losses that measure the distance between numbers."""

from __future__ import annotations

from collections.abc import Callable

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

from ._reduction import chosen, reduced, warn_if_sizes_differ

__all__ = ["huber_loss", "kl_div", "l1_loss", "mse_loss", "smooth_l1_loss"]


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared difference ``(input - target) ** 2``.

    Parameters
    ----------
    input, target
        Of one shape; other shapes broadcast, with a warning.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, with `weight` the weighted mean.
    weight
        A factor for each element, of the shape of `input`.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If `reduction` is not known or `weight` has another shape than `input`.
    """
    reduction = chosen(size_average, reduce, reduction)
    warn_if_sizes_differ(input, target)
    return weighted_mean(squared_difference, input, target, weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute difference ``|input - target|``; parameters and errors as in :func:`mse_loss`."""
    reduction = chosen(size_average, reduce, reduction)
    warn_if_sizes_differ(input, target)
    return weighted_mean(absolute_difference, input, target, weight, reduction)


def weighted_mean(
    distance: Callable[[Tensor, Tensor], Tensor],
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
) -> Tensor:
    """The distances, reduced; with weights ``"mean"`` divides by their sum."""
    losses = distance(input, target)
    xp = input.__array_namespace__()
    if weight is None:
        return reduced(xp, losses, reduction)
    losses = losses * same_size(input, weight)
    return losses.sum() / weight.sum() if reduction == "mean" else reduced(xp, losses, reduction)


def same_size(input: Tensor, weight: Tensor) -> Tensor:
    """The weights, refused if they are not one for each element of the input."""
    if weight.shape != input.shape:
        raise ValueError(
            f"Weights and input must have the same size. Received: {tuple(weight.shape)} and "
            f"{tuple(input.shape)}"
        )
    return weight


@op(name="mse_loss", promote="arithmetic", refuses="bool integer complex", autocast="float32")
def squared_difference(xp: Namespace, input: Array, target: Array) -> Array:
    """The squared difference ``(input - target) ** 2``. Shapes: (*), (*), broadcast -> (*)."""
    return xp.square(input - target)


@squared_difference.vjp("input", "target")
def _(
    xp: Namespace, g: Array, input: Array, target: Array, wanted: tuple[bool, bool]
) -> tuple[Array | None, Array | None]:
    grad = (2.0 * g) * (input - target)
    return (grad if wanted[0] else None), (-grad if wanted[1] else None)


@op(name="l1_loss", promote="arithmetic", refuses="bool", autocast="float32")
def absolute_difference(xp: Namespace, input: Array, target: Array) -> Array:
    """The absolute difference ``|input - target|``. Shapes: (*), (*), broadcast -> (*)."""
    return xp.abs(input - target)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """With d = \\|input - target\\|, ``d² / (2 beta)`` where d < beta and ``d - beta / 2`` elsewhere.

    Parameters
    ----------
    input, target
        Of one shape; other shapes broadcast, with a warning.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    beta
        Where the curve becomes a line; at 0 it is :func:`l1_loss`.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    RuntimeError
        If `beta` is negative.
    ValueError
        If `reduction` is not known.

    References
    ----------
    Girshick, "Fast R-CNN" (2015), https://arxiv.org/abs/1504.08083.
    """
    reduction = chosen(size_average, reduce, reduction)
    warn_if_sizes_differ(input, target)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta; received {beta}")
    losses = smooth_differences(input, target, beta) if beta else absolute_difference(input, target)
    return reduced(input.__array_namespace__(), losses, reduction)


@op(name="smooth_l1_loss", promote="arithmetic", refuses="bool integer complex", autocast="float32")
def smooth_differences(xp: Namespace, input: Array, target: Array, beta: float) -> Array:
    """:func:`smooth_l1_loss` of each pair of elements. Shapes: (*), (*), broadcast -> (*)."""
    distance = xp.abs(input - target)
    return xp.where(distance < beta, distance * distance * (0.5 / beta), distance - 0.5 * beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """With d = \\|input - target\\|, ``d² / 2`` where d < delta and ``delta (d - delta / 2)`` elsewhere.

    Parameters
    ----------
    input, target
        Of one shape; other shapes broadcast, with a warning.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    delta
        Where the curve becomes a line.
    weight
        A factor for each element, of the shape of `input`; here ``"mean"`` does not divide by it, as in
        PyTorch.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    RuntimeError
        If `delta` is not positive.
    ValueError
        If `reduction` is not known or `weight` has another shape than `input`.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).
    """
    reduction = chosen(None, None, reduction)
    warn_if_sizes_differ(input, target)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta; received {delta}")
    losses = smooth_differences(input, target, delta) * delta
    if weight is not None:
        losses = losses * same_size(input, weight)
    return reduced(input.__array_namespace__(), losses, reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence ``t (log t - input)`` of log-probabilities from probabilities t.

    Parameters
    ----------
    input
        Log-probabilities.
    target
        Probabilities, or their logarithms if `log_target`.
    reduction
        ``"none"``; ``"sum"``; ``"batchmean"``, the sum divided by the first size, which is the divergence;
        ``"mean"``, the mean over all elements, which is not, and warns.
    log_target
        Whether `target` holds logarithms.
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
    if size_average is None and reduce is None and reduction == "mean":
        warn_mean_is_not_batchmean()
    reduction = chosen(size_average, reduce, reduction, also=("batchmean",))
    losses = divergences(input, target, log_target)
    if reduction != "batchmean":
        return reduced(input.__array_namespace__(), losses, reduction)
    return losses.sum() / input.shape[0] if input.ndim else losses


def warn_mean_is_not_batchmean() -> None:
    """PyTorch's warning about the mean over all elements."""
    import warnings

    warnings.warn(
        "reduction: 'mean' divides the total loss by both the batch size and the support size. "
        "'batchmean' divides "
        "only by the batch size, and aligns with the KL div math definition.",
        stacklevel=3,
    )


@op(name="kl_div", promote="arithmetic", refuses="bool integer complex", autocast="float32")
def divergences(xp: Namespace, input: Array, target: Array, log_target: bool) -> Array:
    """:func:`kl_div` of each pair of elements. Shapes: (*), (*), broadcast -> (*)."""
    if log_target:
        return xp.exp(target) * (target - input)
    return xp.xlogy(target, target) - target * input
