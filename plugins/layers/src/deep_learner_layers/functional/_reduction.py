"""Bringing the losses of single elements together."""

from __future__ import annotations

import warnings

from deep_learner.typing import Array, Namespace

REDUCTIONS = ("none", "mean", "sum")


def chosen(size_average: bool | None, reduce: bool | None, reduction: str, also: tuple[str, ...] = ()) -> str:
    """The reduction meant by `reduction` and its two forerunners, which PyTorch still accepts.

    Raises
    ------
    ValueError
        If it is none of ``"none"``, ``"mean"``, ``"sum"`` and those in `also`.
    """
    if size_average is not None or reduce is not None:
        reduction = (
            ("none" if reduce is False else "sum") if reduce is False or size_average is False else "mean"
        )
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            stacklevel=3,
        )
    if reduction not in (*REDUCTIONS, *also):
        raise ValueError(
            f"{reduction} is not a valid value for reduction; write one of {(*REDUCTIONS, *also)}"
        )
    return reduction


def reduced(xp: Namespace, losses: Array, reduction: str) -> Array:
    """The losses as they are, their mean, or their sum."""
    if reduction == "none":
        return losses
    return xp.mean(losses) if reduction == "mean" else xp.sum(losses)


def warn_if_sizes_differ(input: Array, target: Array) -> None:
    """Warn, as PyTorch does, where broadcasting is more likely a mistake than meant."""
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size {tuple(target.shape)} that is different to the input size "
            f"{tuple(input.shape)}. "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have "
            "the same size.",
            stacklevel=3,
        )
