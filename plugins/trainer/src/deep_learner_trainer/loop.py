"""`Trainer`: the training loop, its state, and the events it announces."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import deep_learner
from deep_learner import Tensor
from deep_learner.nn import Module
from deep_learner.optim import Optimizer
from deep_learner_trainer.listening import Listeners
from deep_learner_trainer.metrics import EpochMetrics, RunningMetrics

__all__ = ["Trainer"]


class Trainer:
    """Trains a model, epoch by epoch.

    Parameters
    ----------
    model : Module
        Called with a batch of inputs.
    loss : callable
        Called with the model's output and the batch's targets; gives the mean loss of a sample, a 0-d Tensor.
    optimizer : Optimizer
        Over the model's parameters.
    scheduler : optional
        Stepped after every epoch.
    device : optional
        Where batches are moved to before the model sees them; they stay where they are unless it is given.
    listeners : sequence of objects
        Their methods marked `deep_learner.hookimpl` are called at the events of
        `deep_learner_trainer.events`, in this order and before those of installed plugins.

    Examples
    --------
    >>> trainer = Trainer(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1))
    >>> history = trainer.fit(train_loader, test_loader, epochs=5)
    >>> history[-1].test_accuracy
    """

    def __init__(
        self,
        model: Module,
        loss: Any,
        optimizer: Optimizer,
        *,
        scheduler: Any = None,
        device: Any = None,
        listeners: Sequence[object] = (),
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.device = device
        self.history: list[EpochMetrics] = []
        self._listeners = Listeners(listeners)
        self._stop = False

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return len(self.history)

    def stop(self) -> None:
        """Makes the epoch that is running, or has just ended, the last one."""
        self._stop = True

    def fit(
        self, train: Iterable[Any], test: Iterable[Any] | None = None, *, epochs: int
    ) -> list[EpochMetrics]:
        """Trains until `epochs` epochs are finished, counting those of an earlier call or a loaded state.

        Parameters
        ----------
        train, test : iterable of (inputs, targets)
            Batches, usually DataLoaders; iterated once an epoch.
        epochs : int
            How many epochs there are to be in all.

        Returns
        -------
        list of EpochMetrics
            One for each finished epoch: `trainer.history`.

        Raises
        ------
        ValueError
            If `train` gives no batch, or the loss is not one number.
        FloatingPointError
            If an epoch's loss is not finite, so that there is nothing left to train.
        """
        self._stop = False
        self._announce("training_started")
        error: BaseException | None = None
        try:
            while self.epoch < epochs and not self._stop:
                self._run_epoch(train, test)
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._announce("training_ended", error=error)
        return self.history

    def evaluate(self, batches: Iterable[Any]) -> RunningMetrics:
        """Measures loss and accuracy, without training and without recording a graph.

        The model is in evaluation mode meanwhile and back in its former mode afterwards.
        """
        metrics = RunningMetrics()
        was_training = self.model.training
        self.model.eval()
        try:
            with deep_learner.no_grad():
                for batch in batches:
                    inputs, targets = self._move(batch)
                    output = self.model(inputs)
                    metrics.update(output, targets, self.loss(output, targets))
        finally:
            self.model.train(was_training)
        return metrics

    def state_dict(self) -> dict[str, Any]:
        """What decides how the run goes on: model, optimizer, schedule, random numbers, history."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self.scheduler is None else self.scheduler.state_dict(),
            "random": deep_learner.get_rng_state(),
            "history": [metrics.to_dict() for metrics in self.history],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes back to a state, so that the run goes on exactly as it would have."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler is not None:
            self.scheduler.load_state_dict(state["scheduler"])
        self.history = [EpochMetrics(**metrics) for metrics in state["history"]]
        deep_learner.set_rng_state(state["random"])

    def _run_epoch(self, train: Iterable[Any], test: Iterable[Any] | None) -> None:
        started = time.perf_counter()
        epoch = self.epoch + 1
        learning_rate = float(self.optimizer.param_groups[0]["lr"])
        steps = len(train) if hasattr(train, "__len__") else None  # type: ignore[arg-type]
        self._announce("epoch_started", epoch=epoch, steps=steps)
        trained = self._train_on(train, epoch)
        tested = None if test is None else self.evaluate(test)
        if self.scheduler is not None:
            self.scheduler.step()
        metrics = EpochMetrics(
            epoch=epoch,
            loss=trained.loss,
            accuracy=trained.accuracy,
            test_loss=None if tested is None else tested.loss,
            test_accuracy=None if tested is None else tested.accuracy,
            learning_rate=learning_rate,
            seconds=time.perf_counter() - started,
        )
        self.history.append(metrics)
        self._announce("epoch_ended", metrics=metrics)

    def _train_on(self, batches: Iterable[Any], epoch: int) -> RunningMetrics:
        metrics = RunningMetrics()
        self.model.train()
        for step, batch in enumerate(batches, start=1):
            inputs, targets = self._move(batch)
            self.optimizer.zero_grad()
            output = self.model(inputs)
            loss = self.loss(output, targets)
            if loss.ndim:
                raise ValueError(
                    f"the loss of a batch must be one number, its mean; received shape {tuple(loss.shape)}"
                )
            loss.backward()
            self.optimizer.step()
            metrics.update(output, targets, loss)
            self._announce("step_ended", epoch=epoch, step=step, loss=loss.detach())
        if not metrics.samples:
            raise ValueError(f"there is nothing to train on: epoch {epoch} had no batch")
        if not math.isfinite(metrics.loss):
            raise FloatingPointError(
                f"the training diverged: the loss of epoch {epoch} is {metrics.loss}; lower the learning rate"
            )
        return metrics

    def _announce(self, event: str, **arguments: Any) -> None:
        self._listeners.announce(event, trainer=self, **arguments)

    def _move(self, batch: Any) -> tuple[Tensor, Tensor]:
        inputs, targets = batch
        if self.device is None:
            return inputs, targets
        return inputs.to(self.device), targets.to(self.device)
