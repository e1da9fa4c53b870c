"""What this distribution registers, and what it listens to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register
    from deep_learner_trainer import EpochMetrics


@hookimpl
def register_layers(register: Register) -> None:
    register("Snake", "acme_deep_learner.snake:Snake")


@hookimpl
def register_optimizers(register: Register) -> None:
    register("Lion", "acme_deep_learner.lion:Lion")


@hookimpl
def register_schedulers(register: Register) -> None:
    register("InverseSqrtLR", "acme_deep_learner.inverse_sqrt:InverseSqrtLR")


@hookimpl
def register_serializers(register: Register) -> None:
    register("json", "acme_deep_learner.json_format:Json", suffixes=(".json",))


@hookimpl
def register_datasets(register: Register) -> None:
    register("TwoSpirals", "acme_deep_learner.spirals:TwoSpirals", kind="dataset")


@hookimpl
def register_listeners(register: Register) -> None:
    """For the runs that name it; the function below hears of every run."""
    register("CsvLog", "acme_deep_learner.csv_log:CsvLog")


@hookimpl(optionalhook=True)  # the event is the trainer's, which need not be installed
def epoch_ended(metrics: EpochMetrics) -> None:
    """Tells Python's log of every run's epochs."""
    logging.getLogger(__package__).info("epoch %d: loss %.4f", metrics.epoch, metrics.loss)
