"""`Config`: what a training run is made of, read from TOML and checked before anything is built."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deep_learner.errors import ConfigurationError, did_you_mean
from deep_learner_trainer.nested import is_sequence, is_table
from deep_learner_trainer.retention import Retention

__all__ = ["Component", "Config", "load_config"]


@dataclasses.dataclass(frozen=True)
class Component:
    """A registered name and the arguments that it is called with.

    In TOML it is a table whose `name` is the name and whose other keys are the arguments:
    `{ name = "Linear", in_features = 64, out_features = 10 }`.
    """

    name: str
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    @classmethod
    def from_table(cls, table: Any, where: str) -> Component:
        """Reads a table; a bare string is a name without arguments.

        Raises
        ------
        ConfigurationError
            If `table` is neither, or has no `name`.
        """
        if isinstance(table, str):
            return cls(table)
        if not is_table(table) or not isinstance(table.get("name"), str):
            raise ConfigurationError(
                f"{where} must be a table with a name: {{ name = ..., argument = ... }}; received {table!r}"
            )
        return cls(table["name"], {key: value for key, value in table.items() if key != "name"})

    def to_table(self) -> dict[str, Any]:
        """The table that `from_table` reads."""
        return {"name": self.name, **self.arguments}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """A training run.

    Parameters
    ----------
    dataset : Component
        A registered data set. It is made with `train=True` and with `train=False` where it takes `train`.
    model : sequence of Component
        Registered layers, run one after the other.
    loss, optimizer : Component
        A registered layer of two arguments (output, target); a registered optimizer.
    scheduler : Component, optional
        A registered schedule, stepped after each epoch.
    listeners : sequence of Component
        Registered listeners, told of the run's events in this order; none unless given.
    epochs, batch_size, seed : int
        Seed 0 and batches of 32 unless told otherwise.
    output : str
        The folder for the checkpoints, the metrics and the plot.
    checkpoints : Retention, optional
        Which epochs have a checkpoint of their own; without it, there is one file that each epoch replaces.
    backend, device : str, optional
        What to compute on; by default what is configured for all of Deep Learner.

    Raises
    ------
    ConfigurationError
        If a number is not a positive integer.
    """

    dataset: Component
    model: tuple[Component, ...]
    loss: Component
    optimizer: Component
    scheduler: Component | None = None
    listeners: tuple[Component, ...] = ()
    epochs: int
    batch_size: int = 32
    seed: int = 0
    output: str
    checkpoints: Retention | None = None
    backend: str | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        for key, least in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, key)
            if type(value) is not int or value < least:
                raise ConfigurationError(f"{key} must be an integer of at least {least}; received {value!r}")
        for key in ("output", "backend", "device"):
            value = getattr(self, key)
            if not (isinstance(value, str) and value) and not (value is None and key != "output"):
                raise ConfigurationError(f"{key} must be a string that is not empty; received {value!r}")
        if not self.model:
            raise ConfigurationError("model must name at least one layer; received an empty list")

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Config:
        """Reads the tables and values of a TOML file (or those that `to_dict` gave).

        Raises
        ------
        ConfigurationError
            For a key that does not exist or is missing, and for a value that its key does not take.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        for key in table:
            if key not in fields:
                raise ConfigurationError(f"unknown key {key!r}{did_you_mean(key, fields)}")
        for field in fields.values():
            if field.default is dataclasses.MISSING and field.name not in table:
                raise ConfigurationError(
                    f"the key {field.name!r} is missing. Known here: {', '.join(fields)}"
                )
        values = dict(table)
        for key, what in (("model", "layers"), ("listeners", "listeners")):
            if key in table:
                values[key] = _components(table[key], key, what)
        for key in ("dataset", "loss", "optimizer", "scheduler"):
            if values.get(key) is not None:
                values[key] = Component.from_table(values[key], key)
        if "checkpoints" in table:
            values["checkpoints"] = Retention.from_table(table["checkpoints"])
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """The same run as plain tables and values, for `from_dict` and for checkpoints."""
        table: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Component | Retention):
                value = value.to_table()
            elif is_sequence(value):
                value = [component.to_table() for component in value]
            if value is not None and value != []:
                table[field.name] = value
        return table


def _components(tables: Any, key: str, what: str) -> tuple[Component, ...]:
    """The components of a list of tables."""
    if not is_sequence(tables):
        raise ConfigurationError(f"{key} must be a list of {what}; received {tables!r}")
    return tuple(Component.from_table(table, f"{key}.{index}") for index, table in enumerate(tables))


def load_config(path: str | Path, overrides: Iterable[str] = ()) -> Config:
    """Reads a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.
    overrides : iterable of str
        `"key=value"` with a dotted key and a TOML value: `"optimizer.lr=0.1"`, `"model.0.out_features=64"`.
        A value that is no TOML is taken as text.

    Raises
    ------
    ConfigurationError
        If the file is no TOML or describes no run; the message begins with the file's name.
    OSError
        If the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            table = tomllib.load(file)
        for override in overrides:
            _override(table, override)
        return Config.from_dict(table)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ConfigurationError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _override(table: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    path = key.strip().split(".")
    if not equals or not all(path):
        raise ConfigurationError(
            f"an override is written key=value, such as optimizer.lr=0.1; received {override!r}"
        )
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    place: Any = table
    for step in path[:-1]:
        position = _position(place, step, override)
        place = place.setdefault(position, {}) if is_table(place) else place[position]
    place[_position(place, path[-1], override)] = value


def _position(place: Any, step: str, override: str) -> Any:
    """A table's key or a list's index."""
    if is_table(place):
        return step
    if not is_sequence(place):
        raise ConfigurationError(
            f"nothing can be set at {override!r}: {step!r} lies inside the value {place!r}"
        )
    if not step.isdecimal() or int(step) >= len(place):
        raise ConfigurationError(
            f"nothing can be set at {override!r}: the list's positions are 0 to {len(place) - 1}"
        )
    return int(step)
