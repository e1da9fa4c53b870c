"""The checkpoint of a run: enough to go on as if nothing had happened, or to predict."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import deep_learner
from deep_learner import hookimpl
from deep_learner.errors import ConfigurationError
from deep_learner.serialization import SerializationError
from deep_learner_trainer.config import Config
from deep_learner_trainer.nested import is_table

if TYPE_CHECKING:
    from deep_learner_trainer.loop import Trainer

__all__ = ["Checkpoint", "CheckpointFile", "load_checkpoint"]

KIND = "deep-learner training run, version 1"
PARTS = {"config", "model", "optimizer", "scheduler", "random", "history"}
FREE = (
    "epochs",
    "listeners",
    "output",
    "backend",
    "device",
)  # what may change between a run and its continuation


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file holds: the run's configuration and `Trainer.state_dict()`."""

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


class CheckpointFile:
    """Listener: saves the run after each epoch. The file is replaced in one step and whole at any moment."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self.config = config

    @hookimpl
    def epoch_ended(self, trainer: Trainer) -> None:
        """Saves."""
        deep_learner.save({"kind": KIND, "config": self.config.to_dict(), **trainer.state_dict()}, self.path)


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Reads a checkpoint.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SerializationError
        If the file is damaged, or is no checkpoint of a training run.
    """
    path = Path(path)
    state: Any = deep_learner.load(path)
    if not is_table(state) or state.pop("kind", None) != KIND:
        raise SerializationError(
            f"{path} is no checkpoint of a training run; 'deep-learner info {path}' shows what it holds"
        )
    missing = sorted(PARTS - set(state))
    if missing:
        raise SerializationError(f"{path} is damaged: it lacks {', '.join(missing)}")
    config = state.pop("config")
    if not is_table(config):
        raise SerializationError(f"{path} is damaged: its config is no table but {config!r}")
    try:
        return Checkpoint(path, Config.from_dict(config), state)
    except ConfigurationError as error:
        raise SerializationError(f"{path} holds a config that cannot be read here: {error}") from error
