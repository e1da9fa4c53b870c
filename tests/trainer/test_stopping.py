"""Listeners that a run's file names, and the one that ends a run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deep_learner import hookimpl
from deep_learner.errors import ConfigurationError, UnknownNameError
from deep_learner.plugins import host
from deep_learner_trainer import Config, EarlyStopping, EpochMetrics, fit, load_config
from tests.trainer.conftest import Acme


class Recording:
    """Listener: notes the epochs in a list that is shared by all."""

    heard: list[tuple[str, int]] = []  # noqa: RUF012

    def __init__(self, label: str = "plain") -> None:
        self.label = label

    @hookimpl
    def epoch_ended(self, metrics: EpochMetrics) -> None:
        self.heard.append((self.label, metrics.epoch))


class Brings:
    @hookimpl
    def register_listeners(self, register: Any) -> None:
        register("Recording", Recording)


@pytest.fixture
def heard(acme: Acme) -> list[tuple[str, int]]:
    """What `Recording` notes, once it is installed."""
    host().add(Brings(), distribution="zenith")
    Recording.heard.clear()
    return Recording.heard


def history(*losses: float, test: bool = True) -> list[EpochMetrics]:
    """Epochs with these losses in the test, or in the training where there is none."""
    return [
        EpochMetrics(epoch, 1.0 if test else loss, None, loss if test else None, None, 0.1, 0.0)
        for epoch, loss in enumerate(losses, start=1)
    ]


def last_epoch(listener: EarlyStopping, epochs: list[EpochMetrics]) -> int | None:
    """The epoch with which the listener ends a run, if it does."""
    stopped: list[int] = []
    for count in range(1, len(epochs) + 1):
        trainer: Any = SimpleNamespace(history=epochs[:count], stop=lambda count=count: stopped.append(count))
        listener.epoch_ended(trainer)
    return stopped[0] if stopped else None


@pytest.mark.parametrize("test", [True, False])
def test_a_run_ends_when_the_loss_has_not_fallen_for_so_many_epochs(test: bool) -> None:
    epochs = history(3.0, 2.0, 2.5, 1.0, 1.5, 1.2, 1.0, 0.5, test=test)
    assert last_epoch(EarlyStopping(patience=3), epochs) == 7
    assert last_epoch(EarlyStopping(patience=2), epochs) == 6
    assert last_epoch(EarlyStopping(patience=4), epochs) is None


def test_a_loss_that_is_hardly_lower_counts_as_none() -> None:
    epochs = history(1.0, 0.95, 0.9, 0.85, 0.8)
    assert last_epoch(EarlyStopping(patience=2), epochs) is None
    assert last_epoch(EarlyStopping(patience=2, min_delta=0.3), epochs) == 3
    assert last_epoch(EarlyStopping(patience=2, min_delta=0.075), epochs) is None


@pytest.mark.parametrize("wrong", [{"patience": 0}, {"patience": 2.0}, {"min_delta": -1.0}])
def test_arguments_out_of_their_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Received"):
        EarlyStopping(**wrong)


def test_a_run_may_name_listeners_with_arguments(config: Config, heard: list[tuple[str, int]]) -> None:
    table = config.to_dict() | {
        "epochs": 2,
        "listeners": ["Recording", {"name": "Recording", "label": "other"}],
    }
    config = Config.from_dict(table)
    fit(config)
    assert heard == [("plain", 1), ("other", 1), ("plain", 2), ("other", 2)]
    assert Config.from_dict(config.to_dict()) == config


def test_a_file_may_name_them(file: Path, heard: list[tuple[str, int]]) -> None:
    listeners = 'listeners = [{ name = "EarlyStopping", patience = 1, min_delta = 1e9 }, "Recording"]'
    file.write_text(f"{listeners}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    assert len(fit(load_config(file)).history) == 2
    assert heard == [("plain", 1), ("plain", 2)]


def test_a_run_that_was_stopped_stays_so_when_it_is_resumed_and_goes_on_with_more_patience(
    config: Config,
) -> None:
    def patient(epochs: int) -> Config:
        listener = {"name": "EarlyStopping", "patience": epochs, "min_delta": 1e9}
        return Config.from_dict(config.to_dict() | {"listeners": [listener]})

    assert len(fit(patient(1)).history) == 2
    assert len(fit(patient(1), resume=True).history) == 2
    assert len(fit(patient(2), resume=True).history) == 3


@pytest.mark.parametrize(
    ("listeners", "error", "words"),
    [
        ({"name": "Recording"}, ConfigurationError, "listeners must be a list of listeners"),
        ([{"label": "a"}], ConfigurationError, r"listeners\.0 must be a table with a name"),
        ([{"name": "EarlyStoping"}], UnknownNameError, "did you mean 'EarlyStopping'"),
        ([{"name": "EarlyStopping", "patients": 3}], ConfigurationError, "did you mean 'patience'"),
        ([{"name": "EarlyStopping", "patience": 0}], ConfigurationError, "Received: 0"),
    ],
)
def test_listeners_that_cannot_be_made_are_refused(
    listeners: Any, error: type[Exception], words: str, config: Config, heard: list[tuple[str, int]]
) -> None:
    with pytest.raises(error, match=words):
        fit(Config.from_dict(config.to_dict() | {"listeners": listeners}))


def test_a_run_without_listeners_says_nothing_of_them(config: Config) -> None:
    assert config.listeners == ()
    assert "listeners" not in config.to_dict()
    assert dataclasses.replace(config, listeners=()) == config
