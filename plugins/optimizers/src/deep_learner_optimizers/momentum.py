"""What schedules need that move the momentum against the learning rate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deep_learner.optim import Optimizer

__all__ = ["set_momentum", "start_momentum", "uses_betas"]


def uses_betas(optimizer: Optimizer) -> bool:
    """Whether the optimizer's momentum is the first of its ``betas``.

    Raises
    ------
    ValueError
        It has no momentum.
    """
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError(
            "optimizer must support momentum or beta1 with `cycle_momentum` option enabled; "
            f"{type(optimizer).__name__} has neither: write cycle_momentum=False"
        )
    return "betas" in optimizer.defaults


def set_momentum(group: dict[str, Any], value: float, betas: bool) -> None:
    """Give a group its momentum."""
    if betas:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


def start_momentum(
    optimizer: Optimizer, highest: Iterable[float], lowest: Iterable[float], betas: bool
) -> None:
    """Set every group's momentum to the highest, and keep both bounds in the group."""
    for group, high, low in zip(optimizer.param_groups, highest, lowest, strict=True):
        set_momentum(group, high, betas)
        group["max_momentum"] = high
        group["base_momentum"] = low
