"""A schedule of the learning rate."""

from __future__ import annotations

from typing import Any

from deep_learner.optim import Optimizer
from deep_learner.optim.lr_scheduler import LRScheduler

__all__ = ["InverseSqrtLR"]


class InverseSqrtLR(LRScheduler):
    """The rate rises in a straight line for some epochs and then falls with the root of their number.

    With t = ``last_epoch`` + 1 and w = `warmup`::

        lr = base_lr * min(t / w, sqrt(w / t))

    so that the full rate is reached in epoch w, which is the first to have it and the last.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are set.
    warmup : int
        The epochs until the full rate.
    last_epoch : int
        See `LRScheduler`.

    Raises
    ------
    ValueError
        If `warmup` is no positive number.

    References
    ----------
    Vaswani et al.: Attention is all you need, NeurIPS 2017, section 5.3, where base_lr is 1 / sqrt(d w).
    """

    def __init__(self, optimizer: Optimizer, warmup: int = 5, last_epoch: int = -1) -> None:
        if not warmup > 0:
            raise ValueError(f"warmup must be above 0. Received: {warmup!r}")
        self.warmup = warmup
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rates of this epoch."""
        return self._get_closed_form_lr()

    def _get_closed_form_lr(self) -> list[Any]:
        epoch = self.last_epoch + 1
        factor = min(epoch / self.warmup, (self.warmup / epoch) ** 0.5)
        return [base * factor for base in self.base_lrs]
