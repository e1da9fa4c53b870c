"""The checkpoints of a run: enough to go on as if nothing had happened, or to predict."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deep_learner import hookimpl, serialization
from deep_learner.errors import ConfigurationError
from deep_learner.serialization import Checkpoints, LoadedCheckpoint, SerializationError
from deep_learner_trainer.config import Config
from deep_learner_trainer.metrics import EpochMetrics
from deep_learner_trainer.nested import is_table
from deep_learner_trainer.retention import METRICS, Retention

if TYPE_CHECKING:
    from deep_learner_trainer.loop import Trainer

__all__ = ["Checkpoint", "CheckpointFiles", "checkpoints_of", "load_checkpoint"]

PARTS = {"model", "optimizer", "scheduler", "history"}
FREE = (
    "epochs",
    "listeners",
    "output",
    "checkpoints",
    "backend",
    "device",
)  # what may change between a run and its continuation


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file holds: the run's configuration and, by name, the states of its parts."""

    path: Path
    config: Config
    state: dict[str, Any]

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return len(self.state["history"])

    def check_continues(self, config: Config) -> None:
        """Raises ConfigurationError if `config` describes another run than the one saved."""
        saved, asked = self.config.to_dict(), config.to_dict()
        for key in [*saved, *asked]:
            if key not in FREE and saved.get(key) != asked.get(key):
                raise ConfigurationError(
                    f"{self.path} cannot be resumed: {key} was {saved.get(key)!r} and is now "
                    f"{asked.get(key)!r}; resume with what it was, or start anew without --resume"
                )


def checkpoints_of(config: Config, *, tested: bool = True) -> Checkpoints:
    """The checkpoints in a run's folder: one file for each epoch kept, or one that each epoch replaces.

    `tested` says whether the run's data set has a test part. Raises ConfigurationError where the best are to be found
    by what is measured on that part, and there is none.
    """
    if config.checkpoints is None:
        return Checkpoints(config.output, name="checkpoint", keep_last=1, overwrite=True)
    retention = config.checkpoints
    metric = retention.metric or ("test_loss" if tested else "loss")
    if metric.startswith("test_") and not tested:
        raise ConfigurationError(f"checkpoints.metric is {metric!r}, and the data set has no test part")
    return Checkpoints(
        config.output,
        name="epoch-{epoch:04d}",
        keep_last=retention.keep_last,
        keep_best=retention.keep_best,
        metric=metric,
        mode=METRICS[metric],
        overwrite=True,
    )


class CheckpointFiles:
    """Listener: saves the run after its epochs. A file appears in one step and is whole at any moment."""

    def __init__(self, config: Config, *, tested: bool = True) -> None:
        self.config = config
        self.checkpoints = checkpoints_of(config, tested=tested)
        self.every = (config.checkpoints or Retention()).every
        self.path: Path | None = None
        self._step = 0
        self._saved: int | None = None

    def resume(self, trainer: Trainer) -> None:
        """Puts the last checkpoint into a trainer.

        Raises
        ------
        FileNotFoundError, SerializationError
            If there is none, or it is damaged.
        ConfigurationError
            If it is of another run.
        """
        loaded = self.checkpoints.load()
        saved = _checked(loaded)
        saved.check_continues(self.config)
        loaded.restore(_parts(trainer))
        trainer.history = [EpochMetrics(**metrics) for metrics in saved.state["history"]]
        self.path, self._step, self._saved = loaded.path, loaded.step, saved.epoch

    @hookimpl
    def step_ended(self) -> None:
        """Counts."""
        self._step += 1

    @hookimpl
    def epoch_ended(self, trainer: Trainer) -> None:
        """Saves, if it is time."""
        if trainer.epoch % self.every == 0:
            self._save(trainer)

    @hookimpl
    def training_ended(self, trainer: Trainer, error: BaseException | None) -> None:
        """Saves the last epoch."""
        if error is None and trainer.epoch != self._saved:
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        measured = trainer.history[-1].to_dict() if trainer.history else {}
        self.path = self.checkpoints.save(
            _parts(trainer),
            step=self._step,
            epoch=trainer.epoch,
            metrics={key: value for key, value in measured.items() if key != "epoch" and value is not None},
            config=self.config.to_dict(),
        ).path
        self._saved = trainer.epoch


def _parts(trainer: Trainer) -> dict[str, Any]:
    """What decides how a run goes on, but for the random numbers."""
    return {
        "model": trainer.model,
        "optimizer": trainer.optimizer,
        "scheduler": trainer.scheduler,
        "history": [metrics.to_dict() for metrics in trainer.history],
    }


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SerializationError
        If the file is damaged, or is no checkpoint of a training run.
    """
    return _checked(serialization.load_checkpoint(path))


def _checked(loaded: LoadedCheckpoint) -> Checkpoint:
    """A checkpoint, if it is one that the trainer made."""
    missing = sorted(PARTS - set(loaded.values))
    if missing:
        raise SerializationError(
            f"{loaded.path} is no checkpoint of the trainer: it lacks {', '.join(missing)}"
        )
    if not is_table(loaded.config):
        raise SerializationError(f"{loaded.path} is damaged: its config is no table but {loaded.config!r}")
    try:
        return Checkpoint(loaded.path, Config.from_dict(loaded.config), loaded.values)
    except ConfigurationError as error:
        raise SerializationError(f"{loaded.path} holds a config that cannot be read here: {error}") from error
