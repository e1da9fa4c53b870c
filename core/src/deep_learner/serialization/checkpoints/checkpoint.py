"""One checkpoint of a run: what stands in its file, and reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import SerializationError
from ..files import load, open_file
from .parts import part_of, state_of
from .random_state import get_random_state
from .restoring import restore

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["Checkpoint", "LoadedCheckpoint", "load_checkpoint", "packed", "read_checkpoint"]

FAMILY = "deep-learner checkpoint, version "
KIND = FAMILY + "1"
OWN = ("checkpoint", "config", "random")  # names in the file that no part of a run may have


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A checkpoint's file, as far as it is known without reading a tensor.

    Attributes
    ----------
    path : Path
        The file.
    step : int
        The optimizer's steps so far, as the run counts them.
    epoch : int or None
        The finished epochs, if it was said.
    metrics : dict of str to float
        What was measured.
    versions : dict of str to str
        Of Python, of Deep Learner's core and of all plugins; under ``"backend"``, the backend's name.
    run : str
        A random word that the checkpoints of one run have in common, also after it was resumed.
    number : int
        How many saves there had been in the folder, with this one.
    """

    path: Path
    step: int
    epoch: int | None
    metrics: dict[str, float]
    versions: dict[str, str]
    run: str
    number: int


@dataclass(frozen=True, kw_only=True)
class LoadedCheckpoint(Checkpoint):
    """A checkpoint that was read.

    Attributes
    ----------
    config : Any
        The configuration that was given.
    values : dict of str to Any
        By the names under which they were saved: the states of objects, on the CPU, and plain values.
    parts : dict of str to dict
        What kind of object each of them was taken from.
    random : dict of str to Any
        Where the random numbers stood.
    """

    config: Any
    values: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    random: dict[str, Any]

    def restore(self, objects: Mapping[str, Any]) -> None:
        """Put the states into objects of the same kinds, and set the random numbers; all of it or nothing.

        Parameters
        ----------
        objects
            Under the names that were saved. Plain values and tensors may be left out; tensors are filled in place.

        Raises
        ------
        RuntimeError
            Something does not fit. The message lists all that differs; nothing was changed.
        """
        restore(objects, self)


def packed(objects: Mapping[str, Any], config: Any, described: Mapping[str, Any]) -> dict[str, Any]:
    """What goes into the file.

    Raises
    ------
    ValueError
        An object has a name that is not free.
    """
    for name in objects:
        if not name or name.partition(".")[0] in OWN:  # paths with dots name what is in a file
            raise ValueError(
                f"a part of a run cannot be called {name!r}: {', '.join(OWN)} stand in every checkpoint"
            )
    parts = {name: part_of(value) for name, value in objects.items()}
    return {
        "checkpoint": {"kind": KIND, **described, "parts": parts},
        "config": config,
        "random": get_random_state(),
        **{name: state_of(value) for name, value in objects.items()},
    }


def read_checkpoint(path: Path) -> Checkpoint | None:
    """Look at a file without reading its tensors, where its format allows that; None if it is no checkpoint.

    Raises
    ------
    SerializationError
        It is damaged, or a checkpoint that a later version wrote.
    """
    with open_file(path) as file:
        leaves = file.metadata
    start = "checkpoint."
    head = {name.removeprefix(start): value for name, value in leaves.items() if name.startswith(start)}
    for table in ("metrics", "versions"):
        below = table + "."
        head[table] = {name.removeprefix(below): head[name] for name in head if name.startswith(below)}
    return Checkpoint(path=path, **_described(path, head)) if _is_checkpoint(path, head) else None


def load_checkpoint(path: str | os.PathLike[str]) -> LoadedCheckpoint:
    """Read a checkpoint, to look at it or to take a part of it; tensors arrive on the CPU.

    Parameters
    ----------
    path
        A file that :class:`Checkpoints` wrote.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    SerializationError
        It is damaged, or no checkpoint.

    Examples
    --------
    >>> checkpoint = dl.serialization.load_checkpoint("runs/a/step-00001200.safetensors")  # doctest: +SKIP
    >>> model.load_state_dict(checkpoint.values["model"])  # doctest: +SKIP
    """
    path = Path(path)
    values = _table(load(path, "cpu"))
    head = _table(values.get("checkpoint"))
    if not _is_checkpoint(path, head):
        raise SerializationError(
            f"{path} is no checkpoint of a training run: it holds {', '.join(values):.200}"
        )
    parts = _table(head.get("parts"))
    if "parts" not in head or not all(map(_table, parts.values())):
        raise SerializationError(f"{path} is damaged: it does not say what its parts are")
    missing = sorted({*OWN, *parts} - set(values))
    if missing:
        raise SerializationError(f"{path} is damaged: it lacks {', '.join(missing)}")
    return LoadedCheckpoint(
        path=path,
        config=values["config"],
        values={name: values[name] for name in parts},
        parts=parts,
        random=values["random"],
        **_described(path, head),
    )


def _is_checkpoint(path: Path, head: Mapping[str, Any]) -> bool:
    kind = head.get("kind")
    if kind != KIND and isinstance(kind, str) and kind.startswith(FAMILY):
        raise SerializationError(f"{path} is a {kind}, and {KIND!r} is the latest that can be read here")
    return kind == KIND


def _described(path: Path, head: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says of itself; nothing of it is believed before it was looked at."""
    checks: dict[str, Callable[[Any], bool]] = {
        "step": lambda value: type(value) is int and value >= 0,
        "epoch": lambda value: value is None or type(value) is int,
        "metrics": lambda value: all(type(item) is float for item in _table(value).values()),
        "versions": lambda value: all(type(item) is str for item in _table(value).values()),
        "run": lambda value: isinstance(value, str),
        "number": lambda value: type(value) is int,
    }
    for name, fits in checks.items():
        if name not in head or not fits(head[name]):
            raise SerializationError(f"{path} is damaged: its {name} is {head.get(name, 'missing')!r:.100}")
    return {name: head[name] for name in checks}


def _table(value: Any) -> dict[str, Any]:
    """A dictionary with texts as keys; of anything else, an empty one."""
    table = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
    return table if all(isinstance(key, str) for key in table) else {}
