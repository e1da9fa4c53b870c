"""The events of a training run, as hooks: any number of plugins and listeners may answer each of them.

An installed plugin listens by implementing a function of one of these names, marked `deep_learner.hookimpl`,
beside its `register_...` hooks; `optionalhook=True` lets it work where the trainer is not installed too. One
run is listened to by an object with such methods, given to `Trainer` or `fit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookspec

if TYPE_CHECKING:
    from deep_learner import Tensor
    from deep_learner_trainer.loop import Trainer
    from deep_learner_trainer.metrics import EpochMetrics

__all__ = ["epoch_ended", "epoch_started", "step_ended", "training_ended", "training_started"]


@hookspec
def training_started(trainer: Trainer) -> None:
    """The loop is about to begin; `trainer.history` holds the epochs of the run that is resumed, if any."""


@hookspec
def epoch_started(trainer: Trainer, epoch: int, steps: int | None) -> None:
    """An epoch begins, counted from 1; `steps` is the number of its batches where the loader knows it."""


@hookspec
def step_ended(trainer: Trainer, epoch: int, step: int, loss: Tensor) -> None:
    """The optimizer has used a batch; steps are counted from 1 in each epoch.

    `loss` is the batch's loss, detached. Reading its value waits for the device: do so only now and then.
    """


@hookspec
def epoch_ended(trainer: Trainer, metrics: EpochMetrics) -> None:
    """An epoch is finished and measured, the schedule has moved on. `trainer.stop()` makes it the last."""


@hookspec
def training_ended(trainer: Trainer, error: BaseException | None) -> None:
    """The loop is left: after its last epoch, or because of `error`, which is raised again after this."""
