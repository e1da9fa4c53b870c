"""A third party's plugin for the trainer's tests: a data set, a layer, and ears for events."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import hookimpl, nn
from deep_learner.plugins.host import Host, activate, host
from deep_learner.utils.data import TensorDataset
from deep_learner_trainer import Config


@pytest.fixture(autouse=True)
def _ctrl_c() -> Iterator[None]:
    """Ctrl-C interrupts, also where tests run in processes that are told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def points(train: bool = True, count: int = 48) -> TensorDataset:
    """Points of the plane and, as their class, the side of a line that they lie on."""
    generator = dl.Generator().manual_seed(1 if train else 2)
    inputs = dl.randn(count, 2, generator=generator)
    return TensorDataset(inputs, (inputs[:, 0] > inputs[:, 1]).to(dl.int64))


def slope(count: int = 48) -> TensorDataset:
    """Points of the plane and a number for each; there is no test part."""
    inputs = dl.randn(count, 2, generator=dl.Generator().manual_seed(1))
    return TensorDataset(inputs, inputs @ dl.tensor([[1.0], [-2.0]]))


class Doubling(nn.Module):
    """Twice the input. Shape: (*) -> (*)."""

    def forward(self, input: dl.Tensor) -> dl.Tensor:
        return 2 * input


class Around(nn.Module):
    """Another layer, and the input added to what it gives."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, input: dl.Tensor) -> dl.Tensor:
        return input + self.inner(input)


class Acme:
    """The plugin. What stands in `heard` is called at each event with the event's name and arguments."""

    def __init__(self) -> None:
        self.heard: Callable[..., None] = lambda event, **_arguments: None

    @hookimpl
    def register_datasets(self, register: Any) -> None:
        register("Points", points)
        register("Slope", slope)

    @hookimpl
    def register_layers(self, register: Any) -> None:
        register("Doubling", Doubling)
        register("Around", Around)

    @hookimpl
    def epoch_started(self, trainer: Any, epoch: int) -> None:
        self.heard("epoch_started", trainer=trainer, epoch=epoch)

    @hookimpl
    def step_ended(self, epoch: int, step: int) -> None:
        self.heard("step_ended", epoch=epoch, step=step)


@pytest.fixture(autouse=True)
def acme() -> Iterator[Acme]:
    """The plugin, taken in beside those that are installed."""
    before = activate(Host())
    try:
        plugin = Acme()
        host().add(plugin, distribution="acme", version="1.0")
        yield plugin
    finally:
        activate(before)


@pytest.fixture
def table(tmp_path: Path) -> dict[str, Any]:
    """A small run in which everything that has a state takes part."""
    return {
        "dataset": {"name": "Points"},
        "model": [
            {"name": "Linear", "in_features": 2, "out_features": 8},
            {"name": "ReLU"},
            {"name": "Dropout", "p": 0.1},
            {"name": "Doubling"},
            {"name": "Linear", "in_features": 8, "out_features": 2},
        ],
        "loss": {"name": "CrossEntropyLoss"},
        "optimizer": {"name": "SGD", "lr": 0.1, "momentum": 0.9},
        "scheduler": {"name": "StepLR", "step_size": 2, "gamma": 0.5},
        "epochs": 4,
        "batch_size": 10,
        "output": str(tmp_path / "run"),
    }


@pytest.fixture
def config(table: dict[str, Any]) -> Config:
    """The same, read."""
    return Config.from_dict(table)


@pytest.fixture
def file(tmp_path: Path, config: Config) -> Path:
    """The same as a TOML file."""
    path = tmp_path / "run.toml"
    path.write_text(_toml(config.to_dict()), encoding="utf-8")
    return path


def _toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else str(value)
