"""What a user may choose, and where each choice is looked for.

The strictest source wins: an argument of a call, then a context manager (`using`, `deep_learner.backend`),
then the environment (`DEEP_LEARNER_BACKEND=cupy`), then the nearest `deep_learner.toml` or
`[tool.deep-learner]` table of a `pyproject.toml` (looked for from the working directory upwards), then the
default. Environment and file are read once, when something is first asked for, never at import.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from .device import Device
from .dtypes import ALL
from .errors import ConfigurationError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

__all__ = [
    "KEYS",
    "Key",
    "Settings",
    "assume",
    "defaults",
    "describe",
    "get",
    "hold",
    "notify",
    "on_change",
    "read",
    "reload",
    "replaced",
    "settings",
    "using",
]

PREFIX: Final = "DEEP_LEARNER_"
FLOATING: Final = tuple(name for name, dtype in ALL.items() if dtype.is_floating_point)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a name in quotes")
    return value


def _device(value: Any) -> Device:
    if not isinstance(value, str | Device):
        raise ValueError("a device in quotes, such as 'cpu' or 'cuda:1'")
    try:
        return Device(value)
    except RuntimeError as error:
        raise ValueError("a device such as 'cpu' or 'cuda:1'") from error


def _floating(value: Any) -> str:
    if value not in FLOATING:
        raise ValueError(f"one of {', '.join(FLOATING)}")
    return value


def _semantics(value: Any) -> str:
    if value not in ("native", "torch"):
        raise ValueError("'native' or 'torch'")
    return value


def _choices(value: Any) -> dict[str, dict[str, str]]:
    form = 'a table of the form layers.Linear = "distribution"'
    if not isinstance(value, dict):
        raise ValueError(form)
    for names in cast("dict[str, Any]", value).values():
        if not isinstance(names, dict):
            raise ValueError(form)
        if not all(isinstance(chosen, str) for chosen in cast("dict[str, Any]", names).values()):
            raise ValueError(form)
    return cast("dict[str, dict[str, str]]", value)


@dataclass(frozen=True)
class Key:
    """One thing that may be configured: its name, the form of its value, its default and what it means."""

    name: str
    type: str
    default: Any
    doc: str
    check: Callable[[Any], Any]
    environment: bool = True


KEYS: Final[dict[str, Key]] = {
    key.name: key
    for key in (
        Key(
            "backend",
            "name",
            None,
            "The backend of new tensors; otherwise the best ranked that works here.",
            _text,
        ),
        Key("device", "device", None, "The device of new tensors; otherwise the backend's first.", _device),
        Key("default_dtype", "dtype name", "float32", "The dtype of new floating-point tensors.", _floating),
        Key(
            "semantics",
            "name",
            "native",
            "Whose word holds where Deep Learner and PyTorch part: native or torch.",
            _semantics,
        ),
        Key(
            "executor",
            "name",
            None,
            "What runs compiled steps, and what else it offers to; otherwise the backend's own.",
            _text,
        ),
        Key(
            "plugins",
            "table",
            {},
            "Which distribution a name comes from where several bring it: "
            'plugins.layers.Linear = "distribution". Set in a file only.',
            _choices,
            environment=False,
        ),
    )
}


@dataclass(frozen=True, eq=False)
class Settings:
    """The value of every key, and the source each came from.

    `derived` keeps what others work out from these settings (the current backend, say, under the host it was
    found by), so that it is as valid as they are and costs one look-up.
    """

    values: Mapping[str, Any]
    sources: Mapping[str, str]
    derived: dict[object, Any] = field(default_factory=dict[object, Any])

    def updated(self, changes: Mapping[str, Any], source: str) -> Settings:
        """New settings in which `changes`, checked, overrule what stood there."""
        checked = {name: checked_value(name, value, source) for name, value in changes.items()}
        return Settings({**self.values, **checked}, {**self.sources, **dict.fromkeys(checked, source)})


def checked_value(name: str, value: Any, source: str) -> Any:
    """The value in the form its key wants.

    Raises
    ------
    ConfigurationError
        If there is no such key, or it does not take this value.
    """
    key = KEYS.get(name)
    if key is None:
        raise ConfigurationError(
            f"{source} sets {name!r}, which is no key of Deep Learner{did_you_mean(name, KEYS)}"
        )
    if value is None and key.default is None:
        return None
    try:
        return key.check(value)
    except ValueError as error:
        raise ConfigurationError(f"{source} sets {name} to {value!r}; it takes {error}") from error


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any, str]]:
    variables = {PREFIX + key.name.upper(): key.name for key in KEYS.values() if key.environment}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or not environment[variable]:
            continue
        if variable not in variables:
            raise ConfigurationError(
                f"the environment sets {variable}, which Deep Learner does not know"
                f"{did_you_mean(variable, variables)}"
            )
        yield variables[variable], environment[variable], f"the environment variable {variable}"


def _table(path: Path) -> dict[str, Any] | None:
    """The settings a file holds; None for a `pyproject.toml` that says nothing about Deep Learner."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is no valid TOML: {error}") from error
    if path.name == "pyproject.toml" and "deep-learner" not in text:
        return None
    import tomllib  # most programs have no such file, and start without it

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is no valid TOML: {error}") from error
    table: Any = data
    for key in ("tool", "deep-learner") if path.name == "pyproject.toml" else ():
        table = cast("dict[str, Any]", table).get(key)
        if table is None:
            return None
        if not isinstance(table, dict):
            raise ConfigurationError(f"{path} sets {key} to {table!r}; write a table: [tool.deep-learner]")
    return cast("dict[str, Any]", table)


