"""A listener to training runs."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deep_learner_trainer import EpochMetrics, Trainer

__all__ = ["CsvLog"]


class CsvLog:
    """A row for each epoch, in a file that spreadsheets read.

    Parameters
    ----------
    path : str or Path
        The file; its folder is made. A run that is resumed keeps the rows of its earlier epochs.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @hookimpl
    def training_started(self, trainer: Trainer) -> None:
        """Begins the file, with the epochs that there are already."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._add(trainer.history)

    @hookimpl
    def epoch_ended(self, metrics: EpochMetrics) -> None:
        """Adds the epoch."""
        self._add([metrics])

    def _add(self, epochs: Sequence[EpochMetrics]) -> None:
        for metrics in epochs:
            row = dataclasses.asdict(metrics)
            begins = not self.path.exists()
            with self.path.open("a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(row))
                if begins:
                    writer.writeheader()
                writer.writerow(row)
