"""Ending a run that no longer gets better."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner_trainer.loop import Trainer

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Listener: ends the run when the loss has not fallen for some epochs.

    It looks at the test loss, and at the training loss where there is no test part. What it knows, it knows from
    the run's history: a run that is resumed stops where it would have stopped without the interruption.

    Parameters
    ----------
    patience : int
        So many epochs in a row may pass without a new lowest loss; the run ends with the last of them.
    min_delta : float
        A loss counts as lower only if it is lower by more than this.

    Raises
    ------
    ValueError
        If `patience` is not a positive integer, or `min_delta` is negative.

    References
    ----------
    L. Prechelt: Early Stopping - But When?, in Neural Networks: Tricks of the Trade, Springer 1998.
    """

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        if type(patience) is not int or patience < 1:
            raise ValueError(f"patience must be an integer of at least 1. Received: {patience!r}")
        if not min_delta >= 0:
            raise ValueError(f"min_delta must not be negative. Received: {min_delta!r}")
        self.patience = patience
        self.min_delta = min_delta

    @hookimpl
    def training_started(self, trainer: Trainer) -> None:
        """Stops at once if the run that is resumed had been stopped."""
        self.epoch_ended(trainer)

    @hookimpl
    def epoch_ended(self, trainer: Trainer) -> None:
        """Counts the epochs since the lowest loss."""
        lowest, waited = math.inf, 0
        for metrics in trainer.history:
            loss = metrics.loss if metrics.test_loss is None else metrics.test_loss
            waited = 0 if loss < lowest - self.min_delta else waited + 1
            if waited == 0:
                lowest = loss
        if waited >= self.patience:
            trainer.stop()
