"""Which checkpoints a run keeps: the table `checkpoints` of a training file."""

from __future__ import annotations

import dataclasses
from typing import Any

from deep_learner.errors import ConfigurationError, did_you_mean
from deep_learner_trainer.nested import is_table

__all__ = ["Retention"]

METRICS = {"loss": "min", "accuracy": "max", "test_loss": "min", "test_accuracy": "max"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Retention:
    """One file for each of some epochs, in the place of one that each epoch replaces.

    Parameters
    ----------
    every : int
        After how many epochs to save; the last one is saved in any case.
    keep_last, keep_best : int
        How many of the newest to keep, and how many more if they are the best.
    metric : str, optional
        By what the best are found: `loss`, `accuracy`, `test_loss` or `test_accuracy`; unless given, by the loss, that
        of the test part where there is one.

    Raises
    ------
    ConfigurationError
        If a number is not a positive integer, or there is no such metric.
    """

    every: int = 1
    keep_last: int = 3
    keep_best: int = 1
    metric: str | None = None

    def __post_init__(self) -> None:
        for key in ("every", "keep_last", "keep_best"):
            value = getattr(self, key)
            if type(value) is not int or value < 1:
                raise ConfigurationError(
                    f"checkpoints.{key} must be an integer of at least 1; received {value!r}"
                )
        if self.metric is not None and self.metric not in METRICS:
            known = ", ".join(METRICS)
            raise ConfigurationError(f"checkpoints.metric must be one of {known}; received {self.metric!r}")

    @classmethod
    def from_table(cls, table: Any) -> Retention:
        """Reads the table. Raises ConfigurationError for a key that does not exist, too."""
        if not is_table(table):
            raise ConfigurationError(f"checkpoints must be a table; received {table!r}")
        known = [field.name for field in dataclasses.fields(cls)]
        for key in table:
            if key not in known:
                raise ConfigurationError(f"unknown key 'checkpoints.{key}'{did_you_mean(key, known)}")
        return cls(**table)

    def to_table(self) -> dict[str, Any]:
        """The table that `from_table` reads."""
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None}