def _from_file(folder: Path) -> Iterator[tuple[str, Any, str]]:
    for place in (folder, *folder.parents):
        for name in ("deep_learner.toml", "pyproject.toml"):
            path = place / name
            table = _table(path) if path.is_file() else None
            if table is not None:
                for key, value in table.items():
                    yield key, value, str(path)
                return


_assumed: Final[dict[str, tuple[Any, str]]] = {}


def defaults() -> Settings:
    """The settings of someone who chose nothing."""
    found = Settings({key.name: key.default for key in KEYS.values()}, dict.fromkeys(KEYS, "default"))
    for name, (value, source) in _assumed.items():
        found = found.updated({name: value}, source)
    return found


def assume(source: str, **values: Any) -> None:
    """Sets other defaults for the process, below everything that a user may say.

    Parameters
    ----------
    source : str
        Who does so.
    **values
        Values by key.

    Raises
    ------
    ConfigurationError
        If there is no such key, or it does not take the value.
    """
    for name, value in values.items():
        _assumed[name] = (checked_value(name, value, source), source)
        if value == KEYS[name].default:
            del _assumed[name]
    reload()


def read(folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings as a file and the environment give them.

    Parameters
    ----------
    folder : Path, optional
        Where the search for a file begins; the working directory unless given.
    environment : Mapping, optional
        The variables; the process's own unless given.

    Raises
    ------
    ConfigurationError
        If a source holds an unknown key or a value that its key does not take.
    """
    found = defaults()
    for name, value, source in _from_file(Path.cwd() if folder is None else folder.resolve()):
        found = found.updated({name: value}, source)
    for name, value, source in _from_environment(os.environ if environment is None else environment):
        found = found.updated({name: value}, source)
    return found


_base: Settings | None = None
_scoped: ContextVar[Settings | None] = ContextVar("deep_learner_settings", default=None)
_listeners: list[Callable[[], None]] = []


def settings() -> Settings:
    """The settings in force here: those of the innermost `using`, else of the environment and the file."""
    return _scoped.get() or _base or _read_base()


def _read_base() -> Settings:
    global _base
    _base = read()
    return _base


def get(name: str) -> Any:
    """The value of one key.

    Raises
    ------
    ConfigurationError
        If there is no such key.
    """
    if name not in KEYS:
        raise ConfigurationError(f"{name!r} is no key of Deep Learner{did_you_mean(name, KEYS)}")
    return settings().values[name]


@contextmanager
def using(**changes: Any) -> Generator[Settings, None, None]:
    """Overrules settings within a `with` block, for this thread or task alone.

    Parameters
    ----------
    **changes
        Values by key; None takes a choice back.

    Raises
    ------
    ConfigurationError
        If there is no such key, or it does not take the value.

    Examples
    --------
    >>> with using(default_dtype="float64"):
    ...     get("default_dtype")
    'float64'
    """
    inner = settings().updated(changes, "the call of using(...)")
    token = _scoped.set(inner)
    try:
        yield inner
    finally:
        _scoped.reset(token)


def hold(source: str, **changes: Any) -> None:
    """Overrules settings from here on, for this thread or task alone; `source` says who chose them.

    Raises
    ------
    ConfigurationError
        If there is no such key, or it does not take the value.
    """
    _scoped.set(settings().updated(changes, source))


def reload() -> None:
    """Forgets what was read: file and environment are read again when next asked for."""
    global _base
    _base = None
    notify()


@contextmanager
def replaced(base: Settings) -> Generator[Settings, None, None]:
    """Puts other settings in place of environment, file and every `using` around, as tests need."""
    global _base
    before, token = _base, _scoped.set(None)
    _base = base
    notify()
    try:
        yield base
    finally:
        _base = before
        _scoped.reset(token)
        notify()


def on_change(listener: Callable[[], None]) -> None:
    """Has `listener` called whenever what a name stands for may have changed for good."""
    _listeners.append(listener)


def notify() -> None:
    """Calls the listeners."""
    for listener in _listeners:
        listener()


def describe() -> list[dict[str, Any]]:
    """One row for every key: name, type, value, where the value came from, and what it means."""
    now = settings()
    return [
        {
            "name": key.name,
            "type": key.type,
            "value": str(now.values[key.name])
            if isinstance(now.values[key.name], Device)
            else now.values[key.name],
            "source": now.sources[key.name],
            "doc": key.doc,
        }
        for key in KEYS.values()
    ]
