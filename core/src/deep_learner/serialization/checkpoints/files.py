"""The files of checkpoints in a folder: their names, which of them are whole, and what is left of killed saves."""

from __future__ import annotations

import re
import time
import warnings
from pathlib import Path
from typing import TypeAlias

from ...plugins import registry
from ..errors import SerializationError
from ..formats import serializer_of
from ..serializer import Serializer
from .checkpoint import Checkpoint, read_checkpoint

__all__ = ["CheckpointFiles", "remove"]

# A checkpoint, None for something else, or what is wrong with the file.
Finding: TypeAlias = Checkpoint | str | None

_FIELD = re.compile(r"\{[^}]*\}")
_DEAD_AFTER = 600.0  # seconds without a write


class CheckpointFiles:
    """The files in a folder whose names are made of steps and epochs.

    Parameters
    ----------
    folder
        It need not be there.
    name
        As in :class:`Checkpoints`.
    format
        Name of a serializer.
    """

    def __init__(self, folder: Path, name: str, format: str) -> None:
        self.folder = folder
        self.name = name
        self.suffix = _suffix(format)
        self._pattern = _pattern(name, self.suffix)
        self._seen: dict[Path, tuple[tuple[int, ...], Finding]] = {}

    @property
    def wildcard(self) -> Path:
        """All of them, in the way of shells."""
        return self.folder / (_FIELD.sub("*", self.name) + self.suffix)

    def path(self, step: int, epoch: int | None) -> Path:
        """The file of a step. Raises ValueError for a number that is negative, or missing and in the name."""
        for key, value in (("step", step), ("epoch", epoch)):
            needed = key == "step" or f"{{{key}" in self.name
            if (type(value) is not int or value < 0) and (needed or value is not None):
                raise ValueError(f"{key} must be an integer of at least 0. Received: {value!r}")
        return self.folder / (self.name.format(step=step, epoch=epoch) + self.suffix)

    def numbers_of(self, path: Path) -> tuple[int, ...]:
        """The numbers in a file's name."""
        found = self._pattern.fullmatch(path.name)
        return tuple(map(int, found.groups())) if found else ()

    def look(self) -> tuple[list[Checkpoint], dict[Path, str]]:
        """The whole checkpoints in the order in which they were saved, and what is wrong with the damaged ones.

        A file that has not changed since the last time is not opened again.
        """
        whole: list[Checkpoint] = []
        damaged: dict[Path, str] = {}
        seen: dict[Path, tuple[tuple[int, ...], Finding]] = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if not self._pattern.fullmatch(path.name):
                continue
            try:
                seen[path] = self._looked_at(path)
            except FileNotFoundError:  # removed meanwhile
                continue
            found = seen[path][1]
            if isinstance(found, str):
                damaged[path] = found
            elif found is not None and self.path(found.step, found.epoch) == path:  # a copy has another name
                whole.append(found)
        self._seen = seen
        return sorted(whole, key=lambda one: (one.number, one.step, one.path)), damaged

    def _looked_at(self, path: Path) -> tuple[tuple[int, ...], Finding]:
        status = path.stat()
        version = (status.st_ino, status.st_mtime_ns, status.st_size)
        if path in self._seen and self._seen[path][0] == version:
            return self._seen[path]
        try:
            return version, read_checkpoint(path)
        except SerializationError as error:
            return version, str(error)

    def may_follow(self, path: Path, other: Path) -> bool:
        """Whether a file may have been saved after another, as its name or its time says."""
        try:
            later = path.stat().st_mtime_ns > other.stat().st_mtime_ns
        except FileNotFoundError:  # removed meanwhile
            later = False
        return later or self.numbers_of(path) > self.numbers_of(other)

    def remove_leftovers(self) -> None:
        """Remove what killed saves have left; to be called where nobody else is saving.

        The age is for those who save under such a name without asking: they write on.
        """
        leftover = re.compile(rf"\.{self._pattern.pattern}\.[0-9a-f]{{16}}\.tmp")
        for path in self.folder.iterdir():
            if leftover.fullmatch(path.name) and time.time() - path.stat().st_mtime > _DEAD_AFTER:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, which may be gone; warn if that cannot be done, as the next save tries again."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        warnings.warn(f"cannot remove {path}: {error}", stacklevel=4)


def _suffix(format: str) -> str:
    """The suffix of a format's files."""
    suffixes: tuple[str, ...] = registry.entry("serializers", format).metadata.get("suffixes", ())
    if not suffixes or type(serializer_of(format)).save_path is not Serializer.save_path:
        raise ValueError(f"a checkpoint is a single file with a suffix, which {format!r} does not make")
    return suffixes[0]


def _pattern(name: str, suffix: str) -> re.Pattern[str]:
    """What the files' names match, with the numbers in them as groups."""
    try:
        made = name.format(step=1, epoch=1)
    except (KeyError, IndexError, ValueError):
        made = ""
    if not made or made.startswith(".") or made != Path(made).name:
        raise ValueError(
            "name must be a file's name that may have the fields step and epoch, such as 'step-{step:08d}'. "
            f"Received: {name!r}"
        )
    return re.compile(r"(\d+)".join(map(re.escape, _FIELD.split(name))) + re.escape(suffix))
