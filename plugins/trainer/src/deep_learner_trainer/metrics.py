"""What is measured: the loss and, where the targets are classes, the accuracy."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import deep_learner
from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner import Tensor
    from deep_learner_trainer.loop import Trainer

__all__ = ["EpochMetrics", "MetricsFile", "RunningMetrics"]


@dataclasses.dataclass(frozen=True)
class EpochMetrics:
    """One finished epoch. Accuracies are fractions; None stands for what cannot be measured.

    The training figures are means over the epoch's batches as they were trained on; the test figures are
    measured at its end. `learning_rate` is the first parameter group's during the epoch, `seconds` its
    time with the test.
    """

    epoch: int
    loss: float
    accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    learning_rate: float
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values by name; `EpochMetrics(**values)` is the same again."""
        return dataclasses.asdict(self)


class RunningMetrics:
    """Means over batches, kept on the device so that no step waits for them."""

    def __init__(self) -> None:
        self.samples = 0
        self._loss: Any = 0.0
        self._correct: Any = None

    def update(self, output: Tensor, target: Tensor, loss: Tensor) -> None:
        """Adds a batch.

        Parameters
        ----------
        output : Tensor, (N, ...) or (N, C)
            What the model gave.
        target : Tensor, (N, ...) or (N,)
            What it should have given. Integers against an output of (N, C) are classes, counted when right.
        loss : Tensor, ()
            The batch's mean loss.
        """
        with deep_learner.no_grad():
            count, mean = int(output.shape[0]), cast("Any", loss.detach())
            self.samples += count
            self._loss = mean * count + self._loss
            if output.ndim == 2 and target.ndim == 1 and not target.dtype.is_floating_point:
                correct = (output.argmax(1) == target).sum()
                self._correct = correct if self._correct is None else self._correct + correct

    @property
    def loss(self) -> float:
        """The mean loss of a sample."""
        return float(self._loss) / self.samples if self.samples else float("nan")

    @property
    def accuracy(self) -> float | None:
        """The fraction of samples classified rightly; None where targets are no classes."""
        return None if self._correct is None else float(self._correct) / self.samples


class MetricsFile:
    """Listener: one JSON object a line and epoch, complete up to the last finished epoch at any time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @hookimpl
    def training_started(self, trainer: Trainer) -> None:
        """Begins the file anew, with the epochs of the run that is resumed."""
        self.path.write_text("".join(map(_line, trainer.history)), encoding="utf-8")

    @hookimpl
    def epoch_ended(self, metrics: EpochMetrics) -> None:
        """Adds a line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(metrics))


def _line(metrics: EpochMetrics) -> str:
    return json.dumps(metrics.to_dict()) + "\n"
