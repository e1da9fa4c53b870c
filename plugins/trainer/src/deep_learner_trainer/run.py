"""`fit`: from a configuration to a trained model, with everything a run leaves behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import deep_learner
from deep_learner import nn
from deep_learner.config import using
from deep_learner.utils import data as utils_data
from deep_learner_trainer.build import build, takes
from deep_learner_trainer.checkpoint import CheckpointFiles
from deep_learner_trainer.config import Config
from deep_learner_trainer.loop import Trainer
from deep_learner_trainer.metrics import EpochMetrics, MetricsFile
from deep_learner_trainer.plots import PlotFile

__all__ = ["Run", "build_dataset", "build_model", "fit", "settings_of"]


@dataclasses.dataclass(frozen=True)
class Run:
    """A run that has ended.

    Attributes
    ----------
    trainer : Trainer
        With the trained `model` and the `history`.
    checkpoint, metrics : Path
        The files; of several checkpoints, the last.
    plot : Path or None
        None where matplotlib is not installed.
    """

    trainer: Trainer
    checkpoint: Path
    metrics: Path
    plot: Path | None

    @property
    def history(self) -> list[EpochMetrics]:
        """One entry for each epoch."""
        return self.trainer.history


def fit(config: Config, *, resume: bool = False, listeners: Sequence[object] = ()) -> Run:
    """Trains what the configuration describes, into the folder `config.output`.

    The same configuration gives the same result, also when the run was interrupted and resumed.

    Parameters
    ----------
    config : Config
        The run.
    resume : bool
        Go on from the folder's last checkpoint; otherwise an earlier run in the folder is replaced.
    listeners : sequence of objects
        Besides those that the configuration names. Their methods marked `deep_learner.hookimpl` are called at
        `deep_learner_trainer.events`; an epoch's checkpoint and metrics are on the disk by then.

    Raises
    ------
    ConfigurationError
        If something cannot be built as configured, or the checkpoint is of another run.
    UnknownNameError
        If no installed plugin registered a name.
    FileNotFoundError, SerializationError
        If there is no checkpoint to resume from, or it is damaged.
    FloatingPointError
        If the training diverges.
    """
    folder = Path(config.output)
    metrics = MetricsFile(folder / "metrics.jsonl")
    plot = PlotFile(folder / "curves.png")
    with settings_of(config):
        device = deep_learner.empty(0).device  # first: a wrong one is no data set's or layer's fault
        deep_learner.manual_seed(config.seed)
        train, test = (_batches(config, train=train) for train in (True, False))
        checkpoints = CheckpointFiles(config, tested=test is not None)
        model = build_model(config)
        named = [build("listeners", listener) for listener in config.listeners]
        optimizer = build("optimizers", config.optimizer, model.parameters())
        trainer = Trainer(
            model,
            build("layers", config.loss),
            optimizer,
            scheduler=None if config.scheduler is None else build("schedulers", config.scheduler, optimizer),
            device=device,
            listeners=[checkpoints, metrics, plot, *named, *listeners],
        )
        if resume:
            checkpoints.resume(trainer)
        folder.mkdir(parents=True, exist_ok=True)
        trainer.fit(train, test, epochs=config.epochs)
    assert checkpoints.path is not None  # the last epoch is saved
    return Run(trainer, checkpoints.path, metrics.path, plot.path if plot.written else None)


def settings_of(config: Config) -> AbstractContextManager[Any]:
    """The backend and device of a run, where it names them, as a context."""
    named = {key: value for key in ("backend", "device") if (value := getattr(config, key)) is not None}
    return using(**named)


def build_model(config: Config) -> nn.Module:
    """The layers, one after the other; their initial values are drawn from the default generator."""
    return nn.Sequential(*(build("layers", layer) for layer in config.model))


def build_dataset(config: Config, *, train: bool) -> Any:
    """The training or the test part of the data set; None for the test part of one that has none."""
    if takes("datasets", config.dataset, "train"):
        return build("datasets", config.dataset, train=train)
    return build("datasets", config.dataset) if train else None


def _batches(config: Config, *, train: bool) -> Any:
    data = build_dataset(config, train=train)
    return None if data is None else utils_data.DataLoader(data, batch_size=config.batch_size, shuffle=train)
