"""The curves of a run as a picture, where matplotlib is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner_trainer.loop import Trainer
    from deep_learner_trainer.metrics import EpochMetrics

__all__ = ["PlotFile", "draw"]


class PlotFile:
    """Listener: draws the curves when the training ends, for whatever reason it does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = False

    @hookimpl
    def training_ended(self, trainer: Trainer) -> None:
        """Writes the file, if there is an epoch to show and matplotlib to show it with."""
        if trainer.history:
            self.written = draw(trainer.history, self.path)


def draw(history: Sequence[EpochMetrics], path: Path) -> bool:
    """Draws loss and accuracy over the epochs.

    Parameters
    ----------
    history : sequence of EpochMetrics
        What to show.
    path : Path
        The file; its suffix chooses the format.

    Returns
    -------
    bool
        False if matplotlib is not installed; then nothing is written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure: Any = Figure(figsize=(9, 3.6), layout="constrained")  # no pyplot: no window, no global state
    left, right = figure.subplots(1, 2)
    _curves(left, history, "loss", ("loss", "test_loss"))
    _curves(right, history, "accuracy", ("accuracy", "test_accuracy"))
    figure.savefig(path, dpi=120)
    return True


def _curves(axes: Any, history: Sequence[EpochMetrics], title: str, names: tuple[str, str]) -> None:
    axes.set(xlabel="epoch", title=title)
    axes.grid(alpha=0.3)
    for name, label in zip(names, ("training", "test"), strict=True):
        points = [(m.epoch, getattr(m, name)) for m in history if getattr(m, name) is not None]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker="o" if len(points) == 1 else None)
    if axes.lines:
        axes.legend()
