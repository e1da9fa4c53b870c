"""What a person sees of a run: a bar while it goes on, a table at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner import Tensor
    from deep_learner_trainer.loop import Trainer
    from deep_learner_trainer.metrics import EpochMetrics

__all__ = ["BytesBar", "ProgressBar", "number", "percent", "table"]

LONG = 50_000_000  # bytes that take long enough to show how far they are
REFRESH = 0.1  # seconds between two readings of the loss, which make the device finish its work


class ProgressBar:
    """Listener: a bar with loss and accuracy on a terminal, a line for each epoch elsewhere.

    Parameters
    ----------
    epochs : int
        How many epochs there are to be in all.
    console : Console
        Where to write.

    Attributes
    ----------
    finished : int
        The last finished epoch; 0 before there is one.
    """

    def __init__(self, epochs: int, console: Console) -> None:
        self.epochs = epochs
        self.console = console
        self.finished = 0
        self._progress: Progress | None = None
        self._task: Any = None
        self._next_reading = 0.0

    @hookimpl
    def training_started(self, trainer: Trainer) -> None:
        """Shows the bar."""
        self.finished = trainer.epoch
        if self.console.is_terminal:
            self._progress = Progress(
                TextColumn("epoch {task.fields[epoch]}/" + str(self.epochs)),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("loss {task.fields[loss]}  test accuracy {task.fields[accuracy]}"),
                TimeRemainingColumn(),
                console=self.console,
            )
            last = trainer.history[-1] if trainer.history else None
            accuracy = percent(last and last.test_accuracy)
            self._task = self._progress.add_task(
                "", total=None, epoch=trainer.epoch, loss="-", accuracy=accuracy
            )
            self._progress.start()

    @hookimpl
    def epoch_started(self, epoch: int, steps: int | None) -> None:
        """Counts the steps of all epochs together."""
        if self._progress is not None:
            total = None if steps is None else steps * self.epochs
            done = 0 if steps is None else steps * (epoch - 1)
            self._progress.update(self._task, total=total, completed=done, epoch=epoch)

    @hookimpl
    def step_ended(self, loss: Tensor) -> None:
        """Moves the bar, and now and then reads the loss."""
        if self._progress is not None:
            self._progress.advance(self._task)
            if time.monotonic() >= self._next_reading:
                self._next_reading = time.monotonic() + REFRESH
                self._progress.update(self._task, loss=number(float(loss)))

    @hookimpl
    def epoch_ended(self, metrics: EpochMetrics) -> None:
        """Shows how good the model has become."""
        self.finished = metrics.epoch
        if self._progress is not None:
            self._progress.update(
                self._task, loss=number(metrics.loss), accuracy=percent(metrics.test_accuracy)
            )
        else:
            self.console.print(
                f"epoch {metrics.epoch}/{self.epochs}  loss {number(metrics.loss)}  "
                f"accuracy {percent(metrics.accuracy)}  test loss {number(metrics.test_loss)}  "
                f"test accuracy {percent(metrics.test_accuracy)}",
                highlight=False,
                soft_wrap=True,
            )

    @hookimpl
    def training_ended(self) -> None:
        """Leaves the terminal as it was."""
        if self._progress is not None:
            self._progress.stop()


class BytesBar:
    """A bar of the bytes that are done, on a terminal, if there are so many that one waits for them.

    Parameters
    ----------
    name : str
        What is being written.
    console : Console, optional
        Where to show it; by default the error output.
    """

    def __init__(self, name: str, console: Console | None = None) -> None:
        console = Console(stderr=True) if console is None else console
        self.shown = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task(name, total=None, start=False)

    def update(self, done: int, total: int) -> None:
        """Shows that `done` of `total` bytes are done."""
        if self.shown and total >= LONG:
            if not self._progress.live.is_started:
                self._progress.start()
                self._progress.start_task(self._task)
            self._progress.update(self._task, completed=done, total=total)

    def __enter__(self) -> BytesBar:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._progress.live.is_started:
            self._progress.stop()


def table(history: Sequence[EpochMetrics], rows: int = 10) -> Table:
    """The course of a run: about `rows` epochs, evenly spread, and always the last."""
    shown = Table("epoch", "loss", "accuracy", "test loss", "test accuracy", "rate", "seconds")
    for column in shown.columns:
        column.justify = "right"
    every = -(-len(history) // rows) or 1
    for metrics in history:
        if metrics.epoch % every == 0 or metrics is history[-1]:
            shown.add_row(
                str(metrics.epoch),
                number(metrics.loss),
                percent(metrics.accuracy),
                number(metrics.test_loss),
                percent(metrics.test_accuracy),
                f"{metrics.learning_rate:.2e}",
                f"{metrics.seconds:.2f}",
            )
    return shown


def number(value: float | None) -> str:
    """A loss for people."""
    return "-" if value is None else f"{value:.4f}"


def percent(fraction: float | None) -> str:
    """An accuracy for people."""
    return "-" if fraction is None else f"{100 * fraction:.2f} %"
