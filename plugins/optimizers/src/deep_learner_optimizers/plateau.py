"""The schedule that waits until a metric stops improving."""

from __future__ import annotations

import math
import warnings
from typing import Any, SupportsFloat

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.optim.lr_scheduler import LRScheduler

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(LRScheduler):
    """``lr <- lr * factor`` when a metric has not improved for more than `patience` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    mode : str
        ``"min"``: lower is better; ``"max"``: higher is.
    factor : float
        Below 1.
    patience : int
        Epochs without improvement that are borne.
    threshold : float
        Improvements up to this do not count.
    threshold_mode : str
        ``"rel"``: as a share of the best value so far; ``"abs"``: in the metric's unit.
    cooldown : int
        Epochs after a reduction that are not counted.
    min_lr : float or list of float
        The lowest rate; a list has one for each group.
    eps : float
        Smaller changes of the rate are left out.

    Raises
    ------
    ValueError
        `factor` is not below 1, a mode is unknown, or `min_lr` has another length than there are groups.
    TypeError
        `optimizer` is none.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"Factor should be < 1.0. Received: {factor}")
        if not isinstance(optimizer, Optimizer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        for name, value, known in (
            ("mode", mode, ("min", "max")),
            ("threshold mode", threshold_mode, ("rel", "abs")),
        ):
            if value not in known:
                raise ValueError(f"{name} {value} is unknown! It is one of {', '.join(known)}")
        groups = len(optimizer.param_groups)
        several = isinstance(min_lr, list | tuple)
        if several and len(min_lr) != groups:
            raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
        self.factor = factor
        self.optimizer = optimizer
        self.default_min_lr = None if several else min_lr
        self.min_lrs: list[Any] = list(min_lr) if several else [min_lr] * groups
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self._last_lr = self._rates_now()

    def _rates_now(self) -> list[Any]:
        rates = (group["lr"] for group in self.optimizer.param_groups)
        return [rate.clone() if isinstance(rate, dl.Tensor) else rate for rate in rates]

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Tell the schedule an epoch's metric.

        Parameters
        ----------
        metrics
            A number or a tensor of one element.
        epoch
            Deprecated, as in PyTorch: the number of the epoch.
        """
        current = float(metrics)
        if epoch is not None:
            warnings.warn(
                "the epoch parameter of lr_scheduler.step() is deprecated: call step()", stacklevel=2
            )
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self._rates_now()

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs are not counted now."""
        return self.cooldown_counter > 0

    def _is_better(self, value: float, best: float) -> bool:
        """Whether `value` beats `best` by more than the threshold."""
        sign = 1 if self.mode == "max" else -1
        bound = (
            best * (1 + sign * self.threshold)
            if self.threshold_mode == "rel"
            else best + sign * self.threshold
        )
        return value > bound if self.mode == "max" else value < bound

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"the optimizer has {len(groups)} parameter groups, but min_lr was given for {len(self.min_lrs)}: "
                    "set `min_lrs` to one value for each group"
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        rates: list[Any] = []
        for group, lowest in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, lowest)
            rates.append(new if old - new > self.eps else group["lr"])
        self.set_rates(rates)
